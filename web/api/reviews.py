"""Dissatisfied cases over HTTP (不满意件审核): which wait for a decision, and the decision."""

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint

from hotline.kernel import clock
from hotline.tickets import queries
from hotline.tickets.workflow import AUDIT
from sla import reviews
from sla.book import Book, book_of
from sla.models import Clock
from sla.opinions import CallbackAnswer
from sla.reviews import Decision, Judged, Verdict
from web.api import present
from web.api.callbacks import PageQuery, earlier_answers
from web.api.schemas.base import Limit, Page
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
                callback_id=entry.callback.id,
                round=entry.callback.round,
                **_said(entry.callback.answer),
                public_reply=entry.ticket.public_reply,
                first=earlier_answers(entry.first),
                due=_due(entry.clock, book, now),
                redo_left=reviews.redo_left(entry.ticket, book.rules.opinions.redo),
                redo_signed_by=reviews.signer_of_redo(session, entry.ticket, now),
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
    """Decide a dissatisfied case: redo it, redo it under an order, explain and keep it closed, or terminate it."""
    with working() as uow:
        ticket = queries.get_visible(uow.session, scope(), ticket_id)
        judged = Judged(Verdict(body.verdict), body.basis, Decision(body.decision), body.explanation, body.due_at)
        reviews.review(uow, scope(), ticket.id, judged, version=body.version)
        return present.row(uow.session, book_of(uow.session, uow.zone, uow.now).calendar, ticket, uow.now, scope())


def _due(running: Clock | None, book: Book, now: datetime) -> Limit | None:
    if running is None:
        return None
    return present.running_limit(running, book.calendar, now)


def _said(answer: CallbackAnswer | None) -> dict[str, Any]:  # fields of ReviewRow
    """What was said; of a case that came without a call-back nothing was."""
    fields = ("contacted", "solved", "satisfaction", "respondent", "reason", "verbatim")
    said = {name: getattr(answer, name) if answer else "" for name in fields}
    return {
        **said,
        "attitude": answer.attitude if answer else None,
        "reason_codes": list(answer.reason_codes) if answer else [],
    }
