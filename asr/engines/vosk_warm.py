"""A recogniser that is ready when a caller begins to speak: a new one puts its graph together while it hears its first second.

That took 0.9 s of CPU on the Korean model, and the first words waited for it; one that heard noise before takes 0.15 s.
Knows nothing of vosk: it is told how one is made and how it hears. Called by `asr.engines.vosk`.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")

NOISE_S = 3.0
"""Of noise, as long as syllables and gaps between them; less of it, or without gaps, left half of the work undone."""
SYLLABLES_HZ = 4.0
TELEPHONE_HZ = 8000
"""The rate of the first caller, most likely."""
LOUDNESS = 1500
"""Of 16 bit samples, about as loud as a voice."""


class Warm(Generic[T]):
    """Keeps one ready for telephones and for each sample rate that was asked for; the next is made while the last works.

    All have heard the same noise: the order in which a graph grew may change words, and the same audio is to give the same.
    """

    def __init__(self, make: Callable[[int], T], hear: Callable[[T, bytes], object]) -> None:
        self._make, self._hear = make, hear
        self._lock = threading.Lock()
        self._ready: dict[int, Future[T]] = {}
        self._maker = ThreadPoolExecutor(1, "warm-recogniser")
        self._prepare(TELEPHONE_HZ)

    def take(self, sample_rate_hz: int) -> T:
        """One that has heard `NOISE_S`; waits for it where several calls begin at once, or the first of that rate."""
        with self._lock:
            ready = self._ready.get(sample_rate_hz) or self._prepare(sample_rate_hz)
            self._prepare(sample_rate_hz)
        return ready.result()

    def close(self) -> None:
        """Let go of those that wait, after the one that is being made."""
        self._maker.shutdown(cancel_futures=True)
        self._ready.clear()

    def _prepare(self, sample_rate_hz: int) -> Future[T]:
        self._ready[sample_rate_hz] = self._maker.submit(self._warmed, sample_rate_hz)
        return self._ready[sample_rate_hz]

    def _warmed(self, sample_rate_hz: int) -> T:
        recogniser = self._make(sample_rate_hz)
        self._hear(recogniser, noise(sample_rate_hz))
        return recogniser


def noise(sample_rate_hz: int) -> bytes:
    """Noise in syllables, as PCM; the same at every start, so that what is heard later is the same as well."""
    at_s = np.arange(round(NOISE_S * sample_rate_hz)) / sample_rate_hz
    voiced = np.sin(2 * np.pi * SYLLABLES_HZ * at_s) > -1 / 3
    samples = np.random.default_rng(0).normal(0, LOUDNESS, at_s.size) * voiced
    return samples.clip(-32768, 32767).astype("<i2").tobytes()
