"""Two wordings side by side: both texts can be put together again from the parts, and long texts take no long time."""

import time
from dataclasses import replace
from random import Random

import pytest

from knowledge_base.comparing import Part, PartKind, compared, parts
from tests.integration.article_desk import CONTENT

SAME, REMOVED, ADDED = PartKind.SAME, PartKind.REMOVED, PartKind.ADDED
QUICK_SECONDS = 5.0


def side(found: tuple[Part, ...], *kinds: PartKind) -> str:
    return "".join(part.text for part in found if part.kind in kinds)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("", "", []),
        ("照旧。", "照旧。", [(SAME, "照旧。")]),
        ("", "新增。", [(ADDED, "新增。")]),
        ("删去。", "", [(REMOVED, "删去。")]),
        ("办理需要30天。", "办理需要15天。", [(SAME, "办理需要"), (REMOVED, "30"), (ADDED, "15"), (SAME, "天。")]),
        ("先登记。再领证。", "先登记。先审核。再领证。", [(SAME, "先登记。"), (ADDED, "先审核。"), (SAME, "再领证。")]),
        ("带户口簿", "带身份证原件", [(SAME, "带"), (REMOVED, "户口簿"), (ADDED, "身份证原件")]),
    ],
)
def test_parts_say_what_became_of_each_passage(left: str, right: str, expected: list[tuple[PartKind, str]]) -> None:
    assert [(part.kind, part.text) for part in parts(left, right)] == expected


@pytest.mark.parametrize("seed", range(50))
def test_both_texts_can_be_put_together_again(seed: int) -> None:
    rng = Random(seed)
    left, right = ("".join(rng.choices("办证在哪里12 。\nab", k=rng.randrange(60))) for _ in range(2))

    found = parts(left, right)

    assert (side(found, SAME, REMOVED), side(found, SAME, ADDED)) == (left, right)


@pytest.mark.parametrize("alphabet", ["。", "办", "办理。", "办证在哪里12 。\nab"])
def test_the_longest_texts_are_compared_in_bounded_time(alphabet: str) -> None:
    rng = Random(0)
    left, right = ("".join(rng.choices(alphabet, k=100_000)) for _ in range(2))

    started = time.monotonic()
    found = parts(left, right)

    assert side(found, SAME, ADDED) == right
    assert time.monotonic() - started < QUICK_SECONDS


def test_every_field_is_compared_and_lists_line_by_line() -> None:
    found = compared(CONTENT, replace(CONTENT, keywords=("身份证", "补办"), category_code=None))

    assert [each.field for each in found if each.changed] == ["keywords", "category_code"]
    keywords = next(each for each in found if each.field == "keywords")
    assert side(keywords.parts, SAME, ADDED) == "身份证\n补办"
