"""Alarms: who is told of a limit at a point, over which channel and when; one row for one thing to one receiver, never twice.

Written by `escalation` in the sweep's transaction; `digests` sends what is due.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hotline.kernel.db import UnitOfWork
from hotline.people import absences
from hotline.people.models import Membership, Unit
from hotline.people.permissions import HOTLINE_ROLES, Role
from hotline.tickets.models import Ticket
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


@dataclass(frozen=True)
class Come:
    """A point of a limit that has come; `row` is what the ladder says of it, `unit` owes the step (None: the hotline)."""

    name: str
    row: Rung | None
    clock: Clock
    ticket: Ticket
    unit: Unit | None


Holders = Mapping[tuple[int, str], Sequence[int]]
"""Officers by their unit and role in it, those who stand in for them now among them."""


def tell(uow: UnitOfWork, book: Book, come: Sequence[Come]) -> None:
    """Note an alarm for everyone whom the rows name; whoever was told of a point of a limit already hears nothing."""
    holders = _holders(uow, come)
    morning = working_moment(book.calendar, uow.now)
    rows: list[dict[str, Any]] = []
    for one in come:
        urgent = _is_urgent(book, one)
        shared = {
            "clock_id": one.clock.id,
            "ticket_id": one.clock.ticket_id,
            "stage": one.clock.stage,
            "point": named(one.name, one.clock.told),
            "urgent": urgent,
            "raised_at": uow.now,
            "send_at": uow.now if urgent else morning,
        }
        rows += [{**shared, **asdict(receiver), "channel": channel} for receiver, channel in _told(one, holders)]
    if rows:
        once = insert(Alarm).on_conflict_do_nothing(constraint="uq_sla_alarm_once")
        uow.session.execute(once, rows, execution_options={"render_nulls": True})


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


def _is_urgent(book: Book, one: Come) -> bool:
    rules = book.rules.alarms
    return one.ticket.urgency in rules.urgent_urgencies or one.clock.roster in rules.urgent_rosters


def _told(one: Come, holders: Holders) -> list[tuple[Receiver, str]]:
    if one.row is None:
        return []
    told = dict.fromkeys(receiver for word in one.row.tells for receiver in _receivers(word, one, holders))
    pairs = [(to, way) for to in told for way in one.row.channels if _reaches(to, way)]
    # Its own people read the inbox of a unit: none of them hears the same thing twice there.
    shared = one.unit is not None and (Receiver(unit_id=one.unit.id), INBOX) in pairs
    return [(to, way) for to, way in pairs if not (shared and way == INBOX and to.officer_id is not None)]


def _reaches(to: Receiver, channel: str) -> bool:
    """Whether there is such a way to them: a role has no telephone of its own."""
    return channel == INBOX or to.role is None


def _receivers(word: str, one: Come, holders: Holders) -> Iterator[Receiver]:
    stage, unit = one.clock.stage, one.unit
    if word == OWNER:
        own = unit is not None and stage not in DESKS
        yield Receiver(unit_id=one.clock.unit_id) if own else Receiver(role=DESKS.get(stage, Role.DISPATCHER).value)
    elif word in HOTLINE_ROLES:
        yield Receiver(role=word)
    elif unit is not None and word in ABOVE:
        above = ABOVE[word](unit)
        # A unit that is complained of learns nothing of it, also when it stands above the one that is late.
        if above is not None and above != one.ticket.complained_unit_id:
            yield Receiver(unit_id=above)
    elif unit is not None:
        yield from (Receiver(officer_id=officer_id) for officer_id in holders.get((unit.id, word), ()))


def _holders(uow: UnitOfWork, come: Sequence[Come]) -> Holders:
    words = {word for one in come if one.row is not None for word in one.row.tells} - {OWNER, *ABOVE, *HOTLINE_ROLES}
    units = {one.unit.id for one in come if one.unit is not None}
    if not words or not units:
        return {}
    query = select(Membership.unit_id, Membership.role, Membership.officer_id)
    held = uow.session.execute(query.where(Membership.unit_id.in_(units), Membership.role.in_(words))).all()
    standing_in = absences.standing_in(uow.session, {row.officer_id for row in held}, uow.now)
    found: dict[tuple[int, str], set[int]] = {}
    for unit_id, role, officer_id in held:
        found.setdefault((unit_id, role), set()).update((officer_id, *standing_in.get(officer_id, ())))
    return {key: sorted(officers) for key, officers in found.items()}


ABOVE: Mapping[str, Callable[[Unit], int | None]] = {
    "superior": lambda unit: unit.territorial_id,
    "professional": lambda unit: unit.professional_id,
}
"""Words of a row for the units above the one that is late."""
