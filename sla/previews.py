"""What a change of policies or calendar would do to open limits, before it is made: reckoned, nothing written.

The same `sums` as a recount makes, over a stream of rows. Called by the administrator's pages.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from sla import sums
from sla.book import OF_POLICY, Book, book_of, with_policies, with_year
from sla.calendar import DayRow
from sla.limits import Stage
from sla.models import Policy
from sla.policies import PolicyRow
from sla.sums import Find, Sum, Sums

SHOWN = 100
AT_ONCE = 2000
"""Rows read at a time: how much of the stream is in memory, whatever its length."""


@dataclass(frozen=True)
class Change:
    """A limit that would end at another moment. `newly_late`: past then, though not before."""

    ticket_id: int
    number: str
    stage: Stage
    unit: str | None
    was: datetime
    becomes: datetime
    now_provisional: bool
    newly_late: bool


@dataclass
class Preview:
    """What would change. `items` has the first SHOWN, those newly late before the others; `took_ms` is for who wonders."""

    checked: int = 0
    changed: int = 0
    earlier: int = 0
    later: int = 0
    newly_late: int = 0
    settled: int = 0
    by_stage: Counter[Stage] = field(default_factory=Counter)
    items: list[Change] = field(default_factory=list)
    took_ms: int = 0


def of_policies(session: Session, zone: ZoneInfo, version: int, at: datetime) -> Preview:
    """What a version would do if it came into force `at`."""
    would_be = with_policies(book_of(session, zone, at), rows_of(session, version, at))
    return _preview(session, would_be, at, sums.finder(would_be, at))


def of_year(session: Session, zone: ZoneInfo, year: int, days: list[DayRow], at: datetime) -> Preview:
    """What a year's notice with these days would do if it were put in `at`."""
    return _preview(session, with_year(book_of(session, zone, at), year, days), at, sums.keep)


def rows_of(session: Session, version: int, at: datetime) -> list[PolicyRow]:
    """The rows of a version, as if it came into force `at`."""
    query = select(*OF_POLICY).where(Policy.version == version).order_by(Policy.id)
    return [PolicyRow(**row, effective_from=at) for row in session.execute(query).mappings()]


def _preview(session: Session, book: Book, at: datetime, find: Find) -> Preview:
    began, found, late = perf_counter(), Preview(), list[Change]()
    for change, settled in _changes(session, book, at, find):
        found.checked += 1
        found.settled += settled
        if change is None:
            continue
        found.changed += 1
        found.by_stage[change.stage] += 1
        found.earlier += change.becomes < change.was
        found.later += change.becomes > change.was
        found.newly_late += change.newly_late
        shown = late if change.newly_late else found.items
        if len(shown) < SHOWN:
            shown.append(change)
    found.items = [*late, *found.items][:SHOWN]
    found.took_ms = round((perf_counter() - began) * 1000)
    return found


def _changes(session: Session, book: Book, at: datetime, find: Find) -> Iterator[tuple[Change | None, bool]]:
    """Of every open limit what would change, and whether its end would be provisional no more."""
    counting = Sums(session, book, find)
    for row in session.execute(sums.rows().execution_options(yield_per=AT_ONCE)):
        found = counting.of(row)
        change = _change(row, found, at) if found.due_at != row.due_at else None
        yield change, row.provisional and not found.provisional


def _change(row: Row[Any], found: Sum, at: datetime) -> Change:
    newly_late = found.due_at <= at < row.due_at
    return Change(row.ticket_id, row.number, row.stage, row.unit_name, row.due_at, found.due_at, found.provisional, newly_late)
