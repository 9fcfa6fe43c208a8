"""How hot a topic is: how many, how fast, how wide, how unhappy, each 0-1, and their sum by the city's shares. Pure.

Size is not heat: a steady stream of the same enquiry is bigger than a burst main and less hot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.insight.hot_topic_rules import Halves, Shares

WEEK = timedelta(days=7)
BEFORE = 4
"""Weeks before the fullest one that it is compared with."""


@dataclass(frozen=True)
class Parts:
    """The parts of the heat, each 0-1."""

    many: float
    fast: float
    wide: float
    unhappy: float


@dataclass(frozen=True)
class Facts:
    """What heat is made of: people, times (ascending) in and before the period, areas touched, unhappiness of each message."""

    people: int
    times: Sequence[datetime]
    earlier: Sequence[datetime]
    areas: int
    unhappy: Sequence[float]


def parts(facts: Facts, halves: Halves) -> Parts:
    """The parts; there is at least one message."""
    peak, usual = fullest_week(facts.times, facts.earlier)
    return Parts(
        many=_share(facts.people, halves.people),
        fast=_share(peak, halves.week) * max(0.0, peak - usual) / peak,
        wide=_share(max(facts.areas - 1, 0), halves.areas),
        unhappy=sum(facts.unhappy) / len(facts.unhappy),
    )


def heat(found: Parts, shares: Shares) -> float:
    """The heat, 0-100."""
    worth = shares.many * found.many + shares.fast * found.fast + shares.wide * found.wide + shares.unhappy * found.unhappy
    return round(100 * worth, 1)


def fullest_week(times: Sequence[datetime], earlier: Sequence[datetime] = ()) -> tuple[int, float]:
    """The most messages within seven days, and how many a week there were in the four weeks before; the first of equals."""
    every = sorted((*earlier, *times))
    peak, began, first = 0, times[0], 0
    for last, at in enumerate(times):
        while at - times[first] >= WEEK:
            first += 1
        if last - first + 1 > peak:
            peak, began = last - first + 1, times[first]
    before = [at for at in every if began - BEFORE * WEEK <= at < began]
    return peak, len(before) / BEFORE


def _share(amount: float, half: float) -> float:
    return amount / (amount + half)
