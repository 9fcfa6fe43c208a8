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
class Stretch:
    """A piece of the months looked back on: told under a name of its own, from so many days back on, so many days long."""

    name: str
    from_day: int
    days: int
    tickets: int
    answers: int


@dataclass(frozen=True)
class Topic:
    """What is asked again and again at one place: the share of all requests it has when the months begin and when they end."""

    situation: str
    place: str
    first: float
    last: float


@dataclass(frozen=True)
class Surge:
    """Something that happened to many at once: so many rang within so many hours, so many days ago, in these months only.

    `values` are the fillings of slots that all of them tell alike.
    """

    name: str
    situation: str
    place: str
    days_back: float
    hours: float
    count: int
    months: tuple[int, ...]
    values: Mapping[str, str]


@dataclass(frozen=True)
class Shape:
    """The file as values; see there for what each means."""

    recent: Stretch
    past: Stretch
    emphasis: float
    emergency_each: int
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
    repeats: Mapping[str, float]
    repeat_hours: Mapping[str, Span]
    topics: Sequence[Topic]
    surges: Sequence[Surge]
    late_limit: Mapping[str, Any]  # a type of request, and its limit in working days
    phrases: Mapping[str, Any]  # one phrase, or a list to choose from

    @property
    def days(self) -> int:
        """How far the months look back, both stretches together."""
        return self.past.from_day + self.past.days


@cache
def load_shape() -> Shape:
    """Read the file; the same object each time."""
    raw = read_yaml("shape.yaml")
    staged = [Stage(**{**row, "hours": tuple(row.get("hours", ()))}) for row in raw.pop("staged")]
    recent, past = Stretch(name="", **raw.pop("recent")), Stretch(name="past-", **raw.pop("past"))
    topics = [Topic(**row) for row in raw.pop("topics")]
    surges = [Surge(**{**row, "months": tuple(row["months"])}) for row in raw.pop("surges")]
    return Shape(**raw, recent=recent, past=past, staged=staged, topics=topics, surges=surges)


def pick(rng: Random, span: Span) -> float:
    """A number of the span, the lower half likelier: most work is done early, some of it late."""
    low, high = span
    return low + (high - low) * rng.random() * rng.random()


def weighted(rng: Random, shares: Mapping[str, float]) -> str:
    """One of the keys, by its share."""
    return rng.choices(list(shares), weights=list(shares.values()))[0]
