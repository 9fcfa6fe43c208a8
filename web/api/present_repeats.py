"""From offered repeats to shapes, for the console and the dispatch desk, and what a decision on one stands on."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.intake import drafts, repeat_decisions, repeats
from hotline.intake.comparing import Matter, Reason, Repeat
from hotline.intake.models import Contact, Draft
from hotline.kernel.db import UnitOfWork
from hotline.kernel.scope import Scope
from hotline.tickets import queries
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import QUEUED, WITH_UNITS
from sla.book import calendar_of
from web import repeat_terms
from web.api import present
from web.api.schemas import contacts as shapes
from web.api.schemas.tickets import TicketRow
from web.bootstrap import Container

May = Callable[[Ticket], list[str]]


def of_draft(session: Session, parts: Container, reader: Scope, row: Draft, now: datetime) -> list[shapes.Repeat]:
    """Earlier tickets that look like a draft."""
    matter = matter_of(session, row)
    if not matter.title and not matter.body:
        return []
    found = repeats.find(
        session, parts.search, reader, matter, repeat_terms.terms_of(session, parts.repeats_scorer.score), now=now
    )
    return _shown(session, parts, reader, found, repeat_decisions.may_of_draft, now)


def of_ticket(session: Session, parts: Container, reader: Scope, ticket: Ticket, now: datetime) -> list[shapes.Repeat]:
    """Earlier tickets that look like a ticket; those merged with it, or it with them, are no news."""
    terms = repeat_terms.terms_of(session, parts.repeats_scorer.score)
    found = repeats.find(session, parts.search, reader, repeats.matter_of(ticket), terms, now=now)

    def may(other: Ticket) -> list[str]:
        return repeat_decisions.may_of_ticket(ticket, other, may_merge_now=ticket.state in QUEUED | WITH_UNITS)

    return _shown(session, parts, reader, found, may, now)


def matter_of(session: Session, row: Draft) -> Matter:
    """A draft as a matter that may be a repeat."""
    value = {name: str(field["value"]) for name, field in row.fields.items()}
    owner = session.get(Contact, row.contact_id)
    return Matter(
        title=value.get("title", ""),
        body=value.get("body", ""),
        wanted=value.get("wanted", ""),
        address=value.get("address", ""),
        area_code=value.get("area_code") or None,
        category_code=value.get("category_code") or None,
        citizen_id=owner.citizen_id if owner else None,
        ticket_id=row.ticket_id,
        draft_id=row.id,
    )


def offer_of_ticket(uow: UnitOfWork, parts: Container, reader: Scope, ticket_id: int, other_id: int) -> Repeat:
    """How much two tickets look alike, as a decision on them is kept with. Raises NotFound for a hidden one."""
    ticket, other = (queries.get_visible(uow.session, reader, one) for one in (ticket_id, other_id))
    return _between(uow, parts, repeats.matter_of(ticket), other)


def keep_of_draft(uow: UnitOfWork, parts: Container, reader: Scope, draft_id: int, other_id: int, verdict: str) -> None:
    """Keep what an agent decided on a draft and an earlier ticket. Raises NotFound for a hidden one."""
    row = drafts.get(uow.session, draft_id)
    matter = matter_of(uow.session, row)
    offer = _between(uow, parts, matter, queries.get_visible(uow.session, reader, other_id))
    repeat_decisions.keep(uow, reader, offer, verdict, category_code=matter.category_code, draft_id=draft_id)


def _between(uow: UnitOfWork, parts: Container, matter: Matter, other: Ticket) -> Repeat:
    return repeats.between(
        uow.session, parts.search, matter, other, repeat_terms.terms_of(uow.session, parts.repeats_scorer.score), now=uow.now
    )


def _shown(
    session: Session, parts: Container, reader: Scope, found: Sequence[Repeat], may: May, now: datetime
) -> list[shapes.Repeat]:
    others = list(session.scalars(select(Ticket).where(Ticket.id.in_([repeat.ticket_id for repeat in found]))))
    rows = {row.id: row for row in present.rows(session, calendar_of(session, parts.database.zone), others, now, reader)}
    allowed = {other.id: may(other) for other in others}
    return [_shape(repeat, rows[repeat.ticket_id], allowed[repeat.ticket_id]) for repeat in found if repeat.ticket_id in rows]


def _shape(repeat: Repeat, row: TicketRow, may: list[str]) -> shapes.Repeat:
    return shapes.Repeat(
        ticket=row,
        score=repeat.score,
        proposal=repeat.proposal,
        reasons=[_reason(reason) for reason in repeat.reasons],
        against=[_reason(reason) for reason in repeat.against],
        may=may,
        same_citizen=repeat.same_citizen,
    )


def _reason(reason: Reason) -> shapes.RepeatReason:
    return shapes.RepeatReason(code=reason.code, args=dict(reason.args))
