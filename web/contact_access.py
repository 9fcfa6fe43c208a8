"""Who may look at a contact and its call: its agent, and whoever may see the requester of each of its tickets.

Used by the views of contacts and calls; who may change a contact is `hotline.intake.ownership`.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.intake import calls, contacts
from hotline.intake.models import Call, Contact
from hotline.intake.ownership import get_contact, own_contact
from hotline.kernel.errors import Forbidden, NotFound
from hotline.kernel.scope import Scope
from hotline.people.permissions import Role
from hotline.tickets import queries, rights
from hotline.tickets.models import Ticket
from hotline.tickets.rights import Right


def open_contact(session: Session, reader: Scope, contact_id: int) -> Contact:
    """The contact, for who may look at it: others would see the requester of its tickets unasked. Raises NotFound."""
    contact = get_contact(session, contact_id)
    if not _is_open_to(session, reader, contact):
        raise NotFound("contact", thing="contact", id=contact_id)
    return contact


def open_call(session: Session, reader: Scope, call_id: UUID) -> Call:
    """The call, for who may look at its contact; one that nobody took hides nothing of a ticket. Raises NotFound."""
    call = calls.get(session, call_id)
    contact = contacts.of_call(session, call_id)
    if contact is not None and not _is_open_to(session, reader, contact):
        raise NotFound("call", thing="call", id=str(call_id))
    return call


def check_own_call(session: Session, reader: Scope, call_id: UUID) -> None:
    """Whether the reader may set right what was said: the contact's agent or a shift leader. Raises NotFound, Forbidden."""
    calls.get(session, call_id)
    contact = contacts.of_call(session, call_id)
    if contact is not None:
        own_contact(session, reader, contact.id)
    elif not reader.has(Role.SHIFT_LEADER):
        raise Forbidden("a call that nobody took", reason="other-agent")


def _is_open_to(session: Session, reader: Scope, contact: Contact) -> bool:
    made = session.scalars(select(Ticket).where(Ticket.contact_id == contact.id).options(*queries.TIES))
    return contact.agent_id == reader.officer_id or all(rights.may(reader, Right.SEE_CONTACT, ticket) for ticket in made)
