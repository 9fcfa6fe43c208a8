"""From rows to shapes: calls, contacts with all that hangs on them, drafts, alerts. What the agent's console shows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import assignment
from dispatch.linkage import transfers
from hotline.intake import alerts, contacts, drafts
from hotline.intake.comparing import Matter
from hotline.intake.models import Call, Contact, Draft, DraftState, RiskAlert
from hotline.intake.ownership import get_contact
from hotline.kernel import clock
from hotline.kernel.scope import Scope
from hotline.people.citizens import mask_phone
from hotline.tickets.models import Ticket
from sla import call_evaluations
from sla.book import calendar_of
from web import place_questions
from web.api import present, present_hearing, present_repeats
from web.api.detail import transfer_facts
from web.api.dispatch import candidate_shapes
from web.api.schemas import contacts as shapes
from web.api.schemas.places import PlaceQuestionShown
from web.api.schemas.tickets import Candidate
from web.bootstrap import Container
from web.requests import container, locale, reading, scope


def calls(session: Session, parts: Container, reader: Scope, found: Sequence[Call]) -> list[shapes.Call]:
    """Calls in the order given; numbers masked for whoever may not see contact data."""
    names = present.officer_names(session, (call.agent_id for call in found))
    query = select(Contact.call_id, Contact.id).where(Contact.call_id.in_([call.id for call in found]))
    contact_ids = {row.call_id: row.id for row in session.execute(query)}
    return [
        shapes.Call(
            id=call.id,
            state=call.state.value,
            number=call.number if reader.sees_contact_data else mask_phone(call.number),
            origin=call.origin,
            offered_at=call.offered_at,
            answered_at=call.answered_at,
            ended_at=call.ended_at,
            agent=names.get(call.agent_id or 0),
            contact_id=contact_ids.get(call.id),
            audio_port=parts.settings.audiosocket_port,
        )
        for call in found
    ]


def untaken(session: Session, parts: Container, reader: Scope, found: Sequence[Call]) -> list[shapes.UntakenCall]:
    """Calls that nobody took, in the order given."""
    words = present_hearing.beginnings(session, reader, [call.id for call in found])
    return [
        shapes.UntakenCall(**plain.model_dump(), audio_seconds=call.audio_seconds or 0.0, words=words.get(call.id, ""))
        for call, plain in zip(found, calls(session, parts, reader, found), strict=True)
    ]


def contact(session: Session, parts: Container, reader: Scope, row: Contact, now: datetime) -> shapes.Contact:
    """A contact with its call, citizen, tickets, drafts, alerts, hand-overs and words."""
    known = contacts.history(session, reader, row)
    calendar = calendar_of(session, parts.database.zone)
    call = session.get(Call, row.call_id) if row.call_id else None
    plain = ("id", "channel", "number", "opened_at", "closed_at", "summary_code", "summary", "note")
    return shapes.Contact(
        **{name: getattr(row, name) for name in plain},
        call=calls(session, parts, reader, [call])[0] if call else None,
        citizen=shapes.CitizenCard(
            id=row.citizen_id,
            name=known.citizen.name if known.citizen else "",
            phone=row.number,
            contacts=known.contact_count,
            tickets=known.ticket_count,
        ),
        open_tickets=present.rows(session, calendar, known.open_tickets, now, reader),
        history=present.rows(session, calendar, known.tickets, now, reader),
        drafts=[draft(session, parts, reader, entry, now) for entry in drafts.of_contact(session, row.id)],
        alerts=[alert(entry) for entry in alerts.of_contact(session, row.id)],
        transfers=transfer_facts(transfers.of_contact(session, row.id)),
        transcript=present_hearing.segments(session, reader, row.call_id) if row.call_id else [],
        evaluation=_judged(session, row.id),
    )


def shown_contact(contact_id: int) -> shapes.Contact:
    """The contact as the reader of this request sees it. Raises NotFound."""
    with reading() as session:
        return contact(session, container(), scope(), get_contact(session, contact_id), clock.now())


def draft(session: Session, parts: Container, reader: Scope, row: Draft, now: datetime) -> shapes.Draft:
    """A draft; while it is open, with units that fit and earlier tickets that look like it."""
    ticket = session.get(Ticket, row.ticket_id) if row.ticket_id else None
    matter = present_repeats.matter_of(session, row) if row.state is DraftState.OPEN else None
    return shapes.Draft(
        id=row.id,
        contact_id=row.contact_id,
        state=row.state.value,
        version=row.version,
        fields={name: _field(value) for name, value in row.fields.items()},
        candidates=_candidates(session, matter) if matter else [],
        repeats=present_repeats.of_draft(session, parts, reader, row, now) if matter else [],
        place_question=_place_question(session, matter, now) if matter else None,
        matters=row.proposed.get(drafts.MATTERS, []) if row.state is DraftState.OPEN and not row.segments else [],
        ticket_id=row.ticket_id,
        ticket_number=ticket.number if ticket else None,
    )


def alert(row: RiskAlert) -> shapes.Alert:
    """A word of danger that fell."""
    return shapes.Alert(**{name: getattr(row, name) for name in shapes.Alert.model_fields})


def _field(value: dict[str, object]) -> shapes.DraftField:
    return shapes.DraftField.model_validate({key: value[key] for key in ("value", "source", "confidence", "evidence")})


def _judged(session: Session, contact_id: int) -> shapes.CallJudged | None:
    kept = call_evaluations.of_contact(session, contact_id)
    return shapes.CallJudged(satisfaction=kept.satisfaction, channel=kept.channel, at=kept.at) if kept else None


def _place_question(session: Session, matter: Matter, now: datetime) -> PlaceQuestionShown | None:
    if not matter.address and not matter.body:
        return None
    need = place_questions.needed(session, matter.category_code, now)
    return place_questions.of_texts(session, (matter.address, matter.body), matter.area_code, need, locale())


def _candidates(session: Session, matter: Matter) -> list[Candidate]:
    text = f"{matter.title}\n{matter.body}".strip()
    if not text and matter.category_code is None:
        return []
    found = assignment.rank(session, text=text, category_code=matter.category_code, area_code=matter.area_code)
    return candidate_shapes(found)
