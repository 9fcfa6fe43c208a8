"""Which questions mean the same: telling words and pairs of characters they share, and what both nearly found. Pure.

A question joins the cluster it is most alike, or begins one. Clusters are looked up by the words they share with it, and only
of those that come near is asked what they found; so the cost of a question grows with its neighbours, not with all clusters.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from hotline.kernel.search.analysis import normalise
from hotline.kernel.search.query import Asked

NEAR_IDENTICAL = 90
"""RapidFuzz ratio (0-100) of the telling words from which two questions are one whatever the words weigh: a slip of typing."""
WORDS, PAIRS, FOUND = 0.4, 0.3, 0.3
"""What words, pairs of characters (the same thing cut or written otherwise) and nearly found articles say of being alike."""

Nearby = Callable[[str], Mapping[int, float]]
"""The articles that a question nearly finds, each with its share of them all as a vector of length 1; empty for none."""


@dataclass(frozen=True)
class Cut:
    """A question cut up: its telling words, one for all of one meaning, marked pairs of characters, the words in one row."""

    text: str
    words: frozenset[str]
    pairs: frozenset[str]
    row: str

    @property
    def tokens(self) -> frozenset[str]:
        """All that is weighed."""
        return self.words | self.pairs


def cut(text: str, asked: Asked, words: Iterable[str]) -> Cut:
    """A question cut up: as it is asked, and its telling words. One without any is like those alone that say the same."""
    row = "".join(words) or normalise(text).strip()
    return Cut(text, frozenset(_meant(asked)) or frozenset((row,)), frozenset(asked.grams), row)


def alike(one: Cut, other: Cut, weights: Mapping[str, float], nearby: Nearby) -> float:
    """How alike two questions are, 0-1; 1 for nearly the same row. Where neither finds anything, their words alone say it."""
    said = alike_in_words(one, other, weights)
    if said == 1.0:
        return said
    found, found_too = nearby(one.text), nearby(other.text)
    if not found and not found_too:
        return said
    return (WORDS + PAIRS) * said + FOUND * sum(share * found_too.get(key, 0.0) for key, share in found.items())


def alike_in_words(one: Cut, other: Cut, weights: Mapping[str, float]) -> float:
    """The same by words and pairs alone."""
    if not one.row or not other.row:
        return 0.0
    if fuzz.ratio(one.row, other.row, processor=None) >= NEAR_IDENTICAL:
        return 1.0
    by_words, by_pairs = _cosine(one.words, other.words, weights), _cosine(one.pairs, other.pairs, weights)
    return (WORDS * by_words + PAIRS * by_pairs) / (WORDS + PAIRS)


def plainest(questions: Sequence[Cut], weights: Mapping[str, float]) -> Cut:
    """The one most like all others; among equals the shortest, then the first in the order of writing."""

    def centrality(one: Cut) -> float:
        return sum(alike_in_words(one, other, weights) for other in questions)

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
        for token in label.tokens:
            self._holders[token].add(cluster_id)

    def near(self, asked: Cut) -> dict[int, Cut]:
        """The clusters that share anything with the question."""
        ids = {cluster_id for token in asked.tokens for cluster_id in self._holders.get(token, ())}
        return {cluster_id: self._labels[cluster_id] for cluster_id in ids}

    def nearest(self, asked: Cut, weights: Mapping[str, float], nearby: Nearby, at_least: float) -> int | None:
        """The cluster most alike, the older of equals; None when none is alike enough."""
        # Less alike in words than this, nothing that was found could bring them together.
        enough = min(at_least, (at_least - FOUND) / (WORDS + PAIRS))
        near = [(key, label) for key, label in self.near(asked).items() if alike_in_words(asked, label, weights) >= enough]
        scored = [(alike(asked, label, weights, nearby), -cluster_id) for cluster_id, label in near]
        best = max(scored, default=(0.0, 0))
        return -best[1] if best[0] >= at_least and best[0] > 0 else None


def _meant(asked: Asked) -> Iterable[str]:
    """Each word, or the first in the order of writing of those that mean the same."""
    for token in asked.tokens:
        yield min((token, *(one[0] for one in asked.alternatives.get(token, ()) if len(one) == 1)))


def _cosine(one: Collection[str], other: Collection[str], weights: Mapping[str, float]) -> float:
    shared = _square(set(one).intersection(other), weights)
    return shared / math.sqrt(_square(one, weights) * _square(other, weights)) if shared else 0.0


def _square(tokens: Collection[str], weights: Mapping[str, float]) -> float:
    return sum(weights.get(token, 1.0) ** 2 for token in tokens)
