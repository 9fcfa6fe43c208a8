"""Requests that arrive whole, without an agent: from the portal and other written channels, to a ticket at once."""

import hashlib
from dataclasses import replace

from sqlalchemy.orm import Session

from hotline.intake import alerts, contacts
from hotline.intake.channels.base import Intake
from hotline.intake.drafting.fill import Sources, fill, title_for
from hotline.intake.drafting.patterns import nameless_title
from hotline.intake.drafting.values import CALLER, Proposal, Turn
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Invalid
from hotline.tickets import tickets
from hotline.tickets.codes import check_codes
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import Secrecy

SUMMARY = "ticket_opened"
TYPE_WHEN_UNKNOWN = "other"


def submit(uow: UnitOfWork, given: Intake, sources: Sources) -> Ticket:
    """Open the contact and the ticket of a written request; words of danger in it raise alerts.

    The same reference of the same channel is the same ticket. Raises Invalid for unknown areas and attachments.
    """
    key = _key(given)
    earlier = tickets.submitted(uow, key) if key else None
    if earlier is not None:
        return earlier
    check_codes(uow.session, None, given.area_code)
    given = replace(given, category_code=_usable(uow.session, given.category_code))
    contact = contacts.open_contact(uow, channel=given.channel, number=given.phone)
    ticket = tickets.open_ticket(uow, _new_ticket(given, key, sources, contact_id=contact.id, citizen_id=contact.citizen_id))
    alerts.raise_alerts(uow, contact.id, given.body, "typed", sources.risks)
    contacts.end(uow, contact, summary_code=SUMMARY)
    return ticket


def _key(given: Intake) -> str | None:
    if not given.reference:
        return None
    return f"{given.channel}:{hashlib.sha256(given.reference.encode()).hexdigest()[:32]}"


def _new_ticket(given: Intake, key: str | None, sources: Sources, *, contact_id: int, citizen_id: int | None) -> NewTicket:
    proposed = fill([Turn(1, CALLER, given.body)], sources)
    kind = given.type or _value(proposed, "type") or TYPE_WHEN_UNKNOWN
    title = given.title or _value(proposed, "title") or title_for(given.body, kind)
    return NewTicket(
        channel=given.channel,
        type=kind,
        title=nameless_title(title) if given.confidential else title,
        body=given.body,
        wanted=_value(proposed, "wanted"),
        urgency=_value(proposed, "urgency") or "normal",
        category_code=_value(proposed, "category_code") or given.category_code,
        area_code=given.area_code or _value(proposed, "area_code") or None,
        address=given.address or _value(proposed, "address"),
        citizen_id=citizen_id,
        contact_name=given.name,
        contact_phone=given.phone,
        secrecy=Secrecy.asked(confidential=given.confidential),
        reply_wanted=given.reply_wanted,
        contact_id=contact_id,
        submission_key=key,
        attachment_tokens=given.attachment_tokens,
    )


def _usable(session: Session, category_code: str | None) -> str | None:
    """The category, unless it was closed or divided since: nobody's request is refused for what only proposes."""
    try:
        check_codes(session, category_code, None)
    except Invalid:
        return None
    return category_code


def _value(proposed: dict[str, Proposal], name: str) -> str:
    return proposed[name].value if name in proposed else ""
