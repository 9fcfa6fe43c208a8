"""Alarms: who is told of a limit at a point, over which channel and when; one row for one thing to one receiver, never twice.

Written by `escalation` in the sweep's transaction; `digests` sends what is due.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hotline.kernel.db import UnitOfWork
from hotline.people.models import Membership, Unit
from hotline.people.permissions import HOTLINE_ROLES, Role
from sla import ladder
from sla.book import Book
from sla.calendar import CityCalendar
from sla.ladder import Rung
from sla.limits import Stage
from sla.models import Alarm, Clock

INBOX, SMS = "inbox", "sms"
OWNER = "owner"
DESKS: Mapping[Stage, Role] = {
    Stage.DISPATCH: Role.DISPATCHER,
    Stage.DECIDE_RETURN: Role.DISPATCHER,
    Stage.RULING: Role.DISPATCHER,
    Stage.DECIDE_EXTENSION: Role.REPLY_AUDITOR,
    Stage.REPLY_AUDIT: Role.REPLY_AUDITOR,
    Stage.REVIEW: Role.REPLY_AUDITOR,
    Stage.CALLBACK: Role.CALLBACK_AGENT,
    Stage.APPEAL: Role.SUPERVISOR,
}
"""Which role of the hotline works at its own steps; the dispatchers look after what has no unit."""
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Receiver:
    """Exactly one of them is given: a unit, an officer, or whoever holds a role of the hotline."""

    unit_id: int | None = None
    officer_id: int | None = None
    role: str | None = None


def tell(uow: UnitOfWork, book: Book, clock: Clock, name: str, row: Rung, *, unit: Unit | None, urgency: str) -> None:
    """Note an alarm for everyone the row names; whoever was told of this point of this limit already hears nothing."""
    rules = book.rules.alarms
    urgent = urgency in rules.urgent_urgencies or clock.roster in rules.urgent_rosters
    shared = {
        "clock_id": clock.id,
        "ticket_id": clock.ticket_id,
        "stage": clock.stage,
        "point": named(name, clock.told),
        "urgent": urgent,
        "raised_at": uow.now,
        "send_at": uow.now if urgent else working_moment(book.calendar, uow.now),
    }
    told = dict.fromkeys(receiver for word in row.tells for receiver in _receivers(uow, word, clock, unit))
    # A role has no telephone of its own.
    pairs = [(one, way) for one in told for way in row.channels if way == INBOX or one.role is None]
    if pairs:
        rows = [{**shared, **asdict(receiver), "channel": channel} for receiver, channel in pairs]
        uow.session.execute(insert(Alarm).values(rows).on_conflict_do_nothing(constraint="uq_sla_alarm_once"))


def working_moment(calendar: CityCalendar, now: datetime) -> datetime:
    """`now` while offices work, else the moment when they begin again."""
    return calendar.add_working_time(now, INSTANT) - INSTANT


def named(name: str, told: Collection[str]) -> str:
    """The name of a point with the turn of its limit, from the second on."""
    turn = ladder.turn(told)
    return f"{name}-{turn + 1}" if turn else name


def point_of(alarm: Alarm) -> str:
    """The name of the point that an alarm tells of, without the turn of its limit."""
    return alarm.point.partition("-")[0]


def _receivers(uow: UnitOfWork, word: str, clock: Clock, unit: Unit | None) -> Iterator[Receiver]:
    if word == OWNER:
        own = unit is not None and clock.stage not in DESKS
        yield Receiver(unit_id=clock.unit_id) if own else Receiver(role=DESKS.get(clock.stage, Role.DISPATCHER).value)
    elif word in HOTLINE_ROLES:
        yield Receiver(role=word)
    elif unit is not None and word in ABOVE:
        above = ABOVE[word](unit)
        if above is not None:
            yield Receiver(unit_id=above)
    elif unit is not None:
        holding = Membership.unit_id == unit.id, Membership.role == word
        for officer_id in uow.session.scalars(select(Membership.officer_id).where(*holding).order_by(Membership.officer_id)):
            yield Receiver(officer_id=officer_id)


ABOVE: Mapping[str, Callable[[Unit], int | None]] = {
    "superior": lambda unit: unit.territorial_id,
    "professional": lambda unit: unit.professional_id,
}
"""Words of a row for the units above the one that is late."""
