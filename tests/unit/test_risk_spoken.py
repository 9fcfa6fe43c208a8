"""Words of danger in what a recogniser writes: other characters of the same sound, and sentences that are still growing."""

import csv
import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest

from hotline.intake.risk_sounds import Sounds
from hotline.intake.risk_words import CityWords, load_risk_words, packaged_sounds, risk_words_of

FILE = Path(__file__).parents[1] / "data" / "risk" / "spoken.csv"
SAID_BY_HERE = "/"
"""In a dangerous sentence that grows: the words before it must be enough."""
FALSE_ALARMS_MOST = 0.015
"""Share of turns; most of them tell of a fall, a bite or an illness that is over."""


def sentences(kind: str, danger: str) -> list[str]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return [row["sentence"] for row in csv.DictReader(file) if row["kind"] == kind and row["danger"] == danger]


def growing(sentence: str) -> list[str]:
    return [sentence[:end] for end in range(1, len(sentence) + 1)]


@pytest.mark.parametrize("kind", ["misheard", "growing"])
def test_dangers_that_are_spoken_are_heard_at_the_end(kind: str) -> None:
    missed = [one for one in sentences(kind, "1") if not load_risk_words().find_spoken(one.replace(SAID_BY_HERE, ""))]

    assert missed == []


@pytest.mark.parametrize("kind", ["misheard", "growing", "calmed"])
def test_harmless_sentences_that_are_spoken_raise_nothing_at_the_end(kind: str) -> None:
    assert [one for one in sentences(kind, "0") if load_risk_words().find_spoken(one)] == []


@pytest.mark.parametrize("sentence", sentences("growing", "1"))
def test_growing_danger_is_heard_as_soon_as_its_words_have_fallen(sentence: str) -> None:
    said = sentence.split(SAID_BY_HERE)[0]

    assert any(load_risk_words().find_growing(so_far) for so_far in growing(said))


def test_growing_harmless_sentences_raise_hardly_anything_on_the_way() -> None:
    harmless = sentences("growing", "0")
    raised = [one for one in harmless if any(load_risk_words().find_growing(so_far) for so_far in growing(one))]

    assert len(raised) / len(harmless) <= 0.1, raised


@pytest.mark.parametrize(
    ("heard", "spelt"),
    [
        ("我家着活了", "我家着火了"),
        ("没气泄漏了", "煤气泄漏了"),
        ("被困典梯", "被困电梯"),
        ("他要自沙", "他要自杀"),
        ("天燃气泄露", "天然气泄漏"),
        ("紫砂壶店", "紫砂壶店"),
        ("我找货车拉东西", "我找货车拉东西"),
        ("煤气泄漏", "煤气泄漏"),
        ("", ""),
    ],
)
def test_words_heard_with_other_characters_are_spelt(heard: str, spelt: str) -> None:
    found, spans = packaged_sounds().spelt(heard)

    assert found == spelt
    assert bool(spans) == (heard != spelt)


def test_short_word_must_sound_the_same_and_a_longer_one_nearly() -> None:
    sounds = Sounds(["自杀", "没呼吸"])

    assert sounds.spelt("他要字洒了")[0] == "他要字洒了"
    assert sounds.spelt("他煤呼系了")[0] == "他没呼吸了"
    assert sounds.spelt("着急")[1] == ()


def test_hit_of_a_misheard_word_tells_what_was_written() -> None:
    hits = {hit.word: hit for hit in load_risk_words().find_spoken("我被困典梯里面了")}

    assert hits["被困电梯"].partner == "119"
    assert "典梯" in hits["被困电梯"].said


def test_misheard_word_of_a_group_that_is_off_raises_nothing() -> None:
    assert risk_words_of(CityWords({}, {}, frozenset({"被困电梯", "被困"}))).find_growing("我被困典梯里面了") == []


def test_half_of_the_growing_sentences_are_searched_within_two_milliseconds() -> None:
    risks, times = load_risk_words(), []
    risks.find_spoken("我家着活了")
    for sentence in sentences("growing", "1") + sentences("misheard", "1"):
        started = perf_counter()
        risks.find_growing(f"{sentence}呢")
        risks.find_spoken(f"{sentence}吗")
        times.append(perf_counter() - started)

    assert statistics.median(times) < 0.004


def test_turns_of_calls_seldom_raise_an_alarm_where_nobody_is_in_danger() -> None:
    said = list(harmless_turns())
    alarms = [turn for turn in said if load_risk_words().find_spoken(turn)]

    assert len(said) > 700
    assert len(alarms) <= FALSE_ALARMS_MOST * len(said), alarms


def harmless_turns() -> Iterator[str]:
    """What callers say in the written calls about matters that are not urgent."""
    for line in (Path(__file__).parents[1] / "data" / "calls" / "build.jsonl").read_text(encoding="utf-8").splitlines():
        call = json.loads(line)
        urgent = {seq for one in call["matters"] if one["fields"]["urgency"]["value"] != "normal" for seq in one["turns"]}
        yield from (turn["text"] for turn in call["turns"] if turn["role"] == "caller" and turn["seq"] not in urgent)
