"""What benchmarks of speech share: the audio, streams that are fed as fast as people speak, and what each stream saw.

`benchmarks.speech` compares; `benchmarks.speech_ours` and `benchmarks.speech_peer` are the two sides.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from asr.audio import read_caller
from asr.engine import SAMPLE_BYTES
from asr.quantiles import quantile

RATE_HZ = 16000
CHUNK_S = 0.1
CHUNK_BYTES = round(RATE_HZ * CHUNK_S) * SAMPLE_BYTES
PAUSE_S = 0.8
BURSTS_S = 20.0
STAGGER_S = 1.7
"""How much further into the audio each stream begins, so that they do not all pause at once."""
START_S = 1.0
"""Between the beginnings of two streams: calls come one after the other, and a new recogniser works hardest at first."""


@dataclass
class Seen:
    """What streams saw, in seconds: how long audio waited to be worked off, from a word's end to its first showing, from an
    utterance's beginning to its first word, from its end to its final text."""

    lags: list[float] = field(default_factory=list)
    words: list[float] = field(default_factory=list)
    first_words: list[float] = field(default_factory=list)
    finals: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    audio_s: float = 0.0
    memory_mb: float = 0.0

    @property
    def cpu_per_s(self) -> float:
        """CPU seconds a second of audio."""
        return self.cpu_s / self.audio_s if self.audio_s else 0.0


Side = Callable[[int, float], Seen]
"""Hears that many streams at once for so many seconds."""


def audio_of(folder: Path | None) -> bytes:
    """The folder's recordings with pauses between; without one, bursts like a voice, made here."""
    files = sorted(folder.rglob("*.wav")) if folder else []
    pause = bytes(round(RATE_HZ * PAUSE_S) * SAMPLE_BYTES)
    parts = [read_caller(file, RATE_HZ) for file in files[:40]] or [bursts(BURSTS_S, RATE_HZ)]
    return pause.join([*parts, b""])


def chunk(audio: bytes, stream: int, number: int) -> bytes:
    """The `number`-th piece that a stream is fed; the audio has no end."""
    begin = int(stream * STAGGER_S / CHUNK_S) * CHUNK_BYTES
    at = (begin + number * CHUNK_BYTES) % (len(audio) - CHUNK_BYTES)
    at -= at % SAMPLE_BYTES
    return audio[at : at + CHUNK_BYTES]


def chunks(seconds: float) -> int:
    """How many pieces so much time has."""
    return max(1, round(seconds / CHUNK_S))


def wait_until(moment: float) -> None:
    """Sleep until that second of the monotonic clock."""
    time.sleep(max(0.0, moment - time.monotonic()))


def share(values: Sequence[float], part: float) -> float:
    """The value that this part of all keeps within; not a number when there is none."""
    found = quantile(values, part)
    return math.nan if found is None else found


def cpu_seconds(pids: Sequence[int]) -> float:
    """CPU seconds so far of these processes."""
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)


def memory_mb(pids: Sequence[int]) -> float:
    """Memory that these processes alone hold."""
    return sum(psutil.Process(pid).memory_full_info().uss for pid in pids) / 1e6


def bursts(seconds: float, rate_hz: int) -> bytes:
    """Something like a voice, as PCM: a pitch that moves, in syllables with pauses."""
    at = np.arange(int(rate_hz * seconds)) / rate_hz
    pitch = 150 + 20 * np.sin(2 * np.pi * 0.3 * at)
    voice = sum(np.sin(2 * np.pi * n * np.cumsum(pitch) / RATE_HZ) / n for n in range(1, 16))
    syllables = (np.sin(2 * np.pi * 3.5 * at) > -0.4) * (np.sin(2 * np.pi * 0.25 * at) > -0.6)
    return (voice * syllables * 4000).astype("<i2").tobytes()
