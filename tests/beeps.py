"""An engine that hears which constant value a stretch of audio has: words that depend on the audio, cheaply, in any process.

Word k is half a second of samples of the value 1000 + k, then half a second of nothing. `install` makes it known to processes
that are started with its folder on their path.
"""

import inspect
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import SplitResult

import numpy as np

from asr.engine import Hypothesis

WORDS = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏"
BASE, RATE, FRAME_S = 1000, 8000, 0.01
END_S = 0.2


def audio(count: int) -> bytes:
    """The first `count` words, a second each."""
    return b"".join(word_audio(number) for number in range(count))


def word_audio(number: int) -> bytes:
    """One word and its silence."""
    return np.concatenate([np.full(RATE // 2, BASE + number, "<i2"), np.zeros(RATE // 2, "<i2")]).tobytes()


def install(folder: Path) -> None:
    """Lay the engine and its entry point into the folder, as an installed package would."""
    (folder / "beeps.py").write_text(inspect.getsource(sys.modules[__name__]), encoding="utf-8")
    about = folder / "beeps-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: beeps\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text("[hotline.asr_engines]\nbeeps = beeps:open_engine\n", encoding="utf-8")


def open_engine(url: SplitResult) -> "BeepsEngine":
    """`beeps:`"""
    return BeepsEngine()


class BeepsEngine:
    """Serves any number of streams."""

    name = "beeps"

    def open_stream(self, sample_rate_hz: int) -> "BeepsStream":
        return BeepsStream()

    def close(self) -> None:
        return


class BeepsStream:
    """A word is final when it was quiet for a while."""

    def __init__(self) -> None:
        self._at_s = 0.0
        self._word: tuple[int, float, float] | None = None

    def feed(self, pcm: bytes) -> Sequence[Hypothesis]:
        samples = np.frombuffer(pcm, "<i2")
        frame = round(RATE * FRAME_S)
        return [found for at in range(0, len(samples), frame) for found in self._hear(int(samples[at]))]

    def finish(self) -> Sequence[Hypothesis]:
        return list(self._end())

    def close(self) -> None:
        self._word = None

    def _hear(self, value: int) -> Iterator[Hypothesis]:
        begin_s, self._at_s = self._at_s, self._at_s + FRAME_S
        if value >= BASE:
            began_s = self._word[1] if self._word else begin_s
            if not self._word:
                yield Hypothesis(WORDS[value - BASE], False, began_s, self._at_s)
            self._word = (value - BASE, began_s, self._at_s)
        elif self._word and begin_s - self._word[2] >= END_S:
            yield from self._end()

    def _end(self) -> Iterator[Hypothesis]:
        if self._word:
            number, start_s, end_s = self._word
            self._word = None
            yield Hypothesis(WORDS[number], True, start_s, end_s)
