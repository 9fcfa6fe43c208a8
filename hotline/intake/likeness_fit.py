"""Fitting the weights of `likeness` to pairs that people judged: logistic, pulled towards nothing, signs held. Pure.

Called by `hotline duplicates fit`, which prints the weights for `data/likeness.yaml`, and by the tests that hold them to it.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from hotline.intake.likeness import ANCHORED, BIAS, PLAIN

STEPS, RATE = 3_000, 0.03
PULL = 0.0007
"""How strongly weights are pulled towards nothing: a few hundred pairs must not make a habit of themselves a law."""
HOLD = 0.01
"""How strongly weights are held that are: pairs made to differ by one word would else say that words tell nothing."""
AGAINST = frozenset({"another", "negation", "question", "asked", "opposite", "stance", "more_matters", "lone_name"})
"""Figures that may only speak against, beside all that say "other"; the rest may only speak for: the reverse is chance."""


def fitted(
    rows: Sequence[Mapping[str, float]], same: Sequence[float], counts: Sequence[float], held: Mapping[str, float]
) -> dict[str, float]:
    """The weights that make these judgements most probable. `same` is 0-1; `counts` is how much each pair weighs; weights
    are pulled to where they are `held`, the rest to nothing."""
    names = sorted({name for row in rows for name in row})
    table = np.array([[*(row.get(name, 0.0) for name in names), 1.0] for row in rows])
    wanted, weighed = np.asarray(same, float), np.asarray(counts, float)
    signs = np.array([*(_sign(name) for name in names), 0.0])
    start = np.array([*(held.get(name, 0.0) for name in names), 0.0])
    weights = _descended(table, wanted, weighed / weighed.sum(), signs, start)
    found = {name: round(float(weight), 3) for name, weight in zip((*names, BIAS), weights, strict=True)}
    return {name: weight for name, weight in found.items() if weight or name == BIAS}


def _sign(name: str) -> float:
    plain = name.removeprefix(PLAIN)
    if plain == ANCHORED:
        return 0.0
    return -1.0 if plain in AGAINST or plain.startswith("other_") else 1.0


def _descended(table: np.ndarray, wanted: np.ndarray, share: np.ndarray, signs: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Gradient steps (Adam); a weight of the wrong sign is put back to nothing."""
    weights, mean, spread = start.copy(), np.zeros_like(start), np.zeros_like(start)
    pulled = np.where(signs == 0, 0.0, np.where(start > 0, HOLD, PULL))
    for step in range(1, STEPS + 1):
        said = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ ((said - wanted) * share) + pulled * (weights - start)
        mean, spread = 0.9 * mean + 0.1 * slope, 0.999 * spread + 0.001 * slope**2
        weights = weights - RATE * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-9)
        weights = np.where(weights * signs < 0, 0.0, weights)
    return weights
