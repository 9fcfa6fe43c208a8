"""Walks the timelines of all tickets and says where one was tampered with. Reads only; called by `hotline audit verify`.

Each chain shows changed, swapped and missing lines; the signed anchors (`anchors`) show tails and whole chains that are gone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import vault_of
from hotline.tickets import timeline
from hotline.tickets.models import Ticket, TimelineEntry

BATCH = 5_000
Progress = Callable[[int, int], None]
"""Told how many lines are walked, of how many."""


@dataclass(frozen=True)
class BrokenLine:
    """The first line of a ticket that does not hold; `seq` 0 when a ticket has no line at all."""

    number: str
    ticket_id: int
    seq: int


def broken_lines(
    session: Session, *, ticket_id: int | None = None, progress: Progress = lambda done, total: None
) -> Iterator[BrokenLine]:
    """The first broken line of every chain that is broken, by ticket; of one ticket only when it is named."""
    vault, done = vault_of(session), 0
    total = session.scalar(_of(select(func.count(TimelineEntry.id)), ticket_id)) or 0
    ordered = _of(timeline.rows(), ticket_id).order_by(TimelineEntry.ticket_id, TimelineEntry.seq)
    walked = session.execute(ordered.execution_options(yield_per=BATCH))
    for of_ticket, rows in groupby(walked, key=lambda row: row.ticket_id):
        found = [timeline.line_of(vault, row) for row in rows]
        broken = timeline.broken_at(found)
        if broken is not None:
            yield BrokenLine(_number(session, of_ticket), of_ticket, broken)
        done += len(found)
        progress(done, total)
    yield from _without_lines(session, ticket_id)


def _of(query: Select[Any], ticket_id: int | None) -> Select[Any]:
    return query if ticket_id is None else query.where(TimelineEntry.ticket_id == ticket_id)


def _without_lines(session: Session, ticket_id: int | None) -> Iterator[BrokenLine]:
    """Tickets with no line at all: opening one writes the first."""
    lines = select(TimelineEntry.id).where(TimelineEntry.ticket_id == Ticket.id).exists()
    query = select(Ticket.id, Ticket.number).where(~lines).order_by(Ticket.id)
    for row in session.execute(query if ticket_id is None else query.where(Ticket.id == ticket_id)):
        yield BrokenLine(row.number, row.id, 0)


def _number(session: Session, ticket_id: int) -> str:
    return session.scalar(select(Ticket.number).where(Ticket.id == ticket_id)) or ""
