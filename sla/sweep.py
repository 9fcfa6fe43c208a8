"""The sweep: finds limits of which something is to be told now, by index and in batches, and has each thing done once.

Run by the clock (`web/schedule.py`). It may be killed at any point and run twice at once: a batch is one transaction, and
tickets that another sweep or somebody at work holds just then are left to them or to the next sweep.
What is done at a point is said in `escalation`.
"""

import logging
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, select

from hotline.kernel import clock as time
from hotline.kernel.db import Database, UnitOfWork
from hotline.kernel.errors import Unavailable
from hotline.tickets import timeline
from sla import escalation
from sla.book import book_of, is_set_up, rules_of
from sla.ladder import RUNGS, Point
from sla.lifecycles import ClockState
from sla.models import Clock

LOG = logging.getLogger("hotline.sweep")


@dataclass(frozen=True)
class SweepResult:
    """How many limits were announced, and how many rungs were reached."""

    warned: int
    expired: int
    escalated: int = 0


@dataclass(frozen=True)
class Done:
    """Which limits were gone through, and how often each point was told."""

    clock_ids: frozenset[int] = frozenset()
    points: Counter[Point] = field(default_factory=Counter)

    def __add__(self, other: "Done") -> "Done":
        """Both together."""
        return Done(self.clock_ids | other.clock_ids, self.points + other.points)


def run(database: Database, *, now: datetime | None = None) -> SweepResult:
    """Do what is due at `now` (default: the present). What is past already is not warned of any more."""
    with database.read() as session:
        if not is_set_up(session):
            # A city that is not set up yet has no rules, and so no clocks either.
            return SweepResult(0, 0)
        size = rules_of(session, now).sweep_batch
    points: Counter[Point] = Counter()
    # What others held in the first pass is looked for again: they may have let go of it undone.
    while _pass(database, now, size, points):
        pass
    return SweepResult(points[Point.NEAR], points[Point.EXPIRED], sum(points[rung] for rung in RUNGS))


def _pass(database: Database, now: datetime | None, size: int, points: Counter[Point]) -> bool:
    """Go through all that is due, a batch a transaction. Returns whether another pass may find more."""
    left: set[int] = set()
    taken = 0
    while found := _due(database, now, size, left):
        done = _go_through(database, now, found)
        left.update(found.keys() - done.clock_ids)
        taken += len(done.clock_ids)
        points.update(done.points)
    return taken > 0 and bool(left)


def _due(database: Database, now: datetime | None, size: int, left: Collection[int]) -> dict[int, int]:
    """A batch of limits that are due with their tickets, the longest due first, without those that were left before."""
    with database.read() as session:
        query = select(Clock.id, Clock.ticket_id).where(*_is_due(now or time.now()), Clock.id.not_in(left))
        return dict(session.execute(query.order_by(Clock.next_at).limit(size)).all())


def _go_through(database: Database, now: datetime | None, found: Mapping[int, int]) -> Done:
    """Do what has come of these limits. One that cannot be done holds up no other: it is logged, and tried with every sweep."""
    try:
        return _do(database, now, found)
    except Unavailable:
        raise
    except Exception:
        ids = list(found)
        if len(ids) == 1:
            LOG.exception("limit %s cannot be told of", ids[0])
            return Done()
    half = len(ids) // 2
    first, second = ({one: found[one] for one in part} for part in (ids[:half], ids[half:]))
    return _go_through(database, now, first) + _go_through(database, now, second)


def _do(database: Database, now: datetime | None, found: Mapping[int, int]) -> Done:
    with database.work(now=now) as uow:
        # Held as by whoever moves a ticket, and before its limits: nobody waits for the sweep while the sweep waits for them.
        held = timeline.try_hold_all(uow, set(found.values()))
        taken = _taken(uow, {clock_id for clock_id, ticket_id in found.items() if ticket_id in held})
        book = book_of(uow.session, uow.zone, uow.now)
        return Done(frozenset(clock.id for clock in taken), escalation.go_on(uow, book, taken))


def _taken(uow: UnitOfWork, ids: Collection[int]) -> list[Clock]:
    """Those of them that still are due and that nobody else has in hand."""
    query = select(Clock).where(Clock.id.in_(ids), *_is_due(uow.now)).order_by(Clock.next_at)
    return list(uow.session.scalars(query.with_for_update(of=Clock, skip_locked=True)))


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Clock.state == ClockState.RUNNING, Clock.next_at <= now
