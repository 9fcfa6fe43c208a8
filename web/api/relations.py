"""What a ticket has to do with others, over HTTP: which look like the same matter (并单), and what a person makes of them."""

from apiflask import APIBlueprint

from hotline.intake import repeat_decisions
from hotline.kernel import clock
from hotline.tickets import merging, queries
from hotline.tickets.workflow import DESK, LEVEL
from sla.book import calendar_of
from web.api import present, present_repeats
from web.api.schemas.base import Page
from web.api.schemas.contacts import Repeat, RepeatVerdict
from web.api.schemas.tickets import TicketRow
from web.auth import allowed
from web.requests import container, reading, scope, takes, working

api = APIBlueprint("relations", __name__, url_prefix="/api/v1", tag="Relations")

READERS = tuple(sorted(DESK | LEVEL))
DECIDERS = tuple(sorted(DESK))


@api.get("/tickets/<int:ticket_id>/repeats")
@api.output(Page[Repeat])
@allowed(*READERS)
def list_repeats(ticket_id: int) -> Page[Repeat]:
    """Tickets that look like this one, the likeliest first, with reasons, what differs and what can be made of them."""
    now = clock.now()
    with reading() as session:
        ticket = queries.get_visible(session, scope(), ticket_id)
        if not merging.may_merge(ticket) or not ticket.state.is_open:
            return Page[Repeat](items=[])
        return Page[Repeat](items=present_repeats.of_ticket(session, container(), scope(), ticket, now))


@api.post("/tickets/<int:ticket_id>/repeats/<int:other_id>/decision")
@takes(api, RepeatVerdict)
@api.output(TicketRow)
@allowed(*DECIDERS)
def decide_repeat(ticket_id: int, other_id: int, body: RepeatVerdict) -> TicketRow:
    """Merge the ticket into the other, relate both, or say that they are not the same; that is not offered again."""
    with working() as uow:
        offer = present_repeats.offer_of_ticket(uow, container(), scope(), ticket_id, other_id)
        ticket = repeat_decisions.decide(uow, scope(), ticket_id, offer, **body.model_dump())
        return present.row(uow.session, calendar_of(uow.session, uow.zone), ticket, uow.now, scope())
