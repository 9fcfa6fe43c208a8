"""Questions on supervision orders: which are open, which are late, which a reader may see. Nothing here changes one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select, true, tuple_
from sqlalchemy.orm import Session

from hotline.kernel.errors import Invalid, NotFound
from hotline.kernel.scope import Scope
from hotline.kernel.transitions import Transition
from hotline.tickets import queries
from hotline.tickets.models import SupervisionOrder, Ticket
from hotline.tickets.workflow import STANDING, OrderState, Workflow

Condition = ColumnElement[bool]
OPEN = SupervisionOrder.state.in_(STANDING)
PROPOSED = SupervisionOrder.state == OrderState.PROPOSED
UNANSWERED = SupervisionOrder.state == OrderState.ISSUED


@dataclass(frozen=True)
class Listed:
    """One page of orders, the nearest limit first; `after` is the id to go on from, None on the last."""

    orders: list[SupervisionOrder]
    after: int | None
    total: int


def list_orders(
    session: Session, scope: Scope, state: str, *, now: datetime, after: int | None = None, limit: int = 50
) -> Listed:
    """A page of the orders this reader may see. `state`: proposed, open, overdue or all. Raises Invalid."""
    known = {"proposed": PROPOSED, "open": OPEN, "overdue": overdue_at(now), "all": true()}
    if state not in known:
        raise Invalid("state", "unknown-choice", given=state, allowed=list(known))
    query = _visible(scope).where(known[state])
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    key = (SupervisionOrder.due_at, SupervisionOrder.id)
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(_due_of(session, after), after))
    found = list(session.scalars(query.order_by(*key).limit(limit + 1)))
    return Listed(found[:limit], found[limit - 1].id if len(found) > limit else None, total)


def count_tickets(session: Session, scope: Scope, now: datetime) -> dict[str, int]:
    """On how many tickets an order is proposed, open or late that this reader may see, by the words of `list_orders`."""
    counted = {"proposed": PROPOSED, "open": OPEN, "overdue": overdue_at(now)}
    tickets = func.count(SupervisionOrder.ticket_id.distinct())
    query = _visible(scope).where(SupervisionOrder.state != OrderState.CLOSED)
    found = session.execute(query.with_only_columns(*(tickets.filter(condition) for condition in counted.values()))).one()
    return dict(zip(counted, found, strict=True))


def get_visible(session: Session, scope: Scope, order_id: int) -> SupervisionOrder:
    """The order. Raises NotFound when it does not exist or is hidden."""
    order = session.scalars(_visible(scope).where(SupervisionOrder.id == order_id)).one_or_none()
    if order is None:
        raise NotFound("order", thing="order", id=order_id)
    return order


def of_ticket(session: Session, scope: Scope, ticket_id: int) -> list[SupervisionOrder]:
    """The orders of a ticket that this reader may see, oldest first."""
    query = _visible(scope).where(SupervisionOrder.ticket_id == ticket_id)
    return list(session.scalars(query.order_by(SupervisionOrder.id)))


def overdue(session: Session, now: datetime, limit: int = 500) -> list[SupervisionOrder]:
    """Orders whose limit is past without an answer, the latest first."""
    query = select(SupervisionOrder).where(overdue_at(now))
    return list(session.scalars(query.order_by(SupervisionOrder.due_at).limit(limit)))


def overdue_at(now: datetime) -> Condition:
    """Orders that are late at that moment."""
    return UNANSWERED & (SupervisionOrder.due_at <= now)


def actions(workflow: Workflow, order: SupervisionOrder, roles: Collection[str]) -> list[Transition[OrderState]]:
    """The moves these roles have with the order now, by the city's procedure; roles are those that count in its unit."""
    return workflow.order.actions(order.state, roles)


def _visible(scope: Scope) -> Select[SupervisionOrder]:
    query = select(SupervisionOrder).join(Ticket, Ticket.id == SupervisionOrder.ticket_id).where(queries.visible(scope))
    if scope.sees_all_units:
        return query
    # What was never issued is the supervisors' alone, whatever became of it.
    return query.where(SupervisionOrder.unit_id.in_(scope.unit_ids), SupervisionOrder.issued_at.is_not(None))


def _due_of(session: Session, order_id: int) -> datetime:
    due_at = session.scalar(select(SupervisionOrder.due_at).where(SupervisionOrder.id == order_id))
    if due_at is None:
        raise Invalid("after", "broken-cursor")
    return due_at
