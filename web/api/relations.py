"""What a ticket has to do with others, over HTTP: which open tickets look like the same matter and might be merged (并单)."""

from apiflask import APIBlueprint
from sqlalchemy import select

from hotline.intake import duplicates
from hotline.intake.duplicates import Matter
from hotline.kernel import clock
from hotline.tickets import merging, queries
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import DESK, LEVEL
from sla.book import calendar_of
from web.api import present
from web.api.schemas.base import Page
from web.api.schemas.contacts import Repeat
from web.auth import allowed
from web.requests import container, reading, scope

api = APIBlueprint("relations", __name__, url_prefix="/api/v1", tag="Relations")

READERS = tuple(sorted(DESK | LEVEL))


@api.get("/tickets/<int:ticket_id>/repeats")
@api.output(Page[Repeat])
@allowed(*READERS)
def list_repeats(ticket_id: int) -> Page[Repeat]:
    """Open tickets that look like this one and may be merged with it, the likeliest first, with the reasons."""
    now = clock.now()
    with reading() as session:
        ticket = queries.get_visible(session, scope(), ticket_id)
        if not merging.may_merge(ticket):
            return Page[Repeat](items=[])
        found = duplicates.find(session, container().search, scope(), _matter(ticket), now=now)
        query = select(Ticket).where(Ticket.id.in_([repeat.ticket_id for repeat in found]))
        candidates = [other for other in session.scalars(query) if merging.may_be_main(other)]
        shown = present.rows(session, calendar_of(session, container().database.zone), candidates, now, scope())
        rows = {row.id: row for row in shown}
        items = [
            Repeat(ticket=rows[repeat.ticket_id], score=repeat.score, reasons=list(repeat.reasons))
            for repeat in found
            if repeat.ticket_id in rows
        ]
        return Page[Repeat](items=items)


def _matter(ticket: Ticket) -> Matter:
    return Matter(
        title=ticket.title,
        body=ticket.body,
        address=ticket.address,
        area_code=ticket.area_code,
        category_code=ticket.category_code,
        citizen_id=ticket.citizen_id,
        ticket_id=ticket.id,
    )
