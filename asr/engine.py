"""The port of speech recognition: PCM in, partial and final hypotheses out. Engines live in `asr.engines`.

PCM is signed 16-bit little-endian, one channel, at the rate the stream was opened with. Callers: `asr.sessions`, the CLI.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hotline.kernel import plugins

GROUP = "hotline.asr_engines"
SAMPLE_BYTES = 2


@dataclass(frozen=True)
class HeardWord:
    """One word with its time in the stream; `confidence` 0-1, 1 where the engine gives none."""

    word: str
    start_s: float
    end_s: float
    confidence: float = 1.0


@dataclass(frozen=True)
class Hypothesis:
    """What was heard, so far (`is_final` false; the next one replaces it) or for good. Seconds from the stream's start.

    `alternatives` are other readings, likeliest first. `replaces` says that a better engine heard an earlier final anew: the
    stream's how-manieth, from 0; such a hypothesis is final, and finals of other utterances may have come between.
    """

    text: str
    is_final: bool
    start_s: float
    end_s: float
    words: tuple[HeardWord, ...] = ()
    alternatives: tuple[str, ...] = ()
    replaces: int | None = None


class RecognitionStream(Protocol):
    """One speaker. Used by one thread at a time; finals come in order and do not overlap."""

    def feed(self, pcm: bytes) -> Sequence[Hypothesis]:
        """Take any amount of audio (an odd last byte is dropped) and return what is new; must keep up with real time."""

    def finish(self) -> Sequence[Hypothesis]:
        """The remaining finals; may take seconds. Nothing is fed afterwards; a second call returns nothing."""

    def close(self) -> None:
        """Give the memory back. Safe to call twice."""


class AsrEngine(Protocol):
    """A loaded recogniser; serves many streams in many threads."""

    name: str

    def open_stream(self, sample_rate_hz: int) -> RecognitionStream:
        """A stream for audio of that rate, 8000 to 48000 Hz."""

    def close(self) -> None:
        """Unload. Open streams must have been closed before. Safe to call twice."""


def open_engine(url: str) -> AsrEngine:
    """Load the engine that the URL's scheme names. Raises Invalid for a wrong URL, ModelUnusable for a wrong model."""
    # libvosk brings its own OpenBLAS, which starts one thread a core on loading and then slows all streams down. The
    # adapter is imported only now, through its entry point, so that the library finds the variable.
    os.putenv("OPENBLAS_NUM_THREADS", "1")
    engine: AsrEngine = plugins.open_url(GROUP, url)
    return engine


def whole_samples(pcm: bytes) -> bytes:
    """The audio without a half sample at its end."""
    return pcm[: len(pcm) - len(pcm) % SAMPLE_BYTES]


def seconds(pcm: bytes, sample_rate_hz: int) -> float:
    """How long that audio lasts."""
    return len(pcm) // SAMPLE_BYTES / sample_rate_hz
