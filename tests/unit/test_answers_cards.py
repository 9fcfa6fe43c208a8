"""Cards that stand still: which stay, which come, which go."""

import pytest

from knowledge_base.policy import packaged_policy, synonym_map
from knowledge_base.suggestions import sentences_of, steady

POLICY = packaged_policy()


@pytest.mark.parametrize(
    ("shown", "sure", "expected"),
    [
        ([], {}, []),
        ([], {1: 0.9, 2: 0.95, 3: 0.1}, [2, 1]),
        ([], {1: 0.9, 2: 0.8, 3: 0.7, 4: 0.6}, [1, 2, 3]),
        ([3, 1], {1: 0.9, 3: 0.1}, [3, 1]),
        ([1, 2, 3], {1: 0.5, 2: 0.6, 3: 0.7, 4: 0.55}, [1, 2, 3]),
        ([1, 2, 3], {1: 0.5, 2: 0.6, 3: 0.7, 4: 0.9}, [4, 2, 3]),
        ([1, 2], {2: 0.6}, [2]),
        ([1, 2, 3, 4], {1: 0.5, 2: 0.5, 3: 0.5, 4: 0.5}, [1, 2, 3]),
    ],
    ids=["nothing", "surest-first", "three-at-most", "weak-stays", "not-clearly-beaten", "beaten", "unreadable", "too-many"],
)
def test_cards_keep_their_place_until_clearly_beaten(shown: list[int], sure: dict[int, float], expected: list[int]) -> None:
    assert steady(shown, sure, POLICY) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("。。。", []),
        ("喂。我家停水了！怎么办", ["喂", "我家停水了", "怎么办"]),
        ("一" * 30 + "，" + "二" * 30, ["一" * 30, "二" * 30]),
        ("短句，不切", ["短句，不切"]),
    ],
)
def test_sentences_are_cut_at_their_ends(text: str, expected: list[str]) -> None:
    assert sentences_of(text) == expected


def test_synonyms_call_each_other_across_groups() -> None:
    assert synonym_map([["a", "b"], ["b", "c"]]) == {"a": ("b",), "b": ("a", "c"), "c": ("b",)}
