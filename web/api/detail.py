"""The whole ticket as one reader may see it: gathered from the core, deadlines, call-backs and transfers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.linkage import transfers
from dispatch.models import Transfer, TransferState
from hotline.kernel.scope import Scope
from hotline.people.models import Unit
from hotline.tickets import queries, timeline
from hotline.tickets.models import Assignment as AssignmentRow
from hotline.tickets.models import Attachment, HandlingPath, Request, Ticket
from hotline.tickets.workflow import STANDARD, UNIT
from sla import callbacks, explanation, reviews
from sla.book import calendar_of
from sla.calendar import CityCalendar
from web.api import present
from web.api.schemas.base import CodeRef
from web.api.schemas.tickets import (
    Action,
    Assignment,
    CallbackFact,
    ExplainLine,
    RequestRow,
    ReviewFact,
    TicketDetail,
    TimelineLine,
    TransferFact,
)
from web.bootstrap import Container

UNIT_ACTIONS = frozenset(row.action for row in STANDARD.assignment.rows if row.roles == UNIT)


def ticket_detail(session: Session, container: Container, scope: Scope, ticket: Ticket, now: datetime) -> TicketDetail:
    """Everything the ticket page shows."""
    calendar = calendar_of(session, container.database.zone)
    row = present.row(session, calendar, ticket, now)
    path = session.get(HandlingPath, ticket.path_code) if ticket.path_code else None
    files = session.scalars(select(Attachment).where(Attachment.ticket_id == ticket.id).order_by(Attachment.id))
    return TicketDetail(
        **row.model_dump(),
        body=ticket.body,
        wanted=ticket.wanted,
        address=ticket.address,
        requester=present.requester(ticket, scope),
        opened_by=present.officer_names(session, [ticket.opened_by_id]).get(ticket.opened_by_id or 0, ""),
        public_reply=ticket.public_reply,
        path=CodeRef(code=path.code, name=path.name) if path else None,
        contact_id=ticket.contact_id,
        total_due=present.limit("total", ticket.total_due_at, None, calendar, now, stopped_at=ticket.replied_at),
        assignments=[_assignment(entry, calendar, now) for entry in ticket.assignments],
        requests=_requests(session, ticket.id),
        timeline=_timeline(session, ticket.id),
        attachments=present.attachments(files),
        callbacks=callback_facts(session, ticket.id),
        reviews=review_facts(session, ticket.id),
        transfers=transfer_facts(transfers.of_ticket(session, ticket.id)),
        explain=[
            ExplainLine(code=line.code, args=dict(line.args)) for line in explanation.explain(session, calendar, ticket.id)
        ],
        actions=actions(scope, ticket),
    )


def actions(scope: Scope, ticket: Ticket) -> list[Action]:
    """The moves this reader has now, of the ticket and of its assignments."""
    found = [
        Action(action=row.action, on="ticket", id=ticket.id, needs=list(row.needs))
        for row in STANDARD.ticket.actions(ticket.state, scope.roles)
    ]
    for part in ticket.assignments:
        own = queries.is_own_assignment(scope, part)
        for row in STANDARD.assignment.actions(part.state, scope.roles):
            if own or row.action not in UNIT_ACTIONS:
                found.append(Action(action=row.action, on="assignment", id=part.id, needs=list(row.needs)))
    return found


def callback_facts(session: Session, ticket_id: int) -> list[CallbackFact]:
    """Call-back rounds with their answers."""
    return [CallbackFact.model_validate(fact) for fact in callbacks.facts(session, ticket_id)]


def review_facts(session: Session, ticket_id: int) -> list[ReviewFact]:
    """Decisions on the ticket as a dissatisfied case."""
    found = reviews.of_ticket(session, ticket_id)
    names = present.officer_names(session, (entry.officer_id for entry in found))
    fields = ("round", "verdict", "basis", "decision", "explanation", "at")
    return [
        ReviewFact(**{name: getattr(entry, name) for name in fields}, by=names.get(entry.officer_id or 0, ""))
        for entry in found
    ]


def transfer_facts(found: Sequence[Transfer]) -> list[TransferFact]:
    """Hand-overs to partners. The alarm is over when the partner has the matter."""
    fields = tuple(name for name in TransferFact.model_fields if name != "overdue")
    return [TransferFact(**{name: getattr(row, name) for name in fields}, overdue=_is_overdue(row)) for row in found]


def _is_overdue(row: Transfer) -> bool:
    return row.alarm_at is not None and row.state != TransferState.RECEIPTED


def _assignment(entry: AssignmentRow, calendar: CityCalendar, now: datetime) -> Assignment:
    plain = ("id", "role", "round", "state", "version", "note", "dispatched_at", "signed_at", "contacted_at", "replied_at")
    words = ("solved", "reply_internal", "reply_public")
    return Assignment(
        **{name: getattr(entry, name) for name in (*plain, *words)},
        unit=present.unit_ref(entry.unit),
        limits=present.assignment_limits(entry, calendar, now),
    )


def _requests(session: Session, ticket_id: int) -> list[RequestRow]:
    found = list(session.scalars(select(Request).where(Request.ticket_id == ticket_id).order_by(Request.id)))
    names = present.officer_names(session, (entry.asked_by_id for entry in found))
    return [
        RequestRow(
            id=entry.id,
            kind=entry.kind.value,
            state=entry.state.value,
            assignment_id=entry.assignment_id,
            data=entry.data,
            asked_at=entry.asked_at,
            asked_by=names.get(entry.asked_by_id or 0, ""),
            decided_at=entry.decided_at,
            decision=entry.decision,
        )
        for entry in found
    ]


def _timeline(session: Session, ticket_id: int) -> list[TimelineLine]:
    found = timeline.lines(session, ticket_id)
    names = present.officer_names(session, (entry.officer_id for entry in found))
    wanted = {entry.unit_id for entry in found if entry.unit_id} | {_unit_in(entry) for entry in found}
    units = {unit.id: unit.name for unit in session.scalars(select(Unit).where(Unit.id.in_(wanted)))}
    return [
        TimelineLine(
            seq=entry.seq,
            at=entry.at,
            action=entry.action,
            officer=names.get(entry.officer_id or 0, ""),
            unit=units.get(_unit_in(entry) or entry.unit_id or 0, ""),
            state_from=entry.state_from,
            state_to=entry.state_to,
            text=entry.text,
            data=entry.data,
            public=entry.public,
        )
        for entry in found
    ]


def _unit_in(entry: timeline.Line) -> int:
    return int(entry.data.get("unit_id") or 0)
