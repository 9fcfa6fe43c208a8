"""Which messages are one topic: average-link clustering that looks only at neighbours. Pure, and the same for the same rows.

Plain average link compares everything with everything. The average likeness of two clusters is what their sums give, so only
pairs that share telling words are ever looked at, and each look is exact: the cost grows with neighbours, not with pairs.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from hotline.insight.hot_topic_rules import Likeness
from hotline.insight.topic_vectors import Floats, Vectors

TELLING_WORDS = 16
"""Neighbours are found by so many of a message's heaviest words; all its words are compared."""
HOLDERS = 400
"""A word that more messages hold finds no neighbours: nobody would be near by it alone."""
ROWS = 2000
"""Messages whose neighbours are found at once, for the sake of memory."""
FAINT = 0.5
"""Neighbours less alike than this share of what makes one topic are not looked at."""

Ids = NDArray[np.int64]


@dataclass
class _Cluster:
    """What is known of a cluster: its messages, sums of their words and places, how many name a place, their days."""

    rows: list[int]
    words: tuple[Ids, Floats]
    places: dict[int, float]
    naming: int
    days: float
    near: set[int]


def linked(vectors: Vectors, rules: Likeness) -> list[list[int]]:
    """The topics of two rows and more, each ascending, ordered by their first rows."""
    linking = _Linking(vectors, rules)
    return linking.run()


class _Linking:
    def __init__(self, vectors: Vectors, rules: Likeness) -> None:
        self._rules = rules
        self._scratch = np.zeros(vectors.words.shape[1])
        self._heap: list[tuple[float, int, int]] = []
        self._clusters: dict[int, _Cluster] = {}
        self._next = len(vectors)
        pairs = list(neighbours(vectors, rules))
        for row in sorted({row for one, other, _ in pairs for row in (one, other)}):
            self._clusters[row] = _single(vectors, row)
        for one, other, said in pairs:
            self._clusters[one].near.add(other)
            self._clusters[other].near.add(one)
            self._offer(self._judged(said, self._clusters[one], self._clusters[other]), one, other)
        heapq.heapify(self._heap)

    def run(self) -> list[list[int]]:
        """Join the two most alike until none are alike enough."""
        while self._heap:
            _, one, other = heapq.heappop(self._heap)
            if one in self._clusters and other in self._clusters:
                self._join(one, other)
        return sorted(sorted(cluster.rows) for cluster in self._clusters.values() if len(cluster.rows) > 1)

    def _offer(self, likeness: float, one: int, other: int) -> None:
        if likeness >= self._rules.alike:
            heapq.heappush(self._heap, (-likeness, one, other))

    def _join(self, one: int, other: int) -> None:
        left, right = self._clusters.pop(one), self._clusters.pop(other)
        made = self._sum(left, right)
        made.near -= {one, other}
        for near in sorted(made.near):
            neighbour = self._clusters[near]
            neighbour.near -= {one, other}
            said = float(self._scratch[neighbour.words[0]] @ neighbour.words[1])
            likeness = self._judged(said / (len(made.rows) * len(neighbour.rows)), made, neighbour)
            if likeness >= FAINT * self._rules.alike:
                neighbour.near.add(self._next)
                self._offer(likeness, near, self._next)
            else:
                made.near.discard(near)
        self._scratch[made.words[0]] = 0
        self._clusters[self._next] = made
        self._next += 1

    def _sum(self, left: _Cluster, right: _Cluster) -> _Cluster:
        """Both as one; its words are left in the scratch row."""
        self._scratch[left.words[0]] += left.words[1]
        self._scratch[right.words[0]] += right.words[1]
        ids = np.union1d(left.words[0], right.words[0])
        places = dict(left.places)
        for place, count in right.places.items():
            places[place] = places.get(place, 0) + count
        size, size_too = len(left.rows), len(right.rows)
        return _Cluster(
            rows=left.rows + right.rows,
            words=(ids, self._scratch[ids]),
            places=places,
            naming=left.naming + right.naming,
            days=(left.days * size + right.days * size_too) / (size + size_too),
            near=left.near | right.near,
        )

    def _judged(self, said: float, one: _Cluster, other: _Cluster) -> float:
        """How alike two clusters are whose words are alike so far: more at one place, less at different ones or long apart."""
        few, many = sorted((one, other), key=lambda cluster: len(cluster.places))
        pairs = len(one.rows) * len(other.rows)
        both = one.naming * other.naming / pairs
        shared = min(both, sum(count * many.places.get(place, 0) for place, count in few.places.items()) / pairs)
        placed = 1 + (self._rules.same_place - 1) * shared + (self._rules.other_place - 1) * (both - shared)
        apart = max(0.0, abs(one.days - other.days) - self._rules.free_days)
        return said * placed * float(np.exp(-apart / self._rules.fading_days))


def neighbours(vectors: Vectors, rules: Likeness) -> Iterator[tuple[int, int, float]]:
    """Pairs of rows (the smaller first) near enough to be looked at, and how alike their words are (0-1)."""
    telling = _telling(vectors.words)
    turned = telling.T.tocsc()
    enough = FAINT * rules.alike / max(rules.same_place, 1)
    seen = set[tuple[int, int]]()
    for first in range(0, len(vectors), ROWS):
        near = (telling[first : first + ROWS] @ turned).tocsr()
        for one, others in _nearest(near, first, rules.near):
            said = vectors.words[others] @ vectors.words[one].T
            for other, likeness in zip(others.tolist(), said.toarray().ravel().tolist(), strict=True):
                pair = (min(one, other), max(one, other))
                if likeness >= enough and pair not in seen:
                    seen.add(pair)
                    yield (*pair, likeness)


def _nearest(near: sparse.csr_matrix, first: int, most: int) -> Iterator[tuple[int, Ids]]:
    """Each row with the rows that share most with it, but for itself; of equals the earlier."""
    for at in range(near.shape[0]):
        start, end = near.indptr[at], near.indptr[at + 1]
        ids, shares = near.indices[start:end].astype(np.int64), near.data[start:end]
        order = np.lexsort((ids, -shares))[: most + 1]
        others = ids[order]
        others = others[others != first + at][:most]
        if len(others):
            yield first + at, others


def _telling(words: sparse.csr_matrix) -> sparse.csr_matrix:
    """Each row's heaviest words, without those that too many rows hold."""
    held = np.bincount(words.indices, minlength=words.shape[1])
    common = held[words.indices] > max(HOLDERS, words.shape[0] // 20)
    data = np.where(common | (held[words.indices] < 2), 0.0, words.data)
    for row in range(words.shape[0]):
        start, end = words.indptr[row], words.indptr[row + 1]
        if end - start > TELLING_WORDS:
            light = np.argsort(-data[start:end], kind="stable")[TELLING_WORDS:]
            data[start + light] = 0.0
    kept = sparse.csr_matrix((data, words.indices.copy(), words.indptr.copy()), shape=words.shape)
    kept.eliminate_zeros()
    return kept


def _single(vectors: Vectors, row: int) -> _Cluster:
    words, places = vectors.words, vectors.places
    start, end = words.indptr[row], words.indptr[row + 1]
    named = places.indices[places.indptr[row] : places.indptr[row + 1]].tolist()
    return _Cluster(
        rows=[row],
        words=(words.indices[start:end].astype(np.int64), words.data[start:end]),
        places=dict.fromkeys(named, 1.0),
        naming=int(bool(named)),
        days=float(vectors.days[row]),
        near=set(),
    )
