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
from itertools import pairwise

import numpy as np
import yaml
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from hotline.intake import particulars, word_vectors
from hotline.intake.particulars import Particulars
from hotline.intake.word_vectors import Vectors
from hotline.kernel.search import pinyin
from hotline.kernel.search.analysis import Analyzer, normalise

BIAS = "bias"
ANCHORED, LENGTH = "anchored", "length"
MATTER, OPINION = "matter_meaning", "sentence"
PLAIN = "plain_"
"""Begins the name of a figure of two texts that name neither place nor number."""
ABOVE, KNOTS = ">", (0.5, 0.75, 0.9)
BENT = frozenset(
    {
        *("token_sort", "in_order", "characters", "pairs_most", "spoken_most", "spoken_in_order", LENGTH, "shared", "rarest"),
        *("meaning", "covered_least", "covered_most", "replaced", "edited", OPINION),
        *("matter_characters", "matter_covered_least", "matter_covered_most", MATTER),
    }
)
"""Figures of wording and meaning: these may speak for and against, and otherwise above each of `KNOTS`."""
NEAR_MEANING = 0.35
"""Cosine of two words below which they have nothing in common; so much lies between any two."""
MUCH_SHARED = 6.0
"""So many telling words that both texts hold count as 1."""
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
    """`weights` without and `with_opinion` of a sentence model."""

    weights: Mapping[str, float]
    with_opinion: Mapping[str, float]
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
        self.words = analyzer.words_of(self.folded)
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
    def syllables(self) -> list[str]:
        """How the text sounds to a hard-of-telling ear, a syllable a character: a transcript writes 桩 as 装, 驶 as 使."""
        return [pinyin.folded(pinyin.syllables(one)[0]) for one in self.characters]

    @cached_property
    def spoken_pairs(self) -> frozenset[str]:
        """Each two neighbouring syllables."""
        return frozenset(f"{one}'{other}" for one, other in pairwise(self.syllables))

    @cached_property
    def written_pairs(self) -> frozenset[str]:
        """Each two neighbouring characters."""
        return frozenset(map("".join, pairwise(self.characters)))

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
    told = {**_aims(mine, theirs), **_wording(one, other), **_meanings(one, other), **_of_matter(one.matter, other.matter)}
    # Where a place or number says which matter it is, words count otherwise than where they are all there is.
    counted = {name if anchored else f"{PLAIN}{name}": value for name, value in told.items()}
    matter = {MATTER: max(0.0, float(one.matter.meaning @ other.matter.meaning))}
    return {**counted, **matter, **_named(mine, theirs), ANCHORED: float(anchored)}


def probability(weights: Mapping[str, float], found: Mapping[str, float]) -> float:
    """How probably the texts with these figures say the same, 0-1. No figures: 0."""
    return squashed(log_odds(weights, found)) if found else 0.0


def log_odds(weights: Mapping[str, float], found: Mapping[str, float]) -> float:
    """The figures weighed and added up; a weight named "figure>0.75" counts what the figure has above 0.75, one of `KNOTS`."""
    # Most figures of a pair are 0, and few reach a knot: these are passed over.
    return weights[BIAS] + sum(
        weights.get(weight, 0.0) * (value - knot)
        for name, value in found.items()
        for weight, knot in _weights_of(name)
        if value > knot
    )


def bent(found: Mapping[str, float]) -> dict[str, float]:
    """The figures with what those of `BENT` have above each knot: nearly the same text is another thing than a similar one."""
    above = {
        f"{name}{ABOVE}{knot}": _above(found, name, knot)
        for name in found
        if name.removeprefix(PLAIN) in BENT
        for knot in KNOTS
    }
    return {**found, **above}


def _above(found: Mapping[str, float], name: str, knot: float) -> float:
    return max(0.0, found.get(name, 0.0) - knot)


@cache
def _weights_of(name: str) -> tuple[tuple[str, float], ...]:
    """The names of a figure's weights, each with what it counts from."""
    return ((name, 0.0), *((f"{name}{ABOVE}{knot}", knot) for knot in KNOTS))


def squashed(odds: float) -> float:
    """Log odds as a probability."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))


def with_opinion(found: Mapping[str, float], opinion: float, scale: Scale) -> dict[str, float]:
    """The figures with that of a sentence model added, laid out from 0 to 1."""
    name = OPINION if found.get(ANCHORED) else f"{PLAIN}{OPINION}"
    return {**found, name: min(1.0, max(0.0, (opinion - scale.low) / (scale.high - scale.low)))}


def has_opinion(found: Mapping[str, float]) -> bool:
    """Whether a sentence model has spoken."""
    return OPINION in found or f"{PLAIN}{OPINION}" in found


@cache
def packaged() -> Settings:
    """The weights that come with the package."""
    text = resources.files("hotline.intake").joinpath("data", "likeness.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    return Settings(told["weights"], told["with_opinion"], Scale(**told["opinion"]))


def _wording(one: Text, other: Text) -> dict[str, float]:
    """How much both are written and sound alike; "most" is of the shorter one, which the longer may hold whole."""
    shared = [weight for word, weight in one.weights.items() if len(word) > 1 and word in other.weights]
    return {
        "token_sort": fuzz.token_sort_ratio(one.spaced, other.spaced, processor=None) / 100,
        "in_order": LCSseq.normalized_similarity(one.characters, other.characters),
        "characters": _dice(set(one.characters), set(other.characters)),
        "pairs_most": _share(one.written_pairs, other.written_pairs),
        "spoken_most": _share(one.spoken_pairs, other.spoken_pairs),
        "spoken_in_order": LCSseq.normalized_similarity(one.syllables, other.syllables),
        LENGTH: min(len(one.characters), len(other.characters)) / max(1, len(one.characters), len(other.characters)),
        "shared": min(1.0, sum(shared) / MUCH_SHARED),
        "rarest": max(shared, default=0.0),
    }


def _meanings(one: Text, other: Text) -> dict[str, float]:
    """How far both point the same way, and how much of each finds something alike in the other."""
    near = _nearness(one, other)
    least, most = _coverage(one, other, near)
    replaced = min(_strangest(one, near.max(axis=1)), _strangest(other, near.max(axis=0)))
    return {
        "meaning": max(0.0, float(one.meaning @ other.meaning)),
        "covered_least": least,
        "covered_most": most,
        "replaced": replaced,
        "edited": replaced * LCSseq.normalized_similarity(one.characters, other.characters),
    }


def _of_matter(one: Text, other: Text) -> dict[str, float]:
    """The same of what is left without names and numbers; nothing when nothing is left."""
    if not one.words or not other.words:
        return {}
    least, most = _coverage(one, other, _nearness(one, other))
    alike = _dice(set(one.characters), set(other.characters))
    return {"matter_characters": alike, "matter_covered_least": least, "matter_covered_most": most}


def _nearness(one: Text, other: Text) -> np.ndarray:
    """How near each word of one (rows) is to each of the other (columns), 0-1."""
    near: np.ndarray = np.clip((one.directions @ other.directions.T - NEAR_MEANING) / (1 - NEAR_MEANING), 0, 1)
    return near


def _coverage(one: Text, other: Text, near: np.ndarray) -> tuple[float, float]:
    covered = _covered(one.weights.values(), near.max(axis=1)), _covered(other.weights.values(), near.max(axis=0))
    return min(covered), max(covered)


def _strangest(text: Text, nearest: np.ndarray) -> float:
    """How telling its most telling word is that finds nothing alike: where both have one, a word was put for another."""
    weights = np.fromiter(text.weights.values(), np.float32)
    return float((weights * (1 - nearest)).max())


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


def _share(mine: Set[object], theirs: Set[object]) -> float:
    """How much of the smaller both hold."""
    return len(mine & theirs) / max(1, min(len(mine), len(theirs)))


def _apart(mine: Set[object], theirs: Set[object]) -> float:
    """1 when both name something and nothing in common."""
    return float(bool(mine) and bool(theirs) and not mine & theirs)
