"""Words as directions of meaning, and how telling each is: 漏水 and 渗水 point the same way. Packaged data, numpy alone.

The 40,000 most frequent words of jieba (MIT) as multilingual-e5-small (MIT) embeds each alone, 64 principal directions of them;
weights from their frequency. Called by `likeness`.
"""

import io
from collections.abc import Collection, Iterable
from functools import cache
from importlib import resources

import numpy as np

KEPT_WORDS = 100_000


class Vectors:
    """Directions and weights of known words; of another word those of its characters."""

    def __init__(self, words: Iterable[str], rows: np.ndarray, weights: np.ndarray) -> None:
        self._place = {word: at for at, word in enumerate(words)}
        self._rows, self._weights = rows, weights
        self._kept = dict[str, np.ndarray]()
        self._most = float(weights.max()) if len(weights) else 1.0

    def weight(self, word: str) -> float:
        """How telling a word is, above 0; an unknown one is among the most telling."""
        at = self._place.get(word)
        return self._most if at is None else float(self._weights[at])

    def rows(self, words: Collection[str]) -> np.ndarray:
        """A row of length 1 (0 for nothing known) for each word."""
        found = np.zeros((len(words), self._rows.shape[1]), np.float32)
        for row, word in enumerate(words):
            found[row] = self._row(word)
        return found

    def _row(self, word: str) -> np.ndarray:
        kept = self._kept.get(word)
        if kept is None:
            at = self._place.get(word)
            kept = unit(self._rows[at].astype(np.float32) if at is not None else self._spelled(word))
            if len(self._kept) < KEPT_WORDS:
                self._kept[word] = kept
        return kept

    def _spelled(self, word: str) -> np.ndarray:
        known = [self._place[one] for one in word if one in self._place]
        found: np.ndarray = self._rows[known].sum(axis=0, dtype=np.float32)
        return found


def unit(rows: np.ndarray) -> np.ndarray:
    """The rows, or the one row, with length 1; nothing stays nothing."""
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    scaled: np.ndarray = rows / np.maximum(length, 1e-9)
    return scaled


@cache
def packaged_vectors() -> Vectors:
    """The vectors that come with the package."""
    raw = resources.files("hotline.intake").joinpath("data", "word_vectors.npz").read_bytes()
    with np.load(io.BytesIO(raw), allow_pickle=False) as kept:
        words = bytes(kept["words"]).decode("utf-8").split("\n")
        return Vectors(words, kept["rows"], kept["weights"])
