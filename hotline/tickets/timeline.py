"""The timeline of a ticket: append-only lines, gapless per ticket, chained by hash. Written in the caller's transaction.

The chain covers the hash of a line's text, not the text itself, so that a later erasure of personal words leaves it valid.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.tickets.models import TimelineEntry

GENESIS = "0" * 64


def write(
    uow: UnitOfWork,
    ticket_id: int,
    action: str,
    *,
    text: str = "",
    public: bool = False,
    data: Mapping[str, Any] | None = None,
    unit_id: int | None = None,
    states: tuple[str, str] = ("", ""),
) -> TimelineEntry:
    """Append a line. `public` lines are shown to the requester; `data` holds codes and ids, never personal values."""
    seq, previous = _locked_end(uow.session, ticket_id)
    entry = TimelineEntry(
        ticket_id=ticket_id,
        seq=seq + 1,
        at=uow.now,
        officer_id=uow.actor.officer_id,
        unit_id=unit_id,
        action=action,
        state_from=states[0],
        state_to=states[1],
        public=public,
        text=text,
        data=dict(data or {}),
        text_hash=_sha256(text),
        previous_hash=previous,
        hash="",
    )
    entry.hash = digest(entry)
    uow.session.add(entry)
    uow.session.flush()
    _ends(uow.session)[ticket_id] = (entry.seq, entry.hash)
    return entry


def lines(session: Session, ticket_id: int) -> list[TimelineEntry]:
    """All lines of a ticket in order."""
    query = select(TimelineEntry).where(TimelineEntry.ticket_id == ticket_id).order_by(TimelineEntry.seq)
    return list(session.scalars(query))


def broken_at(entries: list[TimelineEntry]) -> int | None:
    """The sequence number of the first line that does not fit the chain; None when all fit."""
    previous = GENESIS
    for place, entry in enumerate(entries, start=1):
        whole = entry.seq == place and entry.previous_hash == previous and entry.hash == digest(entry)
        if not whole or entry.text_hash != _sha256(entry.text):
            return entry.seq
        previous = entry.hash
    return None


def digest(entry: TimelineEntry) -> str:
    """The hash that a line must bear."""
    parts = [
        entry.previous_hash,
        entry.ticket_id,
        entry.seq,
        _moment(entry.at),
        entry.officer_id,
        entry.unit_id,
        entry.action,
        entry.state_from,
        entry.state_to,
        entry.public,
        entry.text_hash,
        entry.data,
    ]
    return _sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def _moment(at: datetime) -> str:
    return f"{at.timestamp():.6f}"


def _sha256(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def _locked_end(session: Session, ticket_id: int) -> tuple[int, str]:
    """Number and hash of the last line. The lock is held to the end of the transaction, so we look at the table once."""
    known = _ends(session)
    if ticket_id not in known:
        session.execute(text("select pg_advisory_xact_lock(12345, :ticket)"), {"ticket": ticket_id % 2**31})
        query = select(TimelineEntry.seq, TimelineEntry.hash).where(TimelineEntry.ticket_id == ticket_id)
        last = session.execute(query.order_by(TimelineEntry.seq.desc()).limit(1)).one_or_none()
        known[ticket_id] = (last.seq, last.hash) if last else (0, GENESIS)
    return known[ticket_id]


def _ends(session: Session) -> dict[int, tuple[int, str]]:
    """Ends of the chains that this transaction holds; sessions of ours live for one transaction."""
    found: dict[int, tuple[int, str]] = session.info.setdefault("timeline-ends", {})
    return found
