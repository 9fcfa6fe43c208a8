"""Who may look at a contact and its call: its agent, and whoever may see the requester of each of its tickets; what belongs
to no ticket, its agent and `OVERSEERS`.

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

OVERSEERS = (Role.SHIFT_LEADER.value,)
"""Who looks after calls of which no ticket came, and those that nobody took. What was said is personal data even then
(handbook 10.3): nobody else has work with it, and a voice would tell quality inspectors and administrators what the mask hides
from them (`permissions.CONTACT_ROLES`)."""


def open_contact(session: Session, reader: Scope, contact_id: int) -> Contact:
    """The contact, for who may look at it: others would see the requester of its tickets unasked. Raises NotFound."""
    contact = get_contact(session, contact_id)
    if not _is_open_to(session, reader, contact):
        raise NotFound("contact", thing="contact", id=contact_id)
    return contact


def open_call(session: Session, reader: Scope, call_id: UUID) -> Call:
    """The call, for who may look at its contact; one that nobody took, for overseers. Raises NotFound."""
    call = calls.get(session, call_id)
    contact = contacts.of_call(session, call_id)
    if not (_is_open_to(session, reader, contact) if contact else reader.has(*OVERSEERS)):
        raise NotFound("call", thing="call", id=str(call_id))
    return call


def check_own_call(session: Session, reader: Scope, call_id: UUID) -> None:
    """Whether the reader may set right what was said: the contact's agent or an overseer. Raises NotFound, Forbidden."""
    calls.get(session, call_id)
    contact = contacts.of_call(session, call_id)
    if contact is not None:
        own_contact(session, reader, contact.id)
    elif not reader.has(*OVERSEERS):
        raise Forbidden("a call that nobody took", reason="other-agent")


def _is_open_to(session: Session, reader: Scope, contact: Contact) -> bool:
    if contact.agent_id == reader.officer_id:
        return True
    made = session.scalars(select(Ticket).where(Ticket.contact_id == contact.id).options(*queries.TIES)).all()
    if not made:
        return reader.has(*OVERSEERS)
    return all(rights.may(reader, Right.SEE_CONTACT, ticket) for ticket in made)
