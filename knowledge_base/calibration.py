"""Confidence that means probability: fitting its weights to questions with known answers, and measuring how true it is. Pure.

The model is a conditional logit: each candidate has odds of its figures, "none of them" has odds 1; the share of the best is
then stretched to what it turned out to mean (Platt scaling).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from knowledge_base.scoring import BIAS, FIGURES, SHIFT, STEEP, confidences

STEPS, RATE = 800, 0.05
PULL = 0.002
"""How strongly weights are held where they start: few questions change them little."""
UNANSWERED = 2.0
"""How often a question without an answer counts: a wrong answer is worse than none."""
ROUNDS = 50
Numbers = Any  # numpy.ndarray of floats


@dataclass(frozen=True)
class Example:
    """A question with the figures of its candidates; `right` is the place of the answer among them, None for none."""

    rows: Sequence[Mapping[str, float]]
    right: int | None


@dataclass(frozen=True)
class Bin:
    """Answers whose confidence lies in one tenth: how sure they were on average, how often they were right."""

    count: int
    said: float
    right: float


@dataclass(frozen=True)
class Trueness:
    """How true confidence is. `error` is the expected calibration error, 0 when it always means what it says."""

    error: float
    bins: tuple[Bin, ...]


def fitted(examples: Sequence[Example], start: Mapping[str, float]) -> dict[str, float]:
    """The weights that make these answers most probable, sought from `start` by gradient steps (Adam), then stretched.

    No figure may count against an article: a weight that would be negative for this set is chance or a habit of the set.
    """
    order = (*FIGURES, BIAS)
    given = np.array([start[name] for name in order])
    groups = [(_table(one), one.right, UNANSWERED if one.right is None else 1.0) for one in examples if one.rows]
    count = sum(counts for _, _, counts in groups)
    weights, mean, spread = given.copy(), np.zeros_like(given), np.zeros_like(given)
    for step in range(1, STEPS + 1):
        slope = PULL * (weights - given) + sum(counts * _slope(rows, right, weights) for rows, right, counts in groups) / count
        mean, spread = 0.9 * mean + 0.1 * slope, 0.999 * spread + 0.001 * slope**2
        weights = weights - RATE * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-9)
        weights[:-1] = np.maximum(weights[:-1], 0.0)
    found = {name: round(float(weight), 3) for name, weight in zip(order, weights, strict=True)}
    return {**found, **_stretch(examples, {**found, SHIFT: 0.0, STEEP: 1.0})}


def trueness(said: Sequence[float], right: Sequence[bool], *, bins: int = 10) -> Trueness:
    """How far confidences of first answers lie from how often they are right, in bins of equal width."""
    if not said:
        return Trueness(0.0, ())
    places = [min(int(one * bins), bins - 1) for one in said]
    made = list[Bin]()
    for place in range(bins):
        inside = [(one, hit) for one, hit, at in zip(said, right, places, strict=True) if at == place]
        if inside:
            count = len(inside)
            made.append(Bin(count, sum(one for one, _ in inside) / count, sum(hit for _, hit in inside) / count))
    return Trueness(sum(abs(one.said - one.right) * one.count for one in made) / len(said), tuple(made))


def _table(example: Example) -> Numbers:
    return np.array([[*(row[name] for name in FIGURES), 1.0] for row in example.rows])


def _slope(rows: Numbers, right: int | None, weights: Numbers) -> Numbers:
    odds = np.exp(np.clip(rows @ weights, -30, 30))
    shares = odds / (1.0 + odds.sum())
    if right is not None:
        shares[right] -= 1.0
    return rows.T @ shares


def _stretch(examples: Sequence[Example], weights: Mapping[str, float]) -> dict[str, float]:
    """Shift and steepness by Newton's method over the first answer of each question."""
    said, right = list[float](), list[float]()
    for one in (one for one in examples if one.rows):
        sure = confidences(one.rows, [weights] * len(one.rows))
        first = max(range(len(sure)), key=sure.__getitem__)
        said.append(sure[first])
        right.append(float(first == one.right))
    share = np.clip(np.array(said), 1e-6, 1 - 1e-6)
    columns = np.stack([np.ones_like(share), np.log(share / (1 - share))], axis=1)
    found = np.array([0.0, 1.0])
    for _ in range(ROUNDS):
        meant = 1 / (1 + np.exp(-columns @ found))
        # The prior of a thousandth keeps a set without a single wrong answer from running away.
        slope = columns.T @ (meant - np.array(right)) + 1e-3 * (found - np.array([0.0, 1.0]))
        bend = (columns * (meant * (1 - meant))[:, None]).T @ columns + 1e-3 * np.eye(2)
        found = found - np.linalg.solve(bend, slope)
    return {SHIFT: round(float(found[0]), 3), STEEP: round(max(float(found[1]), 0.2), 3)}
