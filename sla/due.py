"""What somebody owes by when: running limits of an officer's units, and of the hotline's steps that their role does.

Questions of the page of what falls due; found by the index on unit and end. Nothing here changes a limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from hotline.kernel.errors import Invalid
from hotline.kernel.scope import Scope
from hotline.tickets import queries
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import AUDIT, CALLERS, DESK, LEVEL
from sla.calendar import CityCalendar
from sla.lifecycles import ClockState
from sla.limits import Stage
from sla.models import Clock

OWED_BY: Mapping[Stage, frozenset[str]] = {
    Stage.DISPATCH: DESK,
    Stage.DECIDE_RETURN: DESK,
    Stage.RULING: DESK,
    Stage.DECIDE_EXTENSION: AUDIT,
    Stage.REPLY_AUDIT: AUDIT,
    Stage.REVIEW: AUDIT,
    Stage.CALLBACK: CALLERS,
    Stage.APPEAL: LEVEL,
    Stage.SUPERVISION: LEVEL,
}
"""Whose work the hotline's own steps are. An order that no unit has is the supervisors', the citizen's limit nobody's alone."""
DAYS_OF_WEEK = 7
ONE_DAY = timedelta(days=1)


class Group(StrEnum):
    """Spans of days: what is past, and what ends on the day looked at, on the next, and within the week that it begins."""

    OVERDUE = "overdue"
    TODAY = "today"
    TOMORROW = "tomorrow"
    WEEK = "week"


@dataclass(frozen=True)
class Owed:
    """Steps of one group: how many there are, and some of them, the earliest end first; `after` is the cursor of the rest."""

    group: Group
    total: int
    found: tuple[tuple[Clock, Ticket], ...]
    after: str | None


@dataclass(frozen=True)
class Span:
    """Ends from `start` up to but not including `end`, aware; None is open."""

    start: datetime | None
    end: datetime

    def holds(self) -> ColumnElement[bool]:
        """That a limit ends within it."""
        before = Clock.due_at < self.end
        return before if self.start is None else and_(before, Clock.due_at >= self.start)


def owed(
    session: Session, scope: Scope, spans: Mapping[Group, Span], *, after: str | None = None, limit: int = 30
) -> list[Owed]:
    """What this reader owes within each span, on tickets that they may see. Raises Invalid for a broken cursor."""
    totals = _totals(session, scope, spans)
    return [_page(session, scope, group, span, totals[group], after=after, limit=limit) for group, span in spans.items()]


def spans_of(calendar: CityCalendar, day: date, now: datetime) -> dict[Group, Span]:
    """The spans seen from a day; what is past is told of the present day alone."""
    ends = [datetime.combine(day + count * ONE_DAY, time(), calendar.zone) for count in (0, 1, 2, DAYS_OF_WEEK)]
    is_present = calendar.local_day(now) == day
    begin = now if is_present else ends[0]
    past = {Group.OVERDUE: Span(None, now)} if is_present else {}
    return {
        **past,
        Group.TODAY: Span(begin, ends[1]),
        Group.TOMORROW: Span(ends[1], ends[2]),
        Group.WEEK: Span(ends[2], ends[3]),
    }


def _page(session: Session, scope: Scope, group: Group, span: Span, total: int, *, after: str | None, limit: int) -> Owed:
    query = _owed(scope).where(span.holds())
    if after is not None:
        query = query.where(tuple_(Clock.due_at, Clock.id) > tuple_(*_read(after)))
    if total == 0:
        return Owed(group, 0, (), None)
    rows = [(clock, ticket) for clock, ticket in session.execute(query.order_by(Clock.due_at, Clock.id).limit(limit + 1))]
    last = rows[limit - 1][0] if len(rows) > limit else None
    return Owed(group, total, tuple(rows[:limit]), f"{last.due_at.isoformat()}~{last.id}" if last else None)


def _totals(session: Session, scope: Scope, spans: Mapping[Group, Span]) -> dict[Group, int]:
    latest = max(span.end for span in spans.values())
    counts = [func.count().filter(span.holds()) for span in spans.values()]
    row = session.execute(_owed(scope).where(Clock.due_at < latest).with_only_columns(*counts)).one()
    return dict(zip(spans, row, strict=True))


def _owed(scope: Scope) -> Select[Clock, Ticket]:
    steps = [stage for stage, roles in OWED_BY.items() if roles & scope.roles]
    of_units = Clock.unit_id.in_(scope.member_unit_ids) if scope.member_unit_ids else false()
    of_role = and_(Clock.unit_id.is_(None), Clock.stage.in_(steps)) if steps else false()
    joined = select(Clock, Ticket).join(Ticket, Ticket.id == Clock.ticket_id)
    return joined.where(Clock.state == ClockState.RUNNING, or_(of_units, of_role), queries.visible(scope))


def _read(cursor: str) -> tuple[datetime, int]:
    moment, _, clock_id = cursor.partition("~")
    try:
        return datetime.fromisoformat(moment), int(clock_id)
    except ValueError as error:
        raise Invalid("after", "broken-cursor") from error
