"""Has an engine hear recordings: as fast as it can, or at the pace of speech to see what an agent would see and when."""

import time
from collections.abc import Iterable, Sequence

import numpy as np

from asr import evaluation
from asr.engine import SAMPLE_BYTES, AsrEngine, Hypothesis, seconds
from asr.evaluation import Live
from asr.speech_gate import FRAME_S, level_db

PIECE_S = 0.1
QUIETER_DB = 30.0
"""What is quieter than the loudest moment by more is not counted as speech."""
AFTER_S = 1.0
"""Silence that follows a recording when it is heard live: a caller falls silent, the line stays."""


def finals(engine: AsrEngine, pcm: bytes, rate: int) -> list[Hypothesis]:
    """The finals of a recording, those heard anew in place of the first ones."""
    stream = engine.open_stream(rate)
    try:
        found = [one for piece in _pieces(pcm, rate) for one in stream.feed(piece)]
        found.extend(stream.finish())
    finally:
        stream.close()
    return settled(found)


def settled(found: Iterable[Hypothesis]) -> list[Hypothesis]:
    """Finals in their order, each as it was last heard."""
    kept = list[Hypothesis]()
    for one in found:
        if one.is_final and one.replaces is None:
            kept.append(one)
        elif one.is_final and one.replaces is not None and one.replaces < len(kept):
            kept[one.replaces] = one
    return kept


def live(engine: AsrEngine, pcm: bytes, rate: int) -> Live:
    """When words came while the recording was played at its own pace, and how steady they were."""
    begins_s, ends_s = speech_of(pcm, rate)
    heard = list[tuple[float, Hypothesis]]()
    stream = engine.open_stream(rate)
    started = time.monotonic()
    try:
        played_s = 0.0
        for piece in _pieces(pcm + bytes(int(AFTER_S * rate) * SAMPLE_BYTES), rate):
            played_s += seconds(piece, rate)
            time.sleep(max(0.0, started + played_s - time.monotonic()))
            heard += [(time.monotonic() - started, one) for one in stream.feed(piece)]
        heard += [(time.monotonic() - started, one) for one in stream.finish()]
    finally:
        stream.close()
    told = [(at, one) for at, one in heard if one.text]
    over = [at for at, one in told if one.is_final]
    first_s = told[0][0] - begins_s if told else None
    return Live(first_s, over[-1] - ends_s if over else None, _steadiness([one for _, one in told]))


def speech_of(pcm: bytes, rate: int) -> tuple[float, float]:
    """Where the first sound of speech begins and the last ends, in seconds: what is not much quieter than the loudest."""
    size = int(rate * FRAME_S)
    samples = np.frombuffer(pcm, "<i2")
    levels = np.array([level_db(frame) for frame in samples[: len(samples) // size * size].reshape(-1, size)])
    if not len(levels):
        return 0.0, seconds(pcm, rate)
    loud = np.flatnonzero(levels >= levels.max() - QUIETER_DB)
    return float(loud[0]) * FRAME_S, float(loud[-1] + 1) * FRAME_S


def _pieces(pcm: bytes, rate: int) -> list[bytes]:
    size = SAMPLE_BYTES * int(rate * PIECE_S)
    return [pcm[at : at + size] for at in range(0, len(pcm), size)]


def _steadiness(heard: Sequence[Hypothesis]) -> float | None:
    shares, partials = list[float | None](), list[str]()
    for one in heard:
        if not one.is_final:
            partials.append(one.text)
        elif one.replaces is None:
            shares.append(evaluation.steadiness(partials, one.text))
            partials = []
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None
