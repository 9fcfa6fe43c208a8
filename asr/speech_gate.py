"""Where speech begins and ends, by loudness alone: cuts a stream into utterances for engines that cannot stream.   Pure.

A frame is speech when it is clearly louder than the noise floor, which follows the quietest recent frames.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]

FRAME_S = 0.02
BEFORE_S = 0.3
"""How much before the first loud frame belongs to the utterance: soft consonants begin below the threshold."""
SHORTEST_S = 0.12
"""Less speech than this is a click, not a word."""
ABOVE_FLOOR_DB = 9.0
QUIETEST_SPEECH_DB = -48.0
FULL_SCALE = 32768.0
FLOOR_RISES_DB_S = 2.0
CUT_SEARCH_S = 3.0


@dataclass(frozen=True)
class Utterance:
    """A stretch of speech with a little silence around it; seconds from the stream's start."""

    samples: Samples
    start_s: float
    end_s: float


@dataclass
class _Open:
    first: int
    frames: list[Samples] = field(default_factory=list)
    levels: list[float] = field(default_factory=list)
    spoken: int = 0
    quiet: int = 0


class SpeechGate:
    """Feed it audio; it hands out utterances, closed by `silence_s` of quiet or cut at the quietest place near `longest_s`.

    Of the quiet at its end an utterance keeps `after_s`.
    """

    def __init__(self, sample_rate_hz: int, *, silence_s: float, longest_s: float, after_s: float = math.inf) -> None:
        self._size = int(sample_rate_hz * FRAME_S)
        self._quiet_frames = round(silence_s / FRAME_S)
        self._after_frames = round(min(after_s, silence_s) / FRAME_S)
        self._most_frames = round(longest_s / FRAME_S)
        self._rest = np.zeros(0, np.int16)
        self._recent: list[Samples] = []
        self._floor_db = QUIETEST_SPEECH_DB - ABOVE_FLOOR_DB
        self._count = 0
        self._open: _Open | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody is speaking."""
        return self._open is not None

    @property
    def is_pausing(self) -> bool:
        """Whether whoever speaks has been quiet for `after_s`: if the utterance ends here, it is `so_far` already."""
        return self._open is not None and self._open.quiet >= self._after_frames

    def so_far(self) -> Utterance | None:
        """The open utterance as it would be if it ended now."""
        run = self._open
        return self._trimmed(run) if run is not None and run.spoken * FRAME_S >= SHORTEST_S else None

    def feed(self, samples: Samples) -> list[Utterance]:
        """The utterances that ended within this audio."""
        self._rest = np.concatenate([self._rest, samples])
        found: list[Utterance] = []
        whole = len(self._rest) // self._size * self._size
        for frame in self._rest[:whole].reshape(-1, self._size):
            found.extend(self._take(frame))
        self._rest = self._rest[whole:]
        return found

    def finish(self) -> list[Utterance]:
        """The utterance that was still open, if any."""
        return list(self._close())

    def _take(self, frame: Samples) -> Iterator[Utterance]:
        level = level_db(frame)
        is_speech = level > max(QUIETEST_SPEECH_DB, self._floor_db + ABOVE_FLOOR_DB)
        self._floor_db = min(level, self._floor_db + FLOOR_RISES_DB_S * FRAME_S)
        self._floor_db = max(self._floor_db, QUIETEST_SPEECH_DB - 2 * ABOVE_FLOOR_DB)
        self._count += 1
        if self._open is None and is_speech:
            self._open = _Open(self._count - 1 - len(self._recent), list(self._recent), [level] * len(self._recent))
            self._recent = []
        if self._open is None:
            self._recent = [*self._recent, frame][-round(BEFORE_S / FRAME_S) :]
        else:
            yield from self._extend(self._open, frame, level, is_speech=is_speech)

    def _extend(self, run: _Open, frame: Samples, level: float, *, is_speech: bool) -> Iterator[Utterance]:
        run.frames.append(frame)
        run.levels.append(level)
        run.spoken += is_speech
        run.quiet = 0 if is_speech else run.quiet + 1
        if run.quiet >= self._quiet_frames:
            yield from self._close()
        elif len(run.frames) >= self._most_frames:
            yield self._cut(run)

    def _close(self) -> Iterator[Utterance]:
        run, self._open = self._open, None
        if run is not None and run.spoken * FRAME_S >= SHORTEST_S:
            yield self._trimmed(run)

    def _trimmed(self, run: _Open) -> Utterance:
        kept = len(run.frames) - max(0, run.quiet - self._after_frames)
        return _utterance(run.frames[:kept], run.first)

    def _cut(self, run: _Open) -> Utterance:
        searched = run.levels[-round(CUT_SEARCH_S / FRAME_S) :]
        at = len(run.frames) - len(searched) + int(np.argmin(searched)) or len(run.frames)
        spoken = round(SHORTEST_S / FRAME_S)  # speech goes on by definition, so the rest counts as spoken
        self._open = _Open(run.first + at, run.frames[at:], run.levels[at:], spoken=spoken)
        return _utterance(run.frames[:at], run.first)


def level_db(frame: Samples) -> float:
    """Loudness of a frame in dB below full scale; -100 for digital silence."""
    if not len(frame):
        return -100.0
    power = float(np.mean(np.square(frame.astype(np.float64) / FULL_SCALE)))
    return max(-100.0, 10.0 * float(np.log10(power + 1e-12)))


def _utterance(frames: list[Samples], first: int) -> Utterance:
    return Utterance(np.concatenate(frames), first * FRAME_S, (first + len(frames)) * FRAME_S)
