"""Which questions mean the same: telling words and pairs of characters they share, by weight. Pure.

A question joins the cluster it is most alike, or begins one. Clusters are looked up by the words they share with it, so the
cost of a question grows with its neighbours, not with all clusters.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from hotline.kernel.search.analysis import Analyzer, grams, normalise

NEAR_IDENTICAL = 90
"""RapidFuzz ratio (0-100) of the telling words from which two questions are one whatever the words weigh: a slip of typing."""
GRAM_WEIGHT = 0.5
"""A pair of characters tells less than a word: it helps where the same thing is cut or written otherwise."""


@dataclass(frozen=True)
class Cut:
    """A question cut up: its telling words and marked pairs of characters, and the words in one row."""

    text: str
    words: frozenset[str]
    pairs: frozenset[str]
    row: str


def cut(text: str, analyzer: Analyzer, filler: Collection[str]) -> Cut:
    """Cut a question up; `filler` words tell nothing. One that tells nothing at all is like those alone that say the same."""
    row = "".join(word for word in analyzer.words(text) if word not in filler) or normalise(text).strip()
    words = [token for token in analyzer.tokens(text) if token not in filler] or [row]
    return Cut(text, frozenset(words), frozenset(grams(row)), row)


def alike(one: Cut, other: Cut, weights: Mapping[str, float]) -> float:
    """How much two questions share, 0-1: twice what they share of what both weigh together; 1 for nearly the same row."""
    if not one.row or not other.row:
        return 0.0
    if fuzz.ratio(one.row, other.row, processor=None) >= NEAR_IDENTICAL:
        return 1.0
    both = _weight(one.words, weights) + _weight(other.words, weights)
    shared = _weight(one.words & other.words, weights)
    pairs, shared_pairs = len(one.pairs) + len(other.pairs), len(one.pairs & other.pairs)
    by_words = 2 * shared / both if both else 0.0
    by_pairs = 2 * shared_pairs / pairs if pairs else 0.0
    return (by_words + GRAM_WEIGHT * by_pairs) / (1 + GRAM_WEIGHT)


def plainest(questions: Sequence[Cut], weights: Mapping[str, float]) -> Cut:
    """The one most like all others; among equals the shortest, then the first in the order of writing."""

    def centrality(one: Cut) -> float:
        return sum(alike(one, other, weights) for other in questions)

    return min(questions, key=lambda one: (-round(centrality(one), 6), len(one.text), one.text))


class Neighbourhood:
    """The clusters' labels, looked up by what they share with a question."""

    def __init__(self, labels: Iterable[tuple[int, Cut]]) -> None:
        self._labels: dict[int, Cut] = {}
        self._holders: dict[str, set[int]] = defaultdict(set)
        for cluster_id, label in labels:
            self.add(cluster_id, label)

    def add(self, cluster_id: int, label: Cut) -> None:
        """Let a cluster be found by this label too."""
        self._labels[cluster_id] = label
        for token in label.words | label.pairs:
            self._holders[token].add(cluster_id)

    def near(self, asked: Cut) -> dict[int, Cut]:
        """The clusters that share anything with the question."""
        ids = {cluster_id for token in asked.words | asked.pairs for cluster_id in self._holders.get(token, ())}
        return {cluster_id: self._labels[cluster_id] for cluster_id in ids}

    def nearest(self, asked: Cut, weights: Mapping[str, float], at_least: float) -> int | None:
        """The cluster most alike, the older of equals; None when none is alike enough."""
        scored = [(alike(asked, label, weights), -cluster_id) for cluster_id, label in self.near(asked).items()]
        best = max(scored, default=(0.0, 0))
        return -best[1] if best[0] >= at_least and best[0] > 0 else None


def _weight(words: Collection[str], weights: Mapping[str, float]) -> float:
    return sum(weights.get(word, 1.0) for word in words)
