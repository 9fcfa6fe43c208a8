"""Where a demo request happens and how its sentences are filled. Pure: chance comes in as a `Random`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from web.demo.data import City, PlaceRow

PLACE_SLOTS = {
    "estate": "estate",
    "road": "road",
    "school": "school",
    "hospital": "hospital",
    "market": "market",
    "park": "park",
    "station": "transport",
}
"""Slots that are places, and the kind of place; the first one of a sentence says where the matter lies."""


TELLERS_OWN = ("building", "floor", "days", "number")
"""Slots that two people with the same matter fill differently."""


@dataclass(frozen=True)
class Spot:
    """A place of a request: the street area's code, the address, a filling for every slot, and the name it hangs on."""

    area: str
    address: str
    values: Mapping[str, str]
    anchor: str = ""


def fill(words: str, spot: Spot) -> str:
    """The words with their slots filled. Raises KeyError for an unknown slot."""
    return words.format_map(spot.values)


def choose_spot(city: City, rng: Random, words: str, hours: str, *, place: str | None = None) -> Spot:
    """A spot that fits the sentence: its first place decides the street, other places are the nearest ones.

    With `place`, a name, that first place is the one of that name, where there is one of the kind.
    """
    named = [name for name in PLACE_SLOTS if f"{{{name}}}" in words]
    slot = min(named, key=lambda name: words.index(f"{{{name}}}"), default="estate")
    fits = [found for found in city.places if found.kind == PLACE_SLOTS[slot]]
    anchor = rng.choice([found for found in fits if found.name == place] or fits)
    values = {name: _near(city.places, kind, anchor.street, rng) for name, kind in PLACE_SLOTS.items()}
    values[slot] = anchor.name
    values["street"] = next(area.name for area in city.areas if area.code == anchor.street)
    values["time"] = rng.choice(_times(city, hours))
    values |= {name: rng.choice(choices) for name, choices in city.slots.items() if name != "time"}
    return Spot(anchor.street, _address(anchor, values, rng), values, anchor.name)


def beside(city: City, spot: Spot, rng: Random, hours: str) -> Spot:
    """The same place and the same names, told by somebody else: another building, another hour."""
    values = {**spot.values, "time": rng.choice(_times(city, hours))}
    values |= {name: rng.choice(city.slots[name]) for name in TELLERS_OWN}
    anchor = next(place for place in city.places if (place.name, place.street) == (spot.anchor, spot.area))
    return Spot(spot.area, _address(anchor, values, rng), values, spot.anchor)


def unfilled(texts: Iterable[str]) -> list[str]:
    """Those of the texts that still hold a slot."""
    return [words for words in texts if "{" in words or "}" in words]


def _near(places: Sequence[PlaceRow], kind: str, street: str, rng: Random) -> str:
    fits = [place for place in places if place.kind == kind]
    for digits in (6, 4, 0):  # the same street, the same district, anywhere
        close = [place.name for place in fits if place.street[:digits] == street[:digits]]
        if close:
            return rng.choice(close)
    raise LookupError(f"no place of kind {kind}")


def _times(city: City, hours: str) -> list[str]:
    by_part: dict[str, list[str]] = city.slots["time"]
    return by_part.get(hours) or [moment for part in by_part.values() for moment in part]


def _address(anchor: PlaceRow, values: Mapping[str, str], rng: Random) -> str:
    if anchor.kind == "road":
        return f"{values['street']}{anchor.name}{rng.randint(1, 260)}号附近"
    if anchor.kind == "estate":
        return f"{values['street']}{anchor.name}{values['building']}"
    return f"{values['street']}{anchor.name}"
