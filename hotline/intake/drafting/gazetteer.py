"""The names of a city's areas, roads and places, found in running text. Pure: the names are handed in.

A name is found as written, by an alias, by a short form (`forms`), by its bare stem between words that tell a place, and by
its sound (`sounds`). Which of several bearers of a name is meant is decided in `locating`.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick

from hotline.intake.drafting import forms
from hotline.intake.drafting.sounds import Sounds
from hotline.kernel.search.analysis import normalise

PRECISION = {"city": 0, "district": 1, "street": 2, "community": 3, "road": 4}
EXACT = 5
"""Estates, schools, hospitals and whatever else has an address of its own."""
WRITTEN, ALIAS, SHORT, HEARD, STEM = 1.0, 0.95, 0.9, 0.75, 0.6
"""How sure a name is, by the way it was found."""
PARITY = {"odd": 1, "even": 0}


@dataclass(frozen=True)
class NamedPlace:
    """A name, what it names (a level of area, or a kind of place) and the area it is or lies in; `path` as in `Area`.

    A piece of a road has the house numbers and the side (`parity`) that lie in the area. `road` is the road a place lies at.
    """

    name: str
    kind: str
    area_code: str
    path: str = ""
    aliases: tuple[str, ...] = ()
    road: str = ""
    numbers_from: int | None = None
    numbers_to: int | None = None
    parity: str = ""
    grid_code: str = ""

    @property
    def precision(self) -> int:
        """How closely it tells where: from 0 (the city) to 5 (an estate, a school)."""
        return PRECISION.get(self.kind, EXACT)

    def has_number(self, number: int) -> bool:
        """Whether the house number lies in this piece of a road."""
        low, high = self.numbers_from or 0, self.numbers_to
        if number < low or (high is not None and number > high):
            return False
        return not self.parity or number % 2 == PARITY[self.parity]


@dataclass(frozen=True)
class Hit:
    """A name found at `start` to `end` (exclusive); `places` bear it, the closest first; `sure` is how it was found."""

    start: int
    end: int
    places: tuple[NamedPlace, ...]
    sure: float = WRITTEN

    @property
    def place(self) -> NamedPlace:
        """The closest of them."""
        return self.places[0]


class Gazetteer:
    """Finds names in text in one pass; of overlapping ones the longest. Knows which area lies in which."""

    def __init__(self, places: Iterable[NamedPlace]) -> None:
        known = list(places)
        self.areas = {place.area_code: place for place in known if place.kind in PRECISION and place.kind != "road"}
        self.city = next((place for place in known if place.kind == "city"), None)
        self._bearers: dict[str, tuple[float, list[NamedPlace]]] = {}
        for place in known:
            for name, sure in self._names(place):
                self._add(name, sure, place)
        self._automaton = ahocorasick.Automaton()
        for name, (sure, bearers) in self._bearers.items():
            self._automaton.add_word(name, (len(name), sure, _closest_first(bearers)))
        self._empty = len(self._automaton) == 0
        self._automaton.make_automaton()
        self._sounds = Sounds(name for name, (sure, _) in self._bearers.items() if sure >= ALIAS)

    def find(self, text: str) -> list[Hit]:
        """The names in the text, from left to right, not overlapping."""
        if self._empty:
            return []
        plain = "".join(map(_plain, text))
        kept = _longest(hit for hit in self._written(plain) if hit.sure > STEM or _between_place_words(plain, hit))
        heard = _longest(self._heard(plain, kept))
        return sorted([*kept, *heard], key=lambda hit: hit.start) if heard else kept

    def lineage(self, area_code: str) -> tuple[str, ...]:
        """The codes from the city down to the area, itself the last."""
        area = self.areas.get(area_code)
        if area is not None and area.path:
            return tuple(part for part in area.path.split("/") if part)
        return tuple(sorted({code for code in self.areas if area_code.startswith(code)} | {area_code}, key=len))

    def within(self, area_code: str, above: str) -> bool:
        """Whether the area is the other one, or lies in it."""
        return above in self.lineage(area_code)

    def shared(self, area_codes: Iterable[str]) -> str | None:
        """The smallest area that holds all of them."""
        lines = [self.lineage(code) for code in area_codes]
        common = [codes[0] for codes in zip(*lines, strict=False) if len(set(codes)) == 1]
        return common[-1] if common else None

    def precision(self, area_code: str | None) -> int:
        """How closely an area tells where, from 0 (the city, or nothing) to 3 (a community)."""
        area = self.areas.get(area_code or "")
        return area.precision if area else 0

    def _names(self, place: NamedPlace) -> Iterator[tuple[str, float]]:
        yield place.name, WRITTEN
        yield from ((name, ALIAS) for name in place.aliases)
        city = self.city.name if self.city else ""
        around = [self.areas[code].name for code in self.lineage(place.area_code) if code in self.areas]
        own = [] if place.kind in PRECISION else around
        yield from ((name, SHORT) for name in forms.short_forms(place.name, place.kind, city, own))
        yield forms.stem(place.name, place.kind), STEM

    def _add(self, name: str, sure: float, place: NamedPlace) -> None:
        best, bearers = self._bearers.get(name, (0.0, []))
        if not name or sure < best:
            return
        if sure > best:
            bearers = []
        if place not in bearers:
            self._bearers[name] = (sure, [*bearers, place])

    def _written(self, plain: str) -> Iterator[Hit]:
        for last, (length, sure, places) in self._automaton.iter(plain):
            yield Hit(last + 1 - length, last + 1, places, sure)

    def _heard(self, plain: str, kept: list[Hit]) -> Iterator[Hit]:
        ends = [hit.end for hit in kept]

        def is_taken(start: int, end: int) -> bool:
            at = bisect_left(ends, start + 1)
            return at < len(kept) and kept[at].start < end

        for start, end, name in self._sounds.find(plain, is_taken):
            yield Hit(start, end, _closest_first(self._bearers[name][1]), HEARD)


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -(hit.end - hit.start))):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
        elif hit.end - hit.start > kept[-1].end - kept[-1].start:
            kept[-1] = hit
    return kept


def _closest_first(places: list[NamedPlace]) -> tuple[NamedPlace, ...]:
    return tuple(sorted(places, key=lambda place: -place.precision))


def _between_place_words(plain: str, hit: Hit) -> bool:
    known = forms.load_forms()
    return plain.startswith(known.stem_after, hit.end) or plain.endswith(known.stem_before, 0, hit.start)


@lru_cache(8192)
def _plain(letter: str) -> str:
    """One form of a character that reads the same; always one character, so that positions stay."""
    folded = normalise(letter)
    return folded if len(folded) == 1 else letter
