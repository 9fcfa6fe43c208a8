"""Tickets found by words, with the permission filter inside the query; whatever lists them asks `queries.visible` again."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import vault_of
from hotline.kernel.scope import Scope
from hotline.kernel.search.port import AnyOf, Between, CompiledQuery, Filters, TextField
from hotline.kernel.search.query import Search
from hotline.tickets import contact_marks, queries, rights
from hotline.tickets.indexing import TICKETS
from hotline.tickets.models import Ticket
from hotline.tickets.rights import Right

MOST = 1000
# Any word of a query finds; a list shows only what comes near the best, or every second ticket would be in it.
NEAR_THE_BEST = 0.35
CONTACT = TextField("contact", 1.0)


def found_ids(session: Session, search: Search, scope: Scope, text: str) -> list[int]:
    """Ids of tickets for a text, a ticket number or the requester (name, number, last digits), best first, at most MOST."""
    exact = select(Ticket.id).where(Ticket.number == text.strip(), queries.visible(scope))
    numbered = list(session.scalars(exact))
    if numbered:
        return numbered
    asked_by = _asked_by(session, search, scope, text)
    if asked_by:
        return asked_by
    hits = search.find(TICKETS, text, filters(scope), size=MOST).hits
    bar = hits[0].score * NEAR_THE_BEST if hits else 0.0
    return [int(hit.id) for hit in hits if hit.score >= bar]


def filters(scope: Scope, opened_from: date | None = None) -> Filters:
    """What this scope may find: the same rule as `queries.visible`, in the words of the index. Days are UTC days."""
    conditions: Filters = (Between("opened_day", opened_from.toordinal()),) if opened_from else ()
    if scope.officer_id is None:
        return (*conditions, AnyOf("unit", frozenset()))
    if scope.sees_all_units:
        return conditions
    return (*conditions, AnyOf("unit", frozenset(str(unit_id) for unit_id in scope.unit_ids)))


def _asked_by(session: Session, search: Search, scope: Scope, text: str) -> list[int]:
    """Tickets whose requester the text names, of those whose requester this scope may see without a logged look.

    For others a match would tell who asked, so they are not even searched.
    """
    if not scope.sees_contact_data:
        return []
    query = CompiledQuery(tuple(contact_marks.of_words(vault_of(session), text)), (CONTACT,))
    found = [int(hit.id) for hit in search.backend.search(TICKETS, query, filters(scope), size=MOST).hits]
    rows = session.scalars(select(Ticket).where(Ticket.id.in_(found)).options(*queries.TIES)) if found else ()
    seen = {ticket.id for ticket in rows if rights.may(scope, Right.SEE_CONTACT, ticket)}
    return [ticket_id for ticket_id in found if ticket_id in seen]
