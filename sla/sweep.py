"""The sweep: finds limits that come near or are past, by index and in batches, and announces each once.

Run by the clock (`web/schedule.py`). It may be killed at any point and run twice at once: a batch is one transaction, and
rows that another sweep holds are skipped.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from hotline.kernel.db import Database, UnitOfWork
from sla.events import ClockExpired, ClockWarned
from sla.lifecycles import ClockState
from sla.models import Clock, SlaRule
from sla.rules import BATCH


@dataclass(frozen=True)
class SweepResult:
    """How many limits were announced."""

    warned: int
    expired: int


def run(database: Database, *, now: datetime | None = None) -> SweepResult:
    """Announce what is due at `now` (default: the present). What is past already is not warned of any more."""
    with database.read() as session:
        batch = session.scalar(select(SlaRule.value).where(SlaRule.key == BATCH))
    if batch is None:
        # A city that is not set up yet has no rules, and so no clocks either.
        return SweepResult(0, 0)
    expired = 0
    while (found := _expire(database, batch, now)) > 0:
        expired += found
    warned = 0
    while (found := _warn(database, batch, now)) > 0:
        warned += found
    return SweepResult(warned, expired)


def _expire(database: Database, batch: int, now: datetime | None) -> int:
    with database.work(now=now) as uow:
        due = Clock.expired_at.is_(None), Clock.due_at <= uow.now
        found = list(uow.session.scalars(_held(batch).where(*due).order_by(Clock.due_at)))
        for clock in found:
            clock.expired_at = uow.now
            clock.warned_at = clock.warned_at or uow.now
            _announce(uow, ClockExpired, clock)
    return len(found)


def _warn(database: Database, batch: int, now: datetime | None) -> int:
    with database.work(now=now) as uow:
        due = Clock.warned_at.is_(None), Clock.warn_at <= uow.now, Clock.due_at > uow.now
        found = list(uow.session.scalars(_held(batch).where(*due).order_by(Clock.warn_at)))
        for clock in found:
            clock.warned_at = uow.now
            _announce(uow, ClockWarned, clock)
    return len(found)


def _held(batch: int) -> Select[Clock]:
    running = select(Clock).where(Clock.state == ClockState.RUNNING)
    return running.limit(batch).with_for_update(of=Clock, skip_locked=True)


def _announce(uow: UnitOfWork, kind: type[ClockWarned] | type[ClockExpired], clock: Clock) -> None:
    uow.record(kind(clock.id, clock.ticket_id, clock.assignment_id, clock.unit_id, clock.stage.value))
