"""Urging, supervision papers (工作提示单 … 通报批评), leaders' instructions (领导批示), who answers for it (责任划分).

Effects of `tickets`, and the order's own life: the only module that assigns `SupervisionOrder.state`. Lists are in `orders`.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.people import units
from hotline.tickets import timeline
from hotline.tickets.events import AssignmentOpened, OrderMoved
from hotline.tickets.models import Assignment, SupervisionOrder, Ticket
from hotline.tickets.rules import rules_of
from hotline.tickets.timeline import NewLine
from hotline.tickets.workflow import STANDING, SYSTEM, AssignmentState, OrderState, workflow_of


class OrderKind(StrEnum):
    """What paper it is, the mildest first: 工作提示单, 督办单, 约谈通知书, 通报批评."""

    PROMPT = "prompt"
    ORDER = "order"
    SUMMONS = "summons"
    CRITICISM = "criticism"


@dataclass(frozen=True)
class Draft:
    """A paper that a limit's ladder leads to: one of a kind for a limit, and for the late limits of one unit together.

    `due_at` is when its answer is wanted.
    """

    kind: OrderKind
    clock_id: int
    unit_id: int
    reason_code: str
    demand: str
    due_at: datetime


@dataclass(frozen=True)
class Hurry:
    """A unit whose limit is past is to be hurried; `words` tell it what to do."""

    ticket: Ticket
    unit_id: int
    clock_id: int
    words: str


PROPOSE = "propose_order"
LEADER = "leader"
"""The reason of an order that a leader's instruction led to."""
GONE = (AssignmentState.RETURNED, AssignmentState.RECALLED)
NOBODYS = SupervisionOrder.unit_id.is_(None) | SupervisionOrder.unit_id.not_in(
    select(Assignment.unit_id).where(Assignment.ticket_id == SupervisionOrder.ticket_id, Assignment.state.not_in(GONE))
)
"""Orders that no unit has, or one whose part is over without its having done the work."""
UNDECIDED = (OrderState.PROPOSED, OrderState.ISSUED)
"""Papers that wait for a supervisor or for the unit's answer."""
STILL = Assignment.state.not_in(GONE)
"""An order goes to who has to do with the ticket still: it would show it to the unit that gave it back."""


def press(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Hurry the units by telephone or notice (催办); counted with the requester's own urging."""
    ticket.urge_count += 1


def press_late(uow: UnitOfWork, hurries: Sequence[Hurry]) -> None:
    """Hurry units whose limits are past, by the clock: counted on the tickets and written down.

    No new version of a ticket: a form that somebody is filling in need not be filled in again.
    """
    times = Counter(hurry.ticket.id for hurry in hurries)
    for count in sorted(set(times.values())):
        same = [ticket_id for ticket_id, found in times.items() if found == count]
        counted = update(Ticket).where(Ticket.id.in_(same)).values(urge_count=Ticket.urge_count + count)
        uow.session.execute(counted.execution_options(synchronize_session=False))
    for hurry in hurries:
        uow.session.expire(hurry.ticket, ["urge_count"])
    lines = [
        NewLine(one.ticket.id, "press", one.words, data={"clock_id": one.clock_id}, unit_id=one.unit_id) for one in hurries
    ]
    timeline.write_all(uow, lines)


def supervise(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Issue a paper (`kind`, an order if none is said) to the unit given, else to the lead.

    Raises Conflict for a stranger, Invalid for kind, reason or limit.
    """
    kind = given.get("kind") or OrderKind.ORDER
    if kind not in set(OrderKind):
        raise Invalid("kind", "unknown-choice", given=kind, allowed=[word.value for word in OrderKind])
    reasons = rules_of(uow.session, uow.now).supervision_reasons
    if given["reason_code"] not in reasons:
        raise Invalid("reason_code", "unknown-code", given=given["reason_code"], allowed=list(reasons))
    unit_id = _taking_part(uow.session, ticket, given["unit_id"], STILL) if given.get("unit_id") else ticket.lead_unit_id
    _issue(uow, ticket, unit_id, "supervise", given)


def instruct(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Put down a leader's instruction: an order listed until it is answered, also while no unit has the ticket yet."""
    given_on: date = given["given_on"]
    if given_on > uow.now.astimezone(uow.zone).date():
        raise Invalid("given_on", "in-the-future")
    _issue(uow, ticket, ticket.lead_unit_id, "instruct", {**given, "reason_code": LEADER})


def propose(uow: UnitOfWork, ticket: Ticket, draft: Draft) -> SupervisionOrder | None:
    """Draw up a paper for a supervisor to issue or dismiss.

    None when the limit has one of this kind already, or the unit owes an answer to one that another of its limits led to.
    Whoever calls it holds the ticket. Its unit hears nothing of it until it is issued.
    """
    if uow.session.scalar(select(exists().where(SupervisionOrder.kind == draft.kind, _same_lateness(ticket.id, draft)))):
        return None
    order = SupervisionOrder(
        ticket_id=ticket.id,
        unit_id=draft.unit_id,
        state=OrderState.PROPOSED,
        kind=draft.kind.value,
        clock_id=draft.clock_id,
        reason_code=draft.reason_code,
        demand=draft.demand,
        due_at=draft.due_at,
    )
    uow.session.add(order)
    uow.session.flush()
    uow.record(OrderMoved(order.id, ticket.id, ticket.number, order.unit_id, PROPOSE, "", order.state.value))
    return order


def proposals(uow: UnitOfWork, ticket_id: int) -> list[SupervisionOrder]:
    """The papers of a ticket that wait for a supervisor."""
    waiting = SupervisionOrder.ticket_id == ticket_id, SupervisionOrder.state == OrderState.PROPOSED
    return list(uow.session.scalars(select(SupervisionOrder).where(*waiting).order_by(SupervisionOrder.id)))


def rest_on(uow: UnitOfWork, order: SupervisionOrder, clock_id: int) -> None:
    """Let a proposal stand for another late limit of its unit, when the one that led to it is done."""
    order.clock_id = clock_id
    uow.session.flush()


def apportion(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Say whose fault it was: marks of the call-back go to this unit instead of the lead."""
    ticket.answerable_unit_id = _taking_part(uow.session, ticket, given["unit_id"])


def move_order(
    uow: UnitOfWork, order_id: int, action: str, *, roles: Collection[str], given: Mapping[str, Any], version: int | None = None
) -> SupervisionOrder:
    """Move an order by its life cycle: issued or dismissed, sent back or closed by the supervisors, answered by its unit.

    Raises as `LifeCycle.find`, NotFound, and Conflict for a stale `version`.
    """
    uow.session.flush()
    timeline.hold(uow, get(uow.session, order_id).ticket_id)
    order = uow.session.get_one(SupervisionOrder, order_id, populate_existing=True)
    if version is not None and version != order.version:
        raise Conflict("changed meanwhile", reason="stale", thing="order", version=order.version)
    row = workflow_of(uow).order.find(order.state, action, roles, given)
    source = order.state
    EFFECTS[action](uow, order, given)
    order.state = row.target
    _announce(uow, order, action, source, text=str(given.get("answer") or given.get("note") or ""))
    return order


def get(session: Session, order_id: int) -> SupervisionOrder:
    """The order. Raises NotFound."""
    order = session.get(SupervisionOrder, order_id)
    if order is None:
        raise NotFound("order", thing="order", id=order_id)
    return order


def hand_on(uow: UnitOfWork, event: AssignmentOpened) -> None:
    """Give orders that no unit has, or one that was taken off, to whoever leads the ticket from now on. A within-reaction."""
    if event.role != "lead":
        return
    waiting = SupervisionOrder.ticket_id == event.ticket_id, SupervisionOrder.state == OrderState.ISSUED
    for order in uow.session.scalars(select(SupervisionOrder).where(*waiting, NOBODYS)):
        order.unit_id = event.unit_id
        uow.session.flush()
        state = order.state.value
        uow.record(OrderMoved(order.id, event.ticket_id, event.number, event.unit_id, "instruct", state, state))


def end_with(uow: UnitOfWork, ticket_id: int) -> None:
    """Close what still stands open on a ticket that ended or went into another: nobody can answer for it any more."""
    for order in uow.session.scalars(select(SupervisionOrder).where(*_open_of(ticket_id)).order_by(SupervisionOrder.id)).all():
        move_order(uow, order.id, "end_order", roles=(SYSTEM,), given={})


def is_supervised(session: Session, ticket_id: int) -> bool:
    """Whether an order that was issued on the ticket is not closed yet."""
    standing = SupervisionOrder.ticket_id == ticket_id, SupervisionOrder.state.in_(STANDING)
    return bool(session.scalar(select(exists().where(*standing))))


def _open_of(ticket_id: int) -> tuple[Any, ...]:  # conditions
    return SupervisionOrder.ticket_id == ticket_id, SupervisionOrder.state != OrderState.CLOSED


def _same_lateness(ticket_id: int, draft: Draft) -> ColumnElement[bool]:
    drawn_up = SupervisionOrder.clock_id.is_not(None), SupervisionOrder.state.in_(UNDECIDED)
    of_unit = SupervisionOrder.ticket_id == ticket_id, SupervisionOrder.unit_id == draft.unit_id
    return or_(SupervisionOrder.clock_id == draft.clock_id, and_(*of_unit, *drawn_up))


def _issue(uow: UnitOfWork, ticket: Ticket, unit_id: int | None, action: str, given: Mapping[str, Any]) -> None:
    order = SupervisionOrder(
        ticket_id=ticket.id,
        unit_id=unit_id,
        state=OrderState.ISSUED,
        kind=str(given.get("kind") or OrderKind.ORDER),
        reason_code=str(given["reason_code"]),
        demand=str(given["note"]),
        leader=str(given.get("leader") or ""),
        given_on=given.get("given_on"),
        issued_at=uow.now,
        issued_by_id=uow.actor.officer_id,
        due_at=_ahead(uow, given["due_at"]),
    )
    uow.session.add(order)
    uow.session.flush()
    uow.record(OrderMoved(order.id, ticket.id, ticket.number, unit_id, action, "", order.state.value))


def _ahead(uow: UnitOfWork, due_at: datetime) -> datetime:
    if due_at <= uow.now:
        raise Invalid("due_at", "past")
    return due_at


def _taking_part(session: Session, ticket: Ticket, unit_id: int, *conditions: ColumnElement[bool]) -> int:
    unit = units.get(session, unit_id)
    own = Assignment.ticket_id == ticket.id, Assignment.unit_id == unit.id
    if not session.scalar(select(exists().where(*own, *conditions))):
        raise Conflict("the unit has no part in the ticket", reason="not-taking-part", unit_id=unit.id)
    return unit.id


def _announce(uow: UnitOfWork, order: SupervisionOrder, action: str, source: OrderState, *, text: str) -> None:
    states = (source.value, order.state.value)
    data = {"order_id": order.id}
    # A proposal that its own late step ended was known to nobody; one that a supervisor dismissed is the hotline's affair.
    if (source, action) != (OrderState.PROPOSED, "end_order"):
        unit_id = None if action == "dismiss_order" else order.unit_id
        timeline.write(uow, order.ticket_id, action, text=text, data=data, unit_id=unit_id, states=states)
    uow.session.flush()
    number = uow.session.get_one(Ticket, order.ticket_id).number
    uow.record(OrderMoved(order.id, order.ticket_id, number, order.unit_id, action, *states))


def _issue_drafted(uow: UnitOfWork, order: SupervisionOrder, given: Mapping[str, Any]) -> None:
    order.demand, order.due_at = str(given["note"]), _ahead(uow, given["due_at"])
    order.issued_at, order.issued_by_id = uow.now, uow.actor.officer_id
    ticket = uow.session.get_one(Ticket, order.ticket_id)
    # A prompt only reminds; from an order on the matter is supervised, as if the supervisor had written the paper themselves.
    if order.kind != OrderKind.PROMPT and not ticket.important:
        ticket.important = rules_of(uow.session, uow.now).important.holds(ticket, supervised=True)


def _answer(uow: UnitOfWork, order: SupervisionOrder, given: Mapping[str, Any]) -> None:
    order.answer, order.answered_at, order.answered_by_id = str(given["answer"]), uow.now, uow.actor.officer_id


def _refuse_answer(uow: UnitOfWork, order: SupervisionOrder, given: Mapping[str, Any]) -> None:
    order.due_at = _ahead(uow, given["due_at"])
    order.answered_at, order.answered_by_id = None, None


def _close(uow: UnitOfWork, order: SupervisionOrder, given: Mapping[str, Any]) -> None:
    order.closed_at = uow.now


EFFECTS = {
    "issue_order": _issue_drafted,
    "dismiss_order": _close,
    "answer_order": _answer,
    "refuse_answer": _refuse_answer,
    "close_order": _close,
    "end_order": _close,
}
