"""Questions on service marks: the bad ones that a reader may see, and those of one ticket. Use cases are in `service_marks`.

A bad mark always has a ticket, and whoever may not see that may not see the mark.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import vault_of
from hotline.kernel.scope import Scope
from hotline.tickets import queries, timeline
from hotline.tickets.models import Ticket, TimelineEntry
from hotline.tickets.workflow import HEADS
from sla.book import Book
from sla.opinions import Appeal, ServiceMark
from sla.service_marks import EXCLUDE

Condition = ColumnElement[bool]


class MarkState(StrEnum):
    """Which bad marks are asked for: to be put right, put right, or all with the excluded."""

    OPEN = "open"
    RECTIFIED = "rectified"
    ALL = "all"


CONDITIONS: Mapping[MarkState, tuple[Condition, ...]] = {
    MarkState.OPEN: (ServiceMark.rectified_at.is_(None), ServiceMark.excluded_at.is_(None)),
    MarkState.RECTIFIED: (ServiceMark.rectified_at.is_not(None), ServiceMark.excluded_at.is_(None)),
    MarkState.ALL: (),
}


@dataclass(frozen=True)
class Exclusion:
    """When a mark was excluded, and why; the words are the ticket's."""

    at: datetime
    reason: str


@dataclass(frozen=True)
class ListedMark:
    """A bad mark with its ticket, how it was excluded, and the appeal against it."""

    mark: ServiceMark
    ticket: Ticket
    excluded: Exclusion | None
    appeal: Appeal | None


@dataclass(frozen=True)
class ListedMarks:
    """One page; `after` is the id of the last row when there are more. `total` is capped."""

    rows: list[ListedMark]
    after: int | None
    total: int


def list_marks(session: Session, scope: Scope, state: MarkState, *, after: int | None = None, limit: int = 30) -> ListedMarks:
    """The bad marks this reader may see, newest first, after the id last seen."""
    wanted = (ServiceMark.ticket_id == Ticket.id, queries.visible(scope), *CONDITIONS[state])
    query = select(ServiceMark, Ticket).where(*wanted).order_by(ServiceMark.id.desc()).limit(limit + 1)
    if after is not None:
        query = query.where(ServiceMark.id < after)
    found = session.execute(query).all()
    more = found[limit - 1][0].id if len(found) > limit else None
    return ListedMarks(_rows(session, found[:limit]), more, _count(session, select(ServiceMark.id).where(*wanted)))


def of_ticket(session: Session, ticket_id: int) -> list[ListedMark]:
    """The mark that led to a ticket; none for any other ticket."""
    wanted = ServiceMark.ticket_id == Ticket.id, Ticket.id == ticket_id
    return _rows(session, session.execute(select(ServiceMark, Ticket).where(*wanted)).all())


def appealable(book: Book, scope: Scope, found: Iterable[ListedMark], now: datetime) -> frozenset[int]:
    """The marks that this reader, as a head of the evaluated body, may object to now (`appeals.ask`)."""
    return frozenset(listed.mark.id for listed in found if _may_object(book, scope, listed, now))


def _may_object(book: Book, scope: Scope, listed: ListedMark, now: datetime) -> bool:
    mark = listed.mark
    if listed.appeal is not None or listed.excluded is not None or mark.unit_id is None:
        return False
    days = book.rules.opinions.appeal.working_days
    return bool(scope.roles_in(mark.unit_id) & HEADS) and now <= book.calendar.add_working_days(mark.received_at, days)


def _rows(session: Session, found: Collection[Any]) -> list[ListedMark]:  # pairs of a mark and its ticket
    reasons = _reasons(session, [ticket.id for mark, ticket in found if mark.excluded_at is not None])
    appealed = select(Appeal).where(Appeal.mark_id.in_([mark.id for mark, _ in found]))
    appeals = {appeal.mark_id: appeal for appeal in session.scalars(appealed)}
    return [ListedMark(mark, ticket, _excluded(mark, reasons), appeals.get(mark.id)) for mark, ticket in found]


def _excluded(mark: ServiceMark, reasons: Mapping[int, str]) -> Exclusion | None:
    return Exclusion(mark.excluded_at, reasons.get(mark.ticket_id or 0, "")) if mark.excluded_at else None


def _reasons(session: Session, ticket_ids: Collection[int]) -> Mapping[int, str]:
    """The words of the exclusion by ticket; erased ones are empty."""
    if not ticket_ids:
        return {}
    vault = vault_of(session)
    lines = timeline.rows().where(TimelineEntry.ticket_id.in_(ticket_ids), TimelineEntry.action == EXCLUDE)
    return {row.ticket_id: timeline.line_of(vault, row).text for row in session.execute(lines)}


def _count(session: Session, wanted: Select[int]) -> int:
    capped = wanted.limit(queries.COUNT_CAP).subquery()
    return session.scalar(select(func.count()).select_from(capped)) or 0
