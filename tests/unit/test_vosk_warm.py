"""Recognisers that have heard noise before a caller speaks."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from asr.engine import seconds
from asr.engines.vosk_warm import NOISE_S, TELEPHONE_HZ, Warm, noise
from tests.e2e.waiting import until

RATE_HZ = 16000


class Ear:
    """A recogniser that keeps what it heard; `may_hear` holds it up."""

    may_hear = threading.Event()

    def __init__(self, sample_rate_hz: int) -> None:
        self.sample_rate_hz, self.heard = sample_rate_hz, b""

    def hear(self, pcm: bytes) -> None:
        assert self.may_hear.wait(10)
        self.heard += pcm


@pytest.fixture
def warm() -> Iterator[Warm[Ear]]:
    Ear.may_hear.set()
    kept = Warm(Ear, Ear.hear)
    yield kept
    Ear.may_hear.set()
    kept.close()


def ready(warm: Warm[Ear], sample_rate_hz: int) -> tuple[Ear, float]:
    """The next one that has heard its noise."""
    return until(lambda: heard(warm.take(sample_rate_hz)), what="a recogniser is ready")


def heard(taken: tuple[Ear, float]) -> tuple[Ear, float] | None:
    return taken if taken[1] else None


def test_one_for_telephones_is_ready_before_the_first_call(warm: Warm[Ear]) -> None:
    first, first_s = ready(warm, TELEPHONE_HZ)

    assert first_s == seconds(first.heard, TELEPHONE_HZ) == NOISE_S


def test_of_another_rate_the_first_is_cold_and_the_next_has_heard_noise(warm: Warm[Ear]) -> None:
    first, first_s = warm.take(RATE_HZ)
    second, second_s = ready(warm, RATE_HZ)

    assert (first.heard, first_s) == (b"", 0.0)
    assert second_s == seconds(second.heard, RATE_HZ) == NOISE_S


def test_nobody_waits_for_one_that_is_not_ready(warm: Warm[Ear]) -> None:
    Ear.may_hear.clear()

    assert [warm.take(RATE_HZ)[1] for _ in range(3)] == [0.0, 0.0, 0.0]


def test_nobody_gets_one_that_another_has(warm: Warm[Ear]) -> None:
    taken = [ready(warm, RATE_HZ)[0] for _ in range(3)]

    assert len({id(one) for one in taken}) == 3


def test_each_sample_rate_has_its_own(warm: Warm[Ear]) -> None:
    for rate_hz in (8000, 16000):
        warm.take(rate_hz)

    assert [ready(warm, rate_hz)[0].sample_rate_hz for rate_hz in (8000, 16000)] == [8000, 16000]


def test_noise_has_gaps_and_is_the_same_each_time() -> None:
    samples = np.frombuffer(noise(RATE_HZ), "<i2")

    assert noise(RATE_HZ) == noise(RATE_HZ)
    assert 0.2 < np.mean(samples == 0) < 0.5
