"""How good a likeness is on pairs that people judged: AUC, Spearman, best accuracy and F1. Pure.

Called by `hotline duplicates`.
"""

import csv
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from rapidfuzz import fuzz

from hotline.kernel.errors import Invalid

COLUMNS = ("s1", "s2", "label")
GRADED_CUT = 0.6
"""Graded labels count as the same from this share of the scale on: 3 of 0-5."""
_YES = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Pair:
    """Two texts and what people said of them: 0 or 1, or a grade."""

    one: str
    other: str
    label: float


@dataclass(frozen=True)
class Cut:
    """From which label on a pair counts as the same; `graded` when labels are more than yes and no."""

    label: float
    graded: bool


@dataclass(frozen=True)
class Figures:
    """What a way of scoring reached. `auc` and what follows hold at the cut; None where there is only one class."""

    name: str
    auc: float | None
    spearman: float | None
    accuracy: float
    threshold: float
    f1: float
    seconds: float
    pairs: int

    @property
    def microseconds(self) -> float:
        """For one pair."""
        return self.seconds * 1e6 / max(1, self.pairs)


def read_pairs(lines: Iterable[str]) -> list[Pair]:
    """The pairs of a CSV with the columns s1, s2, label; others are ignored. Raises Invalid naming column or line."""
    rows = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise Invalid("pairs", "missing-columns", columns=missing)
    return [Pair(row["s1"] or "", row["s2"] or "", _label(row["label"], rows.line_num)) for row in rows]


def cut_of(pairs: Sequence[Pair], given: float | None = None) -> Cut:
    """Where to cut the labels of these pairs: at 1 where they are 0 and 1, else at 3 fifths of the scale, or as given."""
    labels = {pair.label for pair in pairs}
    graded = not labels <= {0.0, 1.0}
    low, high = min(labels, default=0.0), max(labels, default=1.0)
    usual = min(low, 0.0) + (high - min(low, 0.0)) * GRADED_CUT if graded else 1.0
    return Cut(usual if given is None else given, graded)


def measured(name: str, pairs: Sequence[Pair], cut: Cut, score: Callable[[Sequence[Pair]], Sequence[float]]) -> Figures:
    """Score the pairs, with the time it takes, and compare with what people said."""
    started = perf_counter()
    scores = np.asarray(score(pairs), float)
    seconds = perf_counter() - started
    labels = np.array([pair.label for pair in pairs])
    same = labels >= cut.label
    accuracy, threshold = best_accuracy(scores, same)
    return Figures(
        name, auc(scores, same), spearman(scores, labels), accuracy, threshold, best_f1(scores, same), seconds, len(pairs)
    )


def token_set_ratio(texts: Sequence[tuple[str, str]]) -> list[float]:
    """Plain RapidFuzz on words joined by blanks."""
    return [fuzz.token_set_ratio(one, other, processor=None) / 100 for one, other in texts]


def tfidf_cosine(texts: Sequence[tuple[str, str]]) -> list[float]:
    """Cosine of TF-IDF vectors of words, counted over these texts, as scikit-learn's default counts them."""
    counted = [(Counter(one.split()), Counter(other.split())) for one, other in texts]
    holding = Counter(word for pair in counted for text in pair for word in text)
    weight = {word: math.log((1 + 2 * len(texts)) / (1 + count)) + 1 for word, count in holding.items()}
    return [_cosine(_weighed(one, weight), _weighed(other, weight)) for one, other in counted]


def auc(scores: np.ndarray, same: np.ndarray) -> float | None:
    """How often a pair that is the same scores more than one that is not (ties: half)."""
    yes, no = int(same.sum()), int((~same).sum())
    if not yes or not no:
        return None
    return float((_ranks(scores)[same].sum() - yes * (yes + 1) / 2) / (yes * no))


def spearman(scores: np.ndarray, labels: np.ndarray) -> float | None:
    """Rank correlation of scores and labels, ties at their middle rank; None where all of either are equal."""
    one, other = _ranks(scores), _ranks(labels)
    one, other = one - one.mean(), other - other.mean()
    length = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / length if length else None


def best_accuracy(scores: np.ndarray, same: np.ndarray) -> tuple[float, float]:
    """The best share of right answers any threshold gives, and that threshold (same from it on)."""
    if not len(scores):
        return 0.0, 0.0
    ordered, hits, cuts = _swept(scores, same)
    right = hits + (int((~same).sum()) - (np.arange(len(hits)) - hits))
    right = np.where(cuts, right, -1)
    at = int(right.argmax())
    return float(right[at] / len(scores)), _between(ordered, at)


def best_f1(scores: np.ndarray, same: np.ndarray) -> float:
    """The best F1 of "the same" that any threshold gives."""
    if not same.any():
        return 0.0
    _, hits, cuts = _swept(scores, same)
    found = 2 * hits / (np.arange(len(hits)) + int(same.sum()))
    return float(np.where(cuts, found, 0.0).max())


def _weighed(counts: Counter[str], weight: Mapping[str, float]) -> dict[str, float]:
    return {word: count * weight[word] for word, count in counts.items()}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    lengths = math.sqrt(sum(value**2 for value in one.values()) * sum(value**2 for value in other.values()))
    return sum(value * other.get(word, 0.0) for word, value in one.items()) / lengths if lengths else 0.0


def _swept(scores: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores downwards; how many of the first n are the same; and where a threshold can lie (not between equals)."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    hits = np.concatenate(([0], np.cumsum(same[order])))
    cuts = np.concatenate(([True], ordered[1:] != ordered[:-1], [True]))
    return ordered, hits, cuts


def _between(ordered: np.ndarray, at: int) -> float:
    if at == 0:
        return float(ordered[0]) + 1e-6
    return float(ordered[at - 1]) if at == len(ordered) else float(ordered[at - 1] + ordered[at]) / 2


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1, equal values at their middle."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middles: np.ndarray = (ends - counts + 1 + ends) / 2
    return middles[place]


def _label(written: str | None, line: int) -> float:
    word = (written or "").strip().lower()
    if word in _YES:
        return _YES[word]
    if not _NUMBER.fullmatch(word):
        raise Invalid("label", "not-a-number", line=line)
    return float(word)
