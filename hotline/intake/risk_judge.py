"""How probably a sentence tells of danger, and of which: runs of characters weighed, and scenes it is like. Pure; data only.

Weights and limits are `data/risk_judge.json`, scenes `data/risk_scenes.csv`; `risk_fit` makes the weights of the scenes.
Called by `risk_words`, beside the patterns: these know words, the judge knows how people tell of danger.
"""

import csv
import heapq
import json
import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import Any

from hotline.intake.risk_patterns import SENTENCE_END

LONGEST_RUN = 4
MARK = "§"
"""Begins what patterns and context say of a sentence: "§told:着火", "§past"."""
KEPT_SENTENCES = 4_000
LONGEST_PIECE = 80
"""So many characters of a text are judged as one."""
_DIGIT = re.compile(r"[0-9０-９]+")
_BLANK = re.compile(r"\s+")
_BREAK = re.compile(r"[^\u3400-\u9fffa-z0-9]+")

Span = tuple[int, int]


@dataclass(frozen=True)
class Limits:
    """From which probability a sentence is an alarm without words (`sure`), and below which words are none (`unlikely`),
    unless their own clause is one from `clause` on.

    `spoken` is the like of `sure` for the turns of a call, of which hundreds are harmless to one that tells of danger.
    `sounded` is the least for words known only by their sound, `growing` for a sentence that is still being spoken.
    """

    sure: float
    spoken: float
    unlikely: float
    clause: float
    sounded: float
    growing: float
    never_silenced: frozenset[str]
    mark_counts: float
    alike: int


@dataclass(frozen=True)
class Scene:
    """A sentence as somebody might tell it; without danger `group` and `level` are empty."""

    sentence: str
    danger: bool
    level: str
    group: str
    source: str


class Judge:
    """Weights, limits and scenes, ready."""

    def __init__(self, data: Mapping[str, Any], scenes: Sequence[Scene]) -> None:  # the JSON of `risk_judge.json`
        self.limits = read_limits(data)
        self._bias: float = data["bias"]
        self._weights: dict[str, float] = data["weights"]
        self._scenes = scenes
        self._sum = lru_cache(KEPT_SENTENCES)(self._summed)

    def danger(self, sentence: str, marks: Collection[str]) -> float:
        """How probably the sentence tells a danger that is there, 0-1. `marks` as `marks_of` makes them."""
        told = sum(self._weights.get(mark, 0.0) for mark in marks)
        odds = self._bias + self._sum(sentence) + told * self.limits.mark_counts
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))

    def group(self, sentence: str) -> str:
        """The danger of the scenes that are most like the sentence; empty when none shares a run with it."""
        index, telling = self._index
        alike: dict[int, float] = defaultdict(float)
        for run in set(_telling_runs(sentence)):
            for scene in index.get(run, ()):
                alike[scene] += telling[run]
        votes: dict[str, float] = defaultdict(float)
        nearest = ((share / self._lengths[scene], scene) for scene, share in alike.items())
        for likeness, scene in heapq.nlargest(self.limits.alike, nearest):
            votes[self._scenes[scene].group] += likeness
        return max(votes, key=lambda name: votes[name], default="")

    def telling(self, sentence: str) -> Span:
        """Start and end (exclusive) of the characters that speak most for danger; never empty unless the sentence is."""
        speaks = [0.0] * len(sentence)
        for start, end in _spans(sentence):
            share = self._weights.get(_plain(sentence[start:end]), 0.0) / (end - start)
            for at in range(start, end):
                speaks[at] += share
        return _heaviest(speaks)

    def _summed(self, sentence: str) -> float:
        found = set(runs(sentence))
        return sum(self._weights.get(run, 0.0) for run in found) / math.sqrt(len(found)) if found else 0.0

    @cached_property
    def _index(self) -> tuple[dict[str, list[int]], dict[str, float]]:
        """The dangerous scenes by run, and how telling each run is."""
        index: dict[str, list[int]] = defaultdict(list)
        for number, scene in enumerate(self._scenes):
            for run in set(_telling_runs(scene.sentence)) if scene.danger and scene.group else ():
                index[run].append(number)
        return index, {run: math.log(1 + len(self._scenes) / len(scenes)) ** 2 for run, scenes in index.items()}

    @cached_property
    def _lengths(self) -> dict[int, float]:
        index, telling = self._index
        sums: dict[int, float] = defaultdict(float)
        for run, scenes in index.items():
            for scene in scenes:
                sums[scene] += telling[run]
        return {scene: math.sqrt(found) for scene, found in sums.items()}


def runs(sentence: str) -> Iterator[str]:
    """The runs of 1-4 characters of the sentence, where it begins and ends being one; numbers count as 0, signs as a comma."""
    plain = f"^{_plain(sentence)}$"
    for length in range(1, LONGEST_RUN + 1):
        for start in range(len(plain) - length + 1):
            yield plain[start : start + length]


def pieces(text: str) -> Iterator[Span]:
    """Start and end (exclusive) of what is judged as one: the sentences, as many as are not too long together."""
    ends = [found.end() for found in SENTENCE_END.finditer(text) if found.end() < len(text)]
    start = reached = 0
    for end in (*ends, len(text)):
        if end - start > LONGEST_PIECE and reached > start:
            yield start, reached
            start = reached
        while end - start > LONGEST_PIECE:
            yield start, start + LONGEST_PIECE
            start += LONGEST_PIECE
        reached = end
    if reached > start:
        yield start, reached


def marks_of(found: Iterable[str], meant: Iterable[str], rules: Iterable[str]) -> frozenset[str]:
    """What patterns and context say, as marks: groups `found` and `meant`, and the lists of context (`rules`)."""
    told, real = set(found), set(meant)
    marks = {f"{MARK}found:{name}" for name in told} | {f"{MARK}meant:{name}" for name in real}
    marks |= {f"{MARK}{name}" for name in rules}
    return frozenset(marks | ({f"{MARK}found"} if told else set()) | ({f"{MARK}meant"} if real else set()))


def read_limits(data: Mapping[str, Any]) -> Limits:  # the JSON of `risk_judge.json`
    """The limits of the file."""
    named = {
        name: data[name] for name in ("sure", "spoken", "unlikely", "clause", "sounded", "growing", "mark_counts", "alike")
    }
    return Limits(**named, never_silenced=frozenset(data["never_silenced"]))


@cache
def packaged_scenes() -> tuple[Scene, ...]:
    """The scenes that come with the package."""
    rows = csv.DictReader(_text("risk_scenes.csv").splitlines())
    return tuple(Scene(r["sentence"], r["danger"] == "1", r["level"], r["group"], r["source"]) for r in rows)


@cache
def packaged_judge() -> Judge:
    """The judge that comes with the package."""
    return Judge(json.loads(_text("risk_judge.json")), packaged_scenes())


def _telling_runs(sentence: str) -> Iterator[str]:
    """The runs by which scenes are alike; a single character says little and stands in most."""
    return (run for run in runs(sentence) if len(run) > 1)


def _plain(sentence: str) -> str:
    return _BREAK.sub("，", _DIGIT.sub("0", _BLANK.sub("", sentence)).lower()).strip("，")


def _spans(sentence: str) -> Iterator[Span]:
    for length in range(1, LONGEST_RUN + 1):
        for start in range(len(sentence) - length + 1):
            yield start, start + length


def _heaviest(speaks: Sequence[float]) -> Span:
    """The stretch with the greatest sum."""
    best, at, total, start = -math.inf, (0, len(speaks)), 0.0, 0
    for place, share in enumerate(speaks):
        if total <= 0:
            total, start = 0.0, place
        total += share
        if total > best:
            best, at = total, (start, place + 1)
    return at


def _text(name: str) -> str:
    return resources.files("hotline.intake").joinpath("data", name).read_text(encoding="utf-8")
