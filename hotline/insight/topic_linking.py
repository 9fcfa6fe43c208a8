"""Which messages are one topic: average-link clustering that looks only at neighbours. Pure, and the same for the same rows.

Plain average link compares everything with everything. The average likeness of two clusters is what their sums give, so only
pairs that share telling words are ever looked at, and each look is exact: the cost grows with neighbours, not with pairs.
"""

import heapq
import math
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
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
ROWS, PAIRS = 500, 100_000
"""Messages whose neighbours are found, and pairs that are compared at once, for the sake of memory."""
FAINT, SLIGHT = 0.75, 0.3
"""Neighbours less alike than this share of what makes one topic are not looked at; by their telling words alone."""

Ids = NDArray[np.int64]
NO_IDS: Ids = np.empty(0, dtype=np.int64)
NO_FLOATS: Floats = np.empty(0)


@dataclass(frozen=True)
class Near:
    """Pairs of rows, the smaller first, and how alike they are."""

    ones: Ids
    others: Ids
    likeness: Floats


@dataclass
class _Cluster:
    """What is known of a cluster: its messages, sums of their words and places, how many name a place, their days, and
    how alike each cluster is that is near.
    """

    rows: list[int]
    words: tuple[NDArray[np.integer[Any]], Floats]
    places: dict[int, float]
    naming: int
    days: float
    near: dict[int, float]


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
            self._clusters[one].near[other] = self._clusters[other].near[one] = likeness
        for row in self._clusters:
            self._queue(row)

    def run(self) -> list[list[int]]:
        """Join the two most alike until none are alike enough."""
        while self._heap:
            _, one, other = heapq.heappop(self._heap)
            if one in self._clusters and other in self._clusters:
                self._join(one, other)
            elif one in self._clusters:
                self._queue(one)
        return sorted(sorted(cluster.rows) for cluster in self._clusters.values() if len(cluster.rows) > 1)

    def _queue(self, number: int) -> None:
        """Queue a cluster with its most alike neighbour. The two most alike of all then come first: as the newer one's pair."""
        near = self._clusters[number].near
        best = max(near, key=near.__getitem__, default=number)
        if best != number and near[best] >= self._rules.alike:
            heapq.heappush(self._heap, (-near[best], number, best))

    def _join(self, one: int, other: int) -> None:
        left, right = self._clusters.pop(one), self._clusters.pop(other)
        near = sorted((left.near.keys() | right.near.keys()) - {one, other})
        made = self._sum(left, right)
        size, faint = len(made.rows), FAINT * self._rules.alike
        for number, words in zip(near, self._shared_words(near).tolist(), strict=True):
            neighbour = self._clusters[number]
            neighbour.near.pop(one, None)
            neighbour.near.pop(other, None)
            said = words / (size * len(neighbour.rows))
            # Nothing about place and time can make up for words this unlike.
            likeness = self._judged(said, made, neighbour) if said * self._rules.same_place >= faint else 0.0
            if likeness >= faint:
                made.near[number] = neighbour.near[self._next] = likeness
        self._scratch[made.words[0]] = 0
        self._clusters[self._next] = made
        self._queue(self._next)
        self._next += 1

    def _shared_words(self, near: list[int]) -> Floats:
        """The product of the words of each of these clusters with those in the scratch row."""
        if not near:
            return NO_FLOATS
        ids, sums = zip(*(self._clusters[number].words for number in near), strict=True)
        starts = np.cumsum([0, *map(len, ids[:-1])])
        products = self._scratch[np.concatenate(ids)] * np.concatenate(sums)
        found: Floats = np.add.reduceat(products, starts)
        return found

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
            near={},
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
    telling, size = _telling(vectors.words).astype(np.float32), len(vectors)
    turned = telling.T.tocsr()

    def found(first: int) -> list[Ids]:
        shared = telling[first : first + ROWS] @ turned
        near = _nearest(shared, first, rules.near, SLIGHT * rules.alike)
        return [np.minimum(one, others) * size + np.maximum(one, others) for one, others in near]

    # Multiplying lets another thread work.
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        blocks = list(threads.map(found, range(0, size, ROWS)))
        pairs = _different(np.concatenate([NO_IDS, *chain.from_iterable(blocks)]))
        parts = threads.map(lambda at: _looked_at(vectors, rules, pairs[at : at + PAIRS]), range(0, len(pairs), PAIRS))
        return Near(*(np.concatenate(column) for column in zip((NO_IDS, NO_IDS, NO_FLOATS), *parts, strict=True)))


def _different(keys: Ids) -> Ids:
    """The different ones, ascending; numpy's `unique` takes a hash table and ten times as long."""
    ordered = np.sort(keys)
    return ordered[np.diff(ordered, prepend=-1) > 0]


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


def _nearest(shared: sparse.csr_matrix, first: int, most: int, least: float) -> Iterator[tuple[int, Ids]]:
    """Each row with the rows that share most with it, but for itself."""
    for at in range(shared.shape[0]):
        part = slice(shared.indptr[at], shared.indptr[at + 1])
        ids, shares = shared.indices[part], shared.data[part]
        enough = np.flatnonzero((shares >= least) & (ids != first + at))
        if len(enough) > most:
            enough = enough[np.argpartition(shares[enough], -most)[-most:]]
        yield first + at, ids[enough].astype(np.int64)


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
        near={},
    )
