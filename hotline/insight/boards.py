"""What the manager's board counts beside the rates: by day, by unit, by category. Reads only the outcome facts."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from hotline.insight.metrics import FORMULAS, MARKS_OF, WORK_OF, Condition, Formula, Measured, counts, measured
from hotline.people.models import Unit
from hotline.tickets.models import Assignment, Category, Request, Ticket
from hotline.tickets.workflow import RequestState, State

OF_UNITS = ("dispatched", "open", "overdue", "on_time", "satisfaction", "resolution")
TOP_CATEGORIES = 15


@dataclass(frozen=True)
class DayCount:
    """Counts of tickets received on one local day."""

    day: date
    received: int
    direct: int
    dispatched: int
    closed: int


@dataclass(frozen=True)
class UnitCount:
    """One unit's metrics by key, and how many tickets it gave back with the desk's consent."""

    unit: Unit
    metrics: dict[str, Measured]
    returned: int


@dataclass(frozen=True)
class CategoryCount:
    """How many tickets a category brought."""

    code: str
    name: str
    count: int


def by_day(session: Session, among: Condition, zone: ZoneInfo) -> list[DayCount]:
    """Counts per local day, in order; a day without tickets is not there."""
    day = func.date(func.timezone(zone.key, Ticket.opened_at)).label("day")
    counted = (
        func.count(Ticket.id),
        func.count(Ticket.id).filter(Ticket.state == State.ANSWERED),
        func.count(Ticket.id).filter(Ticket.dispatch_count > 0),
        func.count(Ticket.id).filter(Ticket.closed_at.is_not(None)),
    )
    rows = session.execute(select(day, *counted).where(among).group_by(day).order_by(day))
    return [DayCount(*row) for row in rows]


def by_unit(session: Session, among: Condition) -> list[UnitCount]:
    """Each unit's metrics, busiest first; units without tickets are not ranked (handbook 6.3).

    Work counts for the lead, marks of the call-back for whoever answers for them.
    """
    formulas = [entry for entry in FORMULAS if entry.key in OF_UNITS]
    found = _grouped(session, among, formulas, WORK_OF)
    for unit_id, marks in _grouped(session, among, formulas, MARKS_OF).items():
        found[unit_id] = {**found.get(unit_id, {}), **marks}
    nothing = {entry.key: measured(entry, 0, 0, 0, 0, 0) for entry in formulas}
    units = session.scalars(select(Unit).where(Unit.id.in_(found)))
    returned = _returned(session, among)
    counted = [UnitCount(unit, {**nothing, **found[unit.id]}, returned.get(unit.id, 0)) for unit in units]
    return sorted(counted, key=lambda one: (-one.metrics["dispatched"].numerator, one.unit.id))


def by_category(session: Session, among: Condition) -> list[CategoryCount]:
    """The categories that bring most tickets."""
    query = select(Category.code, Category.name, func.count(Ticket.id)).join(Ticket, Ticket.category_code == Category.code)
    rows = session.execute(
        query.where(among).group_by(Category.code, Category.name).order_by(func.count(Ticket.id).desc()).limit(TOP_CATEGORIES)
    )
    return [CategoryCount(*row) for row in rows]


def _grouped(
    session: Session, among: Condition, formulas: list[Formula], unit: ColumnElement[Any]
) -> dict[int, dict[str, Measured]]:
    """The metrics that count for this column's unit, by unit and key."""
    own = [entry for entry in formulas if entry.unit is unit]
    columns = [count for entry in own for count in counts(entry)]
    rows = session.execute(select(unit, *columns).where(among, unit.is_not(None)).group_by(unit)).all()
    plain: list[tuple[Any, ...]] = [tuple(row) for row in rows]  # a unit id and five counts a formula
    return {
        row[0]: {entry.key: measured(entry, *row[place * 5 + 1 : place * 5 + 6]) for place, entry in enumerate(own)}
        for row in plain
    }


def _returned(session: Session, among: Condition) -> dict[int, int]:
    query = (
        select(Assignment.unit_id, func.count(Request.id))
        .join(Assignment, Assignment.id == Request.assignment_id)
        .join(Ticket, Ticket.id == Request.ticket_id)
        .where(among, Request.state == RequestState.GRANTED)
        .group_by(Assignment.unit_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
