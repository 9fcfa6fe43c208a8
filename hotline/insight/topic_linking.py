"""Which messages are one topic: average-link clustering that looks only at neighbours. Pure, and the same for the same rows.

Plain average link compares everything with everything. The average likeness of two clusters is what their sums give, so only
pairs that share telling words are ever looked at, and each look is exact: the cost grows with neighbours, not with pairs.
"""

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from hotline.insight.hot_topic_rules import Likeness
from hotline.insight.topic_vectors import Floats, Vectors

TELLING_WORDS = 16
"""Neighbours are found by so many of a message's heaviest words; all its words are compared."""
HOLDERS = 400
"""A word that more messages hold finds no neighbours: nobody would be near by it alone."""
ROWS, PAIRS = 2000, 100_000
"""Messages whose neighbours are found, and pairs that are compared at once, for the sake of memory."""
FAINT, SLIGHT = 0.75, 0.3
"""Neighbours less alike than this share of what makes one topic are not looked at; by their telling words alone."""

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Near:
    """Pairs of rows, the smaller first, and how alike they are."""

    ones: Ids
    others: Ids
    likeness: Floats


@dataclass
class _Cluster:
    """What is known of a cluster: its messages, sums of their words and places, how many name a place, their days."""

    rows: list[int]
    words: tuple[NDArray[np.integer[Any]], Floats]
    places: dict[int, float]
    naming: int
    days: float
    near: set[int]


def linked(vectors: Vectors, rules: Likeness) -> list[list[int]]:
    """The topics of two rows and more, each ascending, ordered by their first rows."""
    return _Linking(vectors, replace(rules, alike=rules.asked(len(vectors)))).run()


class _Linking:
    def __init__(self, vectors: Vectors, rules: Likeness) -> None:
        self._rules = rules
        self._scratch = np.zeros(vectors.words.shape[1])
        self._next = len(vectors)
        near = neighbours(vectors, rules)
        self._clusters = {row: _single(vectors, row) for row in np.union1d(near.ones, near.others).tolist()}
        self._heap: list[tuple[float, int, int]] = []
        for one, other, likeness in zip(near.ones.tolist(), near.others.tolist(), near.likeness.tolist(), strict=True):
            self._clusters[one].near.add(other)
            self._clusters[other].near.add(one)
            if likeness >= rules.alike:
                self._heap.append((-likeness, one, other))
        heapq.heapify(self._heap)

    def run(self) -> list[list[int]]:
        """Join the two most alike until none are alike enough."""
        while self._heap:
            _, one, other = heapq.heappop(self._heap)
            if one in self._clusters and other in self._clusters:
                self._join(one, other)
        return sorted(sorted(cluster.rows) for cluster in self._clusters.values() if len(cluster.rows) > 1)

    def _join(self, one: int, other: int) -> None:
        left, right = self._clusters.pop(one), self._clusters.pop(other)
        made = self._sum(left, right)
        made.near -= {one, other}
        size, faint = len(made.rows), FAINT * self._rules.alike
        for near in sorted(made.near):
            neighbour = self._clusters[near]
            neighbour.near -= {one, other}
            said = float(self._scratch[neighbour.words[0]] @ neighbour.words[1]) / (size * len(neighbour.rows))
            # Nothing about place and time can make up for words this unlike.
            likeness = self._judged(said, made, neighbour) if said * self._rules.same_place >= faint else 0.0
            if likeness < faint:
                made.near.discard(near)
                continue
            neighbour.near.add(self._next)
            if likeness >= self._rules.alike:
                heapq.heappush(self._heap, (-likeness, near, self._next))
        self._scratch[made.words[0]] = 0
        self._clusters[self._next] = made
        self._next += 1

    def _sum(self, left: _Cluster, right: _Cluster) -> _Cluster:
        """Both as one; its words are left in the scratch row."""
        self._scratch[left.words[0]] += left.words[1]
        ids = np.concatenate((left.words[0], right.words[0][self._scratch[right.words[0]] == 0]))
        self._scratch[right.words[0]] += right.words[1]
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
        rules, placed = self._rules, 1.0
        if one.naming and other.naming:
            few, many = (one.places, other.places) if len(one.places) <= len(other.places) else (other.places, one.places)
            pairs = len(one.rows) * len(other.rows)
            both = one.naming * other.naming / pairs
            shared = min(both, sum(count * many[place] for place, count in few.items() if place in many) / pairs)
            placed += (rules.same_place - 1) * shared + (rules.other_place - 1) * (both - shared)
        apart = abs(one.days - other.days) - rules.free_days
        return said * placed * (math.exp(-apart / rules.fading_days) if apart > 0 else 1.0)


def neighbours(vectors: Vectors, rules: Likeness) -> Near:
    """The pairs of rows near enough to be looked at. Each row brings those that share most of its telling words."""
    telling = _telling(vectors.words)
    turned, size = telling.T.tocsr(), len(vectors)
    found = [np.empty(0, dtype=np.int64)]
    for first in range(0, size, ROWS):
        near = (telling[first : first + ROWS] @ turned).tocsr()
        for one, others in _nearest(near, first, rules.near, SLIGHT * rules.alike):
            found.append(np.minimum(one, others) * size + np.maximum(one, others))
    pairs = np.unique(np.concatenate(found))
    parts = [_looked_at(vectors, rules, pairs[at : at + PAIRS]) for at in range(0, len(pairs), PAIRS)]
    if not parts:
        return Near(found[0], found[0], np.empty(0))
    return Near(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _looked_at(vectors: Vectors, rules: Likeness, pairs: Ids) -> tuple[Ids, Ids, Floats]:
    """Those of the pairs that are near, each once with the smaller row first."""
    ones, others = np.divmod(pairs, len(vectors))
    said = _shared(vectors.words, ones, others)
    enough = said * max(rules.same_place, 1) >= FAINT * rules.alike
    ones, others, said = ones[enough], others[enough], said[enough]
    named = np.diff(vectors.places.indptr) > 0
    shared = _shared(vectors.places, ones, others) > 0
    different = named[ones] & named[others] & ~shared
    placed = np.where(shared, rules.same_place, np.where(different, rules.other_place, 1.0))
    apart = np.maximum(np.abs(vectors.days[ones] - vectors.days[others]) - rules.free_days, 0)
    likeness = said * placed * np.exp(-apart / rules.fading_days)
    near = likeness >= FAINT * rules.alike
    return ones[near], others[near], likeness[near]


def _shared(matrix: sparse.csr_matrix, ones: Ids, others: Ids) -> Floats:
    """The products of pairs of rows."""
    found: Floats = np.asarray(matrix[ones].multiply(matrix[others]).sum(axis=1)).ravel()
    return found


def _nearest(near: sparse.csr_matrix, first: int, most: int, least: float) -> Iterator[tuple[int, Ids]]:
    """Each row with the rows that share most with it, but for itself; of equals the earlier."""
    for at in range(near.shape[0]):
        start, end = near.indptr[at], near.indptr[at + 1]
        ids, shares = near.indices[start:end], near.data[start:end]
        enough = (shares >= least) & (ids != first + at)
        ids, shares = ids[enough].astype(np.int64), shares[enough]
        if len(ids) > most:
            ids = ids[np.lexsort((ids, -shares))[:most]]
        if len(ids):
            yield first + at, ids


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
        words=(words.indices[start:end], words.data[start:end]),
        places=dict.fromkeys(named, 1.0),
        naming=int(bool(named)),
        days=float(vectors.days[row]),
        near=set(),
    )
