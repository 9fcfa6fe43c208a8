"""How the demo city's months look, read from `city/shape.yaml`: volumes, hours, pace, outcomes. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from web.demo.data import read_yaml

Span = Sequence[float]


@dataclass(frozen=True)
class Stage:
    """A group of tickets that stops at a step. `hours` is how long before now they came in.

    With `late` they came in so long ago that their limit has been over for so many working days.
    """

    stop: str
    count: int
    hours: tuple[float, ...] = ()
    late: int | None = None


@dataclass(frozen=True)
class Shape:
    """The file as values; see there for what each means."""

    days: int
    tickets: int
    answers: int
    batch: int
    citizens: int
    first_phone: int
    weekdays: Sequence[float]
    hours: Mapping[str, Sequence[float]]
    channels: Mapping[str, float]
    share: Mapping[str, float]
    desk_minutes: Mapping[str, Span]
    sign_minutes: Mapping[str, Span]
    contact_minutes: Mapping[str, Span]
    reply_minutes: Mapping[str, Span]
    callback_minutes: Span
    try_hours: Sequence[Span]
    review_minutes: Span
    links_unanswered: int
    satisfaction: Sequence[Mapping[str, Any]]  # a share, and three words of sla.answers
    staged: Sequence[Stage]
    late_limit: Mapping[str, Any]  # a type of request, and its limit in working days
    phrases: Mapping[str, Any]  # one phrase, or a list to choose from


@cache
def load_shape() -> Shape:
    """Read the file; the same object each time."""
    raw = read_yaml("shape.yaml")
    staged = [Stage(**{**row, "hours": tuple(row.get("hours", ()))}) for row in raw.pop("staged")]
    return Shape(**raw, staged=staged)


def pick(rng: Random, span: Span) -> float:
    """A number of the span, the lower half likelier: most work is done early, some of it late."""
    low, high = span
    return low + (high - low) * rng.random() * rng.random()


def weighted(rng: Random, shares: Mapping[str, float]) -> str:
    """One of the keys, by its share."""
    return rng.choices(list(shares), weights=list(shares.values()))[0]
