"""Counts and times of live recognition: what admission goes by and what operators read. No library of metrics is needed.

Filled by `asr.sessions` from many threads; read as a `Standing` by the gateway, which lays it where the web process finds it.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from asr.admission import Cost
from asr.quantiles import quantile

KEPT_DELAYS = 500


@dataclass(frozen=True)
class Standing:
    """Now and since the start. Delays are seconds of the call from the end of a word until it was told, p50 and p95; `cost`
    is CPU seconds a second of audio (RTF), None while not known."""

    engine: str
    streams: int
    room: int
    admitted: int
    refused: int
    lag_s: float
    cost: float | None
    partial_s: tuple[float, float]
    final_s: tuple[float, float]
    restarts: int
    losses: int


@dataclass
class Meter:
    """`cpu_seconds` is asked for the sum of CPU time that recognition used so far."""

    cpu_seconds: Callable[[], float]
    admitted: int = 0
    refused: int = 0
    losses: int = 0
    _audio_s: float = 0.0
    _seen_cpu_s: float | None = None
    _cost: Cost = field(default_factory=Cost)
    _partials: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT_DELAYS))
    _finals: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT_DELAYS))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def worked(self, audio_s: float) -> None:
        """So much audio was heard, or was silence that needed no hearing."""
        with self._lock:
            self._audio_s += audio_s

    def told(self, delay_s: float, *, is_final: bool) -> None:
        """Words went out so long after they were said."""
        (self._finals if is_final else self._partials).append(max(0.0, delay_s))

    def lost(self, recognisers: int) -> None:
        """So many recognisers died under a stream."""
        with self._lock:
            self.losses += recognisers

    def cost(self, streams: int) -> float | None:
        """CPU seconds a second of audio, while that many streams are open; None while not known."""
        used_s = self.cpu_seconds()
        with self._lock:
            if not streams and not self._audio_s:
                # Loading a model, or dying, is no hearing.
                self._seen_cpu_s = used_s
            elif self._audio_s >= 1:
                # A process that died takes its count along: less than before says nothing.
                spent_s = max(0.0, used_s - (used_s if self._seen_cpu_s is None else self._seen_cpu_s))
                self._cost.add(spent_s, self._audio_s if self._seen_cpu_s is not None else 0.0)
                self._audio_s, self._seen_cpu_s = 0.0, used_s
            return self._cost.per_second

    def partial_delays(self) -> tuple[float, float]:
        """p50 and p95 of partials, rounded to a hundredth; zeros before there was one."""
        return _halfway_and_most(list(self._partials))

    def final_delays(self) -> tuple[float, float]:
        """The same of finals."""
        return _halfway_and_most(list(self._finals))


def _halfway_and_most(delays: Sequence[float]) -> tuple[float, float]:
    return round(quantile(delays, 0.5) or 0.0, 2), round(quantile(delays, 0.95) or 0.0, 2)
