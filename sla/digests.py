"""What goes out of the alarms: what is due to each receiver, alone or as a digest; what a cap holds back is kept and reported.

Run by the clock (`web/schedule.py`); may be killed at any point and run twice at once: one receiver is one transaction. Notices
of the house are written here; what leaves it is announced (`DigestMade`) and sent by `web.reactions.alarms`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from hotline.kernel import clock as time
from hotline.kernel.db import Database, UnitOfWork
from hotline.people import notices
from hotline.tickets.models import Ticket
from sla import alarms
from sla.alarms import INBOX, Receiver
from sla.book import Book, book_of, is_set_up
from sla.events import DigestMade
from sla.ladder import RUNGS
from sla.lifecycles import ClockState
from sla.models import Alarm, Clock, Digest
from sla.rules import AlarmRules

HOUR = timedelta(hours=1)
TO = (Alarm.unit_id, Alarm.officer_id, Alarm.role, Alarm.channel)
WORDS = {"near": "near", "expired": "over"}
TAKEN = text("select pg_try_advisory_xact_lock(12346, hashtext(:to))")


@dataclass(frozen=True)
class Said:
    """A message by its code and values: `notice.<code>.title` / `.text`. `counts` lists what is told, "near-handle:3,…"."""

    code: str
    args: dict[str, str | int | None]
    ticket_id: int | None


@dataclass(frozen=True)
class Owed:
    """The alarms that were found due to one receiver over one channel."""

    to: Receiver
    channel: str
    alarm_ids: Sequence[int]


@dataclass(frozen=True)
class Held:
    """What a cap holds back from one receiver for now."""

    to: Receiver
    channel: str
    point: str
    count: int
    since: datetime


def send_due(database: Database, *, now: datetime | None = None) -> int:
    """Send every receiver what is due to them. Returns how many messages went out."""
    with database.read() as session:
        if not is_set_up(session):
            return 0
        book = book_of(session, database.zone, now)
        waiting = select(*TO, func.array_agg(Alarm.id)).where(*_due(now or time.now())).group_by(*TO)
        rows: Iterable[Any] = session.execute(waiting)  # as the query says
        owed = [Owed(Receiver(*row[:3]), *row[3:]) for row in rows]
    return sum(_send(database, book, one, now) for one in owed)


def held_back(session: Session) -> list[Held]:
    """What caps hold back now, by receiver and point, longest first."""
    kept = Alarm.sent_at.is_(None), Alarm.held_at.is_not(None)
    columns = (*TO, Alarm.point, func.count(), func.min(Alarm.held_at))
    query = select(*columns).where(*kept).group_by(*TO, Alarm.point).order_by(func.min(Alarm.held_at), *TO)
    rows: Iterable[Any] = session.execute(query)  # as `columns` says
    return [Held(Receiver(*row[:3]), *row[3:]) for row in rows]


def said(session: Session, digest: Digest, rules: AlarmRules) -> Said:
    """What a message says: the one thing it tells, or how many of each and the first few tickets."""
    query = select(Alarm, Ticket.number).join(Ticket, Ticket.id == Alarm.ticket_id).where(Alarm.digest_id == digest.id)
    told = session.execute(query.order_by(Alarm.id)).all()
    alarm, number = told[0]
    if len(told) == 1 and not digest.held:
        return Said(_code(alarm), {"number": number}, alarm.ticket_id)
    counts = Counter(_code(alarm) for alarm, _ in told)
    numbers = list(dict.fromkeys(number for _, number in told))[: rules.digest_numbers]
    args: dict[str, str | int | None] = {
        "count": digest.count,
        "held": digest.held,
        "counts": ",".join(f"{code}:{count}" for code, count in counts.items()),
        "numbers": "、".join(numbers),
    }
    return Said("digest-held" if digest.held else "digest", args, None)


def _send(database: Database, book: Book, owed: Owed, now: datetime | None) -> int:
    with database.work(now=now) as uow:
        if not uow.session.scalar(TAKEN, {"to": f"{asdict(owed.to)}{owed.channel}"}):
            # Another worker sends to them just now.
            return 0
        rules, waiting = book.rules.alarms, _waiting(uow, owed.alarm_ids)
        plain, urgent = ([one for one in waiting if one.urgent is kind] for kind in (False, True))
        groups = [*_grouped(urgent, rules.digest_at_least), *_capped(uow, book, owed, plain)]
        for group in groups:
            _say(uow, owed.to, owed.channel, group, rules)
        return len(groups)


def _waiting(uow: UnitOfWork, alarm_ids: Sequence[int]) -> list[Alarm]:
    """Those of the alarms that still are due, oldest first, without those whose step was done or whose limit was moved."""
    query = select(Alarm, Clock.state, Clock.told).join(Clock, Clock.id == Alarm.clock_id)
    found = uow.session.execute(query.where(*_due(uow.now), Alarm.id.in_(alarm_ids)).order_by(Alarm.id)).all()
    for alarm, state, told in found:
        if _is_overtaken(alarm, state, told):
            alarm.sent_at = uow.now
    return [alarm for alarm, _, _ in found if alarm.sent_at is None]


def _is_overtaken(alarm: Alarm, state: ClockState, told: Sequence[str]) -> bool:
    return state is ClockState.STOPPED or alarm.point not in {alarms.named(name, told) for name in told}


def _grouped(found: list[Alarm], at_least: int) -> list[list[Alarm]]:
    if not found:
        return []
    return [found] if len(found) >= at_least else [[one] for one in found]


def _capped(uow: UnitOfWork, book: Book, owed: Owed, found: list[Alarm]) -> list[list[Alarm]]:
    """Groups that stay under the cap: all in one where single messages would not.

    None when nothing is left of the hour: then they wait for the working moment at which there is, with or without others.
    """
    rules, lately = book.rules.alarms, _sent_lately(uow, owed) if found else []
    left = rules.cap_per_hour - len(lately)
    if left <= 0:
        free = lately[-rules.cap_per_hour] + HOUR if rules.cap_per_hour else uow.now + HOUR
        for alarm in found:
            alarm.held_at, alarm.send_at = alarm.held_at or uow.now, alarms.working_moment(book.calendar, free)
        return []
    held = any(alarm.held_at for alarm in found)
    return [found] if held or len(found) > left else _grouped(found, rules.digest_at_least)


def _say(uow: UnitOfWork, receiver: Receiver, channel: str, group: list[Alarm], rules: AlarmRules) -> None:
    held = sum(alarm.held_at is not None for alarm in group)
    digest = Digest(**asdict(receiver), channel=channel, at=uow.now, count=len(group), held=held)
    uow.session.add(digest)
    uow.session.flush()
    ids = [alarm.id for alarm in group]
    uow.session.execute(update(Alarm).where(Alarm.id.in_(ids)).values(sent_at=uow.now, digest_id=digest.id))
    if channel == INBOX:
        _note(uow, receiver, said(uow.session, digest, rules), f"sla-digest:{digest.id}")
    else:
        uow.record(DigestMade(digest.id))


def _note(uow: UnitOfWork, receiver: Receiver, words: Said, key: str) -> None:
    if receiver.unit_id is not None:
        notices.notify_unit(uow, receiver.unit_id, words.code, args=words.args, ticket_id=words.ticket_id, dedup_key=key)
    elif receiver.officer_id is not None:
        notices.notify_officer(uow, receiver.officer_id, words.code, args=words.args, ticket_id=words.ticket_id, dedup_key=key)
    elif receiver.role is not None:
        notices.notify_role(uow, receiver.role, words.code, args=words.args, ticket_id=words.ticket_id, dedup_key=key)


def _sent_lately(uow: UnitOfWork, owed: Owed) -> list[datetime]:
    """When the messages of the last hour went out that count against the cap: all but those of urgent alarms alone."""
    counted = select(Alarm.id).where(Alarm.digest_id == Digest.id, ~Alarm.urgent).exists()
    theirs = [column == getattr(owed.to, column.key) for column in (Digest.unit_id, Digest.officer_id, Digest.role)]
    query = select(Digest.at).where(*theirs, Digest.channel == owed.channel, Digest.at > uow.now - HOUR, counted)
    return list(uow.session.scalars(query.order_by(Digest.at)))


def _due(now: datetime) -> tuple[Any, ...]:  # conditions
    return Alarm.sent_at.is_(None), Alarm.send_at <= now


def _code(alarm: Alarm) -> str:
    point = alarms.point_of(alarm)
    return f"rung-{point}" if point in RUNGS else f"{WORDS.get(point, 'near')}-{alarm.stage.value}"
