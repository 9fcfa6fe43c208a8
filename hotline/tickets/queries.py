"""Questions on tickets: the one permission filter, keyset pages and counts of the views in `views`.

Whatever lists, counts, exports or pushes tickets asks `visible` first; what of a ticket is shown then is asked of `rights`.
"""

import base64
import binascii
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from hotline.kernel.db import UtcDateTime
from hotline.kernel.errors import Invalid, NotFound
from hotline.kernel.scope import Scope
from hotline.tickets import rights
from hotline.tickets.models import Assignment, SupervisionOrder, Ticket
from hotline.tickets.views import FAR, VIEWS, View
from hotline.tickets.workflow import OPEN, Secrecy, State

TIES = (selectinload(Ticket.assignments), selectinload(Ticket.orders))
"""What `rights` asks of a ticket beside its own columns."""
COUNT_CAP = 10_000
Condition = ColumnElement[bool]


def visible(scope: Scope) -> Condition:
    """The tickets this scope may know of, as `rights` says of SEE: all for the hotline, else own subtree by part or order.

    A part given back or recalled leaves only what is not confidential in sight; the unit complained of never sees.
    """
    if scope.officer_id is None:
        return false()
    complained = Ticket.complained_unit_id.in_(rights.own_units(scope))
    untouched = or_(Ticket.complained_unit_id.is_(None), ~complained) if rights.own_units(scope) else true()
    if scope.sees_all_units:
        return untouched
    part = select(Assignment.ticket_id).where(Assignment.unit_id.in_(scope.unit_ids))
    order = select(SupervisionOrder.ticket_id).where(
        SupervisionOrder.unit_id.in_(scope.unit_ids), SupervisionOrder.issued_at.is_not(None)
    )
    at_work = part.where(Assignment.state.not_in(rights.GONE), Assignment.ticket_id == Ticket.id).correlate(Ticket)
    ordered = order.where(SupervisionOrder.ticket_id == Ticket.id).correlate(Ticket)
    taking_part = or_(Ticket.secrecy == Secrecy.NORMAL, at_work.exists(), ordered.exists())
    # The union first: it finds the few tickets of a unit among a million; the rest is asked of those alone.
    return and_(Ticket.id.in_(part.union(order)), taking_part, untouched)


def get_visible(session: Session, scope: Scope, ticket_id: int) -> Ticket:
    """The ticket with its assignments. Raises NotFound when it does not exist or is hidden."""
    query = select(Ticket).where(Ticket.id == ticket_id, visible(scope)).options(*TIES)
    ticket = session.scalars(query).one_or_none()
    if ticket is None:
        raise NotFound("ticket", thing="ticket", id=ticket_id)
    return ticket


def visible_ids(session: Session, scope: Scope, ticket_ids: Collection[int]) -> set[int]:
    """Those of the tickets that this scope may know of."""
    return set(session.scalars(select(Ticket.id).where(Ticket.id.in_(ticket_ids), visible(scope))))


def load_ties(session: Session, tickets: Collection[Ticket]) -> None:
    """Load parts and orders of confidential tickets in one go: what rights are found by, before each is asked about."""
    ids = [ticket.id for ticket in tickets if ticket.confidential]
    if ids:
        session.scalars(select(Ticket).where(Ticket.id.in_(ids)).options(*TIES)).all()


def of_visible(scope: Scope, ticket_id: InstrumentedAttribute[int | None]) -> Condition:
    """That a row of another table (a notice) is of a ticket this scope may know of, or of none."""
    return or_(ticket_id.is_(None), exists().where(Ticket.id == ticket_id, visible(scope)))


def audience(session: Session, ticket_id: int) -> frozenset[int]:
    """The units told at once when the ticket moves: those with a part or an order of their own. Units above read on demand."""
    ticket = session.scalars(select(Ticket).where(Ticket.id == ticket_id).options(*TIES)).one_or_none()
    return rights.knowing_units(ticket) if ticket is not None else frozenset()


@dataclass(frozen=True)
class Filters:
    """What narrows a list further; empty values narrow nothing. Times are aware, `until` is exclusive."""

    states: Collection[str] = ()
    types: Collection[str] = ()
    channels: Collection[str] = ()
    unit_id: int | None = None
    category_code: str | None = None
    opened_from: datetime | None = None
    opened_until: datetime | None = None
    ids: Collection[int] | None = None
    extra: tuple[Condition, ...] = field(default=())


@dataclass(frozen=True)
class Listed:
    """One page; `after` is the cursor of the next, None on the last. `total` is counted up to COUNT_CAP."""

    tickets: list[Ticket]
    after: str | None
    total: int


def list_view(
    session: Session, scope: Scope, name: str, filters: Filters, *, now: datetime, after: str | None = None, limit: int = 30
) -> Listed:
    """A page of a view. Raises NotFound for a view this scope does not have, Invalid for a broken cursor."""
    view = _view(scope, name)
    conditions = (visible(scope), view.condition(scope, now), *_narrow(filters))
    keys = (*view.order(scope), Ticket.id)
    query = select(Ticket, *keys).where(*conditions)
    if after is not None:
        query = query.where(_past(keys, _decoded(after), descending=view.descending))
    ordered = query.order_by(*(key.desc() if view.descending else key.asc() for key in keys)).limit(limit + 1)
    rows = session.execute(ordered).all()
    cursor = _encoded(rows[limit - 1][1:]) if len(rows) > limit else None
    return Listed([row[0] for row in rows[:limit]], cursor, _count(session, conditions))


def counts(session: Session, scope: Scope, now: datetime) -> dict[str, int]:
    """How many tickets stand in each view of this scope, capped at COUNT_CAP."""
    mine = {name: view for name, view in VIEWS.items() if view.roles & scope.roles and name != "all"}
    if not mine:
        return {}
    columns = [_counted((visible(scope), view.condition(scope, now))).scalar_subquery() for view in mine.values()]
    return dict(zip(mine, session.execute(select(*columns)).one(), strict=True))


def open_of_citizen(session: Session, scope: Scope, citizen_id: int, limit: int = 10) -> list[Ticket]:
    """A citizen's open tickets that this scope may know of, newest first."""
    query = select(Ticket).where(Ticket.citizen_id == citizen_id, Ticket.state.in_(OPEN), visible(scope))
    return list(session.scalars(query.order_by(Ticket.opened_at.desc()).limit(limit)))


def history_of_citizen(session: Session, scope: Scope, citizen_id: int, limit: int = 20) -> list[Ticket]:
    """All tickets of a citizen that this scope may know of, newest first."""
    query = select(Ticket).where(Ticket.citizen_id == citizen_id, visible(scope))
    return list(session.scalars(query.order_by(Ticket.opened_at.desc()).limit(limit)))


def _view(scope: Scope, name: str) -> View:
    view = VIEWS.get(name)
    if view is None or not view.roles & scope.roles:
        raise NotFound("view", thing="view", name=name, known=sorted(VIEWS))
    return view


def _narrow(filters: Filters) -> list[Condition]:
    # Every condition is built, only those with a given value are used: a missing time must still compare.
    wanted: Mapping[Any, Condition] = {
        "states": Ticket.state.in_([State(word) for word in filters.states if word in set(State)]),
        "types": Ticket.type.in_(filters.types),
        "channels": Ticket.channel.in_(filters.channels),
        "unit_id": Ticket.lead_unit_id == filters.unit_id,
        "category_code": Ticket.category_code.startswith(filters.category_code or "", autoescape=True),
        "opened_from": Ticket.opened_at >= (filters.opened_from or FAR),
        "opened_until": Ticket.opened_at < (filters.opened_until or FAR),
    }
    found = [condition for name, condition in wanted.items() if getattr(filters, name)]
    if filters.ids is not None:
        found.append(Ticket.id.in_(filters.ids))
    return [*found, *filters.extra]


def _count(session: Session, conditions: Collection[Condition]) -> int:
    return session.scalar(_counted(conditions)) or 0


def _counted(conditions: Collection[Condition]) -> Select[int]:
    capped: Select[Any] = select(Ticket.id).where(*conditions).limit(COUNT_CAP)
    return select(func.count()).select_from(capped.subquery())


def _past(keys: Collection[Any], values: list[Any], *, descending: bool) -> Condition:  # expressions of moments and numbers
    kinds = [datetime if isinstance(key.type, UtcDateTime) else int for key in keys]
    if [type(value) for value in values] != kinds:
        raise Invalid("after", "broken-cursor")
    left = tuple_(*keys)
    return left < tuple_(*values) if descending else left > tuple_(*values)


def _encoded(values: Collection[Any]) -> str:
    plain = [{"at": value.isoformat()} if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode()


def _decoded(cursor: str) -> list[Any]:
    try:
        plain = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return [datetime.fromisoformat(value["at"]).astimezone(UTC) if isinstance(value, dict) else value for value in plain]
    except (ValueError, KeyError, TypeError, OverflowError, binascii.Error) as error:
        raise Invalid("after", "broken-cursor") from error
