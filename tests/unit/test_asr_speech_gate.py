"""Cutting a stream into utterances by loudness."""

import numpy as np
import pytest

from asr.speech_gate import Samples, SpeechGate, Utterance, level_db

RATE = 8000


def noise(seconds: float, level: float) -> Samples:
    """White noise with that standard deviation, full scale being 32768."""
    return np.random.default_rng(1).normal(0, level, int(seconds * RATE)).astype(np.int16)


def speech(seconds: float) -> Samples:
    return noise(seconds, 4000)


def quiet(seconds: float) -> Samples:
    return noise(seconds, 5)


def utterances(*parts: Samples, longest_s: float = 15.0) -> list[Utterance]:
    gate = SpeechGate(RATE, silence_s=0.6, longest_s=longest_s)
    audio = np.concatenate(parts)
    found = [one for at in range(0, len(audio), 777) for one in gate.feed(audio[at : at + 777])]
    return found + gate.finish()


def test_silence_and_hum_give_nothing() -> None:
    assert utterances(quiet(5)) == []
    assert utterances(np.zeros(5 * RATE, np.int16)) == []


def test_two_sentences_with_a_pause_are_two_utterances() -> None:
    found = utterances(quiet(1), speech(1), quiet(1), speech(2), quiet(1))

    assert [(one.start_s, one.end_s) for one in found] == [
        (pytest.approx(0.7, abs=0.05), pytest.approx(2.6, abs=0.05)),
        (pytest.approx(2.7, abs=0.05), pytest.approx(5.6, abs=0.05)),
    ]


def test_a_short_pause_does_not_cut() -> None:
    assert len(utterances(quiet(1), speech(1), quiet(0.4), speech(1), quiet(1))) == 1


def test_a_click_is_no_utterance() -> None:
    assert utterances(quiet(1), speech(0.06), quiet(1)) == []


def test_what_is_open_at_the_end_is_given() -> None:
    assert len(utterances(quiet(1), speech(1))) == 1


def test_long_speech_is_cut_at_its_quietest_place() -> None:
    found = utterances(speech(8), quiet(0.3), speech(8), quiet(1), longest_s=10)

    assert found[0].end_s == pytest.approx(8.15, abs=0.2)
    assert found[1].start_s == found[0].end_s
    assert sum(len(one.samples) for one in found) / RATE == pytest.approx(16.9, abs=0.1)


def test_noise_that_stays_is_taken_as_the_floor() -> None:
    found = utterances(noise(30, 200), speech(1), noise(1, 200))

    assert found[-1].end_s - found[-1].start_s < 3


@pytest.mark.parametrize(("samples", "level"), [([], -100), ([0, 0], -100), ([32767] * 9, 0), ([3277] * 9, -20)])
def test_level_is_decibels_below_full_scale(samples: list[int], level: float) -> None:
    assert level_db(np.array(samples, np.int16)) == pytest.approx(level, abs=0.1)
