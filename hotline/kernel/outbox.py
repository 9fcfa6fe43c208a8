"""The outbox: reactions owed to stored events, each run at least once and marked when done.

`deliver` is what the queue calls; `sweep` rings again for what a lost message, a dead worker or a busy partner left open.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.kernel.db import Database
from hotline.kernel.errors import Unavailable
from hotline.kernel.events import Delivery, Event, StoredEvent, Subscribers, restore

LOG = logging.getLogger("hotline.outbox")
FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=10)
SETTLE = timedelta(seconds=5)  # what was rung for a moment ago is on its way; ringing again would only crowd the queue


def deliver(database: Database, subscribers: Subscribers, delivery_id: int, *, lease_seconds: int, max_attempts: int) -> None:
    """Claim the delivery, run its reaction with no transaction open, mark it. Safe to call twice: the second finds nothing.

    Unavailable: tried again with back-off up to `max_attempts`, as is a reaction whose worker died. Anything else: parked
    as failed at once, and logged.
    """
    claimed = _claim(database, subscribers, delivery_id, timedelta(seconds=lease_seconds), max_attempts)
    if claimed is None:
        return
    event, reaction, attempts = claimed
    try:
        subscribers.after[type(event)][reaction](database, delivery_id, event)
    except Unavailable as error:
        LOG.warning("delivery %s (%s) attempt %s: %s", delivery_id, reaction, attempts, error)
        if attempts < max_attempts:
            _mark(database, delivery_id, attempts, "pending", due_at=clock.now() + back_off(attempts), error=str(error))
        else:
            _mark(database, delivery_id, attempts, "failed", error=str(error))
    except Exception as error:
        LOG.exception("delivery %s (%s) failed", delivery_id, reaction)
        _mark(database, delivery_id, attempts, "failed", error=f"{type(error).__name__}: {error}")
    else:
        _mark(database, delivery_id, attempts, "done")


def back_off(attempts: int) -> timedelta:
    """How long to wait after that many tries: doubling, capped."""
    doubled: timedelta = FIRST_RETRY * (2 ** min(attempts - 1, 12))
    return min(doubled, LONGEST_RETRY)


def owed(session: Session, now: datetime, limit: int = 500) -> list[int]:
    """Deliveries that are due and nobody holds, oldest first."""
    query = select(Delivery.id).where(_claimable(now)).order_by(Delivery.due_at).limit(limit)
    return list(session.scalars(query))


@dataclass(frozen=True)
class Backlog:
    """Deliveries of one reaction that wait or run, and when that happened which the oldest follows."""

    waiting: int
    oldest_at: datetime | None


def backlog(session: Session, reaction: str) -> Backlog:
    """What is still owed of that reaction; cheap, whatever was done before."""
    query = select(func.count(), func.min(StoredEvent.at)).select_from(Delivery)
    query = query.join(StoredEvent, StoredEvent.id == Delivery.event_id)
    owed = Delivery.state.in_(("pending", "claimed")), Delivery.reaction == reaction
    waiting, oldest_at = session.execute(query.where(*owed)).one()
    return Backlog(waiting, oldest_at)


def given_up(session: Session, reaction: str) -> int:
    """How many deliveries of that reaction were parked as failed; looks at all there are."""
    query = select(func.count()).select_from(Delivery)
    return session.scalar(query.where(Delivery.state == "failed", Delivery.reaction == reaction)) or 0


def sweep(database: Database, put: Callable[[int], None]) -> int:
    """Ring for every delivery still owed; returns how many."""
    with database.read() as session:
        found = owed(session, clock.now() - SETTLE)
    for delivery_id in found:
        put(delivery_id)
    return len(found)


def failed(session: Session, limit: int = 100) -> list[tuple[Delivery, StoredEvent]]:
    """What was parked, newest first, with its event."""
    query = select(Delivery, StoredEvent).join(StoredEvent, StoredEvent.id == Delivery.event_id)
    rows = session.execute(query.where(Delivery.state == "failed").order_by(Delivery.id.desc()).limit(limit))
    return [(delivery, event) for delivery, event in rows]


def retry(session: Session, now: datetime, delivery_id: int | None = None) -> int:
    """Make failed deliveries (all, or one) due again; returns how many. Runs in the caller's transaction."""
    query = update(Delivery).where(Delivery.state == "failed")
    if delivery_id is not None:
        query = query.where(Delivery.id == delivery_id)
    changed = session.execute(query.values(state="pending", attempts=0, due_at=now).returning(Delivery.id))
    return len(list(changed))


def _claimable(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(Delivery.state == "pending", Delivery.due_at <= now),
        and_(Delivery.state == "claimed", Delivery.due_at <= now),
    )


def _claim(
    database: Database, subscribers: Subscribers, delivery_id: int, lease: timedelta, max_attempts: int
) -> tuple[Event, str, int] | None:
    with database.work() as uow:
        query = select(Delivery).where(Delivery.id == delivery_id, _claimable(uow.now))
        row = uow.session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return None
        stored = uow.session.get_one(StoredEvent, row.event_id)
        kind = subscribers.event_class(stored.name)
        if kind is None or row.reaction not in subscribers.after[kind]:
            row.state, row.error = "failed", "no reaction of that name"
            return None
        if row.state == "claimed" and row.attempts >= max_attempts:
            # Whatever it does kills its worker; the next one need not die of it too.
            row.state, row.error = "failed", "its worker died, every time"
            return None
        row.state, row.attempts, row.due_at = "claimed", row.attempts + 1, uow.now + lease
        return restore(kind, stored.payload), row.reaction, row.attempts


def _mark(
    database: Database, delivery_id: int, attempt: int, state: str, *, due_at: datetime | None = None, error: str = ""
) -> None:
    with database.work() as uow:
        row = uow.session.get_one(Delivery, delivery_id, with_for_update=True)
        if row.attempts != attempt or row.state != "claimed":
            # The lease ran out and another worker took it: what it says counts.
            return
        row.state, row.error = state, error[:2000]
        row.due_at = due_at or row.due_at
        row.done_at = uow.now if state == "done" else None
