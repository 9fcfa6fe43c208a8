"""Confidence that means probability: fitting it to what turned out right, and measuring how true it is. Pure.

Figures of each label become shares (a conditional logit with one weight a kind of figure, the same for all labels); the share
of the first is then stretched to how often it turned out right. Both are fitted to figures of texts the model had not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

Numbers = Any  # numpy.ndarray of floats
PULL = 1e-4
"""How strongly weights are held at nothing."""
STRETCH_PULL = 1.0
"""The same for the stretch, counted in texts."""
SMALLEST = 1e-6


@dataclass(frozen=True)
class Stretch:
    """From figures about a first answer to the probability that it is right."""

    middle: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def apply(self, figures: Numbers) -> Numbers:
        """Probabilities for a table of figures, a row a text."""
        at = (figures - np.array(self.middle)) / np.array(self.scale)
        return 1 / (1 + np.exp(-np.clip(at @ np.array(self.weights) + self.bias, -30, 30)))


@dataclass(frozen=True)
class Bin:
    """First answers whose probability lies in one tenth: how sure they were on average, how often they were right."""

    low: float
    high: float
    said: float
    right: float
    count: int


def shares(odds: Numbers) -> Numbers:
    """Shares that add up to 1 in each row, from logarithms of odds."""
    raised = np.exp(odds - odds.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def fitted_weights(figures: Sequence[Numbers], right: Numbers) -> tuple[list[float], float]:
    """A weight for each kind of figure (a table each, a row a text, a column a label), and the log-loss they leave."""
    spread = np.array([float(one.std()) or 1.0 for one in figures])
    tables = np.stack([one / scale for one, scale in zip(figures, spread, strict=True)])
    rows = np.arange(len(right))

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        meant = shares(np.tensordot(weights, tables, 1))
        slope = np.tensordot(tables, meant, ((1, 2), (0, 1))) - tables[:, rows, right].sum(axis=1)
        missed = -np.log(meant[rows, right] + SMALLEST).mean()
        return missed + PULL * float(weights @ weights), slope / len(right) + 2 * PULL * weights

    found = minimize(loss, np.ones(len(tables)), jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(tables))
    return [float(one) for one in found.x / spread], float(found.fun)


def fitted_stretch(figures: Numbers, hits: Numbers) -> Stretch:
    """The stretch that makes these hits most probable, held back a little, so that a few texts do not make it steep."""
    middle, scale = figures.mean(axis=0), np.maximum(figures.std(axis=0), SMALLEST)
    table = np.column_stack([(figures - middle) / scale, np.ones(len(figures))])
    wanted = hits.astype(float)

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        odds = np.clip(table @ weights, -30, 30)
        meant = 1 / (1 + np.exp(-odds))
        held = np.append(weights[:-1], 0.0)
        missed = -(wanted * np.log(meant + SMALLEST) + (1 - wanted) * np.log(1 - meant + SMALLEST)).sum()
        return missed + STRETCH_PULL / 2 * float(held @ held), table.T @ (meant - wanted) + STRETCH_PULL * held

    found = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B").x
    return Stretch(tuple(middle.tolist()), tuple(scale.tolist()), tuple(found[:-1].tolist()), float(found[-1]))


def bins(said: Numbers, hits: Numbers, count: int = 10) -> list[Bin]:
    """Probabilities of first answers in bins of equal width; empty bins are left out."""
    places = np.minimum((said * count).astype(int), count - 1)
    found = list[Bin]()
    for place in range(count):
        inside = places == place
        if inside.any():
            says, was = float(said[inside].mean()), float(hits[inside].mean())
            found.append(Bin(place / count, (place + 1) / count, says, was, int(inside.sum())))
    return found


def calibration_error(found: Sequence[Bin]) -> float:
    """The expected calibration error: 0 when probability always means what it says."""
    whole = sum(one.count for one in found)
    return sum(abs(one.said - one.right) * one.count for one in found) / whole if whole else 0.0


def accuracy_at(said: Numbers, hits: Numbers, share: float) -> float:
    """How often the surest share (0-1) of first answers is right."""
    most = max(1, round(share * len(said)))
    return float(hits[np.argsort(-said, kind="stable")[:most]].mean()) if len(said) else 0.0


def coverage_at(said: Numbers, hits: Numbers, precision: float) -> tuple[float, float | None]:
    """The largest share of texts, surest first, that is right so often, and the probability from which that holds.

    Only where the figure changes: texts of one probability go together. Nothing holds it: 0 and None.
    """
    order = np.argsort(-said, kind="stable")
    sure, running = said[order], np.cumsum(hits[order]) / np.arange(1, len(said) + 1)
    last = np.append(sure[1:] < sure[:-1], True)
    enough = np.nonzero((running >= precision) & last)[0]
    if not len(enough):
        return 0.0, None
    return float(enough[-1] + 1) / len(said), float(sure[enough[-1]])
