"""Text → numbers for learning: blocks of character runs, words and circumstances, each weighed by TF-IDF. Pure.

What no text learnt from had counts in a text's length all the same: one of unknown words comes out short, its figures stay low,
and so does the confidence. Called by `learning` (fit) and by `textmodel` (every text that is ranked).
"""

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
import rjieba
from scipy import sparse

from hotline.kernel.search.analysis import normalise

LONGEST = 4000
"""Characters of a text that are read."""
CIRCUMSTANCE = "@"
_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_BLANKS = re.compile(r"\s+")
_WORDLIKE = re.compile(r"\w")
Matrix = Any  # scipy.sparse.csr_matrix of float32, a row a text


@dataclass(frozen=True)
class Reading:
    """A text to learn from or to rank: its words, and circumstances as words of their own (`place:990205`)."""

    text: str
    around: tuple[str, ...] = ()


def plain(text: str) -> str:
    """One form for what reads the same: simplified, lower case, without the blanks somebody cut Chinese words with."""
    return _BLANKS.sub(" ", _BETWEEN_HAN.sub("", normalise(text[: 2 * LONGEST]))).strip()[:LONGEST]


def words(text: str) -> list[str]:
    """The words of a text in plain form, in reading order."""
    return [word for word in rjieba.cut(text) if _WORDLIKE.search(word)]


def word_runs(found: Sequence[str]) -> Iterator[str]:
    """Words, and each two neighbours."""
    yield from found
    yield from (f"{one} {other}" for one, other in zip(found, found[1:], strict=False))


def _runs(length: int) -> Callable[[str], Iterable[str]]:
    return lambda text: (text[at : at + length] for at in range(len(text) - length + 1))


BLOCKS: Mapping[str, tuple[float, Callable[[str], Iterable[str]]]] = {
    "1": (0.6, _runs(1)),
    "2": (1.0, _runs(2)),
    "3": (0.5, _runs(3)),
    "w": (0.6, lambda text: word_runs(words(text))),
}
"""Kind of feature → its weight beside the others, and what of a plain text is one."""
AROUND_WEIGHT = 0.4


class FeatureSpace:
    """The features known, with the weight of each; makes rows of unit length at most."""

    def __init__(self, columns: Mapping[str, int], idf: Any, unknown: float) -> None:
        self.columns, self.idf, self.unknown = dict(columns), np.asarray(idf, dtype=np.float32), float(unknown)

    @classmethod
    def fitted(cls, readings: Sequence[Reading], most: int = 400_000) -> "FeatureSpace":
        """The features of these texts, at most so many: the commonest ones."""
        seen = Counter[str]()
        for reading in readings:
            seen.update({name for _, counts in _counted(reading) for name in counts})
        kept = [name for name, _ in seen.most_common(most)]
        total = len(readings)
        idf = [log((1 + total) / (1 + seen[name])) + 1 for name in kept]
        return cls({name: at for at, name in enumerate(kept)}, idf, log((1 + total) / 2) + 1)

    def rows(self, readings: Sequence[Reading]) -> Matrix:
        """A row a text."""
        data, indices, ends = array("f"), array("i"), array("q", [0])
        for reading in readings:
            for at, value in self._row(reading):
                indices.append(at)
                data.append(value)
            ends.append(len(indices))
        shape = (len(readings), len(self.columns))
        return sparse.csr_matrix((np.array(data), np.array(indices), np.array(ends)), shape=shape)

    def names(self) -> list[str]:
        """Features in the order of their columns."""
        return list(self.columns)

    def _row(self, reading: Reading) -> Iterator[tuple[int, float]]:
        blocks = [(weight, *self._block(counts)) for weight, counts in _counted(reading)]
        length = sum(weight * weight for weight, _, norm in blocks if norm) ** 0.5 or 1.0
        for weight, found, norm in blocks:
            for at, value in found:
                yield at, weight * value / norm / length

    def _block(self, counts: Mapping[str, int]) -> tuple[list[tuple[int, float]], float]:
        """Columns with their values, and the block's length, which what is unknown counts in."""
        found, squares = list[tuple[int, float]](), 0.0
        for name, count in counts.items():
            at = self.columns.get(name)
            value = (1 + log(count)) * (self.unknown if at is None else float(self.idf[at]))
            squares += value * value
            if at is not None:
                found.append((at, value))
        return found, squares**0.5


def shown_word(name: str) -> str | None:
    """The word a feature stands for, None when it is no word that could be shown."""
    return name[1:] if name.startswith("w") and len(name) > 2 and " " not in name else None


def _counted(reading: Reading) -> Iterator[tuple[float, Mapping[str, int]]]:
    text = plain(reading.text)
    for kind, (weight, cut) in BLOCKS.items():
        yield weight, Counter(f"{kind}{one}" for one in cut(text))
    if reading.around:
        yield AROUND_WEIGHT, Counter(f"{CIRCUMSTANCE}{one}" for one in reading.around)
