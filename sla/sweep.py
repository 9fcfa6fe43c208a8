"""The sweep: finds limits of which something is to be told now, by index and in batches, and has each thing done once.

Run by the clock (`web/schedule.py`). It may be killed at any point and run twice at once: a batch is one transaction, and
tickets that another sweep or somebody at work holds just then are left to them or to the next sweep.
What is done at a point is said in `escalation`.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from hotline.kernel.db import Database, UnitOfWork
from hotline.tickets import timeline
from sla import escalation
from sla.book import book_of, is_set_up
from sla.ladder import RUNGS, Point
from sla.lifecycles import ClockState
from sla.models import Clock


@dataclass(frozen=True)
class SweepResult:
    """How many limits were announced, and how many rungs were reached."""

    warned: int
    expired: int
    escalated: int = 0


def run(database: Database, *, now: datetime | None = None) -> SweepResult:
    """Do what is due at `now` (default: the present). What is past already is not warned of any more."""
    with database.read() as session:
        if not is_set_up(session):
            # A city that is not set up yet has no rules, and so no clocks either.
            return SweepResult(0, 0)
    done: Counter[Point] = Counter()
    # What others held in the first pass is looked for again: they may have let go of it undone.
    while _pass(database, now, done):
        pass
    return SweepResult(done[Point.NEAR], done[Point.EXPIRED], sum(done[rung] for rung in RUNGS))


def _pass(database: Database, now: datetime | None, done: Counter[Point]) -> bool:
    """Go through all that is due, a batch a transaction. Returns whether another pass may find more."""
    busy: set[int] = set()
    taken = 0
    while (found := _batch(database, now, done, busy)) is not None:
        taken += found
    return taken > 0 and bool(busy)


def _batch(database: Database, now: datetime | None, done: Counter[Point], busy: set[int]) -> int | None:
    """Do one batch and add to `busy` what others have in hand. Returns how many were done; None when nothing is due."""
    with database.work(now=now) as uow:
        book = book_of(uow.session, uow.zone, uow.now)
        found = _due(uow, book.rules.sweep_batch, busy)
        # Held as by whoever moves a ticket, and before its limits: nobody waits for the sweep while the sweep waits for them.
        held = timeline.try_hold_all(uow, set(found.values()))
        taken = _taken(uow, {clock_id for clock_id, ticket_id in found.items() if ticket_id in held})
        busy.update(found.keys() - {clock.id for clock in taken})
        done.update(escalation.go_on(uow, book, taken))
    return len(taken) if found else None


def _due(uow: UnitOfWork, batch: int, busy: Collection[int]) -> dict[int, int]:
    """The limits that are due with their tickets, the longest due first."""
    query = select(Clock.id, Clock.ticket_id).where(*_is_due(uow.now), Clock.id.not_in(busy))
    return dict(uow.session.execute(query.order_by(Clock.next_at).limit(batch)).all())


def _taken(uow: UnitOfWork, ids: Collection[int]) -> list[Clock]:
    """Those of them that still are due and that nobody else has in hand."""
    query = select(Clock).where(Clock.id.in_(ids), *_is_due(uow.now)).order_by(Clock.next_at)
    return list(uow.session.scalars(query.with_for_update(of=Clock, skip_locked=True)))


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Clock.state == ClockState.RUNNING, Clock.next_at <= now
