"""Whose contact it is: the agent who took it, or a shift leader. Asked by every use case that changes what hangs on it."""

from sqlalchemy.orm import Session

from hotline.intake.models import Contact
from hotline.kernel.errors import Forbidden, NotFound
from hotline.kernel.scope import Scope
from hotline.people.permissions import Role


def get_contact(session: Session, contact_id: int) -> Contact:
    """The contact. Raises NotFound."""
    contact = session.get(Contact, contact_id)
    if contact is None:
        raise NotFound("contact", thing="contact", id=contact_id)
    return contact


def own_contact(session: Session, scope: Scope, contact_id: int) -> Contact:
    """The contact, for whoever may change it. Raises NotFound, Forbidden for another agent's."""
    contact = get_contact(session, contact_id)
    if contact.agent_id != scope.officer_id and not scope.has(Role.SHIFT_LEADER):
        raise Forbidden("another agent's contact", reason="other-agent")
    return contact
