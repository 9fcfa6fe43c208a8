"""What scikit-learn does for us: large margins for many texts, and the baseline of the field. The one module that imports it.

Loaded through the entry point group `hotline.learners`, since its import takes seconds that only training should pay.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from dispatch.calibration import Numbers
from dispatch.features import Matrix, plain, word_runs, words


class LargeMargins:
    """`learning.Learner` by a linear support vector machine, one label against the rest."""

    def fit(self, rows: Matrix, right: Numbers, labels: int, cost: float) -> tuple[Numbers, Numbers]:
        found = LinearSVC(C=cost, random_state=0).fit(rows, right)
        coef, offset = _of_all(found)
        # A label that no learnt text has is never the answer.
        whole, biases = np.zeros((rows.shape[1], labels), np.float32), np.full(labels, -2.0, np.float32)
        whole[:, found.classes_], biases[found.classes_] = coef, offset
        return whole, biases


class Baseline:
    """TF-IDF of words and pairs of words (rjieba), LinearSVC, everything else as scikit-learn has it."""

    def __init__(self) -> None:
        self._weights = TfidfVectorizer(analyzer=_word_runs)
        self._machine = LinearSVC(random_state=0)

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        """Learn."""
        self._machine.fit(self._weights.fit_transform(texts), labels)

    @property
    def labels(self) -> list[str]:
        """Labels in the order of the columns of `figures`."""
        return [str(one) for one in self._machine.classes_]

    def figures(self, texts: Sequence[str]) -> Numbers:
        """Distances to the margins, a row a text, a column a label: no probabilities."""
        found: Any = self._machine.decision_function(self._weights.transform(texts))
        return np.stack([-found, found], axis=1) if found.ndim == 1 else found


def _of_all(machine: LinearSVC) -> tuple[Numbers, Numbers]:
    """Coefficients and offsets of every class; of two classes scikit-learn keeps one line."""
    coef, offset = machine.coef_.T, machine.intercept_
    if len(machine.classes_) == 2:
        return np.hstack([-coef, coef]), np.concatenate([-offset, offset])
    return coef, offset


def _word_runs(text: str) -> list[str]:
    return list(word_runs(words(plain(text))))
