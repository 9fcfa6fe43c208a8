"""The answer of an ended enquiry as the draft of an article, over HTTP."""

from apiflask import APIBlueprint

from hotline.kernel.errors import Conflict, Forbidden
from hotline.tickets import queries
from hotline.tickets.indexing import without_numbers
from hotline.tickets.models import Ticket
from knowledge_base import enquiries, permissions
from knowledge_base.enquiries import Enquiry
from web import knowledge_terms
from web.api.knowledge_articles import WRITERS, shown
from web.api.schemas.knowledge_articles import WholeArticle
from web.auth import allowed
from web.reactions.knowledge import is_answered_enquiry
from web.requests import scope, working

api = APIBlueprint("knowledge_enquiries", __name__, url_prefix="/api/v1", tag="Knowledge")
SHORTEST_NAME = 2
"""A name of one character would take that character out of every word."""


@api.post("/tickets/<int:ticket_id>/article")
@api.output(WholeArticle, status_code=201)
@allowed(*WRITERS)
def draft_from_ticket(ticket_id: int) -> WholeArticle:
    """Draft an article from the reply of an enquiry: for the unit that answered it."""
    with working() as uow:
        ticket = queries.get_visible(uow.session, scope(), ticket_id)
        uow.session.refresh(ticket, ["version"], with_for_update=True)
        if not is_answered_enquiry(ticket):
            raise Conflict("no answered enquiry", reason="no-answered-enquiry", state=ticket.state.value)
        return shown(uow.session, enquiries.draft_of(uow, _enquiry(ticket), knowledge_terms.terms(uow)))


def _enquiry(ticket: Ticket) -> Enquiry:
    title, reply = (_cleaned(ticket, text) for text in (ticket.title, ticket.public_reply))
    return Enquiry(ticket.id, title, reply, ticket.category_code, _owner(ticket))


def _owner(ticket: Ticket) -> int | None:
    """The unit that answered, if the reader may write for it; else the reader's among those that took part."""
    took_part = [ticket.lead_unit_id, *(part.unit_id for part in ticket.assignments)]
    found = [unit_id for unit_id in took_part if unit_id is not None and permissions.may_write(scope(), unit_id)]
    if not found and not permissions.is_editor(scope()):
        raise Forbidden("not their unit", reason="other-unit")
    return found[0] if found else None


def _cleaned(ticket: Ticket, text: str) -> str:
    """The text without long numbers, the requester's names and their address."""
    names = (ticket.contact_name, ticket.citizen.name if ticket.citizen else "", ticket.address)
    for name in sorted((name for name in names if len(name) >= SHORTEST_NAME), key=len, reverse=True):
        text = text.replace(name, "")
    return without_numbers(text).strip()
