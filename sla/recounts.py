"""Counting all open limits again after a change of policies, calendar or rules: requested with it, worked off by the clock.

A batch is one transaction that moves the cursor: a pass may be killed at any point and goes on where it stood. What a change
would do is shown by `previews`, with the same sums. Run by `web/schedule.py` and the command line.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import Database, UnitOfWork
from hotline.people.models import Unit
from hotline.tickets import timeline
from hotline.tickets.models import Assignment, Ticket
from sla import corrections, policies
from sla.book import Book, book_of, is_set_up
from sla.events import RecountFinished
from sla.lifecycles import ClockState
from sla.limits import Stage
from sla.models import Clock, Policy, Recount, RecountCause
from sla.policies import Case, PolicyRow

RECOUNTED = "recounted"
"""The line in a ticket's timeline, and the note in a limit's sum."""
UNFINISHED = Clock.state != ClockState.STOPPED

Find = Callable[[Stage, Case], PolicyRow | None]


@dataclass(frozen=True)
class Progress:
    """A recount, and how many limits it has to look at in all (as far as is known before it begins)."""

    recount: Recount
    total: int


def request(uow: UnitOfWork, cause: RecountCause, reference: int, *, source: str, begins_at: datetime | None = None) -> Recount:
    """Have all open limits counted again from a moment on (default: now). `reference` is as in `Recount`."""
    recount = Recount(
        cause=cause,
        reference=reference,
        source=source,
        requested_at=uow.now,
        requested_by_id=uow.actor.officer_id,
        begins_at=begins_at or uow.now,
    )
    uow.session.add(recount)
    uow.session.flush()
    return recount


def run_due(database: Database, *, now: datetime | None = None, tell: Callable[[int], object] | None = None) -> int:
    """Work off every recount whose moment has come, the oldest first; returns how many limits it looked at.

    Safe to run twice at once: the second finds the recount held and leaves it. `tell` is given the size of each batch done.
    """
    with database.read() as session:
        if not is_set_up(session):
            return 0
    seen = 0
    while (found := _batch(database, now)) is not None:
        seen += found
        if tell is not None:
            tell(found)
    return seen


def listed(session: Session, limit: int = 50) -> list[Progress]:
    """The recounts, newest first, with how far they are."""
    found = session.scalars(select(Recount).order_by(Recount.id.desc()).limit(limit))
    return [Progress(recount, recount.seen + _left(session, recount)) for recount in found]


def finder(book: Book, at: datetime) -> Find:
    """`policies.find` in this book at that moment, each case looked up once."""

    @cache
    def find(stage: Stage, case: Case) -> PolicyRow | None:
        return policies.find(book.policies, stage, case, at)

    return find


def _batch(database: Database, now: datetime | None) -> int | None:
    """Count one batch; None when nothing is due or another process works on it."""
    with database.work(now=now) as uow:
        recount = _taken(uow)
        if recount is None:
            return None
        if recount.last is None:
            recount.last = uow.session.scalar(select(func.max(Clock.id)).where(UNFINISHED)) or 0
        batch = book_of(uow.session, uow.zone, uow.now).rules.sweep_batch
        found = list(uow.session.execute(_ahead(recount).limit(batch)))
        if not found:
            recount.finished_at = uow.now
            uow.record(RecountFinished(recount.id, recount.seen, recount.changed))
            return 0
        rows = _held(uow, found)
        recount.changed += _count(uow, recount, {ticket_id for _, ticket_id in rows})
        recount.cursor = rows[-1][0]
        recount.seen += len(rows)
        return len(rows)


def _taken(uow: UnitOfWork) -> Recount | None:
    due = select(Recount.id).where(Recount.finished_at.is_(None), Recount.begins_at <= uow.now)
    oldest = uow.session.scalar(due.order_by(Recount.begins_at, Recount.id).limit(1))
    open_one = select(Recount).where(Recount.id == oldest, Recount.finished_at.is_(None))
    return uow.session.scalars(open_one.with_for_update(skip_locked=True)).one_or_none()


def _ahead(recount: Recount) -> Select[int, int]:
    found = select(Clock.id, Clock.ticket_id).where(UNFINISHED, Clock.id > recount.cursor, Clock.id <= recount.last)
    return found.order_by(Clock.id)


def _held(uow: UnitOfWork, rows: Sequence[Any]) -> list[Any]:  # rows of (clock id, ticket id)
    """The rows up to the first whose ticket somebody else holds.

    We wait for the first ticket only, when we hold no other: whoever moves two tickets at once and we can never wait for
    each other. The rest comes with the next batch.
    """
    timeline.hold(uow, rows[0][1])
    held, kept = {rows[0][1]}, []
    for row in rows:
        if row[1] not in held and not timeline.try_hold(uow, row[1]):
            break
        held.add(row[1])
        kept.append(row)
    return kept


def _count(uow: UnitOfWork, recount: Recount, ticket_ids: Iterable[int]) -> int:
    """Count all open limits of these tickets, so that each ticket is told of once; returns how many moved.

    A ticket whose first open limit lies before the cursor was counted with it.
    """
    query = select(Clock).where(Clock.ticket_id.in_(ticket_ids), UNFINISHED).order_by(Clock.id).with_for_update(of=Clock)
    by_ticket: dict[int, list[Clock]] = {}
    for clock in uow.session.scalars(query):
        by_ticket.setdefault(clock.ticket_id, []).append(clock)
    book = book_of(uow.session, uow.zone, uow.now)
    find = finder(book, uow.now)
    # A session forgets what nobody holds: read at once and held, these cost one statement each a batch and not one a limit.
    held = [*_of(uow, Ticket, by_ticket), *_parts(uow, by_ticket), *_of(uow, Unit, _units(by_ticket)), *_policies(uow)]
    fresh = {ticket_id: clocks for ticket_id, clocks in by_ticket.items() if clocks[0].id > recount.cursor}
    moved = sum(_count_ticket(uow, recount, book, find, clocks) for clocks in fresh.values())
    held.clear()
    return moved


def _count_ticket(uow: UnitOfWork, recount: Recount, book: Book, find: Find, clocks: Sequence[Clock]) -> int:
    note = {"code": RECOUNTED, "cause": recount.cause.value, "reference": recount.reference, "source": recount.source}
    ticket = uow.session.get_one(Ticket, clocks[0].ticket_id)
    moved: list[dict[str, Any]] = []
    for clock in clocks:
        was, policy = clock.due_at, None
        if recount.cause is RecountCause.POLICY:
            policy = find(clock.stage, case_of(ticket, _class_of(uow.session, clock)))
        if corrections.count_again_clock(uow, clock, book, policy, note):
            moved.append({"stage": clock.stage.value, "was": was.isoformat(), "becomes": clock.due_at.isoformat()})
    if moved:
        told = {"cause": note["cause"], "reference": recount.reference, "limits": moved}
        timeline.write(uow, ticket.id, RECOUNTED, data=told)
    return len(moved)


def case_of(ticket: Any, unit_class: str | None) -> Case:  # a Ticket, or a row with its columns
    """What a limit of this ticket is looked up for."""
    return Case(ticket.type, ticket.urgency, ticket.profile, unit_class)


def _of(uow: UnitOfWork, kind: type[Ticket] | type[Unit], ids: Iterable[int]) -> Iterable[Any]:  # of that kind
    return uow.session.scalars(select(kind).where(kind.id.in_(ids)))


def _parts(uow: UnitOfWork, ticket_ids: Iterable[int]) -> Iterable[Assignment]:
    return uow.session.scalars(select(Assignment).where(Assignment.ticket_id.in_(ticket_ids)))


def _units(by_ticket: Mapping[int, Sequence[Clock]]) -> set[int]:
    return {clock.unit_id for clocks in by_ticket.values() for clock in clocks if clock.unit_id is not None}


def _policies(uow: UnitOfWork) -> Iterable[Policy]:
    return uow.session.scalars(select(Policy))


def _class_of(session: Session, clock: Clock) -> str | None:
    return session.get_one(Unit, clock.unit_id).unit_class if clock.unit_id is not None else None


def _left(session: Session, recount: Recount) -> int:
    if recount.finished_at is not None:
        return 0
    ahead = select(func.count()).select_from(Clock).where(UNFINISHED, Clock.id > recount.cursor)
    if recount.last is not None:
        ahead = ahead.where(Clock.id <= recount.last)
    return session.scalar(ahead) or 0
