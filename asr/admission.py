"""Whether a new call gets a recogniser, by what recognition really costs on this machine now.   Pure.

`asr.sessions` measures and asks; over the limit a call is recorded, and heard later by `asr.late`.
"""

from dataclasses import dataclass
from enum import StrEnum

ENOUGH_S = 20.0
"""Before so much audio was heard, what it costs is not known; the operator's guess holds."""
FORGET_S = 120.0
"""Of the measured cost, older audio counts less and less by that time constant."""


class Verdict(StrEnum):
    """`yes`, or why not."""

    YES = "yes"
    NO_ENGINE = "no-engine"
    MOST = "most-streams"
    CORES = "cores-full"
    LAG = "lagging"


@dataclass(frozen=True)
class Terms:
    """What the operator allows. `share` is the part of the cores that live recognition may fill."""

    max_streams: int
    cores: int
    streams_per_core: float = 5.0
    share: float = 0.8
    most_lag_s: float = 2.0
    late_share: float = 0.5
    """Of the live streams' room; while more is in use, nothing is heard later."""


@dataclass(frozen=True)
class Load:
    """Streams that have a recogniser, the worst lag among them, and the cost of a stream in CPU seconds a second; None while
    it is not known."""

    streams: int
    lag_s: float
    cost: float | None


def room(terms: Terms, cost: float | None) -> int:
    """How many streams this machine bears at that cost."""
    guess = terms.cores * terms.streams_per_core
    bears = guess if not cost else terms.cores * terms.share / cost
    return min(terms.max_streams, max(1, int(bears + 1e-9)))


def decide(terms: Terms, load: Load) -> Verdict:
    """Whether one more stream gets a recogniser."""
    if load.streams >= terms.max_streams:
        return Verdict.MOST
    if load.lag_s > terms.most_lag_s:
        return Verdict.LAG
    if load.streams >= room(terms, load.cost):
        return Verdict.CORES
    return Verdict.YES


def may_hear_late(terms: Terms, load: Load) -> bool:
    """Whether recordings may be heard beside what is live."""
    return load.lag_s <= terms.most_lag_s / 2 and load.streams <= room(terms, load.cost) * terms.late_share


class Cost:
    """Keeps the average cost of a second of audio, newer audio counting more. Told of the same process's growing sums."""

    def __init__(self) -> None:
        self._cpu_s = self._audio_s = self._heard_s = 0.0

    def add(self, cpu_s: float, audio_s: float) -> None:
        """So many CPU seconds went by over so much audio."""
        kept = max(0.0, 1 - audio_s / FORGET_S)
        self._cpu_s = self._cpu_s * kept + cpu_s
        self._audio_s = self._audio_s * kept + audio_s
        self._heard_s += audio_s

    @property
    def per_second(self) -> float | None:
        """CPU seconds for a second of audio; None before there was enough of it."""
        return self._cpu_s / self._audio_s if self._heard_s >= ENOUGH_S and self._audio_s else None
