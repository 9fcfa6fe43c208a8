"""Messages as numbers: words by TF-IDF, places by their keys. Used by `topic_linking`; knows nothing of tickets. Pure.

Measured on messages of citizens: title and the first 200 characters by words; character pairs alone were no better.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from hotline.insight.topic_words import Named

TOO_COMMON = 0.05
"""A place that more than this share of all messages name tells none of them apart."""
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


def made(words: Sequence[Sequence[str]], places: Sequence[Iterable[Named]], seconds: Sequence[float]) -> Vectors:
    """The vectors of messages from their words, places and times (seconds from any point)."""
    counted, columns = _counted(words)
    counted.data = 1 + np.log(counted.data)
    weighted = counted.multiply(_rarity(counted)).tocsr()
    named, _ = _counted([sorted({place.key for place in one}) for one in places])
    telling = _held_by(named) <= max(TOO_COMMON * len(words), 1)
    times = np.asarray(seconds, dtype=np.float64)
    days = (times - times.min(initial=np.inf)) / DAY_S
    return Vectors(columns, _of_length_one(weighted), named[:, telling].tocsr(), days)


def _counted(rows: Sequence[Iterable[str]]) -> tuple[sparse.csr_matrix, dict[str, int]]:
    numbers: dict[str, int] = {}
    ends, found = [0], list[int]()
    for row in rows:
        found.extend(numbers.setdefault(word, len(numbers)) for word in row)
        ends.append(len(found))
    ones = np.ones(len(found))
    matrix = sparse.csr_matrix((ones, np.array(found, dtype=np.int32), np.array(ends)), shape=(len(rows), len(numbers)))
    matrix.sum_duplicates()
    return matrix, numbers


def _held_by(counted: sparse.csr_matrix) -> NDArray[np.int64]:
    """How many rows hold each column."""
    return np.bincount(counted.indices, minlength=counted.shape[1])


def _rarity(counted: sparse.csr_matrix) -> Floats:
    found: Floats = np.log((1 + counted.shape[0]) / (1 + _held_by(counted))) + 1
    return found


def _of_length_one(weighted: sparse.csr_matrix) -> sparse.csr_matrix:
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    return (sparse.diags(1 / lengths) @ weighted).tocsr()
