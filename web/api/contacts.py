"""Contacts over HTTP: everything the console shows beside a call, direct answers, words of danger, the end."""

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

from asr import transcripts
from hotline.intake import alerts, contacts, drafts, summaries
from hotline.intake.contacts import Question
from hotline.intake.ownership import get_contact, own_contact
from hotline.people.permissions import CONTACT_ROLES
from sla.book import calendar_of
from web import risk_rules, texts
from web.api import present, present_intake
from web.api.calls import AGENTS
from web.api.knowledge import live_cards
from web.api.present_intake import shown_contact
from web.api.schemas.base import CodeRef, Page
from web.api.schemas.contacts import (
    Alert,
    AlertChoice,
    Card,
    Contact,
    ContactClose,
    ContactEdit,
    DirectAnswer,
    Draft,
    SummaryCodes,
    Typed,
)
from web.api.schemas.tickets import TicketRow
from web.auth import allowed
from web.contact_access import open_contact
from web.requests import asks, container, locale, reading, scope, takes, working

api = APIBlueprint("contacts", __name__, url_prefix="/api/v1", tag="Contacts")

READERS = tuple(sorted(CONTACT_ROLES))
CALLER = "caller"


class CardsQuery(BaseModel):
    """The article ids on the screen now, comma-separated, in their order."""

    model_config = ConfigDict(extra="ignore")

    shown: str = Field("", max_length=200, pattern=r"^(\d{1,18}(,\d{1,18})*)?$")


@api.post("/contacts")
@api.output(Contact, status_code=201)
@allowed(*AGENTS)
def begin_contact() -> Contact:
    """A contact without a call: a visitor, or a city without a connected exchange."""
    with working() as uow:
        contact_id = contacts.begin(uow, scope()).id
    return shown_contact(contact_id)


@api.get("/contacts/<int:contact_id>")
@api.output(Contact)
@allowed(*READERS)
def show_contact(contact_id: int) -> Contact:
    """The contact with its call, citizen, tickets, drafts, alerts, hand-overs and words.

    Whoever may not see the requester of a ticket made of it finds none: it would name them unasked and unlogged.
    """
    with reading() as session:
        open_contact(session, scope(), contact_id)
    return shown_contact(contact_id)


@api.put("/contacts/<int:contact_id>")
@takes(api, ContactEdit)
@api.output(Contact)
@allowed(*AGENTS)
def edit_contact(contact_id: int, body: ContactEdit) -> Contact:
    """Word the summary of the call; what a person wrote stays."""
    with working() as uow:
        summaries.write(uow, scope(), contact_id, body.summary)
    return shown_contact(contact_id)


@api.post("/contacts/<int:contact_id>/close")
@takes(api, ContactClose)
@api.output(Contact)
@allowed(*AGENTS)
def close_contact(contact_id: int, body: ContactClose) -> Contact:
    """End the contact with its summary code (来电小结)."""
    with working() as uow:
        contacts.close(uow, scope(), contact_id, summary_code=body.summary_code, note=body.note)
    return shown_contact(contact_id)


@api.post("/contacts/<int:contact_id>/answers")
@takes(api, DirectAnswer)
@api.output(TicketRow, status_code=201)
@allowed(*AGENTS)
def answer_directly(contact_id: int, body: DirectAnswer) -> TicketRow:
    """Answered on the spot (直接答复). The same question again is the same ticket."""
    with working() as uow:
        ticket = contacts.direct_answer(uow, scope(), contact_id, Question(**body.model_dump()))
        return present.row(uow.session, calendar_of(uow.session, uow.zone), ticket, uow.now, scope())


@api.post("/contacts/<int:contact_id>/typed")
@takes(api, Typed)
@api.output(Page[Alert])
@allowed(*AGENTS)
def watch_typed(contact_id: int, body: Typed) -> Page[Alert]:
    """Look for words of danger in what the agent types; all alerts of the contact come back."""
    with working() as uow:
        own_contact(uow.session, scope(), contact_id)
        alerts.raise_alerts(uow, contact_id, body.text, "typed", risk_rules.words_of(uow.session))
        return Page[Alert](items=[present_intake.alert(row) for row in alerts.of_contact(uow.session, contact_id)])


@api.get("/contacts/<int:contact_id>/cards")
@asks(api, CardsQuery)
@api.output(Page[Card])
@allowed(*READERS)
def list_cards(contact_id: int, query: CardsQuery) -> Page[Card]:
    """Knowledge for what the caller said so far."""
    shown = [int(part) for part in query.shown.split(",") if part]
    with reading() as session:
        contact = open_contact(session, scope(), contact_id)
        said = transcripts.transcript(session, contact.call_id) if contact.call_id else ()
        text = "\n".join(segment.text for segment in said if segment.role == CALLER)
        return Page[Card](items=live_cards(session, text, shown))


@api.post("/contacts/<int:contact_id>/drafts")
@api.output(Draft, status_code=201)
@allowed(*AGENTS)
def start_draft(contact_id: int) -> Draft:
    """Another matter in the same contact; only words from now on are its own."""
    with working() as uow:
        call_id = get_contact(uow.session, contact_id).call_id
        after_seq = transcripts.last_seq(uow.session, call_id) if call_id else 0
        row = drafts.start_another(uow, scope(), contact_id, after_seq=after_seq)
        return present_intake.draft(uow.session, container(), scope(), row, uow.now)


@api.get("/summary-codes")
@api.output(SummaryCodes)
@allowed(*AGENTS)
def list_summary_codes() -> SummaryCodes:
    """How a contact may end, in the order of the list."""
    codes = contacts.summary_codes()
    return SummaryCodes(items=[CodeRef(code=row.code, name=texts.text(f"summary.{row.code}", locale())) for row in codes])


@api.get("/alerts")
@api.output(Page[Alert])
@allowed(*AGENTS)
def list_alerts() -> Page[Alert]:
    """Words of danger nobody has decided about, newest first."""
    with reading() as session:
        return Page[Alert](items=[present_intake.alert(row) for row in alerts.undecided(session)])


@api.post("/alerts/<int:alert_id>/choice")
@takes(api, AlertChoice)
@api.output(Alert)
@allowed(*AGENTS)
def choose(alert_id: int, body: AlertChoice) -> Alert:
    """What the agent did about a word of danger."""
    with working() as uow:
        row = alerts.choose(uow, scope(), alert_id, choice=body.choice, reason=body.reason)
        return present_intake.alert(row)
