"""Fitting the weights of `likeness` to pairs that people judged: logistic, pulled towards nothing, signs held. Pure.

Called by `hotline duplicates fit`, which prints the weights for `data/likeness.yaml`, and by the tests that hold them to it.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from hotline.intake.likeness import ABOVE, ANCHORED, BENT, BIAS, PLAIN, bent

STEPS, RATE = 3_000, 0.03
PULL = 0.0007
"""How strongly weights of figures of like spread are pulled towards nothing: a few hundred pairs make no law."""
AGAINST = frozenset({"another", "negation", "question", "asked", "opposite", "stance", "more_matters", "lone_name"})
"""Figures that may only speak against, beside all that say "other"; of what is named, the rest may only speak for: the
reverse is chance. Wording and meaning may speak either way: pairs made to differ by one word are alike in all others."""


def fitted(rows: Sequence[Mapping[str, float]], same: Sequence[float], counts: Sequence[float]) -> dict[str, float]:
    """The weights that make these judgements most probable. `same` is 0-1; `counts` is how much each pair weighs."""
    told = [bent(row) for row in rows]
    names = sorted({name for row in told for name in row})
    table = np.array([[row.get(name, 0.0) for name in names] for row in told])
    wanted, weighed = np.asarray(same, float), np.asarray(counts, float)
    spread = table.std(axis=0) + 1e-9
    even = np.column_stack(((table - table.mean(axis=0)) / spread, np.ones(len(table))))
    signs = np.array([*(_sign(name) for name in names), 0.0])
    found = _descended(even, wanted, weighed / weighed.sum(), signs)
    weights = found[:-1] / spread
    bias = float(found[-1] - weights @ table.mean(axis=0))
    return {
        **{name: round(float(one), 3) for name, one in zip(names, weights, strict=True) if round(one, 3)},
        BIAS: round(bias, 3),
    }


def _sign(name: str) -> float:
    plain = name.partition(ABOVE)[0].removeprefix(PLAIN)
    if plain == ANCHORED or plain in BENT:
        return 0.0
    return -1.0 if plain in AGAINST or plain.startswith("other_") else 1.0


def _descended(table: np.ndarray, wanted: np.ndarray, share: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Gradient steps (Adam); a weight of the wrong sign is put back to nothing. The last column is the bias."""
    weights, mean, spread = np.zeros(table.shape[1]), np.zeros(table.shape[1]), np.zeros(table.shape[1])
    pulled = np.append(np.full(table.shape[1] - 1, PULL), 0.0)
    for step in range(1, STEPS + 1):
        said = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ ((said - wanted) * share) + pulled * weights
        mean, spread = 0.9 * mean + 0.1 * slope, 0.999 * spread + 0.001 * slope**2
        pace = RATE * (1 - step / (STEPS + 1))
        weights = weights - pace * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-9)
        weights = np.where(weights * signs < 0, 0.0, weights)
    return weights
