"""The city's rules of service marks (好差评), read from the keys `mark.*` of `sla_rule` into typed values. Pure.

Part of `rules.read`; defaults stand in `defaults.yaml`. Asked for by `service_marks`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class MarkWords:
    """How a bad mark reads as a ticket: the matter of its title, the lines of its body and what is wanted, with slots.

    `levels` names each bad star. A line whose slot is empty is left out.
    """

    matter: str
    lines: tuple[tuple[str, str], ...]
    wanted: str
    levels: Mapping[int, str]


@dataclass(frozen=True)
class MarkRules:
    """Which stars are bad, whether they go to the evaluated body at once, and for how many days another evaluation is open."""

    bad_stars: frozenset[int]
    dispatch_at_once: bool
    added_days: int
    words: MarkWords


def read(values: Mapping[str, Any]) -> MarkRules:  # a rule's value is a number, a list or a table
    """The rules from their keys. Raises KeyError, TypeError or ValueError for a value that is not of its shape."""
    words = values["mark.words"]
    return MarkRules(
        bad_stars=frozenset(int(stars) for stars in values["mark.bad_stars"]),
        dispatch_at_once=values["mark.dispatch_at_once"] is True,
        added_days=int(values["mark.added_days"]),
        words=MarkWords(
            matter=str(words["matter"]),
            lines=tuple((str(row["slot"]), str(row["line"])) for row in words["lines"]),
            wanted=str(words["wanted"]),
            levels={int(stars): str(name) for stars, name in dict(words["levels"]).items()},
        ),
    )
