"""What is told of a limit and when: its warning, its end and the rungs after it (催办 … 通报批评), as rows of a city. Pure.

The rows are the rule `escalation.ladder`. `clocks` asks for the next moment, `escalation` for what has come and who hears it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sla import limits
from sla.calendar import CityCalendar
from sla.limits import Limit, LimitUnit, Stage, StartRule


class Point(StrEnum):
    """What is told: a limit that is near, one that is past, then the rungs in their order."""

    NEAR = "near"
    EXPIRED = "expired"
    PRESS = "press"
    PROMPT = "prompt"
    ORDER = "order"
    SUMMONS = "summons"
    CRITICISM = "criticism"


RUNGS = (Point.PRESS, Point.PROMPT, Point.ORDER, Point.SUMMONS, Point.CRITICISM)
PAPERS = (Point.PROMPT, Point.ORDER, Point.SUMMONS, Point.CRITICISM)
"""Rungs that are a paper with an answer to give, the mildest first."""
AFTER = (Point.EXPIRED, *RUNGS)
ORDER = {point.value: place for place, point in enumerate(Point)}
AGAIN = "again"
"""Stands in `Clock.told` once for every time that the limit was moved to a later end and is told of anew."""


@dataclass(frozen=True)
class Span:
    """So much time in one unit."""

    amount: int
    unit: LimitUnit


@dataclass(frozen=True)
class Rung:
    """One row: what is done `after` the end of a limit, who is told over which channels; empty sets mean any.

    A paper's `demand` is what it asks for and `reply` how long its unit has; not `automatic`, it is drawn up for a supervisor.
    """

    point: Point
    tells: tuple[str, ...]
    channels: tuple[str, ...]
    after: Span = Span(0, LimitUnit.MINUTES)
    automatic: bool = False
    reply: Span | None = None
    reason: str = ""
    demand: str = ""
    stages: frozenset[Stage] = frozenset()
    urgencies: frozenset[str] = frozenset()
    unit_classes: frozenset[str] = frozenset()

    def fits(self, limited: "Limited") -> bool:
        """Whether every set that it names has the limit's value."""
        pairs = ((self.stages, limited.stage), (self.urgencies, limited.urgency), (self.unit_classes, limited.unit_class))
        return all(not named or value in named for named, value in pairs)

    def specificity(self) -> tuple[int, tuple[bool, ...]]:
        """More named sets go first; then urgency before unit class before stage."""
        named = tuple(bool(group) for group in (self.urgencies, self.unit_classes, self.stages))
        return sum(named), named


@dataclass(frozen=True)
class Limited:
    """What the points of one limit depend on: its warnings by name, its end; `told` names what was told of it already.

    `known_at` is when the end was set, where that was past already: by a change of limits, a correction or a merger.
    """

    stage: Stage
    urgency: str
    unit_class: str | None
    roster: str
    warnings: tuple[tuple[str, datetime], ...]
    due_at: datetime
    told: tuple[str, ...] = ()
    known_at: datetime | None = None

    @property
    def late_from(self) -> datetime:
        """From when the rungs count: nobody is pressed for days in which the limit still lay ahead of them."""
        return max(self.due_at, self.known_at or self.due_at)


def next_moment(calendar: CityCalendar, rungs: Sequence[Rung], limited: Limited) -> datetime | None:
    """When something is to be told of it next, also in the past; None when nothing is any more."""
    return min((at for at, _ in _untold(calendar, rungs, limited)), default=None)


def come(calendar: CityCalendar, rungs: Sequence[Rung], limited: Limited, now: datetime) -> tuple[list[str], datetime | None]:
    """The points that have come by `now` and were not told, in their order, and the next moment after it (None: no more).

    Points are names of warnings, then words of `Point`.
    """
    untold = _untold(calendar, rungs, limited)
    return [name for at, name in untold if at <= now], next((at for at, _ in untold if at > now), None)


def carried_out(names: Sequence[str]) -> list[str]:
    """What is done of points that came together: no warning of what is past, of warnings the last, of papers the gravest."""
    warnings = [name for name in names if name not in AFTER]
    papers = [name for name in names if name in PAPERS]
    left_out = {*(warnings if Point.EXPIRED in names else warnings[:-1]), *papers[:-1]}
    return [name for name in names if name not in left_out]


def point_of(name: str) -> Point:
    """The point whose rows hold for a name: every warning is one of a near limit."""
    return Point(name) if name in AFTER else Point.NEAR


def row_for(rungs: Iterable[Rung], limited: Limited, point: Point) -> Rung | None:
    """The row that holds for a point: the most specific that fits; None when the city has none."""
    fitting = [row for row in rungs if row.point is point and row.fits(limited)]
    return max(fitting, key=Rung.specificity, default=None)


def told_anew(told: Iterable[str]) -> list[str]:
    """What stays told of a limit that was moved to a later end: nothing but how often that happened."""
    return [AGAIN] * (turn(told) + 1)


def turn(told: Iterable[str]) -> int:
    """How often the limit was moved and told of anew."""
    return sum(word == AGAIN for word in told)


def end_of(calendar: CityCalendar, start: datetime, span: Span, roster: str) -> datetime:
    """The moment a span after `start` is over: of working days their close of business, of the others so much later."""
    if span.amount == 0:
        return start
    rule = StartRule.NEXT_DAY if span.unit is LimitUnit.WORKING_DAYS else StartRule.AT_ONCE
    return limits.due_at(calendar, start, Limit(span.amount, span.unit, rule), roster)


def read(rows: Iterable[Mapping[str, Any]]) -> tuple[Rung, ...]:  # rows as `escalation.ladder` holds them
    """The rows of the rule. Raises KeyError, TypeError or ValueError for one that is not of its shape."""
    return tuple(_rung(row) for row in rows)


def _untold(calendar: CityCalendar, rungs: Sequence[Rung], limited: Limited) -> list[tuple[datetime, str]]:
    found: list[tuple[datetime, str]] = [(limited.due_at, Point.EXPIRED.value)]
    if Point.EXPIRED not in limited.told:
        found += [(at, name) for name, at in limited.warnings]
    for point in RUNGS:
        row = row_for(rungs, limited, point)
        if row is not None:
            found.append((end_of(calendar, limited.late_from, row.after, limited.roster), point.value))
    untold = [(at, name) for at, name in found if name not in limited.told]
    return sorted(untold, key=lambda one: (one[0], ORDER.get(one[1], 0)))


def _rung(row: Mapping[str, Any]) -> Rung:
    point = Point(row["point"])
    reply = _span(row["reply"]) if point in PAPERS else None
    if reply is not None and reply.amount < 1:
        raise ValueError("a paper leaves some time for its answer")
    return Rung(
        point,
        tuple(str(word) for word in row["tells"]),
        tuple(str(word) for word in row["channels"]),
        after=_span(row["after"]) if point in RUNGS else Rung.after,
        automatic=row.get("automatic") is True,
        reply=reply,
        reason=str(row["reason"]) if point in PAPERS else "",
        demand=str(row["demand"]) if point in RUNGS else "",
        stages=frozenset(Stage(word) for word in row.get("stages") or ()),
        urgencies=frozenset(row.get("urgencies") or ()),
        unit_classes=frozenset(row.get("unit_classes") or ()),
    )


def _span(row: Mapping[str, Any]) -> Span:
    span = Span(int(row["amount"]), LimitUnit(row["unit"]))
    if span.amount < 0:
        raise ValueError("a span cannot be negative")
    return span
