"""Dissatisfied cases over HTTP (不满意件审核): which wait for a decision, and the decision."""

from apiflask import APIBlueprint

from hotline.kernel import clock
from hotline.tickets import queries
from hotline.tickets.workflow import AUDIT
from sla import reviews
from sla.book import book_of
from sla.opinions import CallbackAnswer
from sla.reviews import Decision, Verdict
from web.api import present
from web.api.callbacks import PageQuery
from web.api.schemas.base import Page
from web.api.schemas.callbacks import ReviewIn, ReviewRow
from web.api.schemas.tickets import TicketRow
from web.auth import allowed
from web.requests import asks, container, reading, scope, takes, working

api = APIBlueprint("reviews", __name__, url_prefix="/api/v1", tag="Reviews")


@api.get("/reviews")
@asks(api, PageQuery)
@api.output(Page[ReviewRow])
@allowed(*AUDIT)
def list_reviews(query: PageQuery) -> Page[ReviewRow]:
    """Dissatisfied cases that wait for a decision, the oldest first, each with what the citizen said."""
    with reading() as session:
        now, book = clock.now(), book_of(session, container().database.zone)
        found = reviews.due_reviews(session, scope(), limit=query.limit, after=query.seen())
        tickets = present.rows(session, book.calendar, [entry.ticket for entry in found], now, scope())
        rows = [
            ReviewRow(
                ticket=ticket,
                **_said(entry.callback.answer),
                public_reply=entry.ticket.public_reply,
                due=present.limit("review", entry.clock.due_at, entry.clock.warn_at, book.calendar, now)
                if entry.clock
                else None,
                redo_left=reviews.redo_left(entry.ticket, book.rules),
            )
            for entry, ticket in zip(found, tickets, strict=True)
        ]
        after = str(found[-1].callback.id) if len(found) == query.limit else None
        return Page[ReviewRow](items=rows, after=after)


@api.post("/tickets/<int:ticket_id>/review")
@takes(api, ReviewIn)
@api.output(TicketRow)
@allowed(*AUDIT)
def decide_review(ticket_id: int, body: ReviewIn) -> TicketRow:
    """Decide a dissatisfied case: redo it, explain and keep it closed, or terminate it."""
    with working() as uow:
        ticket = queries.get_visible(uow.session, scope(), ticket_id)
        reviews.review(
            uow,
            scope(),
            ticket.id,
            verdict=Verdict(body.verdict),
            basis=body.basis,
            decision=Decision(body.decision),
            explanation=body.explanation,
            version=body.version,
        )
        return present.row(uow.session, book_of(uow.session, uow.zone, uow.now).calendar, ticket, uow.now, scope())


def _said(answer: CallbackAnswer | None) -> dict[str, str]:
    fields = ("contacted", "solved", "satisfaction", "reason", "verbatim")
    return {name: getattr(answer, name) if answer else "" for name in fields}
