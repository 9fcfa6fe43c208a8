"""What a limit is and when it ends: the words of time limits and the pure functions from a start to a due and a warning moment.

No database, no clock. The rows that give the amounts are data (`policies`); the days that count come from a `CityCalendar`;
what moves an end after it began is replayed in `reckoning`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from hotline.kernel.errors import Invalid
from sla.calendar import CityCalendar
from sla.duty import DayAndNight, DutyTime
from sla.rosters import OFFICE

WHOLE = 100
NEAR = "near"


class Stage(StrEnum):
    """What is limited. `total` is the citizen's own limit (诉求总时限); the hotline's steps are limited like the units'.

    `feedback` is a unit's first report on a long matter (阶段反馈), `supervision` the answer to an order; `decide_…` are the
    hotline's answers to what a unit asked, `ruling` a dispute's end, `appeal` the answer to an appeal.
    """

    TOTAL = "total"
    DISPATCH = "dispatch"
    SIGN = "sign"
    CONTACT = "contact"
    FEEDBACK = "feedback"
    HANDLE = "handle"
    REDO = "redo"
    SUPERVISION = "supervision"
    DECIDE_RETURN = "decide_return"
    RULING = "ruling"
    DECIDE_EXTENSION = "decide_extension"
    REPLY_AUDIT = "reply_audit"
    CALLBACK = "callback"
    REVIEW = "review"
    APPEAL = "appeal"


class LimitUnit(StrEnum):
    """In what a limit is given. Minutes and natural days run day and night."""

    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"
    NATURAL_DAYS = "natural_days"
    MINUTES = "minutes"


LENGTHS = {
    LimitUnit.WORKING_HOURS: timedelta(hours=1),
    LimitUnit.NATURAL_DAYS: timedelta(days=1),
    LimitUnit.MINUTES: timedelta(minutes=1),
}


class StartRule(StrEnum):
    """Whether the day of the start counts."""

    NEXT_DAY = "next_day"
    AT_ONCE = "at_once"


class StartEvent(StrEnum):
    """What a limit is counted from; `pending` is the moment a ticket comes (back) to the dispatch desk."""

    ACCEPTED = "accepted"
    PENDING = "pending"
    DISPATCHED = "dispatched"
    SIGNED = "signed"
    ASKED = "asked"
    ORDERED = "ordered"
    REPLIED = "replied"
    DOUBTED = "doubted"


class Ahead(StrEnum):
    """In what a warning point is given: per cent of the limit gone by, or time before its end."""

    SHARE = "share"
    WORKING_DAYS = "working_days"
    MINUTES = "minutes"


@dataclass(frozen=True)
class Limit:
    """An amount of time with its unit and start rule."""

    amount: int
    unit: LimitUnit
    start_rule: StartRule


@dataclass(frozen=True)
class WarnPoint:
    """When to warn of limits given in `unit` of at least `at_least`; `stage` None means every stage.

    Of the rows of one name one holds for a limit; rows of other names are further warnings.
    """

    unit: LimitUnit
    at_least: int
    ahead: Ahead
    amount: int
    stage: Stage | None = None
    name: str = NEAR


@dataclass(frozen=True)
class Moment:
    """A warning point of one limit."""

    name: str
    at: datetime


def due_at(calendar: CityCalendar, start: datetime, limit: Limit, roster: str) -> datetime:
    """The moment the limit ends, aware UTC. Raises Invalid for an amount below one or a roster that the city does not have.

    Working days are the office's for every roster: a period in days is a legal one and ends at close of business (Civil Code
    art. 203) whoever works at night. Working hours are the roster's own; minutes and natural days run through.
    """
    if limit.unit is LimitUnit.WORKING_DAYS:
        if limit.start_rule is StartRule.NEXT_DAY:
            return calendar.add_working_days(start, limit.amount)
        return calendar.add_working_days_at_once(start, limit.amount)
    if limit.amount < 1:
        raise Invalid("amount", "at-least-one")
    at_once = limit.start_rule is StartRule.AT_ONCE
    if limit.unit is LimitUnit.NATURAL_DAYS and not at_once:
        return calendar.end_of_day(calendar.local_day(start) + timedelta(days=limit.amount))
    begin = start if at_once else calendar.end_of_day(calendar.local_day(start))
    return own_time(calendar, limit, roster).add(begin, limit.amount * LENGTHS[limit.unit])


def own_time(calendar: CityCalendar, limit: Limit, roster: str) -> DutyTime:
    """The time that counts for a limit: the office's for working days, the roster's for working hours, all for the others."""
    if limit.unit is LimitUnit.WORKING_DAYS:
        return calendar.on(OFFICE)
    return calendar.on(roster) if limit.unit is LimitUnit.WORKING_HOURS else DayAndNight()


def carried_over(own: DutyTime, due: datetime, *, since: datetime, until: datetime) -> datetime:
    """An end after a break: as much of the limit's own time later as the break took; what was past when it began stays.

    A break over a holiday therefore gives back office time alone to a limit in working days or hours.
    """
    if due <= since or until <= since:
        return due.astimezone(UTC)
    return own.add(due, own.between(since, until))


def points(rows: Iterable[WarnPoint], stage: Stage, limit: Limit) -> list[WarnPoint]:
    """The rows that hold for a limit, one of a name: of its stage before of any, then of the highest threshold it reaches."""
    best: dict[str, WarnPoint] = {}
    for row in rows:
        fits = row.stage in (stage, None) and row.unit is limit.unit and limit.amount >= row.at_least
        if fits and (row.name not in best or _rank(row) > _rank(best[row.name])):
            best[row.name] = row
    return list(best.values())


def warn_at(calendar: CityCalendar, due: datetime, point: WarnPoint, *, own: DutyTime, length: timedelta) -> datetime:
    """When to warn of a limit that ends at `due` and has `length` of its `own` time; the caller keeps it after the start.

    A share is the moment when no more than the rest of the length is left.
    """
    if point.ahead is Ahead.SHARE:
        return own.add(due, length * (point.amount - WHOLE) / WHOLE)
    if point.ahead is Ahead.MINUTES:
        return (due - timedelta(minutes=point.amount)).astimezone(UTC)
    return calendar.before_working_days(due, point.amount)


def _rank(row: WarnPoint) -> tuple[bool, int]:
    return row.stage is not None, row.at_least
