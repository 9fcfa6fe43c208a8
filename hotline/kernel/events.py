"""Events: what happened, stored in the transaction in which it happened, and who reacts to it.

`Subscribers` is the shape of the table in `web/subscribers.py`. *Within* reactions run now, in the same transaction;
*after* reactions become `delivery` rows that `outbox` works off, at least once each.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.kernel.db import Base, Database, Recorder, UnitOfWork


@dataclass(frozen=True)
class Event:
    """Base of all events: frozen, past tense, ids and plain values, no personal data."""

    name: ClassVar[str] = "event"


class StoredEvent(Base):
    """One thing that happened; append-only."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    payload: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None]
    request_id: Mapped[str] = mapped_column(String(64), default="")


class Delivery(Base):
    """One reaction owed to one event: the outbox. `state` is pending, claimed, done or failed."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_owed", "due_at", postgresql_where=text("state in ('pending', 'claimed')")),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("event.id"), index=True)
    reaction: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")


Within = Callable[[UnitOfWork, Any], None]
After = Callable[[Database, int, Any], None]
"""Takes the database, the delivery id (the idempotency key towards others) and the event."""


@dataclass(frozen=True)
class Subscribers:
    """Who reacts to which event. The keys of `after` are stored in the outbox: functions may be renamed, keys may not."""

    within: Mapping[type[Event], Sequence[Within]] = field(default_factory=dict)
    after: Mapping[type[Event], Mapping[str, After]] = field(default_factory=dict)

    def event_class(self, name: str) -> type[Event] | None:
        """The class of a stored event that something still follows."""
        return next((kind for kind in self.after if kind.name == name), None)


def recorder(subscribers: Subscribers) -> Recorder:
    """A recorder that stores events and starts what the table says."""

    def record(uow: UnitOfWork, events: Sequence[Event]) -> None:
        stored = [_stored(uow, event) for event in events]
        uow.session.add_all(stored)
        uow.session.flush()
        owed = [
            Delivery(event_id=row.id, reaction=key, due_at=uow.now)
            for row, event in zip(stored, events, strict=True)
            for key in subscribers.after.get(type(event), {})
        ]
        uow.session.add_all(owed)
        uow.session.flush()
        uow.deliveries.extend(delivery.id for delivery in owed)
        for event in events:
            for reaction in subscribers.within.get(type(event), ()):
                reaction(uow, event)

    return record


def restore(kind: type[Event], payload: Mapping[str, Any]) -> Event:
    """The event as it was recorded; fields that the class no longer has are left out."""
    known = {entry.name for entry in fields(kind)}
    return kind(**{key: value for key, value in payload.items() if key in known})


def _stored(uow: UnitOfWork, event: Event) -> StoredEvent:
    who = uow.actor
    return StoredEvent(name=event.name, payload=asdict(event), at=uow.now, actor_id=who.officer_id, request_id=who.request_id)
