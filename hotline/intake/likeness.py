"""How probably two texts say the same: figures of their words, meaning and particulars, weighed into one. Pure.

Weights are data (`data/likeness.yaml`), fitted by `hotline duplicates fit`; scoring is a dot product. What else is known of a
claim (place, time, category, caller) is weighed by `repeats`, which calls this with the texts.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources

import numpy as np
import yaml
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from hotline.intake import particulars, word_vectors
from hotline.intake.particulars import Particulars
from hotline.intake.word_vectors import Vectors
from hotline.kernel.search.analysis import Analyzer, normalise

BIAS = "bias"
ANCHORED = "anchored"
MATTER, OPINION = "matter_meaning", "sentence"
PLAIN = "plain_"
"""Begins the name of a figure of two texts that name neither place nor number."""
NEAR_MEANING = 0.35
"""Cosine of two words below which they have nothing in common; so much lies between any two."""
KEPT_TEXTS = 2_000
_BLANKS = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_KEPT = re.compile(r"[^\u3400-\u9fffa-z0-9]+")


@dataclass(frozen=True)
class Scale:
    """Which figures of a sentence model mean nothing in common, and the same."""

    low: float
    high: float


@dataclass(frozen=True)
class Settings:
    """`weights` without and `with_opinion` of a sentence model; where weights are `held` when they are fitted."""

    weights: Mapping[str, float]
    with_opinion: Mapping[str, float]
    held: Mapping[str, float]
    opinion: Scale


@dataclass(frozen=True)
class Reader:
    """Reads texts for comparison."""

    analyzer: Analyzer
    vectors: Vectors

    def read(self, text: str) -> "Text":
        """The text, taken apart once: while somebody types, the same earlier tickets are compared again and again."""
        return _read(self.analyzer, self.vectors, text)


class Text:
    """A text read once, to be compared with many."""

    def __init__(self, analyzer: Analyzer, vectors: Vectors, text: str) -> None:
        self.folded = _BLANKS.sub("", normalise(text))
        self.words = analyzer.words(self.folded)
        self.spaced = " ".join(self.words)
        self.characters = _KEPT.sub("", self.folded)
        self._analyzer, self._vectors = analyzer, vectors

    @cached_property
    def weights(self) -> dict[str, float]:
        """Each word with how telling it is."""
        return {word: self._vectors.weight(word) for word in self.words}

    @cached_property
    def directions(self) -> np.ndarray:
        """A row a word of `weights`: its direction of meaning, length 1."""
        return self._vectors.rows(self.weights)

    @cached_property
    def meaning(self) -> np.ndarray:
        """Where the text as a whole points, length 1 (0 for nothing known)."""
        counts = Counter(self.words)
        weighed = np.array([weight * counts[word] for word, weight in self.weights.items()], np.float32)
        return word_vectors.unit(weighed @ self.directions)

    @cached_property
    def particulars(self) -> Particulars:
        """What it names: numbers, roads, places, no and not."""
        return particulars.read(self.folded)

    @cached_property
    def matter(self) -> "Text":
        """The text without its names and numbers: what is wrong, wherever it is."""
        return Text(self._analyzer, self._vectors, self.particulars.matter)


@lru_cache(KEPT_TEXTS)
def _read(analyzer: Analyzer, vectors: Vectors, text: str) -> Text:
    return Text(analyzer, vectors, text)


def figures(one: Text, other: Text) -> dict[str, float]:
    """What speaks for and against the texts saying the same, each 0-1; all 0 when one of them is empty."""
    if not one.words or not other.words:
        return {}
    mine, theirs = one.particulars, other.particulars
    anchored = mine.is_anchored or theirs.is_anchored
    aims = _aims(mine, theirs)
    # Where a place or number says which matter it is, words count for little: only what is wrong there does.
    told = aims if anchored else {**aims, **_wording(one, other), **_meanings(one, other)}
    counted = {name if anchored else f"{PLAIN}{name}": value for name, value in told.items()}
    matter = {MATTER: max(0.0, float(one.matter.meaning @ other.matter.meaning))}
    return {**counted, **matter, **_named(mine, theirs), ANCHORED: float(anchored)}


def probability(weights: Mapping[str, float], found: Mapping[str, float]) -> float:
    """How probably the texts with these figures say the same, 0-1. No figures: 0."""
    return squashed(log_odds(weights, found)) if found else 0.0


def log_odds(weights: Mapping[str, float], found: Mapping[str, float]) -> float:
    """The figures weighed and added up."""
    return weights[BIAS] + sum(weight * found.get(name, 0.0) for name, weight in weights.items() if name != BIAS)


def squashed(odds: float) -> float:
    """Log odds as a probability."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))


def with_opinion(found: Mapping[str, float], opinion: float, scale: Scale) -> dict[str, float]:
    """The figures with that of a sentence model added, laid out from 0 to 1."""
    name = OPINION if found.get(ANCHORED) else f"{PLAIN}{OPINION}"
    return {**found, name: min(1.0, max(0.0, (opinion - scale.low) / (scale.high - scale.low)))}


@cache
def packaged() -> Settings:
    """The weights that come with the package."""
    text = resources.files("hotline.intake").joinpath("data", "likeness.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    return Settings(told["weights"], told["with_opinion"], told["held"], Scale(**told["opinion"]))


def _wording(one: Text, other: Text) -> dict[str, float]:
    return {
        "token_sort": fuzz.token_sort_ratio(one.spaced, other.spaced, processor=None) / 100,
        "in_order": LCSseq.normalized_similarity(one.characters, other.characters),
        "characters": _dice(set(one.characters), set(other.characters)),
    }


def _meanings(one: Text, other: Text) -> dict[str, float]:
    """How far both point the same way, and how much of each finds something alike in the other."""
    likeness = one.directions @ other.directions.T
    near = np.clip((likeness - NEAR_MEANING) / (1 - NEAR_MEANING), 0, 1)
    covered = _covered(one.weights.values(), near.max(axis=1)), _covered(other.weights.values(), near.max(axis=0))
    return {"meaning": max(0.0, float(one.meaning @ other.meaning)), "covered_least": min(covered)}


def _aims(mine: Particulars, theirs: Particulars) -> dict[str, float]:
    return {
        "same_amount": min(len(mine.amounts & theirs.amounts), 2) / 2,
        "same_matter": _share(mine.matters, theirs.matters),
        "other_matter": _apart(mine.matters, theirs.matters),
        "more_matters": float(bool(mine.matters - theirs.matters) and bool(theirs.matters - mine.matters)),
        "negation": float((mine.negations + theirs.negations) % 2),
        "question": _apart(mine.questions, theirs.questions),
        "asked": float(bool(mine.questions) != bool(theirs.questions)),
        "opposite": float(particulars.are_opposed(mine, theirs)),
        "stance": float(particulars.stand_apart(mine, theirs)),
    }


def _named(mine: Particulars, theirs: Particulars) -> dict[str, float]:
    same, differs = particulars.agreement(mine.numbers, theirs.numbers)
    heard = max(particulars.names_heard(mine, theirs), particulars.names_heard(theirs, mine))
    return {
        "same_number": min(same, 2) / 2,
        "other_number": min(differs, 2) / 2,
        "same_name": heard,
        "other_name": float(bool(mine.names) and bool(theirs.names) and heard == 0),
        "lone_name": float(bool(mine.names) != bool(theirs.names) and heard == 0),
        "other_amount": _apart(mine.amounts, theirs.amounts),
        "other_part": _apart(mine.parts, theirs.parts),
        "another": float(mine.names_another or theirs.names_another),
        "refers_back": float(mine.refers_back or theirs.refers_back),
        "other_time": float(particulars.are_of_other_times(mine, theirs)),
    }


def _covered(weights: Iterable[float], nearest: np.ndarray) -> float:
    weighed = np.fromiter(weights, np.float32)
    return float(weighed @ nearest / max(float(weighed.sum()), 1e-6))


def _dice(mine: set[str], theirs: set[str]) -> float:
    return 2 * len(mine & theirs) / max(1, len(mine) + len(theirs))


def _share(mine: frozenset[str], theirs: frozenset[str]) -> float:
    return len(mine & theirs) / max(1, min(len(mine), len(theirs)))


def _apart(mine: Set[object], theirs: Set[object]) -> float:
    """1 when both name something and nothing in common."""
    return float(bool(mine) and bool(theirs) and not mine & theirs)
