"""From raw to shown words: each rule by written sentences, changes that can be followed, marks at pauses, a second reading."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.engine import HeardWord
from asr.shown import RULES, show, show_partial
from asr.wording import text_rules
from asr.wording.changes import Change, Edit, carry_out, moved, origins, replayed
from asr.wording.lexicon import Lexicon
from asr.wording.punctuation import Mark, open_punctuator
from hotline.kernel.errors import Invalid
from sla import packaged
from tests.unit import speech_sets

SPEECH = st.text(
    st.sampled_from("我的路桂影贵一二两三十百千万点分半块元毛月日号楼单元零幺八五年嗯呃那个在，。 ？12aX京A幸電"), max_size=40
)


def sentences() -> list[dict[str, str]]:
    return [*speech_sets.rows("shown.tsv"), *speech_sets.rows("later.tsv")]


def shown(raw: str, words: Sequence[HeardWord] = (), alternatives: Sequence[str] = ()) -> str:
    return show(raw, speech_sets.demo_lexicon(), words=words, alternatives=alternatives).text


@pytest.mark.parametrize("row", sentences(), ids=lambda row: row["raw"])
def test_written_sentences_are_shown_as_a_person_writes_them(row: dict[str, str]) -> None:
    found = shown(row["raw"])

    assert (found if row["kind"] == "mark" else found.rstrip("。？")) == row["shown"]


def test_every_kind_of_sentence_is_there() -> None:
    kinds = Counter(row["kind"] for row in sentences())

    assert sum(kinds.values()) >= 150
    assert min(kinds[kind] for kind in ("date", "time", "money", "address", "number", "idiom", "filler")) >= 15


@given(SPEECH)
def test_the_changes_make_the_shown_text_of_the_raw_one(raw: str) -> None:
    found = show(raw, speech_sets.demo_lexicon())

    assert replayed(raw, found.changes) == found.text
    assert {change.rule for change in found.changes} <= {name for name, _ in RULES}
    assert all(0 <= one.start < one.end <= len(found.text) for one in found.suggestions)


@given(SPEECH)
def test_each_shown_character_has_a_raw_one_and_they_keep_their_order(raw: str) -> None:
    found = show(raw, speech_sets.demo_lexicon())
    places = origins(raw, found.changes)

    assert len(places) == len(found.text)
    assert list(places) == sorted(places)


@pytest.mark.parametrize("row", sentences(), ids=lambda row: row["raw"])
def test_what_is_shown_is_shown_alike_once_more(row: dict[str, str]) -> None:
    once = shown(row["raw"])

    assert shown(once) == once


def test_changes_of_another_text_are_refused() -> None:
    with pytest.raises(Invalid):
        replayed("没有水", [Change("name", 0, 1, "有", "无")])


def test_positions_move_with_what_stands_before_them() -> None:
    _, changes = carry_out("number", "二十一号楼", [Edit(0, 3, "21")])

    assert [moved(at, changes) for at in (0, 1, 3, 5)] == [0, 0, 2, 4]


def test_partials_are_only_joined() -> None:
    assert show_partial("我家 在 十二 号") == "我家在十二号"


def words(*spoken: tuple[str, float, float]) -> list[HeardWord]:
    return [HeardWord(word, start, end) for word, start, end in spoken]


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ([("路灯坏了", 0, 1), ("没有人修", 1.8, 3)], "路灯坏了，没有人修。"),
        ([("路灯坏了", 0, 1), ("没有人修", 1.1, 3)], "路灯坏了没有人修。"),
        ([("我家住在", 0, 1), ("桂影路", 2, 3)], "我家住在桂影路。"),
        ([("电话一三八零零", 0, 1), ("一三八零零零", 2, 3)], "电话13800138000。"),
        ([("我家那个", 0, 1), ("停水通知在哪里看", 2, 4)], "我家停水通知在哪里看？"),
        ([("物业不管", 0, 1), ("我打了三次电话", 2, 4), ("能不能来看看", 5, 6)], "物业不管，我打了三次电话，能不能来看看？"),
    ],
)
def test_a_pause_makes_a_comma_where_one_may_stand(spoken: list[tuple[str, float, float]], expected: str) -> None:
    raw = " ".join(word for word, _, _ in spoken)

    assert shown(raw, words(*spoken)) == expected


def test_an_engines_own_marks_are_kept_and_none_put_between_them() -> None:
    spoken = words(("楼上漏水，", 0, 1), ("没有人管", 3, 4))

    assert shown("楼上漏水，没有人管", spoken) == "楼上漏水，没有人管。"


def test_a_plugged_in_punctuator_puts_the_marks() -> None:
    class Exclaims:
        def marks(self, text: str, pauses: Sequence[int]) -> Sequence[Mark]:
            return [Mark(len(text), "！")]

    assert show("着火了", speech_sets.demo_lexicon(), punctuator=Exclaims()).text == "着火了！"


def test_the_default_punctuator_is_an_entry_point() -> None:
    assert open_punctuator("rules:").marks("停水了吗", ()) == (Mark(4, "？"),)


@pytest.mark.parametrize(
    ("raw", "others", "expected"),
    [
        ("我在这里路上", ["我在桂影路上"], "我在桂影路上。"),
        ("翠花花园停水", ["谁翠湖花园停水"], "翠湖花园停水。"),
        ("桂影路停水", ["望江大道停水"], "桂影路停水。"),
        ("没有停水", ["没有听水"], "没有停水。"),
    ],
)
def test_a_name_of_another_reading_takes_the_place_of_what_is_none(raw: str, others: list[str], expected: str) -> None:
    assert shown(raw, alternatives=others) == expected


def test_a_lexicon_without_names_shows_all_the_same() -> None:
    empty = Lexicon.of((), text_rules.read(packaged.rule_values()))

    assert show("我家在十二号楼", empty).text == "我家在12号楼。"
