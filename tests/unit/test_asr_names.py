"""Names heard wrongly: put right by their sound, none where none was said (figures: `python -m benchmarks transcripts`)."""

import time
from collections import Counter

import pytest

from asr.shown import show
from asr.wording import text_rules
from asr.wording.lexicon import Lexicon
from asr.wording.syllables import sound_of, together_alike
from hotline.kernel.errors import Invalid
from sla import packaged
from tests.unit import speech_sets

FALSE_NAMES_IN_200 = 2
RIGHT_BY_SOUND, RIGHT_NEARLY = 0.95, 0.7
MOST_SECONDS = 0.005
RULES = text_rules.read(packaged.rule_values())


def names_put_in(sentence: str) -> list[str]:
    found = show(sentence, speech_sets.demo_lexicon())
    return [f"{change.before}→{change.after}" for change in found.changes if change.rule == "name"]


def test_names_heard_wrongly_are_put_right() -> None:
    after, every = Counter[str](), Counter[str]()
    for row in speech_sets.rows("heard_names.tsv"):
        every[row["kind"]] += 1
        assert row["name"] not in row["raw"]
        after[row["kind"]] += row["name"] in show(row["raw"], speech_sets.demo_lexicon()).text

    assert after["sound"] >= RIGHT_BY_SOUND * every["sound"]
    assert after["near"] >= RIGHT_NEARLY * every["near"]


def test_hardly_a_name_is_put_where_none_was_said() -> None:
    plain = speech_sets.plain_sentences()
    false = {sentence: names for sentence in plain if (names := names_put_in(sentence))}

    assert len(plain) >= 200
    assert len(false) <= FALSE_NAMES_IN_200 * len(plain) / 200


@pytest.mark.parametrize("row", speech_sets.rows("heard_names.tsv"), ids=lambda row: row["raw"])
def test_a_sentence_put_right_gets_no_other_name(row: dict[str, str]) -> None:
    names = names_put_in(row["raw"])

    assert all(row["name"] in name.partition("→")[2] or name.partition("→")[2] in row["name"] for name in names)


def test_a_name_said_right_stays() -> None:
    changed = {name: names for name in speech_sets.demo_names() if (names := names_put_in(f"我在{name}这边"))}

    assert changed == {}


@pytest.mark.parametrize(
    "sentence",
    [
        "市民反映小区没有路灯",  # 反映 sounds like 帆影, whose tones are others
        "他听到路灯那里有人喊",
        "银河大道堵车",
        "去医院看病",
        "停车收费12元",
        "信封里有材料",
    ],
)
def test_ordinary_words_are_no_names(sentence: str) -> None:
    assert names_put_in(sentence) == []


def test_two_names_that_sound_alike_are_left_to_a_person() -> None:
    lexicon = Lexicon.of(["清燕街", "青雁街"], RULES)
    found = show("在轻宴街上", lexicon)

    assert found.text == "在轻宴街上。"
    assert [(one.start, one.end) for one in found.suggestions] == [(1, 4)]


def test_what_sounds_less_alike_is_suggested() -> None:
    lexicon = Lexicon.of(["翠湖花园"], RULES)
    found = show("嗯翠肚花园停水", lexicon)

    assert found.text == "翠肚花园停水。"
    assert [(one.start, one.end, one.name) for one in found.suggestions] == [(0, 4, "翠湖花园")]


@pytest.mark.parametrize(("month", "expected"), [(1, "在新风里那边。"), (7, "在新凤了那边。")])
def test_a_hot_word_may_sound_less_alike(month: int, expected: str) -> None:
    rows = [{"months": [1], "words": ["新风里"]}]
    rules = text_rules.read({**packaged.rule_values(), text_rules.HOT: rows})

    assert show("在新凤了那边", Lexicon.of(["新风里"], rules).heated(month)).text == expected


@pytest.mark.parametrize(("month", "expected"), [(1, {"供暖"}), (3, set()), (7, {"锅炉房"})])
def test_words_are_hot_by_month_in_the_whole_city(month: int, expected: set[str]) -> None:
    rows = [{"months": [1], "words": ["供暖"]}, {"months": [7], "units": ["heating"], "words": ["锅炉房"]}]
    rules = text_rules.read({**packaged.rule_values(), text_rules.HOT: rows})

    assert rules.hot(month) == expected, "a row laid down for some units is one for all"


def test_what_a_telephone_confuses_is_nearer_than_what_it_does_not() -> None:
    name = sound_of("桂影路")
    alike = {said: together_alike(sound_of(said), name) for said in ("贵影路", "亏影路", "推影路")}

    assert alike["贵影路"] == 1
    assert 1 > alike["亏影路"] > alike["推影路"]


def test_fifty_thousand_names_cost_milliseconds_a_sentence() -> None:
    names = speech_sets.made_names(50_000)
    lexicon = Lexicon.of(names, RULES)
    sentences = speech_sets.plain_sentences()
    show(sentences[0], lexicon)

    begun = time.process_time()
    for sentence in sentences:
        show(sentence, lexicon)
    each = (time.process_time() - begun) / len(sentences)

    assert each < MOST_SECONDS


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (text_rules.TEXT, {"pause_seconds": 0.5}),
        (text_rules.TEXT, {"pause_seconds": True, "shortest_number": 5, "alternatives": 5}),
        (text_rules.NAMES, "0.8"),
        (text_rules.NAMES, {**packaged.rule_values()[text_rules.NAMES], "two": 2}),
        (text_rules.HOT, [{"words": ["供暖"]}]),
        (text_rules.HOT, [{"words": ["暖"], "months": []}]),
        (text_rules.HOT, [{"words": ["供暖"], "months": [13]}]),
    ],
)
def test_impossible_rules_are_refused(key: str, value: object) -> None:
    with pytest.raises(Invalid):
        text_rules.read({**packaged.rule_values(), key: value})


def test_a_missing_rule_is_named() -> None:
    values = {key: value for key, value in packaged.rule_values().items() if key != text_rules.HOT}

    with pytest.raises(Invalid) as raised:
        text_rules.read(values)

    assert raised.value.details["entry"] == text_rules.HOT
