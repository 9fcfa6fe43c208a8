"""The clocks of a ticket: which limit starts, and stops, when something happens. The only module that assigns `Clock.state`.

The citizen's clock runs from acceptance to the reply and never restarts. A unit's runs from its dispatch, signed or not,
through refused returns. `start_*` and `follow_*` are within-reactions; `sweep` finds what is late, `explanation` tells why.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from hotline.kernel.db import UnitOfWork
from hotline.people.models import Unit
from hotline.tickets import assignments, tickets
from hotline.tickets.events import AssignmentMoved, AssignmentOpened, TicketMoved, TicketOpened
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import SYSTEM, State
from sla import policies
from sla.book import Book, book_of
from sla.lifecycles import CLOCK, ClockState
from sla.limits import Roster, Stage, StartEvent, due_at, warn_at, warn_point
from sla.models import Clock
from sla.policies import Case, PolicyRow

COPIED = "copy"
LEAD = "lead"
FIRST_ROUND = 1
UNIT_STAGES = frozenset({Stage.SIGN, Stage.CONTACT, Stage.HANDLE, Stage.REDO})
EVERY_STAGE = frozenset(Stage)

# What ends with a move of a unit's part; signing late or contacting late does not end the limits after it.
ENDED_BY_UNIT: dict[str, frozenset[Stage]] = {
    "sign": frozenset({Stage.SIGN}),
    "contact": frozenset({Stage.CONTACT}),
    "reply": UNIT_STAGES,
    "grant_return": UNIT_STAGES,
    "recall": UNIT_STAGES,
}
ENDED_BY_TICKET: dict[str, frozenset[Stage]] = {
    "dispatch": frozenset({Stage.DISPATCH}),
    "answer": UNIT_STAGES | {Stage.TOTAL},
    "doubt": frozenset({Stage.CALLBACK}),
    "redo": frozenset({Stage.REVIEW}),
}
BEGUN_BY_TICKET: dict[str, Stage] = {"take_back": Stage.DISPATCH, "doubt": Stage.REVIEW}


def start_ticket(uow: UnitOfWork, event: TicketOpened) -> None:
    """Start the citizen's limit and the desk's; a direct answer needs neither."""
    if event.state != State.PENDING:
        return
    ticket = tickets.get(uow, event.ticket_id)
    total = start(uow, Stage.TOTAL, ticket)
    if total is not None:
        tickets.set_total_limit(uow, ticket, total.due_at)
    start(uow, Stage.DISPATCH, ticket)


def start_assignment(uow: UnitOfWork, event: AssignmentOpened) -> None:
    """Start a unit's limits and write them on its part; a copied unit has none, an assisting unit's end with the lead's."""
    assignment = assignments.get(uow.session, event.assignment_id)
    if assignment.role == COPIED:
        return
    ticket = tickets.get(uow, event.ticket_id)
    end = None if assignment.role == LEAD else ticket.due_at
    stage = Stage.HANDLE if assignment.round == FIRST_ROUND else Stage.REDO
    sign, contact, handle = (
        start(uow, which, ticket, assignment=assignment, no_later_than=end) for which in (Stage.SIGN, Stage.CONTACT, stage)
    )
    assignments.set_limits(
        uow,
        assignment,
        sign_due_at=sign.due_at if sign else None,
        contact_due_at=contact.due_at if contact else None,
        due_at=handle.due_at if handle else None,
        near_at=handle.warn_at if handle else None,
        provisional=handle.provisional if handle else False,
    )


def follow_assignment(uow: UnitOfWork, event: AssignmentMoved) -> None:
    """Stop what a unit has done or need not do any more."""
    ended = ENDED_BY_UNIT.get(event.action)
    if ended:
        _stop(uow, event.ticket_id, ended, assignment_id=event.assignment_id)


def follow_ticket(uow: UnitOfWork, event: TicketMoved) -> None:
    """Stop and start the hotline's own limits; at the reply, record whether it came in time; at the end, stop everything."""
    ended = ENDED_BY_TICKET.get(event.action, frozenset()) if State(event.target).is_open else EVERY_STAGE
    if ended:
        _stop(uow, event.ticket_id, ended)
    begun = BEGUN_BY_TICKET.get(event.action)
    if begun is not None:
        start(uow, begun, tickets.get(uow, event.ticket_id))
    if event.action == "answer":
        ticket = tickets.get(uow, event.ticket_id)
        tickets.record_on_time(uow, ticket, ticket.due_at is None or uow.now <= ticket.due_at)


def start(
    uow: UnitOfWork,
    stage: Stage,
    ticket: Ticket,
    *,
    assignment: Assignment | None = None,
    no_later_than: datetime | None = None,
) -> Clock | None:
    """Start one limit by the policy that holds now; None when the city has no limit for this stage."""
    book = book_of(uow.session, uow.zone)
    unit = uow.session.get(Unit, assignment.unit_id) if assignment else None
    case = Case(ticket.type, ticket.urgency, ticket.profile, unit.unit_class if unit else None)
    policy = policies.find(book.policies, stage, case, uow.now)
    if policy is None:
        return None
    began = _began(policy, ticket, assignment, uow.now)
    roster = Roster.AROUND_THE_CLOCK if unit and unit.around_the_clock else Roster.OFFICE
    due = due_at(book.calendar, began, policy.limit, roster)
    due = min(due, no_later_than) if no_later_than else due
    clock = Clock(
        ticket_id=ticket.id,
        assignment_id=assignment.id if assignment else None,
        unit_id=unit.id if unit else None,
        stage=stage,
        state=ClockState.RUNNING,
        started_at=began,
        due_at=due,
        warn_at=_warned(book, began, due, policy),
        provisional=book.calendar.is_provisional(due),
        policy_id=policy.id,
        explain={"roster": roster.value, "no_later_than": no_later_than.isoformat() if no_later_than else None},
    )
    uow.session.add(clock)
    uow.session.flush()
    return clock


def _began(policy: PolicyRow, ticket: Ticket, assignment: Assignment | None, now: datetime) -> datetime:
    if policy.start_event is StartEvent.ACCEPTED:
        return ticket.opened_at
    if policy.start_event is StartEvent.DISPATCHED and assignment is not None:
        return assignment.dispatched_at
    return now


def _warned(book: Book, began: datetime, due: datetime, policy: PolicyRow) -> datetime | None:
    point = warn_point(book.rules.warn_points, policy.stage, policy.limit)
    return warn_at(book.calendar, began, due, policy.limit, point) if point else None


def _stop(uow: UnitOfWork, ticket_id: int, stages: Collection[Stage], *, assignment_id: int | None = None) -> None:
    # The sweep locks what it announces; waiting for it here keeps "stopped" and "warned" in one order.
    query = select(Clock).where(Clock.ticket_id == ticket_id, Clock.state == ClockState.RUNNING, Clock.stage.in_(stages))
    if assignment_id is not None:
        query = query.where(Clock.assignment_id == assignment_id)
    for clock in uow.session.scalars(query.order_by(Clock.id).with_for_update(of=Clock)):
        clock.state = CLOCK.find(clock.state, "stop", [SYSTEM], {}).target
        clock.stopped_at = uow.now
    uow.session.flush()
