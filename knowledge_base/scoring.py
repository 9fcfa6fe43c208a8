"""How sure it is that an article answers a question: what they share as figures, and a probability out of them. Pure.

The weights of the figures come from questions with known answers (`calibration.py`); they stand in `data/answers.yaml`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

from hotline.kernel.search.query import Alternative

# How much the words of the question count against those of the wording; the wording is short and all of it is meant.
ASKED_SHARE = 0.6
# A word of the question that stands only in the answer or the keywords, not in the wording, counts this part.
ELSEWHERE = 0.5
SCORE, COVERED, WORDED, ALIKE, SOUNDED, SCORED = FIGURES = ("score", "covered", "worded", "alike", "sounded", "scored")
BIAS, SHIFT, STEEP = "bias", "shift", "steep"
"""Beside the weights of the figures: the odds against "none of these", and how the share that results is stretched."""


@dataclass(frozen=True)
class Question:
    """A question cut up: telling tokens (filler left out) with their weights, its sounds, its words spaced for RapidFuzz."""

    tokens: tuple[str, ...]
    weights: Mapping[str, float]
    spaced: str
    alternatives: Mapping[str, tuple[Alternative, ...]]
    sounds: frozenset[str] = frozenset()

    @cached_property
    def called(self) -> frozenset[str]:
        """Its tokens and all they may be called."""
        return frozenset((*self.tokens, *(part for many in self.alternatives.values() for one in many for part in one)))

    @cached_property
    def total(self) -> float:
        """The weight of all its tokens."""
        return sum(self.weights.get(token, 0.0) for token in self.tokens)

    def share_in(self, given: frozenset[str]) -> float:
        """The share (0-1, by weight) of the question that is given, itself or by a synonym."""
        if self.total <= 0:
            return 0.0
        return sum(weight for weight, ways in self._ways if any(way <= given for way in ways)) / self.total

    @cached_property
    def _ways(self) -> list[tuple[float, tuple[frozenset[str], ...]]]:
        others = {token: tuple(frozenset(one) for one in many) for token, many in self.alternatives.items()}
        return [(self.weights.get(token, 0.0), (frozenset({token}), *others.get(token, ()))) for token in self.tokens]


@dataclass(frozen=True)
class Wording:
    """One way an article is asked for: its title or a variant."""

    text: str
    tokens: frozenset[str]
    spaced: str
    sounds: frozenset[str] = frozenset()
    syllables: int = 0
    """How many of the sounds are pairs of syllables, not initials."""


@dataclass(frozen=True)
class Met:
    """An article as a question meets it: its wordings, the tokens of all its other texts, its score in the search 0-1."""

    wordings: tuple[Wording, ...]
    elsewhere: frozenset[str]
    score: float
    scored: float = 0.0
    """How far up the order of a second scorer: 1 for its first, 1/2 for the second …, less the mean; 0 without one."""


def figures(question: Question, met: Met, near_identical: float) -> dict[str, float]:
    """What the article and the question share, each 0-1 but the last."""
    everything = met.elsewhere.union(*(wording.tokens for wording in met.wordings))
    anywhere = question.share_in(everything)
    return {
        SCORE: met.score,
        COVERED: anywhere,
        WORDED: max((_worded(question, wording, anywhere) for wording in met.wordings), default=0.0),
        ALIKE: max((_alike(question, wording, near_identical) for wording in met.wordings), default=0.0),
        SOUNDED: max((_sounded(question, wording) for wording in met.wordings), default=0.0),
        SCORED: met.scored,
    }


def confidences(rows: Sequence[Mapping[str, float]], weights: Sequence[Mapping[str, float]]) -> list[float]:
    """The probability of each candidate to be the answer, by the weights of its kind.

    Shares of the odds, where "none of them" has odds 1, stretched to what they turned out to mean (Platt scaling).
    """
    odds = [
        math.exp(one[BIAS] + sum(one[name] * row[name] for name in FIGURES)) for row, one in zip(rows, weights, strict=True)
    ]
    rest = 1.0 + sum(odds)
    return [_stretched(one / (rest - one), kind) for one, kind in zip(odds, weights, strict=True)]


def _stretched(odds: float, weights: Mapping[str, float]) -> float:
    meant = math.exp(weights[SHIFT]) * odds ** weights[STEEP]
    return float(meant / (1.0 + meant))


def _worded(question: Question, wording: Wording, anywhere: float) -> float:
    inside = question.share_in(wording.tokens)
    total = sum(question.weights.get(token, 0.0) for token in wording.tokens)
    told = sum(question.weights.get(token, 0.0) for token in wording.tokens & question.called)
    return _both_ways(inside + ELSEWHERE * (anywhere - inside), told / total if total > 0 else 0.0)


def _sounded(question: Question, wording: Wording) -> float:
    shared = len(question.sounds & wording.sounds)
    if not shared or not wording.syllables:
        return 0.0
    return _both_ways(shared / len(question.sounds), min(1.0, shared / wording.syllables))


def _alike(question: Question, wording: Wording, near_identical: float) -> float:
    return fuzz.token_sort_ratio(question.spaced, wording.spaced, processor=None, score_cutoff=near_identical * 100) / 100


def _both_ways(asked: float, told: float) -> float:
    return float(asked**ASKED_SHARE * told ** (1 - ASKED_SHARE))
