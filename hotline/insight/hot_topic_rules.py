"""Numbers of the trade that hot topics go by, read from the city's rules (`hot_topics.*`) into typed values. Pure.

Whoever wires reads the city's rules, or the packaged ones, and hands these in.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hotline.kernel.errors import Invalid

PREFIX = "hot_topics."
LARGEST = 1_000_000
FEWEST = 400
"""Among fewer messages than these no less is asked."""
AMOUNTS = ("at_least", "shown", "before", "keep_days", "live_most")
"""What a report has beside its periods."""


@dataclass(frozen=True)
class Likeness:
    """When messages are one matter: `alike` (0-1) on average, counting title and so many `characters` of the text.

    Among fewer than `plenty` messages less is asked: they tell less well which words are rare. Words alike weigh `same_place`
    times what they do where both name one place, `other_place` times where they name different ones. Beyond `free_days` between
    them likeness fades, to a third in `fading_days`; `near` neighbours of each are looked at.
    """

    alike: float
    characters: int
    same_place: float
    other_place: float
    free_days: float
    fading_days: float
    near: int
    plenty: int

    def asked(self, messages: int) -> float:
        """How alike messages have to be among so many. Measured on made messages: 600 ask for two thirds of what 4,000 do."""
        share = math.log(min(max(messages, FEWEST), self.plenty)) / math.log(max(self.plenty, FEWEST))
        return self.alike * share**2


@dataclass(frozen=True)
class Shares:
    """What each part is worth of the heat; together 1."""

    many: float
    fast: float
    wide: float
    unhappy: float


@dataclass(frozen=True)
class Halves:
    """At how many people, people in the fullest week, and areas a part is one half of the most it can be."""

    people: float
    week: float
    areas: float


@dataclass(frozen=True)
class Reported:
    """A topic has at least so many tickets; so many topics are shown; a report is made of each of these periods, in days.

    So many days `before` a period tell what was usual; reports are kept for `keep_days`. What a unit sees of its own is found
    when it looks, among its newest tickets, `live_most` at most.
    """

    at_least: int
    shown: int
    days: tuple[int, ...]
    before: int
    keep_days: int
    live_most: int


@dataclass(frozen=True)
class HotTopicRules:
    """All rules of hot topics."""

    likeness: Likeness
    shares: Shares
    halves: Halves
    report: Reported


def read(values: Mapping[str, Any]) -> HotTopicRules:  # a rule's value is a table
    """The rules from their keys. Raises Invalid for a missing key or a value that is not of its shape."""
    try:
        return _read({key.removeprefix(PREFIX): value for key, value in values.items() if key.startswith(PREFIX)})
    except KeyError as error:
        raise Invalid("rules", "missing-rule", entry=str(error.args[0])) from error
    except (TypeError, ValueError) as error:
        raise Invalid("rules", "malformed-rule", reason=str(error)) from error


def at_least(rules: HotTopicRules, messages: int) -> HotTopicRules:
    """The rules with topics of so many messages and more."""
    return replace(rules, report=replace(rules.report, at_least=messages))


def _read(values: Mapping[str, Mapping[str, Any]]) -> HotTopicRules:
    for name in ("likeness", "heat", "halves"):
        for key, value in values[name].items():
            _check(f"{name}.{key}", value)
    report = values["report"]
    for key in AMOUNTS:
        _check(f"report.{key}", report[key])
    shares = Shares(**values["heat"])
    total = shares.many + shares.fast + shares.wide + shares.unhappy
    if round(total, 6) != 1:
        raise ValueError(f"{PREFIX}heat: {total:g} != 1")
    return HotTopicRules(
        likeness=Likeness(**values["likeness"]),
        shares=shares,
        halves=Halves(**values["halves"]),
        report=Reported(
            days=tuple(int(days) for days in report["days"]),
            **{key: int(report[key]) for key in AMOUNTS},
        ),
    )


def _check(key: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST:
        raise ValueError(f"{PREFIX}{key}: {value!r}")
