"""What Vosk answers in JSON, as hypotheses.   Pure. Called by `asr.engines.vosk`.

With alternatives on, Vosk leaves out `text` and word confidences and gives each reading a likelihood in natural logarithms.
"""

import json
import math
from collections.abc import Sequence
from typing import Any

from asr.engine import HeardWord, Hypothesis
from asr.text import join_words

Entry = dict[str, Any]  # JSON
READABLE = "text"


def partial(answer: str, begun_s: float, until_s: float) -> Hypothesis | None:
    """What a partial result says of speech that began then; `until_s` is the stream's time now."""
    return _hypothesis(json.loads(answer).get("partial", ""), (), (begun_s, until_s))


def final(answer: str, base_s: float, until_s: float) -> Hypothesis | None:
    """What a final result says, with or without alternatives; None when nothing was heard."""
    found = json.loads(answer)
    readings: list[Entry] = [reading for reading in found.get("alternatives", ()) if reading[READABLE].strip()]
    if not readings:
        words = _words(found.get("result", ()), base_s)
        return _hypothesis(found.get(READABLE, ""), words, (base_s, until_s), is_final=True)
    likeliest, others = readings[0], tuple(join_words(reading[READABLE]) for reading in readings[1:])
    words = _words(_with_confidence(likeliest, readings), base_s)
    return _hypothesis(likeliest[READABLE], words, (base_s, until_s), is_final=True, alternatives=others)


def _hypothesis(
    text: str,
    words: tuple[HeardWord, ...],
    span: tuple[float, float],
    *,
    is_final: bool = False,
    alternatives: tuple[str, ...] = (),
) -> Hypothesis | None:
    joined = join_words(text)
    if not joined:
        return None
    start_s, end_s = (words[0].start_s, words[-1].end_s) if words else span
    return Hypothesis(joined, is_final, start_s, end_s, words, alternatives)


def _words(result: Sequence[Entry], base_s: float) -> tuple[HeardWord, ...]:
    return tuple(
        HeardWord(one["word"], base_s + one["start"], base_s + one["end"], min(1.0, one.get("conf", 1.0))) for one in result
    )


def _with_confidence(reading: Entry, readings: Sequence[Entry]) -> list[Entry]:
    """The reading's words, each as sure as all readings together that have it at that time."""
    best = max(one["confidence"] for one in readings)
    weights = [math.exp(one["confidence"] - best) for one in readings]
    return [
        {**word, "conf": sum(weight for one, weight in zip(readings, weights, strict=True) if _says(one, word)) / sum(weights)}
        for word in reading.get("result", ())
    ]


def _says(reading: Entry, word: Entry) -> bool:
    return any(
        one["word"] == word["word"] and one["start"] < word["end"] and word["start"] < one["end"]
        for one in reading.get("result", ())
    )
