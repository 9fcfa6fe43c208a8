"""The one function from the facts of a limit to its end: start, amount, roster, and what moved it since. Pure.

Called by `clocks` for every new or moved limit, by `recounts` after a change of policy or calendar, and by `explanation`; so
what is stored, what is previewed and what is told are the same sum.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sla import limits
from sla.calendar import CityCalendar
from sla.duty import DayAndNight, DutyTime
from sla.limits import Limit, LimitUnit, Moment, Stage, WarnPoint
from sla.rosters import AROUND_THE_CLOCK

NONE = timedelta(0)


class StepKind(StrEnum):
    """What moved a limit's end after it began; the words are the catalogue's `explain.<kind>`."""

    PAUSED = "paused"
    SENT_BACK = "sent-back"
    EXTENDED = "extended"
    COMMITTED = "committed"
    MERGED = "merged"


BREAKS = frozenset({StepKind.PAUSED, StepKind.SENT_BACK})
"""Steps during which none of the limit's time counted."""
CODES = frozenset(StepKind)


@dataclass(frozen=True)
class Step:
    """One thing that moved the end. A break has `since` and `until`; an extension `days`; a promise or merger `until`.

    `no_later_than` caps what the step gives. Moments are aware.
    """

    kind: StepKind
    since: datetime | None = None
    until: datetime | None = None
    days: int = 0
    no_later_than: datetime | None = None


@dataclass(frozen=True)
class Basis:
    """All that a limit's end depends on, beside the calendar. `given` goes before the amount (a limit set by name)."""

    started_at: datetime
    limit: Limit
    roster: str
    given: datetime | None = None
    no_later_than: datetime | None = None
    steps: tuple[Step, ...] = ()


def reckon(calendar: CityCalendar, basis: Basis) -> datetime:
    """When the limit ends, aware UTC: the amount from its start, then each step in its order.

    What was late when a step came stays late. Time in two breaks, should they overlap, is given back once.
    """
    due = basis.given or limits.due_at(calendar, basis.started_at, basis.limit, basis.roster)
    due = _capped(due, basis.no_later_than)
    own = own_time(calendar, basis)
    for step in apart(basis.steps):
        due = _capped(MOVES[step.kind](calendar, own, due, step), step.no_later_than)
    return due.astimezone(UTC)


def first_due(calendar: CityCalendar, basis: Basis) -> datetime:
    """When it would have ended had nothing moved it."""
    return reckon(calendar, replace(basis, steps=()))


def is_provisional(calendar: CityCalendar, basis: Basis, due: datetime) -> bool:
    """Whether a notice that is not there yet may still move `due`. What runs day and night, or was named, is certain."""
    promised = {step.until for step in basis.steps if step.kind is StepKind.COMMITTED}
    return due not in {basis.given, *promised} and _counts_days(basis) and calendar.is_provisional(due, since=basis.started_at)


def points(
    calendar: CityCalendar, basis: Basis, due: datetime, *, stage: Stage, rows: Iterable[WarnPoint]
) -> tuple[Moment, ...]:
    """The warnings of a limit that ends at `due`, earliest first; none at its very start or before, none after its end.

    Shares are of the limit's own time, in which a break does not count.
    """
    own = own_time(calendar, basis)
    length = _length(own, basis, due)
    if length <= NONE:
        # A limit that was named, on a weekend say, may have none of its own time: it is warned of by plain time.
        own, length = DayAndNight(), due - basis.started_at
    found = []
    for point in limits.points(rows, stage, basis.limit):
        at = min(limits.warn_at(calendar, due, point, own=own, length=length), due)
        if at > basis.started_at:
            found.append(Moment(point.name, at.astimezone(UTC)))
    return tuple(sorted(found, key=lambda moment: moment.at))


def own_time(calendar: CityCalendar, basis: Basis) -> DutyTime:
    """The time that counts for the limit."""
    return limits.own_time(calendar, basis.limit, basis.roster)


def apart(steps: Iterable[Step]) -> Iterable[Step]:
    """The steps with breaks cut so that none begins before an earlier one ended."""
    over: datetime | None = None
    for step in steps:
        if step.kind in BREAKS and step.since is not None and step.until is not None:
            yield replace(step, since=max(step.since, over or step.since))
            over = max(step.until, over or step.until)
        else:
            yield step


def read_basis(started_at: datetime, limit: Limit, roster: str, explain: Mapping[str, Any]) -> Basis:  # `Clock.explain`
    """The basis of a limit from what its clock keeps. Entries of other codes are notes that move nothing."""
    return Basis(
        started_at,
        limit,
        roster,
        given=_moment(explain.get("given")),
        no_later_than=_moment(explain.get("no_later_than")),
        steps=tuple(read_step(row) for row in explain.get("steps", ()) if row["code"] in CODES),
    )


def read_step(row: Mapping[str, Any]) -> Step:  # one entry of `Clock.explain["steps"]`
    """A step from its row {"code", "since", "until", "days", "no_later_than", "at"}; moments are ISO 8601.

    `at` is the end that the step gave. A row that lacks the facts to count it anew is read as the promise of that end.
    """
    kind, at = StepKind(row["code"]), _moment(row.get("at"))
    since, until, days = _moment(row.get("since")), _moment(row.get("until")), int(row.get("days") or 0)
    if (kind in BREAKS and not (since and until)) or (kind is StepKind.EXTENDED and not days):
        return Step(StepKind.COMMITTED, until=at)
    return Step(kind, since=since, until=until or at, days=days, no_later_than=_moment(row.get("no_later_than")))


def _after_break(calendar: CityCalendar, own: DutyTime, due: datetime, step: Step) -> datetime:
    if step.since is None or step.until is None:
        return due
    return limits.carried_over(own, due, since=step.since, until=step.until)


def _extended(calendar: CityCalendar, own: DutyTime, due: datetime, step: Step) -> datetime:
    return calendar.add_working_days(due, step.days) if step.days else due


def _committed(calendar: CityCalendar, own: DutyTime, due: datetime, step: Step) -> datetime:
    return max(due, step.until or due)


def _merged(calendar: CityCalendar, own: DutyTime, due: datetime, step: Step) -> datetime:
    return min(due, step.until or due)


MOVES: Mapping[StepKind, Callable[[CityCalendar, DutyTime, datetime, Step], datetime]] = {
    StepKind.PAUSED: _after_break,
    StepKind.SENT_BACK: _after_break,
    StepKind.EXTENDED: _extended,
    StepKind.COMMITTED: _committed,
    StepKind.MERGED: _merged,
}


def _counts_days(basis: Basis) -> bool:
    """Whether the city's working days have a part in the sum."""
    by_days = basis.limit.unit is LimitUnit.WORKING_DAYS
    by_hours = basis.limit.unit is LimitUnit.WORKING_HOURS and basis.roster != AROUND_THE_CLOCK
    kinds = {step.kind for step in basis.steps}
    return StepKind.EXTENDED in kinds or ((by_days or by_hours) and (basis.given is None or bool(kinds & BREAKS)))


def _length(own: DutyTime, basis: Basis, due: datetime) -> timedelta:
    """How much of its own time lies between start and end, breaks left out."""
    lost = NONE
    for step in apart(basis.steps):
        if step.kind in BREAKS and step.since and step.until and step.since < due:
            lost += max(own.between(step.since, step.until), NONE)
    return own.between(basis.started_at, due) - lost


def _capped(due: datetime, latest: datetime | None) -> datetime:
    return min(due, latest) if latest else due


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
