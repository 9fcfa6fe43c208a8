"""Which limit starts, stops, pauses and runs on when something happens: tables, and the within-reactions that read them.

The citizen's limit runs from acceptance until the reply reaches the citizen and never restarts. A unit's runs from its
dispatch, signed or not, through refused returns; sent back to it, it runs on with what was left.
"""

from datetime import datetime

from sqlalchemy import select

from hotline.kernel.db import UnitOfWork
from hotline.tickets import assignments, tickets
from hotline.tickets.events import AssignmentMoved, AssignmentOpened, TicketMoved, TicketOpened, TicketsMerged
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import AT_WORK, QUEUED, AssignmentState, State
from sla import clocks, corrections
from sla.book import book_of
from sla.clocks import UNIT_STAGES, WORKING_STAGES
from sla.lifecycles import ClockState
from sla.limits import Stage
from sla.models import Clock

LEAD = "lead"
FIRST_ROUND = 1
EVERY_STAGE = frozenset(Stage)

# What ends with a step of a unit that goes on working; signing late or contacting late does not end the limits after it.
ENDED_BY_UNIT: dict[str, frozenset[Stage]] = {"sign": frozenset({Stage.SIGN}), "contact": frozenset({Stage.CONTACT})}
ENDED_BY_TICKET: dict[str, frozenset[Stage]] = {
    "send_back": frozenset({Stage.DISPATCH}),
    "dispatch": frozenset({Stage.DISPATCH}),
    "answer": UNIT_STAGES | {Stage.TOTAL},
    "pass_reply": frozenset({Stage.REPLY_AUDIT, Stage.TOTAL}),
    "reject_reply": frozenset({Stage.REPLY_AUDIT}),
    "doubt": frozenset({Stage.CALLBACK}),
    "redo": frozenset({Stage.REVIEW}),
    "raise_level": frozenset({Stage.REVIEW}),
    "merge": EVERY_STAGE,
}
BEGUN_BY_TICKET: dict[str, tuple[Stage, ...]] = {
    "complete": (Stage.DISPATCH,),
    "take_back": (Stage.DISPATCH,),
    "reopen": (Stage.DISPATCH,),
    "unmerge": (Stage.TOTAL, Stage.DISPATCH),
    "submit_reply": (Stage.REPLY_AUDIT,),
    "doubt": (Stage.REVIEW,),
}
RESUMED_BY_TICKET = frozenset({"complete", "resume"})
REPLIES = frozenset({"submit_reply", "answer"})
"""The moves by which a unit's reply arrives: whether it came in time is told now, not after its audit."""


def start_ticket(uow: UnitOfWork, event: TicketOpened) -> None:
    """Start the citizen's limit and the desk's; a direct answer needs neither."""
    if event.state not in QUEUED:
        return
    ticket = tickets.get(uow, event.ticket_id)
    total = clocks.start(uow, Stage.TOTAL, ticket)
    if total is not None:
        clocks.show(uow, [total])
    clocks.start(uow, Stage.DISPATCH, ticket)


def start_assignment(uow: UnitOfWork, event: AssignmentOpened) -> None:
    """Start a unit's limits and write them on its part, with the window for asking to return it; a copied unit owes nothing.

    Parts passed on end with the part above them, assisting ones with the lead's.
    """
    part = assignments.get(uow.session, event.assignment_id)
    if part.state is AssignmentState.COPIED:
        return
    ticket = tickets.get(uow, event.ticket_id)
    end = _end_above(uow, part, ticket)
    stage = Stage.HANDLE if part.round == FIRST_ROUND else Stage.REDO
    sign, contact = (
        clocks.start(uow, which, ticket, assignment=part, no_later_than=end) for which in (Stage.SIGN, Stage.CONTACT)
    )
    handle = clocks.start(uow, stage, ticket, assignment=part, given=part.limit_given, no_later_than=end)
    assignments.set_limits(
        uow,
        part,
        sign_due_at=sign.due_at if sign else None,
        contact_due_at=contact.due_at if contact else None,
        due_at=handle.due_at if handle else None,
        near_at=handle.warn_at if handle else None,
        provisional=handle.provisional if handle else False,
        return_until=_return_until(uow, part, ticket),
    )


def follow_assignment(uow: UnitOfWork, event: AssignmentMoved) -> None:
    """Stop what a unit has done or need not do any more; run on when its reply came back."""
    if event.action == "rework":
        clocks.restart(uow, event.assignment_id)
        return
    ended = ENDED_BY_UNIT.get(event.action, frozenset()) if AssignmentState(event.target) in AT_WORK else UNIT_STAGES
    if ended:
        clocks.stop(uow, event.ticket_id, ended, assignment_id=event.assignment_id)


def follow_ticket(uow: UnitOfWork, event: TicketMoved) -> None:
    """Follow a ticket with its limits; when a reply arrives, record whether it came in time; at the end, stop everything."""
    ended = ENDED_BY_TICKET.get(event.action, frozenset()) if State(event.target).is_open else EVERY_STAGE
    if ended:
        clocks.stop(uow, event.ticket_id, ended)
    if event.action in RESUMED_BY_TICKET:
        clocks.resume(uow, event.ticket_id)
    paused = book_of(uow.session, uow.zone, uow.now).rules.paused.get(event.action)
    if paused:
        clocks.pause(uow, event.ticket_id, paused)
    for stage in BEGUN_BY_TICKET.get(event.action, ()):
        clocks.start(uow, stage, tickets.get(uow, event.ticket_id))
    if event.action == "correct":
        corrections.count_again(uow, event.ticket_id)
    _record_on_time(uow, event)


def follow_merged(uow: UnitOfWork, event: TicketsMerged) -> None:
    """Merged tickets end with the earliest of their limits (并单): tighten the survivor's, never loosen them."""
    for stages in ((Stage.TOTAL,), WORKING_STAGES):
        earliest = min((clock.due_at for clock in _given_up(uow, event.merged_id, stages)), default=None)
        for clock in _leading(uow, event.main_id, stages):
            if earliest is not None and earliest < clock.due_at:
                clocks.put_due(uow, clock, earliest, "merged")


def _end_above(uow: UnitOfWork, part: Assignment, ticket: Ticket) -> datetime | None:
    if part.parent_id is not None:
        return assignments.get(uow.session, part.parent_id).due_at
    return None if part.role == LEAD else ticket.due_at


def _return_until(uow: UnitOfWork, part: Assignment, ticket: Ticket) -> datetime:
    book = book_of(uow.session, uow.zone, uow.now)
    window = book.rules.return_window
    days = window.important_working_days if ticket.important else window.working_days
    return book.calendar.add_working_days(part.dispatched_at, days)


def _record_on_time(uow: UnitOfWork, event: TicketMoved) -> None:
    ticket = tickets.get(uow, event.ticket_id)
    if event.action in REPLIES:
        tickets.record_on_time(uow, ticket, ticket.due_at is None or uow.now <= ticket.due_at)
    elif event.action == "answer_merged" and ticket.merged_into_id is not None:
        tickets.record_on_time(uow, ticket, tickets.get(uow, ticket.merged_into_id).on_time is not False)


def _given_up(uow: UnitOfWork, ticket_id: int, stages: tuple[Stage, ...]) -> list[Clock]:
    # The parts were let go a moment ago, in this transaction, and their clocks with them.
    still = (Clock.state != ClockState.STOPPED) | (Clock.stopped_at == uow.now)
    return list(uow.session.scalars(select(Clock).where(Clock.ticket_id == ticket_id, Clock.stage.in_(stages), still)))


def _leading(uow: UnitOfWork, ticket_id: int, stages: tuple[Stage, ...]) -> list[Clock]:
    found = clocks.running(uow, ticket_id, stages)
    return [clock for clock in found if _is_leading(uow, clock)]


def _is_leading(uow: UnitOfWork, clock: Clock) -> bool:
    return clock.assignment_id is None or assignments.get(uow.session, clock.assignment_id).role == LEAD
