"""The whole ticket as one reader may see it: gathered from the core, deadlines, call-backs and transfers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.linkage import transfers
from dispatch.models import Transfer, TransferState
from hotline.kernel.scope import Scope
from hotline.tickets import rights
from hotline.tickets.models import Attachment, HandlingPath, Ticket
from hotline.tickets.rights import ORIGINS, Right
from hotline.tickets.rules import rules_of
from hotline.tickets.workflow import BAD_MARK, STANDARD, State
from sla.book import calendar_of
from sla.calendar import CityCalendar
from sla.limits import Stage
from sla.models import Clock
from web import place_questions
from web.api import explain, open_moves, present, present_opinions, present_ticket
from web.api.marks import mark_facts
from web.api.orders import order_facts
from web.api.schemas.base import Attachment as AttachmentShape
from web.api.schemas.base import CodeRef, Limit
from web.api.schemas.detail import TicketDetail
from web.api.schemas.places import PlaceQuestionShown
from web.api.schemas.tickets import TransferFact
from web.bootstrap import Container
from web.requests import locale

UNDISPATCHED = frozenset({State.PENDING, State.TO_CHECK})


def ticket_detail(session: Session, container: Container, reader: Scope, ticket: Ticket, now: datetime) -> TicketDetail:
    """Everything the ticket page shows this reader, who may see the ticket."""
    calendar = calendar_of(session, container.database.zone)
    workflow = container.database.workflow or STANDARD
    row = present.row(session, calendar, ticket, now, reader)
    path = session.get(HandlingPath, ticket.path_code) if ticket.path_code else None
    return TicketDetail(
        **row.model_dump(),
        **_words(reader, ticket),
        profile=ticket.profile,
        **_relations(session, reader, ticket, now),
        requester=present.requester(ticket, reader),
        opened_by=present.officer_names(session, [ticket.opened_by_id]).get(ticket.opened_by_id or 0, ""),
        public_reply=ticket.public_reply,
        path=CodeRef(code=path.code, name=path.name) if path else None,
        handed_to=_handed_to(session, ticket, now),
        resume_at=ticket.resume_at,
        total_due=_total(session, calendar, ticket, now),
        assignments=present_ticket.assignments(session, calendar, ticket, now),
        requests=present_ticket.requests(session, ticket.id),
        timeline=present_ticket.lines(session, workflow, reader, ticket),
        attachments=_attachments(session, reader, ticket),
        **present_opinions.of_ticket(session, reader, ticket, now),
        transfers=_transfers(session, reader, ticket),
        marks=mark_facts(session, reader, ticket.id) if ticket.type == BAD_MARK else [],
        explain=[line for one in explain.sums_for(session, calendar, reader, ticket) for line in explain.lines_of(one)],
        place_question=_place_question(session, reader, ticket, now),
        actions=open_moves.actions(session, workflow, reader, ticket),
    )


def _total(session: Session, calendar: CityCalendar, ticket: Ticket, now: datetime) -> Limit | None:
    """The citizen's limit as its clock keeps it: a redo takes the reply back, but does not begin it anew."""
    whose = Clock.ticket_id == ticket.id, Clock.stage == Stage.TOTAL
    total = session.scalars(select(Clock).where(*whose).order_by(Clock.id.desc()).limit(1)).one_or_none()
    return present.running_limit(total, calendar, now) if total else None


def _place_question(session: Session, reader: Scope, ticket: Ticket, now: datetime) -> PlaceQuestionShown | None:
    """What the dispatch desk has to ask before a unit can be named."""
    if ticket.state not in UNDISPATCHED or not rights.may(reader, Right.READ_ORIGINAL, ticket):
        return None
    need = place_questions.needed(session, ticket.category_code, now)
    return place_questions.of_texts(session, (ticket.address, ticket.title, ticket.body), ticket.area_code, need, locale())


def _words(reader: Scope, ticket: Ticket) -> Mapping[str, Any]:  # fields of TicketDetail
    """The requester's words or the redacted ones; of a confidential ticket the place says too much as well."""
    original = rights.may(reader, Right.READ_ORIGINAL, ticket)
    return {
        "original": original,
        "body": ticket.body if original else ticket.redacted_body,
        "wanted": ticket.wanted if original else "",
        "address": ticket.address if original else "",
        "area_code": (ticket.area_code if original else None) or "",
        "contact_id": ticket.contact_id if rights.may(reader, Right.SEE_CONTACT, ticket) else None,
        "redacted_title": ticket.redacted_title,
        "redacted_body": ticket.redacted_body,
        "redaction_needed": ticket.confidential and not (ticket.redacted_title and ticket.redacted_body),
    }


def _relations(session: Session, reader: Scope, ticket: Ticket, now: datetime) -> Mapping[str, Any]:  # fields of TicketDetail
    units = present_ticket.unit_refs(session, (ticket.complained_unit_id, ticket.answerable_unit_id))
    return {
        "complained_unit": units.get(ticket.complained_unit_id or 0),
        "answerable_unit": units.get(ticket.answerable_unit_id or 0),
        "merged_into": present_ticket.other(session, reader, ticket.merged_into_id),
        "merged": present_ticket.merged(session, reader, ticket),
        "parent": present_ticket.other(session, reader, ticket.parent_id),
        "children": present_ticket.children(session, reader, ticket),
        "links": present_ticket.linked(session, reader, ticket),
        "orders": order_facts(session, reader, present_ticket.orders_seen(reader, ticket), now),
    }


def _handed_to(session: Session, ticket: Ticket, now: datetime) -> CodeRef | None:
    if ticket.handed_to is None:
        return None
    targets = rules_of(session, now).hand_over_targets
    return CodeRef(code=ticket.handed_to, name=targets.get(ticket.handed_to, ticket.handed_to))


def _attachments(session: Session, reader: Scope, ticket: Ticket) -> list[AttachmentShape]:
    found = session.scalars(select(Attachment).where(Attachment.ticket_id == ticket.id).order_by(Attachment.id))
    every = rights.may(reader, Right.SEE_ATTACHMENTS, ticket)
    return present.attachments(entry for entry in found if every or entry.kind not in ORIGINS)


def _transfers(session: Session, reader: Scope, ticket: Ticket) -> list[TransferFact]:
    if not rights.may(reader, Right.READ_ORIGINAL, ticket):
        return []
    return transfer_facts(transfers.of_ticket(session, ticket.id))


def transfer_facts(found: Sequence[Transfer]) -> list[TransferFact]:
    """Hand-overs to partners. The alarm is over when the partner has the matter."""
    fields = tuple(name for name in TransferFact.model_fields if name != "overdue")
    return [TransferFact(**{name: getattr(row, name) for name in fields}, overdue=_is_overdue(row)) for row in found]


def _is_overdue(row: Transfer) -> bool:
    return row.alarm_at is not None and row.state != TransferState.RECEIPTED
