"""Supervision orders over HTTP (督办单): which are proposed or open, their answer, their end.

They are issued by moves of the ticket, or drawn up by the ladder of a limit.
"""

from collections.abc import Sequence
from datetime import datetime

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.kernel.errors import Invalid
from hotline.kernel.scope import Scope
from hotline.people.models import Unit
from hotline.tickets import orders, queries, replays, rights, supervision
from hotline.tickets.models import SupervisionOrder, Ticket
from hotline.tickets.workflow import STANDARD, OrderState
from sla.book import calendar_of
from sla.models import Clock
from web.api import present
from web.api.schemas.base import Page
from web.api.schemas.relations import OrderFact, OrderGiven, OrderRow
from web.api.schemas.tickets import Action, Move
from web.auth import EVERYONE, allowed
from web.idempotency import once
from web.requests import asks, container, parse, reading, scope, takes, working

api = APIBlueprint("orders", __name__, url_prefix="/api/v1", tag="Orders")


class OrdersQuery(BaseModel):
    """Which orders: proposed, open, overdue or all; `after` is the cursor of the page before."""

    model_config = ConfigDict(extra="ignore")

    state: str = "open"
    after: str | None = None
    limit: int = Field(30, ge=1, le=200)


@api.get("/orders")
@asks(api, OrdersQuery)
@api.output(Page[OrderRow])
@allowed(*EVERYONE)
def list_orders(query: OrdersQuery) -> Page[OrderRow]:
    """The orders this reader may see, the nearest limit first: a unit sees its own and those below."""
    now = clock.now()
    with reading() as session:
        listed = orders.list_orders(session, scope(), query.state, now=now, after=_cursor(query.after), limit=query.limit)
        rows = _rows(session, listed.orders, now)
        return Page[OrderRow](items=rows, after=str(listed.after) if listed.after else None, total=listed.total)


@api.post("/orders/<int:order_id>/actions/<action>")
@takes(api, Move)
@api.output(OrderFact)
@allowed(*EVERYONE)
def move_order(order_id: int, action: str, body: Move) -> OrderFact:
    """Move an order: answered by its unit; issued, dismissed, refused or closed by the supervisors. A key moves it once."""
    given = parse(OrderGiven, body.given).model_dump(exclude_unset=True)
    with working() as uow:
        order = orders.get_visible(uow.session, scope(), order_id)
        roles = rights.acting_on_order(scope(), order)
        if replays.is_first(uow, once(), thing="order", thing_id=order.id, action=action):
            supervision.move_order(uow, order.id, action, roles=roles, given=given, version=body.version)
        return order_facts(uow.session, scope(), [order], uow.now)[0]


def order_facts(session: Session, reader: Scope, found: Sequence[SupervisionOrder], now: datetime) -> list[OrderFact]:
    """Orders in the order given, each with the moves this reader has."""
    wanted = {order.unit_id for order in found}
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(wanted)))}
    clock_ids = [order.clock_id for order in found if order.clock_id is not None]
    missed = {limit.id: limit for limit in session.scalars(select(Clock).where(Clock.id.in_(clock_ids)))}
    return [_fact(order, units.get(order.unit_id or 0), missed.get(order.clock_id or 0), reader, now=now) for order in found]


def _fact(order: SupervisionOrder, unit: Unit | None, missed: Clock | None, reader: Scope, *, now: datetime) -> OrderFact:
    plain = ("id", "version", "kind", "reason_code", "demand", "leader", "given_on", "issued_at", "due_at")
    answered = ("answer", "answered_at", "closed_at")
    moves = orders.actions(container().database.workflow or STANDARD, order, rights.acting_on_order(reader, order))
    return OrderFact(
        **{name: getattr(order, name) for name in (*plain, *answered)},
        state=order.state.value,
        stage=missed.stage.value if missed else None,
        expired_at=missed.due_at if missed else None,
        proposed=order.state is OrderState.PROPOSED,
        unit=present.unit_ref(unit) if unit else None,
        overdue=order.state is OrderState.ISSUED and order.due_at <= now,
        actions=[Action(action=row.action, on="order", id=order.id, needs=list(row.needs)) for row in moves],
    )


def _rows(session: Session, found: Sequence[SupervisionOrder], now: datetime) -> list[OrderRow]:
    wanted = select(Ticket).where(Ticket.id.in_([order.ticket_id for order in found]), queries.visible(scope()))
    calendar = calendar_of(session, container().database.zone)
    tickets = {row.id: row for row in present.rows(session, calendar, list(session.scalars(wanted)), now, scope())}
    facts = order_facts(session, scope(), found, now)
    return [OrderRow(order=fact, ticket=tickets[order.ticket_id]) for order, fact in zip(found, facts, strict=True)]


def _cursor(after: str | None) -> int | None:
    if after is None:
        return None
    if not after.isdecimal() or not after.isascii():
        raise Invalid("after", "broken-cursor")
    return int(after)
