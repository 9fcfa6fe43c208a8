"""The city's rules that catalogue, duty lists and guards go by (`dispatch.*`), as typed values. Pure; `web` hands them in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hotline.kernel.errors import Invalid

PREFIX = "dispatch."
LARGEST = 1_000_000


class Guard(StrEnum):
    """What a guard does where it finds something: refuse unless a person says why, say so only, or nothing."""

    REFUSE = "refuse"
    WARN = "warn"
    OFF = "off"


@dataclass(frozen=True)
class CatalogueRules:
    """`import_most` rows of a file; a reason of `override_characters` at least; rows ending in `ending_days` are told."""

    import_most: int
    override_characters: int
    ending_days: int
    outside_duties: Guard
    grass_roots: Guard


def read(values: Mapping[str, Any]) -> CatalogueRules:  # a rule's value is a number or a table
    """The rules from their keys. Raises Invalid for a missing key or a value that is not of its shape."""
    try:
        guards = values[f"{PREFIX}guards"]
        return CatalogueRules(
            import_most=_amount(values, "import_most"),
            override_characters=_amount(values, "override_characters"),
            ending_days=_amount(values, "ending_days"),
            outside_duties=Guard(guards["outside_duties"]),
            grass_roots=Guard(guards["grass_roots"]),
        )
    except KeyError as error:
        raise Invalid("rules", "missing-rule", entry=str(error.args[0])) from error
    except (TypeError, ValueError) as error:
        raise Invalid("rules", "malformed-rule", reason=str(error)) from error


def _amount(values: Mapping[str, Any], name: str) -> int:
    value = values[f"{PREFIX}{name}"]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST:
        raise ValueError(f"{name}: {value!r}")
    return value
