"""The sweep: finds limits of which something is to be told now, by index and in batches, and has each thing done once.

Run by the clock (`web/schedule.py`). It may be killed at any point and run twice at once: a batch is one transaction, rows
that another sweep holds are skipped, and so are tickets that somebody is moving just then (they come with the next sweep).
What is done at a point is said in `escalation`.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from hotline.kernel.db import Database, UnitOfWork
from hotline.people.models import Unit
from hotline.tickets import timeline
from hotline.tickets.models import Ticket
from sla import escalation
from sla.book import book_of, is_set_up
from sla.ladder import RUNGS, Point, point_of
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
    busy: set[int] = set()
    while _batch(database, now, done, busy) > 0:
        pass
    return SweepResult(done[Point.NEAR], done[Point.EXPIRED], sum(done[rung] for rung in RUNGS))


def _batch(database: Database, now: datetime | None, done: Counter[Point], busy: set[int]) -> int:
    with database.work(now=now) as uow:
        book = book_of(uow.session, uow.zone, uow.now)
        found = _due(uow, book.rules.sweep_batch, busy)
        # Kept in hand, so that the session finds them without asking for each.
        _kept = _around(uow, found)
        for clock in found:
            if not timeline.try_hold(uow, clock.ticket_id):
                busy.add(clock.id)
                continue
            done.update(point_of(name) for name in escalation.go_on(uow, book, clock))
        uow.session.flush()
    return len(found)


def _due(uow: UnitOfWork, batch: int, busy: Collection[int]) -> list[Clock]:
    due = Clock.state == ClockState.RUNNING, Clock.next_at <= uow.now, Clock.id.not_in(busy)
    query = select(Clock).where(*due).order_by(Clock.next_at).limit(batch)
    return list(uow.session.scalars(query.with_for_update(of=Clock, skip_locked=True)))


def _around(uow: UnitOfWork, found: Collection[Clock]) -> list[Ticket | Unit]:
    tickets = select(Ticket).where(Ticket.id.in_({clock.ticket_id for clock in found}))
    units = select(Unit).where(Unit.id.in_({clock.unit_id for clock in found}))
    return [*uow.session.scalars(tickets), *uow.session.scalars(units)]
