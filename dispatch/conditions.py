"""Conditions of a catalogue row: what a matter must be like for the row to hold, and which of them did. Pure.

Stored in `CatalogueEntry.conditions`. What is not known of a matter holds no condition: the row without it stays.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from hashlib import sha256
from typing import Any

from hotline.tickets.workflow import PROFILES, URGENCIES

PERSON, ENTERPRISE = "person", "enterprise"
REQUESTERS = frozenset({PERSON, ENTERPRISE})
CODE = re.compile(r"[a-z][a-z0-9_]{0,31}")
PERIOD = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
MOST = 40
"""Entries of one condition."""
LONGEST_WORD = 40
COMMA = "、"


@dataclass(frozen=True)
class Circumstances:
    """What is known of a matter. `local` is the moment in the city's own time, for season and hours."""

    text: str = ""
    requester: str | None = None
    channel: str | None = None
    profile: str | None = None
    urgency: str | None = None
    local: datetime | None = None


NOTHING = Circumstances()


@dataclass(frozen=True)
class Held:
    """A condition that held, as a catalogue id `reason.<code>` and its values."""

    code: str
    args: Mapping[str, Any]


@dataclass(frozen=True)
class Fault:
    """A condition that is not understood: its field, the rule it breaks, what stood there, what the rule allows."""

    field: str
    rule: str
    given: str
    details: Mapping[str, Any]


def faults(raw: Mapping[str, Any]) -> list[Fault]:
    """Everything that is wrong with conditions as somebody wrote them."""
    unknown = [Fault(name, "unknown-condition", name, {"known": list(KINDS)}) for name in raw if name not in KINDS]
    return unknown + [fault for name, value in raw.items() if name in KINDS for fault in _faults(name, value)]


def normal(raw: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The conditions in one order, each as a list without repeats; empty ones fall away. `raw` has no faults."""
    listed = {name: _listed(raw[name]) for name in KINDS if name in raw}
    return {name: sorted(set(values)) for name, values in listed.items() if values}


def key(conditions: Mapping[str, Any]) -> str:
    """What tells two rows apart that differ in their conditions alone; empty for none."""
    if not conditions:
        return ""
    return sha256(json.dumps(normal(conditions), ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def held(conditions: Mapping[str, Any], around: Circumstances) -> tuple[Held, ...] | None:
    """Why the conditions hold, one reason each; none at all for a row without any, None when one does not hold."""
    reasons = [KINDS[name].holds(values, around) for name, values in conditions.items()]
    return None if any(reason is None for reason in reasons) else tuple(reason for reason in reasons if reason)


def _faults(name: str, value: Any) -> list[Fault]:  # what somebody wrote
    values = _listed(value)
    if len(values) > MOST:
        return [Fault(name, "too-many", str(len(values)), {"maximum": MOST})]
    kind = KINDS[name]
    return [
        Fault(name, kind.rule, str(one)[:LONGEST_WORD], {"allowed": list(kind.allowed)})
        for one in values
        if not kind.understands(one)
    ]


def _listed(value: Any) -> list[Any]:  # a value, or a list of them
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_WORD


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and CODE.fullmatch(value) is not None


def _is_month(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 12


def _is_period(value: Any) -> bool:
    return isinstance(value, str) and PERIOD.fullmatch(value) is not None


def _in(known: frozenset[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in known


def _words(values: list[Any], around: Circumstances) -> Held | None:
    found = [word for word in values if word in around.text]
    return Held("condition-words", {"words": COMMA.join(found)}) if found else None


def _no_words(values: list[Any], around: Circumstances) -> Held | None:
    if not around.text or any(word in around.text for word in values):
        return None
    return Held("condition-no-words", {"words": COMMA.join(values)})


def _fact(name: str) -> Callable[[list[Any], Circumstances], Held | None]:
    def holds(values: list[Any], around: Circumstances) -> Held | None:
        value = getattr(around, name)
        return Held(f"condition-{name}", {name: value}) if value in values else None

    return holds


def _months(values: list[Any], around: Circumstances) -> Held | None:
    if around.local is None or around.local.month not in values:
        return None
    return Held("condition-months", {"month": around.local.month})


def _hours(values: list[Any], around: Circumstances) -> Held | None:
    if around.local is None:
        return None
    at = around.local.time()
    found = next((period for period in values if _lies_in(at, period)), None)
    return Held("condition-hours", {"period": found}) if found else None


def _lies_in(at: time, period: str) -> bool:
    """Whether a time of day lies in "22:00-06:00": its end is outside, and it may run over midnight."""
    start, end = (time.fromisoformat(part) for part in period.split("-"))
    return start <= at < end if start <= end else at >= start or at < end


@dataclass(frozen=True)
class Kind:
    """One kind of condition: which values it understands, the rule that others break, and when it holds."""

    understands: Callable[[Any], bool]
    rule: str
    holds: Callable[[list[Any], Circumstances], Held | None]
    allowed: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "words": Kind(_is_word, "not-a-word", _words),
    "no_words": Kind(_is_word, "not-a-word", _no_words),
    "requester": Kind(_in(REQUESTERS), "unknown-choice", _fact("requester"), tuple(sorted(REQUESTERS))),
    "channel": Kind(_is_code, "unknown-choice", _fact("channel")),
    "profile": Kind(_in(PROFILES), "unknown-choice", _fact("profile"), tuple(sorted(PROFILES))),
    "urgency": Kind(_in(URGENCIES), "unknown-choice", _fact("urgency"), tuple(sorted(URGENCIES))),
    "months": Kind(_is_month, "not-a-month", _months),
    "hours": Kind(_is_period, "not-a-period", _hours),
}
"""The conditions there are, in the order in which they are written."""
