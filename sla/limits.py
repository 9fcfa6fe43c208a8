"""What a limit is and when it ends: the words of time limits and the pure functions from a start to a due and a warning moment.

No database, no clock. The rows that give the amounts are data (`policies`); the days that count come from a `CityCalendar`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sla.calendar import CityCalendar

WHOLE = 100


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


OFFICE = "office"
AROUND_THE_CLOCK = "around_the_clock"
"""Names of rosters that every city has; `calendar.rosters` may name more, such as a heating season's."""


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
    """When to warn of limits given in `unit` of at least `at_least`; `stage` None means every stage."""

    unit: LimitUnit
    at_least: int
    ahead: Ahead
    amount: int
    stage: Stage | None = None


def due_at(calendar: CityCalendar, start: datetime, limit: Limit, roster: str) -> datetime:
    """The moment the limit ends, aware UTC. Working hours of who works day and night are plain hours."""
    if limit.unit is LimitUnit.WORKING_DAYS:
        if limit.start_rule is StartRule.NEXT_DAY:
            return calendar.add_working_days(start, limit.amount)
        return calendar.add_working_days_at_once(start, limit.amount)
    if limit.unit is LimitUnit.NATURAL_DAYS and limit.start_rule is StartRule.NEXT_DAY:
        return calendar.end_of_day(calendar.local_day(start) + timedelta(days=limit.amount))
    begin = start if limit.start_rule is StartRule.AT_ONCE else calendar.end_of_day(calendar.local_day(start))
    if limit.unit is LimitUnit.NATURAL_DAYS:
        return (begin + timedelta(days=limit.amount)).astimezone(UTC)
    if limit.unit is LimitUnit.MINUTES:
        return (begin + timedelta(minutes=limit.amount)).astimezone(UTC)
    if roster == AROUND_THE_CLOCK:
        return (begin + timedelta(hours=limit.amount)).astimezone(UTC)
    return calendar.add_working_hours(begin, limit.amount)


def carried_over(
    calendar: CityCalendar, moment: datetime, limit: Limit, roster: str, *, since: datetime, now: datetime
) -> datetime:
    """A moment after a break from `since` to `now`: as much of the limit's own time lies before it as did when the break began.

    Office time for limits in working days and hours, plain time for the others; what was past already stays where it is.
    """
    if moment <= since:
        return moment
    plain = limit.unit in (LimitUnit.MINUTES, LimitUnit.NATURAL_DAYS)
    if plain or (limit.unit is LimitUnit.WORKING_HOURS and roster == AROUND_THE_CLOCK):
        return (now + (moment - since)).astimezone(UTC)
    return calendar.add_working_time(now, calendar.working_time_between(since, moment))


def warn_point(points: tuple[WarnPoint, ...], stage: Stage, limit: Limit) -> WarnPoint | None:
    """The point that fits: of this stage before of any, of the highest threshold that the limit reaches; None if none does."""
    fitting = [
        point
        for point in points
        if point.stage in (stage, None) and point.unit is limit.unit and limit.amount >= point.at_least
    ]
    return max(fitting, key=lambda point: (point.stage is not None, point.at_least), default=None)


def warn_at(calendar: CityCalendar, start: datetime, due: datetime, limit: Limit, point: WarnPoint) -> datetime:
    """When to warn: never before the start, never after the due moment."""
    if point.ahead is Ahead.SHARE:
        found = _part_of(calendar, start, due, limit, point.amount)
    elif point.ahead is Ahead.MINUTES:
        found = due - timedelta(minutes=point.amount)
    else:
        found = _working_days_before(calendar, start, due, point.amount)
    return min(max(found, start), due)


def _part_of(calendar: CityCalendar, start: datetime, due: datetime, limit: Limit, percent: int) -> datetime:
    if limit.unit in (LimitUnit.WORKING_DAYS, LimitUnit.WORKING_HOURS):
        worked = calendar.working_time_between(start, due)
        if worked > timedelta(0):
            return calendar.add_working_time(start, worked * percent / WHOLE)
    return start + (due - start) * percent / WHOLE


def _working_days_before(calendar: CityCalendar, start: datetime, due: datetime, days: int) -> datetime:
    left = calendar.working_days_between(start, due) - days
    return calendar.add_working_days(start, left) if left >= 1 else start
