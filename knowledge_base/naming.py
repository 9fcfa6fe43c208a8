"""Names and codes of what an article points at - subjects, areas, units - both ways. Pure; `web` reads them from the core.

Used by `cells` to understand what people wrote, and by `exporting` to write what they will read.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from hotline.kernel.errors import Invalid

SLASH = "/"


@dataclass(frozen=True)
class Names:
    """`categories`: code → path of names with slashes; `areas`: code → name; `units`: id → (code, name)."""

    categories: Mapping[str, str]
    areas: Mapping[str, str]
    units: Mapping[int, tuple[str, str]]

    def category_of(self, words: str) -> str:
        """The code of a subject, written as path of names or as code. Raises Invalid."""
        plain = SLASH.join(part.strip() for part in words.strip(SLASH).split(SLASH))
        return self._one("category_code", self._category_codes, plain, words)

    def area_of(self, words: str) -> str:
        """The code of an area, written as its name or code. Raises Invalid."""
        return self._one("area_code", self._area_codes, words, words)

    def unit_of(self, words: str) -> int:
        """The id of a unit, written as its name or code. Raises Invalid."""
        return int(self._one("owner_unit_id", self._unit_ids, words, words))

    def category(self, code: str | None) -> str:
        """How a subject is written."""
        return self.categories.get(code or "", code or "")

    def area(self, code: str | None) -> str:
        """How an area is written: its name, or its code where two bear the same name."""
        return self._written(self._area_codes, code or "", self.areas.get(code or "", ""))

    def unit(self, unit_id: int | None) -> str:
        """How a unit is written: its name, or its code where two bear the same name."""
        code, name = self.units.get(unit_id or 0, ("", ""))
        return self._written(self._unit_ids, code, name)

    @cached_property
    def _category_codes(self) -> Mapping[str, str | None]:
        return _both_ways((code, path) for code, path in self.categories.items())

    @cached_property
    def _area_codes(self) -> Mapping[str, str | None]:
        return _both_ways((code, name) for code, name in self.areas.items())

    @cached_property
    def _unit_ids(self) -> Mapping[str, str | None]:
        of_code = {code: str(unit_id) for unit_id, (code, _) in self.units.items()}
        found = _both_ways((code, name) for code, name in self.units.values())
        return {words: of_code.get(code or "") for words, code in found.items()}

    @staticmethod
    def _one(field: str, known: Mapping[str, str | None], plain: str, given: str) -> str:
        if plain not in known:
            raise Invalid(field, "unknown-code", given=given)
        found = known[plain]
        if found is None:
            raise Invalid(field, "ambiguous-name", given=given)
        return found

    @staticmethod
    def _written(known: Mapping[str, str | None], code: str, name: str) -> str:
        return name if known.get(name) is not None else code


def _both_ways(pairs: Iterable[tuple[str, str]]) -> dict[str, str | None]:
    """Name and code → code; None for a name that two bear. A code wins over a name that looks like it."""
    listed = list(pairs)
    often = Counter(name for _, name in listed)
    return {name: code if often[name] == 1 else None for code, name in listed} | {code: code for code, _ in listed}
