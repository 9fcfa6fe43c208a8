"""When each part of a shown text was said."""

import pytest

from asr.wording.times import Said, times

SPAN = (1.0, 5.0)
WORDS = [
    {"word": "我", "start_s": 1.0, "end_s": 1.2, "confidence": 1.0},
    {"word": "住", "start_s": 1.2, "end_s": 1.5, "confidence": 1.0},
    {"word": "二十六", "start_s": 2.0, "end_s": 3.0, "confidence": 1.0},
    {"word": "号", "start_s": 3.0, "end_s": 3.4, "confidence": 1.0},
]


def _change(start: int, end: int, before: str, after: str, rule: str = "numbers") -> dict[str, object]:
    return {"rule": rule, "start": start, "end": end, "before": before, "after": after}


def test_shown_characters_have_the_times_of_the_raw_words_they_come_from() -> None:
    changes = [_change(2, 5, "二十六", "26"), _change(5, 5, "", "。", "punctuation")]

    found = times("我住二十六号", "我住26号。", WORDS, changes, SPAN)

    assert found == [Said(0, 1, 1.0, 1.2), Said(1, 2, 1.2, 1.5), Said(2, 4, 2.0, 3.0), Said(4, 6, 3.0, 3.4)]


def test_spaces_between_raw_words_belong_to_the_word_before() -> None:
    changes = [_change(1, 2, " ", ""), _change(2, 3, " ", ""), _change(5, 6, " ", "")]

    found = times("我 住 二十六 号", "我住二十六号", WORDS, changes, SPAN)

    assert found == [Said(0, 1, 1.0, 1.2), Said(1, 2, 1.2, 1.5), Said(2, 5, 2.0, 3.0), Said(5, 6, 3.0, 3.4)]


def test_what_a_person_did_not_change_in_a_sentence_keeps_its_times() -> None:
    changes = [_change(0, 6, "我住二十六号", "他家住二十六号楼", "person")]

    found = times("我住二十六号", "他家住二十六号楼", WORDS, changes, SPAN)

    assert Said(3, 6, 2.0, 3.0) in found
    assert found[0] == Said(0, 2, 1.0, 1.2)
    assert found[-1].end == len("他家住二十六号楼")


@pytest.mark.parametrize(
    ("words", "changes"),
    [([], []), (WORDS, [_change(0, 2, "无关", "有关")])],
)
def test_characters_share_the_span_evenly_where_no_times_lead_to_them(
    words: list[dict[str, object]], changes: list[dict[str, object]]
) -> None:
    found = times("我住这里", "我住这里", words, changes, SPAN)

    assert [(said.start, said.from_s) for said in found] == [(0, 1.0), (1, 2.0), (2, 3.0), (3, 4.0)]


def test_an_empty_text_has_no_times() -> None:
    assert times("", "", [], [], SPAN) == []
