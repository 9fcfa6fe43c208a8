"""Counting all open limits again after a change of policies, calendar or rules: requested with it, worked off by the clock.

A batch is one transaction that moves the cursor: a pass may be killed at any point and goes on where it stood. What a change
would do is shown by `previews`, with the same `sums`. A stage that a version adds or takes away holds for what begins after it:
nobody is late against a limit that did not stand when the step began. Run by `web/schedule.py` and the command line.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from hotline.kernel.db import Database, UnitOfWork
from hotline.people.models import Unit
from hotline.tickets import timeline
from hotline.tickets.models import Assignment, SupervisionOrder, Ticket
from hotline.tickets.timeline import NewLine
from hotline.tickets.workflow import OrderState
from sla import clocks, escalation, sums
from sla.book import Book, book_of, is_set_up
from sla.events import RecountFinished
from sla.models import Clock, Policy, Recount, RecountCause
from sla.sums import UNFINISHED, Sum, Sums

RECOUNTED = "recounted"
"""The line in a ticket's timeline, and the note in a limit's sum."""


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
        recount.changed += _count(uow, recount, {row.ticket_id for row in rows})
        recount.cursor = rows[-1].id
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
    timeline.hold(uow, rows[0].ticket_id)
    held = timeline.try_hold_all(uow, {row.ticket_id for row in rows})
    return list(takewhile(lambda row: row.ticket_id in held, rows))


def _count(uow: UnitOfWork, recount: Recount, ticket_ids: Collection[int]) -> int:
    """Count all open limits of these tickets, so that each ticket is told of once; returns how many moved.

    A ticket whose first open limit lies before the cursor was counted with it.
    """
    book = book_of(uow.session, uow.zone, uow.now)
    find = sums.finder(book, uow.now) if recount.cause is RecountCause.POLICY else sums.keep
    counting, moving = Sums(uow.session, book, find), dict[int, Sum]()
    given_by: list[dict[str, int]] = []
    for row in _fresh(uow.session, recount, ticket_ids):
        found = counting.of(row)
        if not counting.stands(row, found):
            moving[row.id] = found
        elif found.policy is not None and found.policy.id != row.policy_id:
            given_by.append({"id": row.id, "policy_id": found.policy.id})
    if given_by:
        uow.session.execute(update(Clock), given_by)
    return _move(uow, recount, book, moving) if moving else 0


def _fresh(session: Session, recount: Recount, ticket_ids: Collection[int]) -> Iterable[Any]:  # rows of `sums.rows`
    found = session.execute(sums.rows().where(Clock.ticket_id.in_(ticket_ids))).all()
    first: dict[int, int] = {}
    for row in found:
        first.setdefault(row.ticket_id, row.id)
    return (row for row in found if first[row.ticket_id] > recount.cursor)


def _move(uow: UnitOfWork, recount: Recount, book: Book, moving: Mapping[int, Sum]) -> int:
    """Write these sums into their limits, and tell of those that end at another moment; returns how many they are."""
    note = {"code": RECOUNTED, "cause": recount.cause.value, "reference": recount.reference, "source": recount.source}
    query = select(Clock).where(Clock.id.in_(moving)).order_by(Clock.id).with_for_update(of=Clock)
    clocks_moved = list(uow.session.scalars(query))
    # A session forgets what nobody holds: read at once and held, these cost a statement a batch and not one a limit.
    held = _around(uow.session, clocks_moved)
    told: dict[int, list[dict[str, str]]] = {}
    for clock in clocks_moved:
        found, was = moving[clock.id], clock.due_at
        if found.policy is not None:
            clock.policy_id, clock.policy = found.policy.id, uow.session.get_one(Policy, found.policy.id)
        if clocks.count_again(uow, clock, book, found.explain, note):
            limit = {"stage": clock.stage.value, "was": was.isoformat(), "becomes": clock.due_at.isoformat()}
            told.setdefault(clock.ticket_id, []).append(limit)
    held.clear()
    _tell(uow, recount, told)
    return sum(map(len, told.values()))


def _tell(uow: UnitOfWork, recount: Recount, told: Mapping[int, list[dict[str, str]]]) -> None:
    """One line in each ticket's timeline; papers that nothing late stands behind any more go."""
    cause = {"cause": recount.cause.value, "reference": recount.reference}
    timeline.write_all(
        uow, [NewLine(ticket_id, RECOUNTED, data={**cause, "limits": limits}) for ticket_id, limits in told.items()]
    )
    proposed = SupervisionOrder.ticket_id.in_(told), SupervisionOrder.state == OrderState.PROPOSED
    for ticket_id in uow.session.scalars(select(SupervisionOrder.ticket_id).where(*proposed).distinct()):
        escalation.end_proposals(uow, ticket_id)


def _around(session: Session, moved: Collection[Clock]) -> list[Any]:  # rows of several tables
    """What writing these limits looks up one by one: tickets, parts, units, policies."""
    tickets, units = {clock.ticket_id for clock in moved}, {clock.unit_id for clock in moved}
    return [
        *session.scalars(select(Ticket).where(Ticket.id.in_(tickets))),
        *session.scalars(select(Assignment).where(Assignment.ticket_id.in_(tickets))),
        *session.scalars(select(Unit).where(Unit.id.in_(units))),
        *session.scalars(select(Policy)),
    ]


def _left(session: Session, recount: Recount) -> int:
    if recount.finished_at is not None:
        return 0
    ahead = select(func.count()).select_from(Clock).where(UNFINISHED, Clock.id > recount.cursor)
    if recount.last is not None:
        ahead = ahead.where(Clock.id <= recount.last)
    return session.scalar(ahead) or 0
