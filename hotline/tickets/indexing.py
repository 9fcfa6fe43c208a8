"""Tickets in the search index: what of a ticket is in it, and keeping it true to the database.

Called by the *after* reactions on ticket and assignment events, by the worker at its start and by `hotline kb rebuild`.
Names, phone numbers and other long numbers are not in the index, the requester only as keyed marks (`contact_marks`), and of a
confidential ticket only its redacted words.
"""

import re
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import Database, vault_of
from hotline.kernel.search.analysis import Analyzer
from hotline.kernel.search.port import IndexDoc, IndexSchema, TextField
from hotline.kernel.search.query import Search
from hotline.kernel.search.source import Progress, Rows, untold
from hotline.kernel.vault import Vault
from hotline.tickets import contact_marks, queries, rights
from hotline.tickets.models import Ticket

TITLE, BODY, ADDRESS = TextField("title", 3.0), TextField("body", 1.0), TextField("address", 2.0)
TICKETS = IndexSchema(
    name="tickets",
    version=3,
    texts=(TITLE, BODY, ADDRESS),
    extra=("contact",),
    keywords=("unit", "state", "type", "category", "area", "confidential"),
    numbers=("opened_day",),
)
# Phone, identity card and account numbers that a citizen put into the text.
_LONG_NUMBER = re.compile(r"\d[\d\- ]{5,}[\dXx]")


def index_ticket(database: Database, search: Search, ticket_id: int) -> None:
    """Bring one ticket's place in the index up to date. Safe to repeat. Raises Unavailable while another process writes.

    The ticket is read when its turn to write has come: of two at once, the later never writes what the earlier saw.
    """

    def as_it_is_now() -> Iterator[IndexDoc]:
        with database.read() as session:
            ticket = session.get(Ticket, ticket_id, options=queries.TIES)
            if ticket is not None:
                yield document(ticket, search.analyzer, vault_of(session))

    search.backend.apply(TICKETS, as_it_is_now(), [str(ticket_id)])


def ensure(database: Database, search: Search, progress: Progress = untold) -> bool:
    """Build the index when there is none of this schema; says whether it was built."""
    return search.backend.ensure(TICKETS, _rows(database, search, progress))


def rebuild(database: Database, search: Search, progress: Progress = untold) -> None:
    """Build the index anew beside the live one, or go on with a build that was killed."""
    search.backend.replace(TICKETS, _rows(database, search, progress))


def document(ticket: Ticket, analyzer: Analyzer, vault: Vault) -> IndexDoc:
    """A ticket as the index keeps it. `unit` is every unit that may know of it: the permission filter asks for these."""
    title, body, address = _words(ticket)
    coded = {"state": ticket.state.value, "type": ticket.type, "category": ticket.category_code, "area": ticket.area_code}
    return IndexDoc(
        id=str(ticket.id),
        texts={
            "title": analyzer.spaced(without_numbers(title)),
            "body": analyzer.spaced(without_numbers(body)),
            "address": analyzer.spaced(without_numbers(address)),
            "contact": " ".join(contact_marks.of_ticket(vault, ticket)),
        },
        keywords={
            **{name: (value,) for name, value in coded.items() if value},
            "unit": tuple(sorted(str(unit_id) for unit_id in rights.knowing_units(ticket))),
            "confidential": ("yes" if ticket.confidential else "no",),
        },
        numbers={"opened_day": ticket.opened_at.toordinal()},
    )


def without_numbers(text: str) -> str:
    """The text without numbers long enough to name a person."""
    return _LONG_NUMBER.sub(" ", text)


def _words(ticket: Ticket) -> tuple[str, str, str]:
    if ticket.confidential:
        return ticket.redacted_title, ticket.redacted_body, ""
    return ticket.title, f"{ticket.body}\n{ticket.wanted}", ticket.address


def _rows(database: Database, search: Search, progress: Progress) -> Rows:
    def documented(session: Session, ticket: Ticket) -> IndexDoc:
        return document(ticket, search.analyzer, vault_of(session))

    return Rows(database, select(Ticket).options(*queries.TIES), Ticket.id, documented, progress)
