"""Messages as numbers: words by TF-IDF, places by their keys. Used by `topic_linking`; knows nothing of tickets. Pure.

Measured on messages of citizens: title and the first 200 characters by words; character pairs alone were no better.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from hotline.insight.topic_words import Named

TOO_COMMON, FEW = 0.2, 50
"""A place that more than this share of all messages name, and not only few, tells none of them apart."""
DAY_S = 86_400

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Vectors:
    """A row a message: `words` of length 1, `places` 0 or 1 for each telling place, `days` since the first message.

    `columns` are the numbers of the words.
    """

    columns: Mapping[str, int]
    words: sparse.csr_matrix
    places: sparse.csr_matrix
    days: Floats

    def __len__(self) -> int:
        return int(self.words.shape[0])


@dataclass(frozen=True)
class Counted:
    """How often each row holds each word, and the numbers of the words."""

    rows: sparse.csr_matrix
    columns: Mapping[str, int]


def made(words: Counted, places: Iterable[Iterable[Named]], seconds: Sequence[float]) -> Vectors:
    """The vectors of messages from their words, places and times (seconds from any point)."""
    often = words.rows.copy()
    often.data = 1 + np.log(often.data)
    weighted = often.multiply(_rarity(often)).tocsr()
    named = counted(sorted({place.key for place in one}) for one in places).rows
    telling = _held_by(named) <= max(TOO_COMMON * len(seconds), FEW)
    times = np.asarray(seconds, dtype=np.float64)
    days = (times - times.min(initial=np.inf)) / DAY_S
    return Vectors(words.columns, _of_length_one(weighted), named[:, telling].tocsr(), days)


def counted(rows: Iterable[Iterable[str]]) -> Counted:
    """The words of each row counted; the rows may come one after another."""
    numbers = defaultdict[str, int]()
    numbers.default_factory = numbers.__len__
    ends, found = array("q", [0]), array("i")
    for row in rows:
        found.extend(map(numbers.__getitem__, row))
        ends.append(len(found))
    shape = (len(ends) - 1, len(numbers))
    matrix = sparse.csr_matrix((np.ones(len(found)), np.array(found, dtype=np.int32), np.array(ends)), shape=shape)
    matrix.sum_duplicates()
    return Counted(matrix, numbers)


def _held_by(rows: sparse.csr_matrix) -> NDArray[np.int64]:
    """How many rows hold each column."""
    return np.bincount(rows.indices, minlength=rows.shape[1])


def _rarity(rows: sparse.csr_matrix) -> Floats:
    found: Floats = np.log((1 + rows.shape[0]) / (1 + _held_by(rows))) + 1
    return found


def _of_length_one(weighted: sparse.csr_matrix) -> sparse.csr_matrix:
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    return (sparse.diags(1 / lengths) @ weighted).tocsr()
