"""How well an article's wording meets a question, 0-1: covered meaning both ways, weighed by how telling each word is. Pure.

Not a ranking by likeness of letters: RapidFuzz only sees wordings that are nearly the question itself (typing, hearing).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

# How much the words of the question count against those of the wording; the wording is short and all of it is meant.
ASKED_SHARE = 0.6
# A word of the question that stands only in the answer or the keywords, not in the wording, counts this part.
ELSEWHERE = 0.5


@dataclass(frozen=True)
class Question:
    """A question cut up: telling tokens (filler left out) with their weights, and its words spaced for RapidFuzz."""

    tokens: tuple[str, ...]
    weights: Mapping[str, float]
    spaced: str
    synonyms: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Wording:
    """One way an article is asked for: its title or a variant."""

    text: str
    tokens: tuple[str, ...]
    spaced: str


def confidence(question: Question, wordings: Sequence[Wording], elsewhere: Collection[str], near_identical: float) -> float:
    """How sure it is that the article answers: the best of its wordings, 0-1. `elsewhere` are tokens of its other texts."""
    if not question.tokens:
        return 0.0
    return max((_met(question, wording, elsewhere, near_identical) for wording in wordings), default=0.0)


def covered(wanted: Sequence[str], given: Collection[str], question: Question) -> float:
    """The share (0-1, by weight) of the wanted tokens that are given, themselves or by a synonym."""
    total = sum(question.weights.get(token, 0.0) for token in wanted)
    if total <= 0:
        return 0.0
    return sum(question.weights.get(token, 0.0) for token in wanted if _is_in(token, given, question)) / total


def _met(question: Question, wording: Wording, elsewhere: Collection[str], near_identical: float) -> float:
    alike = fuzz.token_sort_ratio(question.spaced, wording.spaced, processor=None, score_cutoff=near_identical * 100) / 100
    inside = covered(question.tokens, wording.tokens, question)
    anywhere = covered(question.tokens, {*wording.tokens, *elsewhere}, question)
    asked = inside + ELSEWHERE * (anywhere - inside)
    told = covered(wording.tokens, question.tokens, question)
    return max(alike, float(asked**ASKED_SHARE * told ** (1 - ASKED_SHARE)))


def _is_in(token: str, given: Collection[str], question: Question) -> bool:
    return token in given or any(other in given for other in question.synonyms.get(token, ()))
