"""Which unit a rule means in an area: "street", "district", "district-bureau:城管", or a unit's own code.

Pure: areas and units are handed in. Asked by the catalogue, its coverage and the duty lists.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hotline.people.models import Unit

AREA_RULES = ("any", "city", "district", "street", "community")
LOCAL_RULE = re.compile(r"^(city|district|street|community)(?:-bureau:(?P<line>\S+))?$")
GRASS_ROOTS = frozenset({"street", "community"})
"""Levels to which departments must not pass on what is theirs (国办函〔2025〕66号)."""


class Registry:
    """Units found by what rules say of them. The first of several that fit is taken: the one with the lowest id."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = sorted(units, key=lambda unit: unit.id)
        self._by_code = {unit.code: unit for unit in self.units}
        self._by_area: dict[tuple[str, str], Unit] = {}
        self._by_line: dict[tuple[str, str | None, str], Unit] = {}
        self._of_city: dict[str | None, Unit] = {}
        for unit in self.units:
            self._by_area.setdefault((unit.kind, unit.area_code), unit)
            self._by_line.setdefault((unit.level, unit.line, unit.area_code), unit)
            if unit.level == "city":
                self._of_city.setdefault(unit.line, unit)

    def coded(self, code: str) -> Unit | None:
        """The unit of that code."""
        return self._by_code.get(code)

    def local(self, level: str, line: str | None, area_code: str) -> Unit | None:
        """The government of an area, or its bureau of a trade."""
        return self._by_area.get((level, area_code)) if line is None else self._by_line.get((level, line, area_code))

    def of_city(self, line: str) -> Unit | None:
        """The city's unit of a trade."""
        return self._of_city.get(line)

    def meant(self, rule: str) -> list[Unit]:
        """Every unit that a rule can mean somewhere in the city."""
        local = LOCAL_RULE.match(rule)
        if local is None:
            found = self.coded(rule)
            return [found] if found else []
        level, line = local.group(1), local.group("line")
        return [unit for unit in self.units if _is_of(unit, level, line)]


@dataclass(frozen=True)
class Locality:
    """What resolves unit rules: area codes by level, from the city down as far as known, and the units that may be meant."""

    area_codes: Mapping[str, str]
    registry: Registry

    def resolve(self, rule: str) -> Unit | None:
        """The unit of that rule here; nothing when the area is not known so far down or has no such unit."""
        local = LOCAL_RULE.match(rule)
        if local is None:
            return self.registry.coded(rule)
        area_code = self.area_codes.get(local.group(1))
        return None if area_code is None else self.registry.local(local.group(1), local.group("line"), area_code)

    def stand_in(self, rule: str) -> Unit | None:
        """The city's unit of the rule's trade, for a request whose area is not known."""
        local = LOCAL_RULE.match(rule)
        return self.registry.of_city(local.group("line")) if local and local.group("line") else None

    def reaches(self, area_rule: str) -> bool:
        """Whether the place is known as far down as a row wants it."""
        return area_rule in {"any", "city"} or area_rule in self.area_codes


def deepest(rules: Iterable[str]) -> str:
    """How far down a place must be known for the rules: street or district; empty when none needs a place."""
    levels = {found.group(1) for rule in rules if (found := LOCAL_RULE.match(rule))}
    return next((level for level in ("community", "street", "district") if level in levels), "")


def _is_of(unit: Unit, level: str, line: str | None) -> bool:
    return unit.kind == level if line is None else unit.level == level and unit.line == line
