"""Why a limit ends when it ends: the sum as codes with values, which pages render in the reader's language.

Codes are catalogue ids `explain.<code>`; moments and days are ISO 8601. Called by the ticket page and the API.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sla.calendar import CityCalendar, DayKind, DayRow
from sla.lifecycles import ClockState
from sla.limits import LimitUnit, StartRule
from sla.models import Clock

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ExplainLine:
    """One step of a limit's sum: a catalogue code with its values, `stage` among them."""

    code: str
    args: dict[str, Any]


def explain(session: Session, calendar: CityCalendar, ticket_id: int) -> list[ExplainLine]:
    """The sums of all limits of a ticket, in the order in which they began."""
    query = select(Clock).where(Clock.ticket_id == ticket_id).order_by(Clock.started_at, Clock.id)
    return [line for clock in session.scalars(query) for line in lines_of(clock, calendar)]


def lines_of(clock: Clock, calendar: CityCalendar) -> list[ExplainLine]:
    """The sum of one limit: what it is, from when, which days counted, what moved its end, and how it ended."""
    stage = {"stage": clock.stage.value}
    return [ExplainLine(code, {**stage, **args}) for code, args in _steps(clock, calendar)]


def _steps(clock: Clock, calendar: CityCalendar) -> Iterator[tuple[str, dict[str, Any]]]:
    policy, steps = clock.policy, clock.explain.get("steps", [])
    first_due = datetime.fromisoformat(steps[0]["was"]) if steps else clock.due_at
    yield "limit", {"amount": policy.amount, "unit": policy.unit.value, "source": policy.source}
    yield "began", {"event": policy.start_event.value, "at": clock.started_at.isoformat()}
    if policy.unit in (LimitUnit.WORKING_DAYS, LimitUnit.WORKING_HOURS):
        yield from _days(clock, calendar, first_due)
    else:
        yield "around-the-clock", {}
    yield from _moved(clock, first_due)
    if clock.provisional:
        yield "provisional", {"year": calendar.local_day(clock.due_at).year}
    yield "due", {"at": clock.due_at.isoformat()}
    if clock.state is ClockState.STOPPED and clock.stopped_at is not None:
        in_time = clock.stopped_at <= clock.due_at
        yield "done-in-time" if in_time else "done-late", {"at": clock.stopped_at.isoformat()}


def _moved(clock: Clock, first_due: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    for code, key in (("given", "given"), ("no-later-than-lead", "no_later_than")):
        if clock.explain.get(key) == first_due.isoformat():
            yield code, {"at": first_due.isoformat()}
    for step in clock.explain.get("steps", []):
        yield step["code"], {name: value for name, value in step.items() if name not in ("code", "was")}
    if clock.state is ClockState.PAUSED and clock.paused_at is not None:
        yield "stands-still", {"since": clock.paused_at.isoformat()}


def _days(clock: Clock, calendar: CityCalendar, due: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    first, last = calendar.local_day(clock.started_at), calendar.local_day(due)
    own = calendar.special_days(first, first)
    if own:
        kind = "began-on-make-up-workday" if own[0].kind is DayKind.WORKDAY else "began-on-holiday"
        yield kind, {"day": first.isoformat(), "name": own[0].name, "source": own[0].source}
    if clock.policy.start_rule is StartRule.NEXT_DAY:
        yield "counted-from-next-day", {}
    for group in grouped(calendar.special_days(first + ONE_DAY, last)):
        code = "make-up-workday-counts" if group[0].kind is DayKind.WORKDAY else "holiday-does-not-count"
        span = {"first": group[0].day.isoformat(), "last": group[-1].day.isoformat()}
        yield code, {**span, "name": "、".join(dict.fromkeys(row.name for row in group)), "source": group[0].source}


def grouped(rows: list[DayRow]) -> list[list[DayRow]]:
    """Runs of neighbouring days of the same kind: a holiday of two names (国庆节、中秋节) is one run."""
    groups: list[list[DayRow]] = []
    for row in rows:
        last = groups[-1][-1] if groups else None
        if last and last.kind is row.kind and row.day - last.day == ONE_DAY:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups
