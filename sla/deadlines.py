"""Which limit starts, stops, pauses and runs on when something happens: tables, and the within-reactions that read them.

The citizen's limit runs from acceptance until the reply reaches the citizen; no redo and no reopening after a reply begins it
anew. A unit's runs from the event its policy names, through refused returns; sent back to it, it runs on with what was left.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from hotline.kernel.db import UnitOfWork
from hotline.tickets import assignments, requests, supervision, tickets
from hotline.tickets.events import (
    AssignmentMoved,
    AssignmentOpened,
    OrderMoved,
    TicketMoved,
    TicketOpened,
    TicketsMerged,
)
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.rules import rules_of
from hotline.tickets.workflow import AT_WORK, DECIDED, QUEUED, AssignmentState, OrderState, RequestKind, State
from sla import clocks, corrections
from sla.book import book_of
from sla.clock_facts import Subject
from sla.clocks import WORKING_STAGES
from sla.events import AppealMoved
from sla.lifecycles import AppealState, ClockState
from sla.limits import Stage, StartEvent
from sla.models import Clock
from sla.reckoning import StepKind

LEAD = "lead"
FIRST_ROUND = 1
UNIT_STAGES = frozenset({Stage.SIGN, Stage.CONTACT, Stage.FEEDBACK, *WORKING_STAGES})
DECISIONS = frozenset({Stage.DECIDE_RETURN, Stage.RULING, Stage.DECIDE_EXTENSION})
BEYOND_THE_TICKET = frozenset({Stage.SUPERVISION, Stage.APPEAL})
"""An order is answered, and an appeal decided, also after the ticket was closed."""
OF_THE_TICKET = frozenset(Stage) - BEYOND_THE_TICKET

# What ends with a step of a unit that goes on working; signing late or contacting late does not end the limits after it.
ENDED_BY_UNIT: Mapping[str, frozenset[Stage]] = {
    "sign": frozenset({Stage.SIGN}),
    "contact": frozenset({Stage.CONTACT}),
    "report_progress": frozenset({Stage.FEEDBACK}),
    "designate_here": DECISIONS,
    **{f"{verb}_{kind}": DECISIONS for verb in ("grant", "refuse") for kind, *_ in DECIDED},
}
DECIDED_WITHIN: Mapping[RequestKind, Stage] = {
    RequestKind.RETURN: Stage.DECIDE_RETURN,
    RequestKind.EXTENSION: Stage.DECIDE_EXTENSION,
    RequestKind.COMMITMENT: Stage.DECIDE_EXTENSION,
    RequestKind.SUSPENSION: Stage.DECIDE_EXTENSION,
    RequestKind.TERMINATION: Stage.DECIDE_EXTENSION,
}
"""The limit of whoever decides what a unit asked: the hotline, or the unit that passed the part on."""
ASKED = {f"{requests.ASK}{kind}": kind for kind in DECIDED_WITHIN}
ENDED_BY_TICKET: Mapping[str, frozenset[Stage]] = {
    "send_back": frozenset({Stage.DISPATCH}),
    "dispatch": frozenset({Stage.DISPATCH}),
    "answer": UNIT_STAGES | {Stage.TOTAL},
    "pass_reply": frozenset({Stage.REPLY_AUDIT, Stage.TOTAL}),
    "reject_reply": frozenset({Stage.REPLY_AUDIT}),
    "doubt": frozenset({Stage.CALLBACK}),
    "redo": frozenset({Stage.REVIEW}),
    "raise_level": frozenset({Stage.REVIEW}),
    "merge": OF_THE_TICKET,
}
BEGUN_BY_TICKET: Mapping[str, tuple[Stage, ...]] = {
    "complete": (Stage.DISPATCH,),
    "take_back": (Stage.DISPATCH,),
    "reopen": (Stage.DISPATCH,),
    "unmerge": (Stage.DISPATCH,),
    "submit_reply": (Stage.REPLY_AUDIT,),
    "doubt": (Stage.REVIEW,),
}
SUSPENDING = "suspend"
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

    Limits that its policy counts from the sign-in begin with it.
    """
    part = assignments.get(uow.session, event.assignment_id)
    if part.state is AssignmentState.COPIED:
        return
    ticket = tickets.get(uow, event.ticket_id)
    begun = _begin_part(uow, part, ticket, StartEvent.DISPATCHED)
    sign, contact = begun.get(Stage.SIGN), begun.get(Stage.CONTACT)
    work = begun.get(_work_stage(part))
    assignments.set_limits(
        uow,
        part,
        sign_due_at=sign.due_at if sign else None,
        contact_due_at=contact.due_at if contact else None,
        due_at=work.due_at if work else None,
        near_at=work.warn_at if work else None,
        provisional=work.provisional if work else False,
        return_until=_return_until(uow, part, ticket),
    )
    if ticket.state is State.SUSPENDED:
        clocks.pause(uow, ticket.id, _paused_by(uow, SUSPENDING))


def follow_assignment(uow: UnitOfWork, event: AssignmentMoved) -> None:
    """Stop what a unit did or need not do any more and what was decided; start what is to be decided; run on after a rework."""
    if event.action == "rework":
        clocks.rework(uow, event.assignment_id)
        return
    working = AssignmentState(event.target) in AT_WORK
    ended = ENDED_BY_UNIT.get(event.action, frozenset()) if working else UNIT_STAGES | DECISIONS
    if ended:
        clocks.stop(uow, event.ticket_id, ended, assignment_id=event.assignment_id)
    part = assignments.get(uow.session, event.assignment_id)
    if event.action == "sign":
        clocks.show(uow, _begin_part(uow, part, tickets.get(uow, event.ticket_id), StartEvent.SIGNED).values())
    if event.action in ASKED:
        _start_decision(uow, part, ASKED[event.action])


def follow_ticket(uow: UnitOfWork, event: TicketMoved) -> None:
    """Follow a ticket with its limits; when a reply arrives, record whether it came in time; at the end, stop everything."""
    ended = ENDED_BY_TICKET.get(event.action, frozenset()) if State(event.target).is_open else OF_THE_TICKET
    if ended:
        clocks.stop(uow, event.ticket_id, ended)
    if event.action in RESUMED_BY_TICKET:
        clocks.resume(uow, event.ticket_id)
    clocks.pause(uow, event.ticket_id, _paused_by(uow, event.action))
    _run_total_on(uow, event)
    for stage in BEGUN_BY_TICKET.get(event.action, ()):
        clocks.start(uow, stage, tickets.get(uow, event.ticket_id))
    if event.action == "correct":
        corrections.count_again(uow, event.ticket_id)
        _begin_called_for(uow, tickets.get(uow, event.ticket_id))
    _record_on_time(uow, event)


def follow_merged(uow: UnitOfWork, event: TicketsMerged) -> None:
    """Merged tickets end with the earliest of their limits (并单): tighten the survivor's, never loosen them."""
    for stages in ((Stage.TOTAL,), WORKING_STAGES):
        earliest = min((clock.due_at for clock in _given_up(uow, event.merged_id, stages)), default=None)
        for clock in clocks.unfinished(uow, event.main_id):
            if earliest is not None and clock.stage in stages and earliest < clock.due_at:
                clocks.add_step(uow, clock, StepKind.MERGED, until=earliest)


def follow_order(uow: UnitOfWork, event: OrderMoved) -> None:
    """Run the limit of a supervision order while its answer is owed by whichever unit has it now; sent back, to the new day."""
    clocks.stop(uow, event.ticket_id, {Stage.SUPERVISION}, order_id=event.order_id)
    if event.target == OrderState.ISSUED:
        order = supervision.get(uow.session, event.order_id)
        subject = Subject(unit_id=order.unit_id, order_id=order.id, given=order.due_at)
        clocks.start(uow, Stage.SUPERVISION, tickets.get(uow, event.ticket_id), subject)


def follow_appeal(uow: UnitOfWork, event: AppealMoved) -> None:
    """Run the hotline's limit for an appeal while it is not decided."""
    if event.target == AppealState.ASKED:
        clocks.start(uow, Stage.APPEAL, tickets.get(uow, event.ticket_id), Subject(appeal_id=event.appeal_id))
    else:
        clocks.stop(uow, event.ticket_id, {Stage.APPEAL}, appeal_id=event.appeal_id)


def _work_stage(part: Assignment) -> Stage:
    return Stage.HANDLE if part.round == FIRST_ROUND else Stage.REDO


def _begin_part(uow: UnitOfWork, part: Assignment, ticket: Ticket, occasion: StartEvent) -> dict[Stage, Clock]:
    """The limits of a part that begin on this occasion: with its dispatch all but those that its sign-in begins.

    Parts passed on end with the part above them, assisting ones with the lead's.
    """
    above = _above(uow, part)
    within = clocks.working(uow, above) if above else None
    begun: dict[Stage, Clock] = {}
    for stage in (Stage.SIGN, Stage.CONTACT, _work_stage(part)):
        given = part.limit_given if stage in WORKING_STAGES else None
        clock = _begin_stage(uow, stage, ticket, Subject(part, part.unit_id, given=given, within=within), occasion)
        if clock is not None:
            begun[stage] = clock
    if part.role == LEAD and part.round == FIRST_ROUND:
        # A first report that is owed no earlier than the answer itself asks for nothing more.
        work = begun.get(Stage.HANDLE) or clocks.working(uow, part)
        _begin_stage(uow, Stage.FEEDBACK, ticket, Subject(part, part.unit_id), occasion, before=work.due_at if work else None)
    return begun


def _begin_called_for(uow: UnitOfWork, ticket: Ticket) -> None:
    """Start the limits of first steps that a corrected ticket asks of its units and that they had none for.

    They count from where they would have; one that would be past by now is not begun: nobody is late with what was not asked.
    """
    for part in assignments.at_work(uow.session, ticket.id):
        above = _above(uow, part)
        subject = Subject(part, part.unit_id, within=clocks.working(uow, above) if above else None)
        work = clocks.working(uow, part)
        for stage in _first_steps(part) - clocks.had(uow, part):
            policy = clocks.policy_of(uow, stage, ticket, part.unit_id)
            if policy is not None and (policy.start_event is not StartEvent.SIGNED or part.signed_at):
                begun = clocks.begin(uow, policy, ticket, subject, after=uow.now, before=work.due_at if work else None)
                clocks.show(uow, [begun] if begun else [])
    if ticket.state is State.SUSPENDED:
        clocks.pause(uow, ticket.id, _paused_by(uow, SUSPENDING))


def _first_steps(part: Assignment) -> frozenset[Stage]:
    """What a part may still be asked for before its answer."""
    open_steps = {Stage.SIGN: part.signed_at is None, Stage.CONTACT: part.contacted_at is None}
    open_steps[Stage.FEEDBACK] = part.role == LEAD and part.round == FIRST_ROUND
    return frozenset(stage for stage, is_open in open_steps.items() if is_open)


def _begin_stage(
    uow: UnitOfWork,
    stage: Stage,
    ticket: Ticket,
    subject: Subject,
    occasion: StartEvent,
    *,
    before: datetime | None = None,
) -> Clock | None:
    policy = clocks.policy_of(uow, stage, ticket, subject.unit_id)
    if policy is None or (policy.start_event is StartEvent.SIGNED) != (occasion is StartEvent.SIGNED):
        return None
    return clocks.begin(uow, policy, ticket, subject, before=before)


def _start_decision(uow: UnitOfWork, part: Assignment, kind: RequestKind) -> None:
    request = requests.asked(uow.session, part.id, kind)
    stage = Stage.RULING if kind is RequestKind.RETURN and _is_dispute(uow, part) else DECIDED_WITHIN[kind]
    superior = assignments.get(uow.session, part.parent_id).unit_id if part.parent_id else None
    clocks.start(uow, stage, part.ticket, Subject(part, superior, request_id=request.id))


def _is_dispute(uow: UnitOfWork, part: Assignment) -> bool:
    """Whether the next unit to have the ticket would be designated: then who must do it is ruled on (争议裁定)."""
    if part.role != LEAD:
        return False
    leads = Assignment.ticket_id == part.ticket_id, Assignment.round == part.round, Assignment.role == LEAD
    had = uow.session.scalar(select(func.count(Assignment.id)).where(*leads)) or 0
    return had >= rules_of(uow.session, uow.now).return_max


def _run_total_on(uow: UnitOfWork, event: TicketMoved) -> None:
    """The citizen who was never answered still waits by the limit that began with the acceptance."""
    if event.action == "unmerge":
        clocks.continue_total(uow, event.ticket_id)
    elif event.action == "reopen" and tickets.get(uow, event.ticket_id).on_time is None:
        clocks.reopen_total(uow, event.ticket_id)


def _above(uow: UnitOfWork, part: Assignment) -> Assignment | None:
    if part.parent_id is not None:
        return assignments.get(uow.session, part.parent_id)
    if part.role == LEAD:
        return None
    found = assignments.at_work(uow.session, part.ticket_id)
    return next((other for other in found if other.role == LEAD), None)


def _paused_by(uow: UnitOfWork, action: str) -> frozenset[Stage]:
    return book_of(uow.session, uow.zone, uow.now).rules.paused.get(action, frozenset())


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
    """The limits of a merged ticket and of its lead; those within the lead's say nothing about when the matter must end."""
    # The parts were let go a moment ago, in this transaction, and their clocks with them.
    still = (Clock.state != ClockState.STOPPED) | (Clock.stopped_at == uow.now)
    leading = Clock.assignment_id.is_(None) | (Assignment.role == LEAD)
    query = select(Clock).outerjoin(Assignment, Assignment.id == Clock.assignment_id).where(still, leading)
    return list(uow.session.scalars(query.where(Clock.ticket_id == ticket_id, Clock.stage.in_(stages))))
