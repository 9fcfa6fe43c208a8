"""Questions on tickets: the one permission filter, the named views of the desks, keyset pages and counts.

Whatever lists, counts, exports or pushes tickets asks `visible` first.
"""

import base64
import binascii
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, exists, false, func, select, true, tuple_
from sqlalchemy.orm import Session, selectinload

from hotline.kernel.db import UtcDateTime
from hotline.kernel.errors import Invalid, NotFound
from hotline.kernel.scope import Scope
from hotline.people.permissions import HOTLINE_ROLES
from hotline.tickets.models import Assignment, Request, Ticket
from hotline.tickets.workflow import AT_WORK, OPEN, AssignmentState, RequestState, State

COUNT_CAP = 10_000
Condition = ColumnElement[bool]


def visible(scope: Scope) -> Condition:
    """The tickets this scope may know of: all for the hotline, else those in which an own unit (or one below) takes part."""
    if scope.officer_id is None:
        return false()
    if scope.sees_all_units:
        return true()
    part = select(Assignment.ticket_id).where(Assignment.unit_id.in_(scope.unit_ids))
    return Ticket.id.in_(part)


def get_visible(session: Session, scope: Scope, ticket_id: int) -> Ticket:
    """The ticket with its assignments. Raises NotFound when it does not exist or is hidden."""
    query = select(Ticket).where(Ticket.id == ticket_id, visible(scope)).options(selectinload(Ticket.assignments))
    ticket = session.scalars(query).one_or_none()
    if ticket is None:
        raise NotFound("ticket", thing="ticket", id=ticket_id)
    return ticket


def is_own_assignment(scope: Scope, assignment: Assignment) -> bool:
    """Whether the assignment belongs to a unit in which the actor holds a role."""
    return assignment.unit_id in scope.member_unit_ids


@dataclass(frozen=True)
class View:
    """A named list of a desk: what stands in it, for whom, and in which order (all keys run the same way)."""

    roles: frozenset[str]
    condition: Callable[[Scope, datetime], Condition]
    order: Callable[[Scope], tuple[SQLColumnExpression[Any], ...]]
    descending: bool = False


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
    return {name: _count(session, (visible(scope), view.condition(scope, now))) for name, view in mine.items()}


def open_of_citizen(session: Session, citizen_id: int, limit: int = 10) -> list[Ticket]:
    """A citizen's open tickets, newest first."""
    query = select(Ticket).where(Ticket.citizen_id == citizen_id, Ticket.state.in_(OPEN))
    return list(session.scalars(query.order_by(Ticket.opened_at.desc()).limit(limit)))


def history_of_citizen(session: Session, citizen_id: int, limit: int = 20) -> list[Ticket]:
    """All tickets of a citizen, newest first."""
    query = select(Ticket).where(Ticket.citizen_id == citizen_id)
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
    capped: Select[Any] = select(Ticket.id).where(*conditions).limit(COUNT_CAP)
    return session.scalar(select(func.count()).select_from(capped.subquery())) or 0


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


FAR = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
URGENCY = case({"critical": 0, "urgent": 1}, value=Ticket.urgency, else_=2)
RETURN_ASKED = exists().where(Request.ticket_id == Ticket.id, Request.state == RequestState.ASKED)
IS_OPEN = Ticket.closed_at.is_(None)
HOTLINE = frozenset(role.value for role in HOTLINE_ROLES)
UNITS = frozenset({"unit_admin", "liaison", "handler"})


def _own(scope: Scope, *conditions: Condition) -> Condition:
    """Some part of an own unit fits all conditions; what units below do is seen in the other views, not worked on."""
    units = Assignment.unit_id.in_(scope.member_unit_ids)
    return exists().where(Assignment.ticket_id == Ticket.id, units, *conditions).correlate(Ticket)


def _in_states(*states: AssignmentState) -> Condition:
    return Assignment.state.in_(states)


def _by_limit(scope: Scope) -> tuple[SQLColumnExpression[Any], ...]:
    return (func.coalesce(Ticket.due_at, FAR),)


def _newest(scope: Scope) -> tuple[SQLColumnExpression[Any], ...]:
    return (Ticket.opened_at,)


def _queue(scope: Scope) -> tuple[SQLColumnExpression[Any], ...]:
    return (URGENCY, Ticket.opened_at)


def _open_and(condition: Condition) -> Condition:
    return and_(IS_OPEN, condition)


# fmt: off
VIEWS: dict[str, View] = {
    "to_dispatch": View(HOTLINE, lambda scope, now: Ticket.state == State.PENDING, _queue),
    "returns":     View(HOTLINE, lambda scope, now: _open_and(RETURN_ASKED), _queue),
    "review":      View(HOTLINE, lambda scope, now: Ticket.state == State.REVIEW, _queue),
    "open":        View(HOTLINE, lambda scope, now: IS_OPEN, _by_limit),
    "mine":        View(HOTLINE, lambda scope, now: Ticket.opened_by_id == scope.officer_id, _newest, descending=True),
    "near":        View(HOTLINE | UNITS, lambda scope, now: _open_and(and_(Ticket.near_at <= now, Ticket.due_at > now,
                                                                          Ticket.replied_at.is_(None))), _by_limit),
    "overdue":     View(HOTLINE | UNITS, lambda scope, now: _open_and(and_(Ticket.due_at <= now,
                                                                          Ticket.replied_at.is_(None))), _by_limit),
    "to_sign":     View(UNITS, lambda scope, now: _own(scope, _in_states(AssignmentState.TO_SIGN)), _by_limit),
    "to_contact":  View(UNITS, lambda scope, now: _own(scope, _in_states(AssignmentState.SIGNED)), _by_limit),
    "to_answer":   View(UNITS, lambda scope, now: _own(scope, _in_states(AssignmentState.SIGNED,
                                                                         AssignmentState.CONTACTED)), _by_limit),
    "redo":        View(UNITS, lambda scope, now: _own(scope, Assignment.state.in_(AT_WORK), Assignment.round > 1), _by_limit),
    "replied":     View(UNITS, lambda scope, now: _own(scope, _in_states(AssignmentState.REPLIED)), _newest, descending=True),
    "all":         View(HOTLINE | UNITS, lambda scope, now: true(), _newest, descending=True),
}
# fmt: on
