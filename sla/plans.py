"""Plans of call-backs: which requester is asked at all, by which channels in turn, and when a try counts.

Pure. Rows come from the rule `callback.plans`, read in `opinion_rules`; `callbacks` and `asking` do as they say. Handbook
5.1, 12.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from hotline.kernel.errors import Invalid

LOOK_AHEAD_DAYS = 60
"""No run of days without work is longer; beyond it a table of slots is wrong."""
MINUTES_OF_A_DAY = 24 * 60


class Channel(StrEnum):
    """How somebody is asked: rung by a person, by a link in a message, rung by a robot."""

    PERSON = "person"
    SMS = "sms"
    ROBOT = "robot"


class Unanswered(StrEnum):
    """What follows when the last channel of a plan stays without answer: a person rings, or silence counts by rule."""

    PERSON = "person"
    DEFAULT = "default"


@dataclass(frozen=True)
class Case:
    """What a plan looks at. `again` is a second round or a later one: somebody who was not content before."""

    types: str
    urgencies: str
    profiles: str
    channels: str
    secrecy: str
    anonymous: bool
    important: bool
    again: bool


@dataclass(frozen=True)
class Plan:
    """One row: for which cases (`when`: words or yes/no by field, all must hold), how many per cent, by which channels."""

    name: str
    when: Mapping[str, frozenset[str] | bool]
    percent: int
    channels: tuple[Channel, ...]
    unanswered: Unanswered

    def holds(self, case: Case) -> bool:
        """Whether the case is one of this row's."""
        return all(_fits(wanted, getattr(case, field)) for field, wanted in self.when.items())

    def samples(self, ticket_id: int) -> bool:
        """Whether this ticket is among those asked: told by plan and id alone, so it can be proven and is never re-rolled."""
        return is_sampled(self.name, ticket_id, self.percent)

    def after(self, channel: Channel) -> Channel | None:
        """The next channel in turn after one that stayed without answer; None when silence counts instead."""
        if channel is Channel.PERSON:
            return None
        rest = self.channels[self.channels.index(channel) + 1 :] if channel in self.channels else ()
        if rest:
            return rest[0]
        return Channel.PERSON if self.unanswered is Unanswered.PERSON else None


@dataclass(frozen=True)
class Slot:
    """Hours of the day in which people are rung: [start, end) in minutes of the local day."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Tries:
    """When a try counts: in a slot of its own, `gap` after the last that counted, all of them on at least `days` days."""

    attempts: int
    gap: timedelta
    days: int
    slots: tuple[Slot, ...]

    def slot_of(self, at: datetime, zone: ZoneInfo) -> Slot | None:
        """The slot in which that moment lies."""
        local = at.astimezone(zone)
        minute = local.hour * 60 + local.minute
        return next((slot for slot in self.slots if slot.start <= minute < slot.end), None)

    def counts(self, counted: Sequence[datetime], at: datetime, zone: ZoneInfo) -> bool:
        """Whether a try at that moment counts beside those that counted before it (ascending)."""
        slot = self.slot_of(at, zone)
        if slot is None or (counted and at - counted[-1] < self.gap):
            return False
        used = {found for moment in counted if (found := self.slot_of(moment, zone))}
        if slot in used and used != set(self.slots):
            return False
        days = {moment.astimezone(zone).date() for moment in (*counted, at)}
        return self.days - len(days) <= max(0, self.attempts - len(counted) - 1)

    def next_after(
        self, counted: Sequence[datetime], at: datetime, zone: ZoneInfo, is_working_day: Callable[[date], bool]
    ) -> datetime | None:
        """The earliest moment from `at` on, on a working day, at which a try would count; None when no slot ever fits."""
        earliest = max(at, counted[-1] + self.gap) if counted else at
        first = at.astimezone(zone).date()
        for offset in range(LOOK_AHEAD_DAYS):
            day = first + timedelta(days=offset)
            if not is_working_day(day):
                continue
            for slot in self.slots:
                moment = max(_moment(day, slot.start, zone), earliest)
                if moment < _moment(day, slot.end, zone) and self.counts(counted, moment, zone):
                    return moment
        return None


def read_plans(rows: Iterable[Mapping[str, Any]]) -> tuple[Plan, ...]:  # values of a rule
    """The plans of a rule's rows, in their order; the last must hold for everybody. Raises Invalid."""
    plans = tuple(_plan(row) for row in rows)
    if not plans or plans[-1].when:
        raise Invalid("callback.plans", "last-holds-for-all")
    if len({plan.name for plan in plans}) != len(plans):
        raise Invalid("callback.plans", "names-twice")
    return plans


def read_slots(rows: Iterable[Mapping[str, str]]) -> tuple[Slot, ...]:
    """Slots from rows of name and wall times `from` and `to`, "08:30". Raises Invalid unless ascending and apart."""
    slots = tuple(Slot(row["name"], _minute(row["from"]), _minute(row["to"])) for row in rows)
    edges = [edge for slot in slots for edge in (slot.start, slot.end)]
    if not slots or edges != sorted(edges) or any(slot.start >= slot.end for slot in slots) or edges[-1] > MINUTES_OF_A_DAY:
        raise Invalid("callback.attempt_slots", "ascending-hours")
    return slots


def is_sampled(name: str, thing_id: int, percent: int) -> bool:
    """Whether a thing is in a sample of so many per cent: decided by the hash of name and id, never by chance."""
    digest = hashlib.sha256(f"{name}:{thing_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100 < percent


def plan_for(plans: Sequence[Plan], case: Case) -> Plan:
    """The first row that holds for the case; the last holds for all."""
    return next(plan for plan in plans if plan.holds(case))


def named(plans: Sequence[Plan], name: str) -> Plan:
    """The plan of that name; the one for everybody when the table has it no longer."""
    return next((plan for plan in plans if plan.name == name), plans[-1])


def _plan(row: Mapping[str, Any]) -> Plan:  # as in read_plans
    when = {field: _wanted(field, words) for field, words in (row.get("when") or {}).items()}
    percent = int(row.get("percent", 100))
    channels = tuple(Channel(word) for word in row["channels"])
    if not channels or not 0 <= percent <= 100:
        raise Invalid("callback.plans", "plan-without-channel-or-share", name=row["name"])
    return Plan(row["name"], when, percent, channels, Unanswered(row.get("unanswered", Unanswered.PERSON)))


def _wanted(field: str, words: Any) -> frozenset[str] | bool:  # a list of words, or yes or no
    if field not in Case.__dataclass_fields__:
        raise Invalid("callback.plans", "unknown-field", given=field, allowed=sorted(Case.__dataclass_fields__))
    return words if isinstance(words, bool) else frozenset(words)


def _fits(wanted: frozenset[str] | bool, found: str | bool) -> bool:
    return found is wanted if isinstance(wanted, bool) else found in wanted


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone) + timedelta(minutes=minute)


def _minute(wall: str) -> int:
    hour, minute = wall.split(":")
    return int(hour) * 60 + int(minute)
