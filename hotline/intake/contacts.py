"""Use cases on contacts (来电记录): one call or visit, which may bring no ticket, one or several.

It ends with a summary code. Calls themselves are in `calls`, drafts in `drafts`.
"""

import hashlib
import uuid
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.intake import drafts, limits
from hotline.intake.drafting.fill import title_for
from hotline.intake.events import ContactClosed
from hotline.intake.models import Contact
from hotline.intake.ownership import own_contact
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid
from hotline.kernel.scope import Scope
from hotline.people import citizens
from hotline.people.models import Citizen
from hotline.tickets import queries, tickets
from hotline.tickets.codes import check_codes
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket


@dataclass(frozen=True)
class SummaryCode:
    """A way a contact may end (来电小结); `note` tells whether words are needed. Labels are `summary.<code>`."""

    code: str
    note: bool


@dataclass(frozen=True)
class Question:
    """What was asked and how it was answered on the spot: by an article, by the agent's own words, or both."""

    question: str
    answer: str = ""
    article_id: int | None = None
    category_code: str | None = None


@dataclass(frozen=True)
class History:
    """What the hotline knows of a citizen: open tickets first, then all, newest first; counts of all."""

    citizen: Citizen | None
    open_tickets: list[Ticket]
    tickets: list[Ticket]
    contact_count: int
    ticket_count: int


@cache
def summary_codes() -> tuple[SummaryCode, ...]:
    """The summary codes that come with the package, in the order of the list."""
    text = resources.files("hotline.intake").joinpath("data", "summary_codes.yaml").read_text(encoding="utf-8")
    return tuple(SummaryCode(**row) for row in yaml.safe_load(text))


def open_contact(
    uow: UnitOfWork, *, channel: str, number: str = "", call_id: uuid.UUID | None = None, agent_id: int | None = None
) -> Contact:
    """Begin a contact; the citizen is known or made by the number."""
    citizen = citizens.find_or_create(uow, number) if citizens.plain_number(number) else None
    contact = Contact(
        channel=channel,
        call_id=call_id,
        number=citizen.phone if citizen else "",
        citizen_id=citizen.id if citizen else None,
        agent_id=agent_id,
        opened_at=uow.now,
    )
    uow.session.add(contact)
    uow.session.flush()
    return contact


def begin(uow: UnitOfWork, scope: Scope, channel: str = "phone") -> Contact:
    """A contact an agent begins by hand, with a first draft: a visitor, or a call where no exchange is connected."""
    contact = open_contact(uow, channel=channel, agent_id=scope.officer_id)
    drafts.open_draft(uow, contact)
    return contact


def close(uow: UnitOfWork, scope: Scope, contact_id: int, *, summary_code: str, note: str = "") -> Contact:
    """End a contact with its summary code. Drafts nobody typed in are dropped. Safe to repeat with the same code.

    Raises Invalid for an unknown code or a missing note, Conflict while a draft with typed words is open or when it was
    closed with another code.
    """
    contact = own_contact(uow.session, scope, contact_id)
    code = next((known for known in summary_codes() if known.code == summary_code), None)
    if code is None:
        raise Invalid("summary_code", "unknown-code", given=summary_code)
    if contact.closed_at is not None:
        if contact.summary_code != summary_code:
            raise Conflict("closed already", reason="contact-closed", thing="contact")
        return contact
    words = limits.check_text("note", note, minimum=1 if code.note else 0, maximum=limits.load_limits().note_max)
    drafts.drop_untouched(uow, contact_id)
    end(uow, contact, summary_code=summary_code, note=words)
    return contact


def end(uow: UnitOfWork, contact: Contact, *, summary_code: str, note: str = "") -> None:
    """Set the end of a contact that nobody has to decide about: a visit of the portal."""
    contact.closed_at, contact.summary_code, contact.note = uow.now, summary_code, note
    uow.session.flush()
    uow.record(ContactClosed(contact_id=contact.id, summary_code=summary_code))


def direct_answer(uow: UnitOfWork, scope: Scope, contact_id: int, given: Question) -> Ticket:
    """Record that a question was answered on the spot (直接答复): a ticket in state answered. The same question again is
    the same ticket. Raises Invalid without an answer, for texts and codes."""
    contact = own_contact(uow.session, scope, contact_id)
    lengths = limits.load_limits()
    question = limits.check_text("question", given.question, minimum=lengths.title_min, maximum=lengths.body_max)
    answer = limits.check_text("answer", given.answer, maximum=lengths.body_max)
    if not answer and given.article_id is None:
        raise Invalid("answer", "required")
    check_codes(uow.session, given.category_code, None)
    new = NewTicket(
        channel=contact.channel,
        type="enquiry",
        title=title_for(question, "enquiry"),
        body=question,
        category_code=given.category_code,
        citizen_id=contact.citizen_id,
        contact_phone=contact.number,
        reply_wanted=False,
        contact_id=contact.id,
        submission_key=f"answer:{contact.id}:{hashlib.sha256(question.encode()).hexdigest()[:24]}",
        article_id=given.article_id,
        answer=answer,
        opened_by_id=scope.officer_id,
    )
    return tickets.open_answered(uow, new)


def of_call(session: Session, call_id: uuid.UUID) -> Contact | None:
    """The contact of a call, once it was answered."""
    return session.scalars(select(Contact).where(Contact.call_id == call_id)).one_or_none()


def history(session: Session, scope: Scope, contact: Contact) -> History:
    """What this scope may know of the contact's citizen; nothing for an unknown number."""
    if contact.citizen_id is None:
        return History(None, [], [], 0, 0)
    citizen_id = contact.citizen_id
    contact_count = select(func.count()).select_from(Contact).where(Contact.citizen_id == citizen_id)
    ticket_count = select(func.count()).select_from(Ticket).where(Ticket.citizen_id == citizen_id)
    return History(
        citizen=session.get(Citizen, citizen_id),
        open_tickets=queries.open_of_citizen(session, scope, citizen_id),
        tickets=queries.history_of_citizen(session, scope, citizen_id),
        contact_count=session.scalar(contact_count) or 0,
        ticket_count=session.scalar(ticket_count) or 0,
    )
