"""The daily anchor of all timelines: what was written since the one before, digested and signed.

A tail that somebody cuts off, with its chain otherwise whole, no longer fits the anchor of its day. Written by the clock,
checked by `hotline audit verify`. An anchor signs the one before it, so none can be taken out of the row.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from hotline.kernel.db import Database, UnitOfWork, vault_of
from hotline.kernel.vault import Vault
from hotline.tickets.models import TimelineAnchor, TimelineEntry

BATCH = 10_000
FIRST = "first"
"""Stands where the signature of an earlier anchor would."""
REASONS = ("forged", "missing-lines", "changed-lines")
"""Not signed by us; another number of lines than signed; as many, but not those."""


@dataclass(frozen=True)
class AnchorFault:
    """An anchor that does not hold; `reason` is one of REASONS."""

    day: date
    reason: str


def write_due(database: Database, *, now: datetime | None = None) -> date | None:
    """Anchor what was written before this moment as the day before; returns that day, None when it has its anchor.

    Safe to run twice at once, and on a day with the hotline off: the next anchor covers what was not covered.
    """
    with database.work(now=now) as uow:
        day = uow.now.astimezone(uow.zone).date() - timedelta(days=1)
        if uow.session.get(TimelineAnchor, day) is not None:
            return None
        # A share lock waits for every writer at work: afterwards no number up to the last can still appear.
        uow.session.execute(text("lock table timeline_entry in share mode"))
        last_id = uow.session.scalar(select(func.max(TimelineEntry.id))) or 0
    with database.work(now=now) as uow:
        _write(uow, day, last_id)
    return day


def faults(session: Session) -> Iterator[AnchorFault]:
    """What does not fit, oldest first; after a forged anchor the later ones are not looked at."""
    vault, previous, after = vault_of(session), FIRST, 0
    for anchor in session.scalars(select(TimelineAnchor).order_by(TimelineAnchor.day)):
        if not vault.has_signed(_message(anchor, previous), anchor.signature):
            yield AnchorFault(anchor.day, "forged")
            return
        entries, digest = _digest(session, after, anchor.last_id)
        if entries != anchor.entries:
            yield AnchorFault(anchor.day, "missing-lines")
        elif digest != anchor.digest:
            yield AnchorFault(anchor.day, "changed-lines")
        previous, after = anchor.signature, anchor.last_id


def newest(session: Session) -> TimelineAnchor | None:
    """The last anchor; kept outside too, it proves that none was cut off the end."""
    return session.scalars(select(TimelineAnchor).order_by(TimelineAnchor.day.desc()).limit(1)).one_or_none()


def _write(uow: UnitOfWork, day: date, last_id: int) -> None:
    uow.session.execute(text("lock table timeline_anchor in exclusive mode"))
    before = newest(uow.session)
    if before is not None and before.day >= day:
        return
    entries, digest = _digest(uow.session, before.last_id if before else 0, last_id)
    anchor = TimelineAnchor(day=day, last_id=last_id, entries=entries, digest=digest, signature="", at=uow.now)
    anchor.signature = _signed(vault_of(uow.session), anchor, before.signature if before else FIRST)
    uow.session.add(anchor)


def _signed(vault: Vault, anchor: TimelineAnchor, previous: str) -> str:
    return vault.sign(_message(anchor, previous))


def _message(anchor: TimelineAnchor, previous: str) -> bytes:
    parts = (previous, anchor.day.isoformat(), anchor.last_id, anchor.entries, anchor.digest, f"{anchor.at.timestamp():.6f}")
    return "|".join(str(part) for part in parts).encode()


def _digest(session: Session, after: int, last_id: int) -> tuple[int, str]:
    """How many lines there are with numbers in (after, last_id], and the SHA-256 over their places and hashes."""
    columns = (TimelineEntry.id, TimelineEntry.ticket_id, TimelineEntry.seq, TimelineEntry.hash)
    query = select(*columns).where(TimelineEntry.id > after, TimelineEntry.id <= last_id).order_by(TimelineEntry.id)
    count, total = 0, hashlib.sha256()
    for row in session.execute(query.execution_options(yield_per=BATCH)):
        total.update(f"{row.id} {row.ticket_id} {row.seq} {row.hash}\n".encode())
        count += 1
    return count, total.hexdigest()
