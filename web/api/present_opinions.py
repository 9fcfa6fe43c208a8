"""What was thought of a ticket's work, for its page: call-backs, decisions on dissatisfied cases, appeals."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hotline.kernel.scope import Scope
from hotline.tickets import rights
from hotline.tickets.models import Ticket
from hotline.tickets.rights import Right
from sla import appeals, callback_lists, reviews
from sla.book import book_of
from web.api import present
from web.api.appeals import appeal_facts
from web.api.callbacks import reasons
from web.api.schemas.detail import CallbackFact, ReviewFact
from web.requests import container


def of_ticket(session: Session, reader: Scope, ticket: Ticket, now: datetime) -> Mapping[str, Any]:  # fields of TicketDetail
    """All of it; the requester's own words only for whoever may read them."""
    rules = book_of(session, container().database.zone).rules.opinions
    found = [appeal for appeal in appeals.of_ticket(session, ticket.id) if _may_read(reader, appeal.unit_id)]
    return {
        "callbacks": _callbacks(session, reader, ticket, now),
        "reviews": _reviews(session, ticket.id),
        "appeals": appeal_facts(session, reader, found, now),
        "appeal_reasons": reasons(rules.appeal.reasons),
    }


def _may_read(reader: Scope, unit_id: int) -> bool:
    return reader.sees_all_units or unit_id in reader.unit_ids


def _callbacks(session: Session, reader: Scope, ticket: Ticket, now: datetime) -> list[CallbackFact]:
    book = book_of(session, container().database.zone)
    words = {reason.code: reason.text for reason in reasons(book.rules.opinions.callback.reasons)}
    open_to = appeals.appealable(session, book, reader, ticket, now)
    original = rights.may(reader, Right.READ_ORIGINAL, ticket)
    return [
        CallbackFact(
            **{**vars(fact), "reason": fact.reason if original else ""},
            reasons=[words.get(code, code) for code in fact.reason_codes],
            appealable=fact.id in open_to,
        )
        for fact in callback_lists.facts(session, ticket.id)
    ]


def _reviews(session: Session, ticket_id: int) -> list[ReviewFact]:
    found = reviews.of_ticket(session, ticket_id)
    names = present.officer_names(session, (entry.officer_id for entry in found))
    fields = ("round", "verdict", "basis", "decision", "explanation", "at")
    return [
        ReviewFact(**{name: getattr(entry, name) for name in fields}, by=names.get(entry.officer_id or 0, ""))
        for entry in found
    ]
