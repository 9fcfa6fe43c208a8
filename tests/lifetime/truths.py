"""What must hold of every ticket whatever anybody did (product: what must always hold, 1-3)."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel.events import StoredEvent
from hotline.kernel.scope import Scope
from hotline.people.models import Unit
from hotline.people.permissions import HOTLINE_ROLES, UNIT_ROLES
from hotline.tickets import timeline
from hotline.tickets.models import Assignment, Request, SupervisionOrder, Ticket, TimelineEntry
from hotline.tickets.workflow import (
    AT_WORK,
    ORDER,
    STANDARD,
    AssignmentState,
    OrderState,
    RequestState,
    State,
)
from sla import ladder
from sla.book import book_of, calendar_of
from sla.clock_facts import basis_of, limited_of
from sla.clocks import WORKING_STAGES
from sla.deadlines import BEYOND_THE_TICKET, UNIT_STAGES
from sla.lifecycles import CallbackState, ClockState
from sla.models import Clock
from sla.opinions import Callback
from sla.reckoning import reckon
from tests.conftest import ZONE
from tests.lifetime.town import Town

MOVES = {
    (row.action, row.source.value, row.target.value)
    for cycle in (STANDARD.ticket, STANDARD.assignment, ORDER)
    for row in cycle.rows
}
WITH_A_UNIT = {State.DISPATCHED, State.HANDLING, State.SUSPENDED}
WAITING = {RequestState.CLIMBING, RequestState.ASKED}
NEVER_MERGED = "report"


def fingerprint(session: Session, ticket_id: int) -> list[object]:
    """Whatever a refused move may not have changed."""
    ticket = session.get_one(Ticket, ticket_id)
    counted = [
        session.scalar(select(func.count()).select_from(table).where(table.ticket_id == ticket_id))
        for table in (TimelineEntry, Request, Callback, Clock, SupervisionOrder)
    ]
    counted.append(session.scalar(select(func.count()).select_from(StoredEvent)))
    parts = [(part.id, part.state, part.version) for part in _parts(session, ticket_id)]
    return [ticket.state, ticket.version, *counted, *parts]


def untruths(session: Session, town: Town, ticket_id: int) -> list[str]:
    """What is wrong with the ticket; nothing when all is well."""
    ticket = session.get_one(Ticket, ticket_id)
    parts = _parts(session, ticket_id)
    checks = (
        *(_owned(session, ticket, parts), _told(session, ticket), _asked(session, parts)),
        *(_kept_from(town, ticket, parts), _merged(session, ticket), _timed(session, ticket, parts)),
        *(_reckoned(session, ticket, parts), _decided(session, ticket, parts)),
    )
    return [wrong for check in checks for wrong in check]


def _owned(session: Session, ticket: Ticket, parts: list[Assignment]) -> Iterator[str]:
    """Nothing is lost: of every open ticket somebody owes the next step, and nobody of one that ended."""
    leads = [part for part in parts if part.role == "lead" and part.state in AT_WORK]
    if ticket.state in WITH_A_UNIT and len(leads) != 1:
        yield f"{ticket.state} with {len(leads)} leads at work"
    if ticket.state not in WITH_A_UNIT and ticket.state is not State.AUDIT and any(part.state in AT_WORK for part in parts):
        yield f"{ticket.state} with parts at work"
    if ticket.state is State.CALLBACK:
        rung = select(func.count()).where(Callback.ticket_id == ticket.id, Callback.state == CallbackState.OPEN)
        if session.scalar(rung) != 1:
            yield "to be called back by nobody"
    if ticket.state.is_open is (ticket.closed_at is not None):
        yield f"{ticket.state} with end {ticket.closed_at}"


def _told(session: Session, ticket: Ticket) -> Iterator[str]:
    """One truth: the chain is whole, and the states went by the rows alone."""
    lines = timeline.lines(session, ticket.id)
    if timeline.broken_at(lines) is not None:
        yield "a broken timeline"
    for line in lines:
        if line.state_from and (line.action, line.state_from, line.state_to) not in MOVES:
            yield f"no row {line.action} {line.state_from} -> {line.state_to}"
    path = [(line.state_from, line.state_to) for line in lines if _is_of_ticket(line)]
    gaps = [before for before, after in zip(path, path[1:], strict=False) if before[1] != after[0]]
    if gaps or path[-1][1] != ticket.state.value:
        yield f"the timeline says {path}, the ticket {ticket.state}"


def _is_of_ticket(line: timeline.Line) -> bool:
    rows = {(row.action, row.source.value) for row in STANDARD.ticket.rows}
    return line.action == "open" or (line.action, line.state_from) in rows


def _asked(session: Session, parts: list[Assignment]) -> Iterator[str]:
    """At most one paper of a part waits, and none of a part that ended; what was designated was never returned."""
    for part in parts:
        query = select(func.count()).where(Request.assignment_id == part.id, Request.state.in_(WAITING))
        waiting = session.scalar(query) or 0
        if waiting > (1 if part.state in AT_WORK else 0):
            yield f"{waiting} papers wait on a part that is {part.state}"
        if part.designated and part.state is AssignmentState.RETURNED:
            yield "a designated part was returned"


def _kept_from(town: Town, ticket: Ticket, parts: list[Assignment]) -> Iterator[str]:
    """No unit works on what is said of it; no confidential ticket left the hotline without its redacted text."""
    if ticket.complained_unit_id is not None:
        shut = town.below(ticket.complained_unit_id)
        if any(part.unit_id in shut and part.state in AT_WORK for part in parts):
            yield "the unit complained of is at work"
    if ticket.confidential and any(part.state in AT_WORK for part in parts) and not ticket.redacted_body:
        yield "confidential and dispatched without a redacted text"


def _merged(session: Session, ticket: Ticket) -> Iterator[str]:
    """A merged ticket goes with an open one that is itself merged into none; reports and confidential ones never do."""
    if ticket.state is not State.MERGED:
        return
    main = session.get(Ticket, ticket.merged_into_id or 0)
    if main is None or not main.state.is_open or main.state is State.MERGED:
        yield f"merged into {main and main.state}"
    elif any(each.confidential or each.type == NEVER_MERGED for each in (ticket, main)):
        yield "a report or a confidential ticket is merged"


def _timed(session: Session, ticket: Ticket, parts: list[Assignment]) -> Iterator[str]:
    """Whoever is at work runs against a limit; nothing runs of what ended, nothing of a unit's while it is suspended."""
    clocks = list(session.scalars(select(Clock).where(Clock.ticket_id == ticket.id, Clock.state != ClockState.STOPPED)))
    standing = [clock for clock in clocks if clock.stage not in BEYOND_THE_TICKET]
    if not ticket.state.is_open and standing:
        yield f"{ticket.state} with clocks {[clock.stage.value for clock in standing]}"
    for part in parts:
        own = [clock for clock in clocks if clock.assignment_id == part.id]
        if part.state in AT_WORK and not own:
            yield f"no limit on a part that is {part.state} of a ticket that is {ticket.state}"
        if part.state not in AT_WORK and own:
            yield f"limits {[clock.stage.value for clock in own]} on a part that is {part.state}"
        if ticket.state is State.SUSPENDED and any(_runs_of_unit(clock) for clock in own):
            yield "a suspended ticket's limit runs"


def _reckoned(session: Session, ticket: Ticket, parts: list[Assignment]) -> Iterator[str]:
    """Every limit ends where its sum says, is shown as it is, ends within the one above it, and is told of when it is past."""
    calendar = calendar_of(session, ZONE)
    clocks = list(session.scalars(select(Clock).where(Clock.ticket_id == ticket.id)))
    ends = {clock.assignment_id: clock.due_at for clock in clocks if clock.stage in WORKING_STAGES and clock.stopped_at is None}
    for clock in clocks:
        if reckon(calendar, basis_of(clock)) != clock.due_at:
            yield f"{clock.stage} ends {clock.due_at} and not as its sum says"
        if clock.stopped_at is None and clock.due_at > ends.get(clock.explain.get("within"), clock.due_at):
            yield f"{clock.stage} ends after the one above it"
        if (clock.state is ClockState.STOPPED) is not (clock.stopped_at is not None):
            yield f"{clock.stage} is {clock.state} and stopped {clock.stopped_at}"
        if clock.state is ClockState.STOPPED and clock.next_at is not None:
            yield f"{clock.stage} is stopped and still to be told of"
        if clock.state is ClockState.RUNNING and not clock.told and (clock.next_at is None or clock.next_at > clock.due_at):
            yield f"the end of {clock.stage} will not be told"
        if clock.state is ClockState.RUNNING and clock.next_at != _next_told(session, ticket, clock):
            yield f"{clock.stage} is told of next {clock.next_at} and not as the ladder says"
    for part in parts:
        if part.id in ends and part.due_at != ends[part.id]:
            yield f"a part shows {part.due_at} and ends {ends[part.id]}"


def _next_told(session: Session, ticket: Ticket, clock: Clock) -> datetime | None:
    book = book_of(session, ZONE)
    unit = session.get(Unit, clock.unit_id) if clock.unit_id is not None else None
    limited = limited_of(book, clock, basis_of(clock), ticket.urgency, unit.unit_class if unit else None)
    return ladder.next_moment(book.calendar, book.rules.ladder, limited)


def _decided(session: Session, ticket: Ticket, parts: list[Assignment]) -> Iterator[str]:
    """What is asked of the hotline or a superior, and what is ordered, runs against a limit; nothing that is decided does."""
    running = select(Clock).where(Clock.ticket_id == ticket.id, Clock.state != ClockState.STOPPED)
    found = list(session.scalars(running))
    asked = select(Request.id).where(Request.ticket_id == ticket.id, Request.state == RequestState.ASKED)
    if sorted(clock.request_id for clock in found if clock.request_id) != sorted(session.scalars(asked)):
        yield "what is asked and what is limited differ"
    orders = session.scalars(select(SupervisionOrder).where(SupervisionOrder.ticket_id == ticket.id)).all()
    if not ticket.state.is_open and any(each.state is OrderState.PROPOSED for each in orders):
        yield f"a paper is proposed on a ticket that is {ticket.state}"
    owed = {(each.id, each.unit_id, each.due_at) for each in orders if each.state is OrderState.ISSUED}
    if {(clock.order_id, clock.unit_id, clock.due_at) for clock in found if clock.order_id} != owed:
        yield "what is ordered and what is limited differ"


def _runs_of_unit(clock: Clock) -> bool:
    return clock.state is ClockState.RUNNING and clock.stage in UNIT_STAGES


def may_see(town: Town, scope: Scope, ticket: Ticket, parts: list[Assignment], orders: list[SupervisionOrder]) -> bool:
    """The rule of sight said once more in plain words: the hotline all, a unit what it or one below has to do with."""
    own = {unit_id for unit_id, role in scope.held if role in UNIT_ROLES}
    if ticket.complained_unit_id in own:
        return False
    if scope.roles & HOTLINE_ROLES:
        return True
    reach = {unit for top in scope.member_unit_ids for unit in town.below(top)}
    left = {AssignmentState.RETURNED, AssignmentState.RECALLED} if ticket.confidential else set()
    return any(part.unit_id in reach and part.state not in left for part in parts) or any(
        order.unit_id in reach for order in orders if order.issued_at is not None
    )


def _parts(session: Session, ticket_id: int) -> list[Assignment]:
    return list(session.scalars(select(Assignment).where(Assignment.ticket_id == ticket_id).order_by(Assignment.id)))
