"""Scenes in folds for measuring the judge: those that say nearly the same stand in one, so that none helps to judge another.

Pure; called by `risk_fit` alone, never at run time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from hotline.intake.risk_judge import runs

ALIKE = 0.3
"""Share of the pairs of characters in either sentence that stand in both, from which on they are one family."""
TOLD_BY_MANY = 200
"""A pair of characters in so many sentences says nothing of likeness."""
CURVE = (0.90, 0.95, 0.97, 0.98, 0.99)
SEED = 1


def folds_of(sentences: Sequence[str], count: int) -> np.ndarray:
    """The fold, 0 to `count` - 1, of each sentence; whole families go together."""
    family = families(sentences)
    order = np.random.default_rng(SEED).permutation(len(sentences)) % count
    return np.array([order[one] for one in family])


def families(sentences: Sequence[str]) -> list[int]:
    """For each sentence the number of the one that stands for all that are alike, also by way of others."""
    parents = list(range(len(sentences)))

    def root(at: int) -> int:
        while parents[at] != at:
            parents[at] = at = parents[parents[at]]
        return at

    for one, other in _alike([{run for run in runs(sentence) if len(run) == 2} for sentence in sentences]):
        parents[root(one)] = root(other)
    return [root(at) for at in range(len(sentences))]


def curve(said: np.ndarray, danger: np.ndarray) -> list[tuple[float, float]]:
    """Share of dangers found and of false alarms, of one limit after the other; `said` is a number a scene."""
    found, harmless = np.sort(said[danger]), said[~danger]
    limits = [found[int((1 - recall) * len(found))] for recall in CURVE]
    return [(recall, float((harmless >= limit).mean())) for recall, limit in zip(CURVE, limits, strict=True)]


def _alike(pairs: Sequence[set[str]]) -> Iterator[tuple[int, int]]:
    standing: dict[str, list[int]] = defaultdict(list)
    for at, mine in enumerate(pairs):
        shared = Counter(other for pair in mine if len(standing[pair]) < TOLD_BY_MANY for other in standing[pair])
        yield from ((at, other) for other, count in shared.items() if count / len(mine | pairs[other]) >= ALIKE)
        for pair in mine:
            standing[pair].append(at)
