"""When each part of a shown text was said, by the times of the raw words and the changes that led to it. Pure.

Callers: views and pushes that let a reader click a word and hear it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from asr.wording.changes import Change, origins, replayed
from hotline.kernel.errors import Invalid


@dataclass(frozen=True)
class Said:
    """Characters `start` to `end` (exclusive) of the shown text, and the seconds in which they were said."""

    start: int
    end: int
    from_s: float
    to_s: float


def times(
    raw: str, shown: str, words: Sequence[Mapping[str, Any]], changes: Sequence[Mapping[str, Any]], span: tuple[float, float]
) -> list[Said]:
    """The shown text in pieces that were said at one time, from left to right, without gaps.

    `words` are {word, start_s, end_s} of `raw`, `changes` as a segment keeps them. Without times of words, or where the changes
    do not fit the text, the characters share the whole `span` evenly.
    """
    spoken = list(_placed(raw, words, span))
    try:
        kept = [change for row in changes for change in _finer(Change(**row))]
        if replayed(raw, kept) != shown:
            raise Invalid("changes", "other-text")
    except Invalid:
        return list(_evenly(shown, span))
    return list(_joined([spoken[at] if at < len(spoken) else span for at in origins(raw, kept)]))


def _placed(raw: str, words: Sequence[Mapping[str, Any]], span: tuple[float, float]) -> Iterator[tuple[float, float]]:
    """The seconds of each raw character; what no word covers belongs to the word before it."""
    if not words:
        yield from ((said.from_s, said.to_s) for said in _evenly(raw, span))
        return
    at, here = 0, (float(words[0]["start_s"]), float(words[0]["end_s"]))
    for word in words:
        found = raw.find(str(word["word"]), at)
        if found < 0:
            continue
        yield from (here for _ in range(at, found))
        here = (float(word["start_s"]), float(word["end_s"]))
        at = found + len(str(word["word"]))
        yield from (here for _ in range(found, at))
    yield from (here for _ in range(at, len(raw)))


def _finer(change: Change) -> Iterator[Change]:
    """A change of a whole text as changes of what differs in it, so that the rest keeps its times."""
    if not change.before or not change.after:
        yield change
        return
    moved = change.start
    for kind, start, end, new_start, new_end in SequenceMatcher(a=change.before, b=change.after, autojunk=False).get_opcodes():
        before, after = change.before[start:end], change.after[new_start:new_end]
        if kind != "equal":
            yield Change(change.rule, moved + new_start, moved + new_start + len(before), before, after)


def _evenly(text: str, span: tuple[float, float]) -> Iterator[Said]:
    begin, step = span[0], (span[1] - span[0]) / max(len(text), 1)
    for at in range(len(text)):
        yield Said(at, at + 1, round(begin + at * step, 2), round(begin + (at + 1) * step, 2))


def _joined(spans: Sequence[tuple[float, float]]) -> Iterator[Said]:
    begin = 0
    for at in range(1, len(spans) + 1):
        if at == len(spans) or spans[at] != spans[begin]:
            yield Said(begin, at, *spans[begin])
            begin = at
