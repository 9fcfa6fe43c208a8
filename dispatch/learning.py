"""Texts with their labels → a trained model (`textmodel`). Pure; called by the training of the ranker and by the evaluation.

Up to `closed_most` texts a ridge over likenesses is solved in closed form, which also tells what each text would have got had
it not been there; so confidence is fitted to answers about unseen texts at no further cost. Beyond that a linear support vector
machine learns (`Learner`), and a part kept back takes that place. What strength suits is tried on a part of the texts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_matrix

from dispatch import calibration
from dispatch.calibration import Numbers
from dispatch.features import FeatureSpace, Matrix, Reading
from dispatch.textmodel import Cases, TextModel, Weights, combined, first_figures
from hotline.kernel.errors import Invalid

CLOSED_MOST = 12_000
"""Texts; memory grows with their square, time with their cube (12,000: about 1.2 GB and under a minute)."""
TRIED_ON = 1500
STRENGTHS = (0.03, 0.1, 0.3, 1.0)
COEFFICIENTS_MOST = 40_000_000
"""Features times labels: 160 MB in memory."""
KEPT_BACK = 5
"""One in so many texts, where answers about unseen texts are not to be had in closed form."""
CASES_MOST = 20_000
"""Newest texts kept for likeness."""
COST = 3.0
COMMON, COMMON_LEAST = 0.1, 300
"""Share of texts, and number, from which on a feature is too common to tell which texts are alike."""
Tables = tuple[Numbers, Numbers]  # linear figures and likenesses to names, a row a text, a column a label


class Learner(Protocol):
    """A linear learner for many texts."""

    def fit(self, rows: Matrix, right: Numbers, labels: int, cost: float) -> tuple[Numbers, Numbers]:
        """Coefficients (features × labels) and offsets that tell each label from all others."""


@dataclass(frozen=True)
class Example:
    """A text with its label. `key` is what it is known by afterwards, 0 for nothing."""

    reading: Reading
    label: str
    key: int = 0


@dataclass(frozen=True)
class _Set:
    """What is learnt from: a row a text, the place of its label, the row of each label's name."""

    rows: Matrix
    right: Numbers
    names: Matrix

    @property
    def labels(self) -> int:
        return int(self.names.shape[0])

    def part(self, chosen: Numbers) -> "_Set":
        return _Set(self.rows[chosen], self.right[chosen], self.names)


@dataclass(frozen=True)
class _Solved:
    """Coefficients, and what each text would have got unseen."""

    coef: Numbers
    offset: Numbers
    unseen: Numbers


def train(
    examples: Sequence[Example],
    learner: Learner,
    names: Mapping[str, str] | None = None,
    closed_most: int = CLOSED_MOST,
) -> TextModel:
    """The model of these texts, oldest first. `names` tells what a label is called when it is not its own name.

    Raises Invalid when there are no two labels.
    """
    labels = sorted({one.label for one in examples})
    if len(labels) < 2:
        raise Invalid("label", "too-few", minimum=2)
    called = [(names or {}).get(label, label) for label in labels]
    readings = [one.reading for one in examples]
    space = FeatureSpace.fitted(readings, COEFFICIENTS_MOST // len(labels))
    places = {label: at for at, label in enumerate(labels)}
    right = np.array([places[one.label] for one in examples])
    given = _Set(space.rows(readings), right, _unit(space.rows([Reading(name) for name in called])))
    telling = _telling(given.rows)
    if len(examples) <= closed_most:
        solved = _closed(given, _strength(given))
        likeness = (telling @ telling.T).toarray()
        np.fill_diagonal(likeness, 0.0)
        weights = _weights(given, solved.unseen, likeness, right)
        coef, offset = solved.coef, solved.offset
    else:
        weights = _weights_of_kept_back(given, telling, learner)
        coef, offset = learner.fit(given.rows, right, given.labels, COST)
    keys = np.array([one.key for one in examples], np.int64)
    cases = Cases(telling[-CASES_MOST:], right[-CASES_MOST:], keys[-CASES_MOST:])
    return TextModel(space, labels, coef=coef, offset=offset, names=given.names, cases=cases, weights=weights)


def _strength(given: _Set) -> float:
    """The strength of the ridge that serves unseen texts best, tried on some of them."""
    count = len(given.right)
    chosen = np.random.default_rng(0).permutation(count)[:TRIED_ON]
    part = given.part(np.sort(chosen))
    return min(STRENGTHS, key=lambda strength: _loss(part, _closed(part, strength).unseen))


def _loss(given: _Set, unseen: Numbers) -> float:
    _, missed = calibration.fitted_weights((unseen, _to_names(given.rows, given.names)), given.right)
    return missed


def _closed(given: _Set, strength: float) -> _Solved:
    """The ridge of indicator columns over likenesses, and its leave-one-out answers (both exact)."""
    count = len(given.right)
    likeness = (given.rows @ given.rows.T).toarray().astype(np.float64)
    wanted = np.zeros((count, given.labels))
    wanted[np.arange(count), given.right] = 1.0
    offset = wanted.mean(axis=0)
    # As if each text were of unit length: what no other text has says nothing of others, but holds its own.
    np.fill_diagonal(likeness, 1.0 + strength)
    inverse = _inverse(likeness)
    dual = inverse @ (wanted - offset)
    unseen = wanted - dual / np.diag(inverse)[:, None]
    return _Solved(given.rows.T @ dual.astype(np.float32), offset, unseen)


def _inverse(matrix: Numbers) -> Numbers:
    """The inverse of a symmetric positive definite matrix."""
    factor, failed = lapack.dpotrf(matrix, lower=1, overwrite_a=1)
    found, failed_too = lapack.dpotri(factor, lower=1, overwrite_c=1)
    if failed or failed_too:
        raise Invalid("text", "not-separable")
    upper = np.triu_indices_from(found, 1)
    found[upper] = found.T[upper]
    return found


def _weights(given: _Set, unseen: Numbers, likeness: Numbers, case_labels: Numbers) -> Weights:
    """How figures become probability, fitted to texts that were not learnt from."""
    to_names = _to_names(given.rows, given.names)
    (linear, name), _ = calibration.fitted_weights((unseen, to_names), given.right)
    meant = combined(linear, unseen, name, to_names)
    figures = first_figures(meant, likeness, case_labels)
    return Weights(linear, name, calibration.fitted_stretch(figures, meant.argmax(axis=1) == given.right))


def _weights_of_kept_back(given: _Set, telling: Matrix, learner: Learner) -> Weights:
    count = len(given.right)
    mixed = np.random.default_rng(0).permutation(count)
    back, learnt = given.part(mixed[: count // KEPT_BACK]), given.part(mixed[count // KEPT_BACK :])
    coef, offset = learner.fit(learnt.rows, learnt.right, given.labels, COST)
    near = telling[mixed[count // KEPT_BACK :]][-CASES_MOST:]
    likeness = (back.rows @ near.T).toarray()
    return _weights(back, back.rows @ coef + offset, likeness, learnt.right[-CASES_MOST:])


def _telling(rows: Matrix) -> Matrix:
    """The rows without what very many texts have: it tells nothing of which texts are alike, and costs most of the time."""
    whole = rows.tocsc()
    texts = np.diff(whole.indptr)
    kept = texts <= max(COMMON_LEAST, COMMON * rows.shape[0])
    return csr_matrix(rows.multiply(kept[None, :].astype(np.float32)))


def _to_names(rows: Matrix, names: Matrix) -> Numbers:
    return (rows @ names.T).toarray()


def _unit(rows: Matrix) -> Matrix:
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scale = np.divide(1.0, length, out=np.zeros_like(length), where=length > 0)
    return csr_matrix(rows.multiply(scale[:, None]))
