"""Numbers of the trade that incidents go by, read from the city's rules (`incidents.*`) into typed values. Pure.

Whoever wires reads the city's rules and hands these in; insight itself knows no other rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hotline.kernel.errors import Invalid

PREFIX = "incidents."
LARGEST = 1_000_000


@dataclass(frozen=True)
class Spotting:
    """When requests are one incident.

    So many different callers (`at_least`) within `window_minutes`, each so `alike` (0-1) another; improbable against what is
    usual by 10 to the minus `surprise`, where days may be `burst` times busier than usual. What begins within
    `together_minutes` on roads of one street is one where the kind of happening spreads.
    """

    at_least: int
    window_minutes: int
    alike: float
    surprise: float
    burst: float
    together_minutes: int

    @property
    def window(self) -> timedelta:
        """How long a ticket is looked at."""
        return timedelta(minutes=self.window_minutes)


@dataclass(frozen=True)
class Memory:
    """What is usual is learnt from so many `days`, of at most `tickets`; at most `window_tickets` are compared at once."""

    days: int
    tickets: int
    window_tickets: int


@dataclass(frozen=True)
class IncidentRules:
    """All rules of incidents. Dismissed ones are not spotted again for `dismissed_hours`; quiet ones end after `quiet_hours`.

    `batch` tickets are gathered in one transaction; `beside` incidents are shown beside a call.
    """

    spotting: Spotting
    memory: Memory
    dismissed_hours: int
    quiet_hours: int
    batch: int
    beside: int


def read(values: Mapping[str, Any]) -> IncidentRules:  # a rule's value is a number or a table
    """The rules from their keys. Raises Invalid for a missing key or a value that is not of its shape."""
    own = {key.removeprefix(PREFIX): value for key, value in values.items() if key.startswith(PREFIX)}
    try:
        spotting, memory = Spotting(**own["spotting"]), Memory(**own["memory"])
        plain = {name: own[name] for name in ("dismissed_hours", "quiet_hours", "batch", "beside")}
    except KeyError as error:
        raise Invalid("rules", "missing-rule", entry=str(error.args[0])) from error
    except TypeError as error:
        raise Invalid("rules", "malformed-rule", reason=str(error)) from error
    for name, value in (*vars(spotting).items(), *vars(memory).items(), *plain.items()):
        _check_amount(name, value, most=1 if name == "alike" else LARGEST)
    return IncidentRules(spotting, memory, **plain)


def _check_amount(name: str, value: object, *, most: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
        raise Invalid(name, "out-of-range", given=str(value), least=0, most=most)
