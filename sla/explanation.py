"""Why a limit ends when it ends: the sum as codes with values, which pages and `sentences` render in the reader's language.

Codes are catalogue ids; moments and days are ISO 8601. Called by the ticket page, the API and the command line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.tickets.models import Request, Ticket
from hotline.tickets.workflow import RequestKind, RequestState
from sla import limits, reckoning
from sla.calendar import CityCalendar, DayKind, DayRow
from sla.clock_facts import LET_GO, basis_of
from sla.lifecycles import ClockState
from sla.limits import LimitUnit, Stage, StartEvent, StartRule
from sla.models import Clock
from sla.policies import PolicyRow
from sla.reckoning import BREAKS, Basis, StepKind
from sla.rosters import OFFICE

ONE_DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
FIRST_TOLD = (Stage.TOTAL, Stage.HANDLE, Stage.REDO)
"""The two times that a citizen and a judge ask for, 诉求总时限 and 单位办理时限, go before the steps within them."""
SAME_END_SAYS_NOTHING = frozenset({StepKind.EXTENDED, StepKind.COMMITTED, StepKind.MERGED})


@dataclass(frozen=True)
class ExplainLine:
    """One step of a limit's sum: a catalogue code with its values, `stage` among them."""

    code: str
    args: dict[str, Any]  # plain JSON values


@dataclass(frozen=True)
class Facts:
    """What a sum says of the ticket: its type, when it was accepted, and why it stood still, by the moment when that began."""

    type: str
    accepted_at: datetime
    reasons: Mapping[datetime, str]


@dataclass(frozen=True)
class Sum:
    """One limit with the lines that explain it."""

    clock: Clock
    lines: tuple[ExplainLine, ...]


def explain(session: Session, calendar: CityCalendar, ticket_id: int) -> list[ExplainLine]:
    """The lines of all sums of a ticket."""
    return [line for found in sums(session, calendar, ticket_id) for line in found.lines]


def sums(session: Session, calendar: CityCalendar, ticket_id: int) -> list[Sum]:
    """The sums of all limits of a ticket: the citizen's and the unit's first, then the others as they began.

    Those that a correction let go limit nothing any more and are left out.
    """
    query = (
        select(Clock).where(Clock.ticket_id == ticket_id, ~Clock.explain.has_key(LET_GO)).order_by(Clock.started_at, Clock.id)
    )
    facts = _facts(session, ticket_id)
    found = [Sum(clock, tuple(lines_of(clock, calendar, facts))) for clock in session.scalars(query)]
    return sorted(found, key=lambda one: one.clock.stage not in FIRST_TOLD)


def lines_of(clock: Clock, calendar: CityCalendar, facts: Facts) -> list[ExplainLine]:
    """The sum of one limit: what it is, from when, which days counted, what moved its end, and how it ended."""
    stage = {"stage": clock.stage.value}
    return [ExplainLine(code, {**stage, **args}) for code, args in _steps(clock, calendar, facts)]


def foretold(calendar: CityCalendar, policy: PolicyRow, basis: Basis, kind: str | None = None) -> list[ExplainLine]:
    """The sum of a limit that no ticket has yet, for whoever tries a policy; `kind` is the type of ticket tried."""
    due, limit = reckoning.reckon(calendar, basis), basis.limit
    lines = [("limit", {"type": kind, "amount": limit.amount, "unit": limit.unit.value, "source": policy.source})]
    lines += _counted(calendar, basis, due, policy.start_event)
    if reckoning.is_provisional(calendar, basis, due):
        lines.append(("provisional", {"year": _missing(calendar, basis.started_at)}))
    lines.append(("due", _at(calendar, due)))
    return [ExplainLine(code, {"stage": policy.stage.value, **args}) for code, args in lines]


def _facts(session: Session, ticket_id: int) -> Facts:
    ticket = session.get_one(Ticket, ticket_id)
    granted = Request.kind == RequestKind.SUSPENSION, Request.state == RequestState.GRANTED
    asked = session.scalars(select(Request).where(Request.ticket_id == ticket_id, *granted))
    reasons = {request.decided_at: str(request.data.get("reason", "")) for request in asked if request.decided_at}
    return Facts(ticket.type, ticket.opened_at, reasons)


def _steps(clock: Clock, calendar: CityCalendar, facts: Facts) -> Iterator[tuple[str, dict[str, Any]]]:
    policy, basis = clock.policy, basis_of(clock)
    yield "limit", {"type": facts.type, "amount": policy.amount, "unit": policy.unit.value, "source": policy.source}
    if clock.assignment_id is not None and facts.accepted_at < clock.started_at:
        yield "accepted", _at(calendar, facts.accepted_at)
    yield from _counted(calendar, basis, _counted_until(clock), policy.start_event)
    yield from _moved(clock, calendar, basis, facts)
    if clock.provisional:
        yield "provisional", {"year": _missing(calendar, clock.started_at)}
    yield "due", _at(calendar, clock.due_at)
    if clock.state is ClockState.STOPPED and clock.stopped_at is not None:
        in_time = clock.stopped_at <= clock.due_at
        yield "done-in-time" if in_time else "done-late", {"at": clock.stopped_at.isoformat()}


def _counted(calendar: CityCalendar, basis: Basis, until: datetime, event: StartEvent) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "began", {"event": event.value, **_at(calendar, basis.started_at)}
    if basis.given is None:
        yield from _start_day(calendar, basis)
        yield from _hours(calendar, basis)
        if basis.limit.unit in (LimitUnit.WORKING_DAYS, LimitUnit.WORKING_HOURS):
            yield from _days(calendar, basis, until)


def _start_day(calendar: CityCalendar, basis: Basis) -> Iterator[tuple[str, dict[str, Any]]]:
    first = calendar.local_day(basis.started_at)
    own = calendar.special_days(first, first)
    if own and basis.limit.unit in (LimitUnit.WORKING_DAYS, LimitUnit.WORKING_HOURS):
        kind = "began-on-make-up-workday" if own[0].kind is DayKind.WORKDAY else "began-on-holiday"
        yield kind, {"day": first.isoformat(), "name": own[0].name, "source": own[0].source}
    if basis.limit.start_rule is StartRule.NEXT_DAY:
        yield "counted-from-next-day", {}


def _hours(calendar: CityCalendar, basis: Basis) -> Iterator[tuple[str, dict[str, Any]]]:
    """Whose hours count, where they are not the office's."""
    unit, roster = basis.limit.unit, calendar.roster(basis.roster)
    if unit is LimitUnit.NATURAL_DAYS:
        yield "natural-days", {}
    elif unit is LimitUnit.MINUTES:
        yield "around-the-clock", {}
    elif unit is LimitUnit.WORKING_HOURS and roster is not None and roster.season is not None:
        (first_month, first_day), (last_month, last_day) = roster.season.first, roster.season.last
        places = {"from_month": first_month, "from_day": first_day, "to_month": last_month, "to_day": last_day}
        yield "in-season" if roster.hours is None else "own-hours-in-season", places
    elif unit is LimitUnit.WORKING_HOURS and basis.roster != OFFICE:
        yield "around-the-clock" if roster is None or roster.hours is None else "own-hours", {}


def _days(calendar: CityCalendar, basis: Basis, until: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    """The holidays and make-up workdays that were counted over; those inside a break say nothing."""
    first = calendar.local_day(basis.started_at) + ONE_DAY
    rows = calendar.special_days(first, calendar.local_day(until))
    for group in grouped([row for row in rows if not _in_break(calendar, basis, row.day)]):
        code = "make-up-workday-counts" if group[0].kind is DayKind.WORKDAY else "holiday-does-not-count"
        span = {"first": group[0].day.isoformat(), "last": group[-1].day.isoformat()}
        yield code, {**span, "name": "、".join(dict.fromkeys(row.name for row in group)), "source": group[0].source}


def _in_break(calendar: CityCalendar, basis: Basis, day: date) -> bool:
    return any(
        calendar.local_day(step.since) < day < calendar.local_day(step.until)
        for step in basis.steps
        if step.kind in BREAKS and step.since and step.until
    )


def _counted_until(clock: Clock) -> datetime:
    """Where the counting of days ends: before the day that somebody named instead."""
    rows = clock.explain.get("steps", ())
    named = [row for row in rows if row["code"] == StepKind.COMMITTED and row["was"] != row["at"]]
    return datetime.fromisoformat(named[0]["was"]) if named else clock.due_at


def _moved(clock: Clock, calendar: CityCalendar, basis: Basis, facts: Facts) -> Iterator[tuple[str, dict[str, Any]]]:
    first_due = reckoning.first_due(calendar, basis)
    for code, moment in (("given", basis.given), ("no-later-than-lead", basis.no_later_than)):
        if moment == first_due:
            yield code, _at(calendar, moment)
    for row in clock.explain.get("steps", ()):
        moved = row["was"] != row["at"]
        values = {name: value for name, value in row.items() if name not in ("code", "no_later_than")}
        if row["code"] == StepKind.PAUSED:
            yield _paused(calendar, basis, values, facts)
        elif moved or row["code"] not in SAME_END_SAYS_NOTHING:
            yield row["code"], values
    if clock.state is ClockState.PAUSED and clock.paused_at is not None:
        yield "stands-still", {"since": clock.paused_at.isoformat()}


def _paused(calendar: CityCalendar, basis: Basis, values: dict[str, Any], facts: Facts) -> tuple[str, dict[str, Any]]:
    """A break with what it gave back: working days and hours of the limit's own time, and why if that is known."""
    if "until" not in values:
        return "paused", values
    since, until = (datetime.fromisoformat(values[name]) for name in ("since", "until"))
    lost = limits.own_time(calendar, basis.limit, basis.roster).between(since, until)
    told = {**values, "days": calendar.working_days_between(since, until), "hours": round(lost / HOUR, 1)}
    if datetime.fromisoformat(values["was"]) <= since:
        return "paused-late", told
    reason = facts.reasons.get(since, "")
    return ("paused-for", {**told, "reason": reason}) if reason else ("paused-over", told)


def _missing(calendar: CityCalendar, since: datetime) -> int:
    """The first year that has no notice yet, from that of the start on."""
    year = calendar.local_day(since).year
    while year in calendar.years.announced:
        year += 1
    return year


def _at(calendar: CityCalendar, moment: datetime) -> dict[str, Any]:
    """A moment, and what its day is called where it differs from its weekday."""
    day = calendar.local_day(moment)
    rows = calendar.special_days(day, day)
    return {"at": moment.isoformat(), **({"day_kind": rows[0].kind.value, "day_name": rows[0].name} if rows else {})}


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
