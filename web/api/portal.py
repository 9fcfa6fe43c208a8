"""The citizens' side: send a request, follow it with number and query code, add, urge, evaluate. No session."""

import hmac
from datetime import datetime
from functools import partial

from apiflask import APIBlueprint
from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import assignment
from hotline.intake import limits, submissions
from hotline.intake.channels.web_form import WebForm
from hotline.intake.drafting.fill import Sources
from hotline.kernel.errors import NotFound
from hotline.people.models import Area, Unit
from hotline.tickets import query_codes, tickets, timeline
from hotline.tickets.models import Attachment, Ticket
from hotline.tickets.workflow import State
from knowledge_base import asked
from sla import callbacks
from sla.book import book_of
from web import place_questions, risk_rules
from web.api import present
from web.api.attachments import keep
from web.api.callbacks import answers_of, reasons
from web.api.schemas.base import Attachment as AttachmentShape
from web.api.schemas.base import Done, Page
from web.api.schemas.portal import (
    Addition,
    AreaNode,
    Evaluation,
    Look,
    LostCode,
    PublicLine,
    PublicTicket,
    Submission,
    Submitted,
)
from web.auth import public
from web.limits import guards_lost_code, guards_query_code, limiter, submission_rate
from web.requests import container, reading, takes, working

api = APIBlueprint("portal", __name__, url_prefix="/api/v1/public", tag="Portal")
WORDED = frozenset(
    {
        *("inform", "send_back", "hand_over", "answer", "pass_reply", "answer_merged", "keep_closed", "terminate"),
        "supplement",
    }
)
"""Steps whose words are meant for the requester; of the others only that they happened is shown."""


@api.post("/tickets")
@limiter.limit(submission_rate)
@takes(api, Submission)
@api.output(Submitted, status_code=201)
@public
def submit(body: Submission) -> Submitted:
    """Send a request. The same submission_key again returns the same number."""
    given = WebForm(container().notifier).parse(body.model_dump())
    with working() as uow:
        ranker = partial(assignment.rank_fields, uow.session)
        ticket = submissions.submit(
            uow, given, Sources(place_questions.gazetteer(uow.session), ranker, risks=risk_rules.words_of(uow.session))
        )
        if body.asked_id is not None:
            asked.take_to_person(uow, body.asked_id)
        return Submitted(
            number=ticket.number,
            query_code=ticket.query_code,
            due_at=ticket.total_due_at,
            due_provisional=ticket.due_provisional,
        )


@api.post("/attachments")
@limiter.limit(submission_rate)
@api.output(AttachmentShape, status_code=201)
@public
def send_attachment() -> AttachmentShape:
    """Send a picture or document before the request it belongs to."""
    with working() as uow:
        return keep(uow, request.files.get("file"), "evidence")


@api.post("/tickets/<number>/look")
@guards_query_code
@takes(api, Look)
@api.output(PublicTicket)
@public
def look(number: str, body: Look) -> PublicTicket:
    """A ticket by number and query code; a wrong one of either is the same 404."""
    with reading() as session:
        return _shown(session, _opened(session, number, body.query_code))


@api.post("/tickets/<number>/lost-code")
@guards_lost_code
@takes(api, LostCode)
@api.output(Done)
@public
def send_lost_code(number: str, body: LostCode) -> Done:
    """Send a new query code to the telephone of the request, if it is the one given; the answer is always the same."""
    with working() as uow:
        query_codes.renew(uow, number, body.phone)
    return Done()


@api.post("/tickets/<number>/additions")
@guards_query_code
@takes(api, Addition)
@api.output(PublicTicket)
@public
def add(number: str, body: Addition) -> PublicTicket:
    """Add words or files."""
    words = limits.fold_text(body.text)
    with working() as uow:
        ticket = _opened(uow.session, number, body.query_code)
        tickets.add(uow, ticket.id, "supplement", words, attachment_tokens=body.attachment_tokens)
        return _shown(uow.session, ticket)


@api.post("/tickets/<number>/urges")
@guards_query_code
@takes(api, Look)
@api.output(PublicTicket)
@public
def urge(number: str, body: Look) -> PublicTicket:
    """Ask for it to be hurried."""
    with working() as uow:
        ticket = _opened(uow.session, number, body.query_code)
        tickets.add(uow, ticket.id, "urge", "")
        return _shown(uow.session, ticket)


@api.post("/tickets/<number>/evaluation")
@guards_query_code
@takes(api, Evaluation)
@api.output(PublicTicket)
@public
def evaluate(number: str, body: Evaluation) -> PublicTicket:
    """The requester's own evaluation, with the same consequences as a call-back."""
    with working() as uow:
        ticket = _opened(uow.session, number, body.query_code)
        callbacks.evaluate_online(uow, ticket, answers_of(body.answers))
        return _shown(uow.session, ticket)


@api.get("/areas")
@api.output(Page[AreaNode])
@public
def areas() -> Page[AreaNode]:
    """The city's areas, for choosing a place."""
    with reading() as session:
        found = session.scalars(select(Area).order_by(Area.path))
        return Page[AreaNode](items=[AreaNode.model_validate(area) for area in found])


def _opened(session: Session, number: str, query_code: str) -> Ticket:
    ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one_or_none()
    kept = ticket.query_code if ticket else ""
    if not hmac.compare_digest(kept.encode(), query_code.strip().encode()) or ticket is None:
        raise NotFound("ticket", thing="public-ticket")
    return ticket


def _shown(session: Session, ticket: Ticket) -> PublicTicket:
    rules = book_of(session, container().database.zone).rules.opinions.callback
    lines = [line for line in timeline.lines(session, ticket.id) if line.public]
    wanted = {ticket.lead_unit_id, *(line.unit_id for line in lines)} - {None}
    units = {unit.id: unit.name for unit in session.scalars(select(Unit).where(Unit.id.in_(wanted)))}
    files = session.scalars(select(Attachment).where(Attachment.ticket_id == ticket.id, Attachment.officer_id.is_(None)))
    return PublicTicket(
        number=ticket.number,
        title=ticket.title,
        body=ticket.body,
        type=ticket.type,
        state=ticket.state.value,
        unit=units.get(ticket.lead_unit_id or 0, ""),
        opened_at=ticket.opened_at,
        closed_at=ticket.closed_at,
        due_at=_promised(ticket),
        due_provisional=ticket.due_provisional,
        public_reply=ticket.public_reply,
        timeline=[
            PublicLine(
                at=line.at, action=line.action, state_to=line.state_to, unit=units.get(line.unit_id or 0, ""), text=_told(line)
            )
            for line in lines
        ],
        attachments=present.attachments(files),
        can_add=ticket.state.is_open,
        can_urge=ticket.state in (State.PENDING, State.DISPATCHED, State.HANDLING, State.MERGED),
        can_evaluate=ticket.state is State.CALLBACK,
        scale=rules.scale,
        reasons=reasons(rules.reasons),
    )


def _told(line: timeline.Line) -> str:
    return line.text if line.action in WORDED else ""


def _promised(ticket: Ticket) -> datetime | None:
    return None if ticket.replied_at else ticket.total_due_at
