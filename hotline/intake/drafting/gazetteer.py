"""The names of a city's areas, roads and places, found in running text. Pure: the names are handed in."""

from collections.abc import Iterable
from dataclasses import dataclass

import ahocorasick

PRECISION = {"city": 0, "district": 1, "street": 2, "community": 3, "road": 4}
EXACT = 5
"""Estates, schools, hospitals and whatever else has an address of its own."""
SHORT_DISTRICT = 2
"""A district is also called by its name without 区 or 县 when at least so many characters are left."""


@dataclass(frozen=True)
class NamedPlace:
    """A name, what it names (a level of area, or a kind of place) and the area it is or lies in."""

    name: str
    kind: str
    area_code: str

    @property
    def precision(self) -> int:
        """How closely it tells where: from 0 (the city) to 5 (an estate, a school)."""
        return PRECISION.get(self.kind, EXACT)


@dataclass(frozen=True)
class Hit:
    """A name found at `start` to `end` (exclusive)."""

    start: int
    end: int
    place: NamedPlace


class Gazetteer:
    """Finds names in text in one pass; of overlapping ones the longest."""

    def __init__(self, places: Iterable[NamedPlace]) -> None:
        self._automaton = ahocorasick.Automaton()
        for place in places:
            for name in _names(place):
                known: NamedPlace | None = self._automaton.get(name, None)
                if known is None or place.precision > known.precision:
                    self._automaton.add_word(name, place)
        self._empty = len(self._automaton) == 0
        self._automaton.make_automaton()

    def find(self, text: str) -> list[Hit]:
        """The names in the text, from left to right, not overlapping."""
        if self._empty:
            return []
        found = [Hit(end + 1 - length, end + 1, place) for end, place, length in self._matches(text)]
        kept: list[Hit] = []
        for hit in sorted(found, key=lambda hit: (hit.start, -(hit.end - hit.start))):
            if not kept or hit.start >= kept[-1].end:
                kept.append(hit)
            elif hit.end - hit.start > kept[-1].end - kept[-1].start:
                kept[-1] = hit
        return kept

    def _matches(self, text: str) -> Iterable[tuple[int, NamedPlace, int]]:
        for end, place in self._automaton.iter(text):
            length = next(len(name) for name in _names(place) if text.endswith(name, 0, end + 1))
            yield end, place, length


def _names(place: NamedPlace) -> list[str]:
    """Longest first, so that the full name is preferred over the short one."""
    names = [place.name]
    if place.kind == "district" and place.name[-1:] in "区县市" and len(place.name) > SHORT_DISTRICT:
        names.append(place.name[:-1])
    return names
