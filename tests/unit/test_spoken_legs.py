"""Spoken copies of written calls: when who speaks, speech kept, and what was heard matched with what was written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from asr.engine import Hypothesis
from asr.session import AGENT, CALLER
from benchmarks.spoken_calls import Hum, told_the_words
from benchmarks.spoken_legs import LEGS, PAUSE_S, Said, Samples, hear, legs_of, speak, turn_said
from benchmarks.spoken_sums import DIGITS, Sums
from hotline.intake.drafting.values import Turn
from hotline.intake.drafting.written import Filled, KnownMatter, WrittenCall
from tests.unit.speech_sets import demo_lexicon

CALL = WrittenCall(
    "k000",
    "19900000000",
    (
        Turn(1, AGENT, "您好，请讲。"),
        Turn(2, CALLER, "河西路停水了，五号楼，电话一九九零零零零四五零八。"),
        Turn(3, AGENT, "好的。"),
    ),
    (KnownMatter(frozenset({2}), {"address": Filled(("河西路",), frozenset({2}))}),),
    "",
)
SAID = (Said(1, AGENT, 0.5, 2.0), Said(2, CALLER, 2.8, 6.0), Said(4, CALLER, 9.0, 12.0))


class Tone:
    """A voice that is loud all the time and counts how often it speaks."""

    rate_hz = 8000

    def __init__(self) -> None:
        self.spoken = 0

    def speak(self, text: str) -> Samples:
        self.spoken += 1
        return np.sin(np.arange(self.rate_hz, dtype=np.float32))


def test_one_party_is_silent_while_the_other_speaks() -> None:
    legs, said = legs_of(CALL, Tone())

    loud = [np.abs(legs[int(8000 * (one.start_s + 0.2)) : int(8000 * (one.end_s - 0.2))]).max(axis=0) > 1000 for one in said]
    assert [one.role for one in said] == [AGENT, CALLER, AGENT]
    assert [dict(zip(LEGS, one.tolist(), strict=True)) for one in loud] == [
        {role: role == one.role for role in LEGS} for one in said
    ]
    assert said[1].start_s == pytest.approx(said[0].end_s + PAUSE_S)


def test_speech_that_is_kept_is_not_made_again(tmp_path: Path) -> None:
    voice = Tone()

    first = speak(CALL, lambda: voice, "tone", tmp_path)
    again = speak(CALL, lambda: voice, "tone", tmp_path)

    assert (voice.spoken, first) == (3, again)


def test_speech_of_other_words_is_made_anew(tmp_path: Path) -> None:
    voice = Tone()

    speak(CALL, lambda: voice, "tone", tmp_path)
    speak(replace(CALL, turns=CALL.turns[:1]), lambda: voice, "tone", tmp_path)

    assert voice.spoken == 4


@pytest.mark.parametrize(
    ("role", "start_s", "end_s", "written"),
    [(CALLER, 3.0, 5.0, 2), (CALLER, 5.5, 9.9, 4), (CALLER, 6.4, 7.0, 2), (AGENT, 10.0, 11.0, 1), ("other", 0.0, 1.0, 0)],
)
def test_what_was_heard_belongs_to_the_turn_of_its_party_and_time(
    role: str, start_s: float, end_s: float, written: int
) -> None:
    assert turn_said(SAID, role, Hypothesis("好", True, start_s, end_s)) == written


def test_a_heard_call_is_asked_for_what_people_filled_in(tmp_path: Path) -> None:
    spoken = speak(CALL, Hum, "hum", tmp_path)

    call = hear(spoken, told_the_words(spoken), demo_lexicon()).as_written()

    assert [turn.role for turn in call.turns] == [AGENT, CALLER, AGENT]
    assert call.turns[1].text == "河西路停水了，5号楼，电话19900004508。"
    assert call.matters == CALL.matters


def test_names_and_numbers_are_counted_turn_by_turn(tmp_path: Path) -> None:
    spoken, sums = speak(CALL, Hum, "hum", tmp_path), Sums()

    sums.add(hear(spoken, told_the_words(spoken), demo_lexicon()), 0.5)

    assert (sums.names.said, sums.names.right, sums.names.false) == (1, 1, 0)
    assert (sums.numbers[DIGITS].right, sums.numbers["house numbers"].right, sums.numbers["amounts"].said) == (1, 1, 0)
    assert sums.edits[CALLER].rate == 0
