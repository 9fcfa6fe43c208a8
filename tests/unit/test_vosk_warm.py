"""Recognisers that have heard noise before a caller speaks."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from asr.engine import seconds
from asr.engines.vosk_warm import NOISE_S, TELEPHONE_HZ, Warm, noise

RATE_HZ = 16000


class Ear:
    """A recogniser that keeps what it heard."""

    made: list[int] = []

    def __init__(self, sample_rate_hz: int) -> None:
        self.sample_rate_hz, self.heard = sample_rate_hz, b""
        self.made.append(sample_rate_hz)

    def hear(self, pcm: bytes) -> None:
        self.heard += pcm


@pytest.fixture
def warm() -> Iterator[Warm[Ear]]:
    Ear.made.clear()
    kept = Warm(Ear, Ear.hear)
    yield kept
    kept.close()


@pytest.mark.parametrize("rate_hz", [TELEPHONE_HZ, RATE_HZ])
def test_each_has_heard_noise_at_its_rate_also_the_first(warm: Warm[Ear], rate_hz: int) -> None:
    taken = [warm.take(rate_hz) for _ in range(3)]

    assert len({id(one) for one in taken}) == 3
    assert {one.sample_rate_hz for one in taken} == {rate_hz}
    assert [seconds(one.heard, rate_hz) for one in taken] == [NOISE_S] * 3


def test_one_for_telephones_is_made_before_the_first_call(warm: Warm[Ear]) -> None:
    warm.close()

    assert Ear.made == [TELEPHONE_HZ]


def test_calls_that_begin_at_once_get_one_each(warm: Warm[Ear]) -> None:
    taken: list[Ear] = []
    calls = [threading.Thread(target=lambda: taken.append(warm.take(RATE_HZ))) for _ in range(4)]
    for call in calls:
        call.start()
    for call in calls:
        call.join(10)

    assert len({id(one) for one in taken}) == 4


def test_one_that_cannot_be_made_fails_that_call_and_not_the_next() -> None:
    broken = [True]

    def make(sample_rate_hz: int) -> Ear:
        if sample_rate_hz == RATE_HZ and broken:
            broken.pop()
            raise MemoryError
        return Ear(sample_rate_hz)

    warm = Warm(make, Ear.hear)
    with pytest.raises(MemoryError):
        warm.take(RATE_HZ)

    assert warm.take(RATE_HZ).sample_rate_hz == RATE_HZ
    warm.close()


def test_noise_has_gaps_and_is_the_same_each_time() -> None:
    samples = np.frombuffer(noise(RATE_HZ), "<i2")

    assert noise(RATE_HZ) == noise(RATE_HZ)
    assert 0.2 < np.mean(samples == 0) < 0.5
