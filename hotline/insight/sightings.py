"""A ticket as the detector of incidents sees it: what it speaks of, where, when, whose it is. Pure.

Words of places are taken out of the text first, so that words tell the matter and names the place.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hotline.insight.happenings import Happenings
from hotline.kernel.search.analysis import Analyzer, normalise

READ_CHARACTERS = 300
"""Title and this much of the body; the rest is the story around it."""
SHORTEST_WORD = 2
DISTRICT, STREET = 1, 2
"""Places in the path of an area, from the city (0) down."""
_NUMBERS = re.compile(r"[0-9a-z]+")


@dataclass(frozen=True)
class Sighting:
    """One request. `places` are names of roads and estates, `near` the codes of street and community, `caller` says who asks.

    `cues` are the words by which `kinds` of happening were recognised. `at` is aware.
    """

    id: int
    at: datetime
    words: frozenset[str]
    kinds: frozenset[str]
    cues: frozenset[str]
    places: frozenset[str]
    near: tuple[str, ...]
    district: str
    leaf: str
    caller: str

    @property
    def themes(self) -> frozenset[str]:
        """What it is about, as far as anything says so: kinds of happening and the category."""
        return self.kinds | ({self.leaf} if self.leaf else frozenset())


@dataclass(frozen=True)
class Told:
    """The words of a request as they came in; `caller` is any key that is the same for one person."""

    id: int
    at: datetime
    title: str
    body: str
    address: str
    area_code: str | None
    category_code: str | None
    caller: str


@dataclass(frozen=True)
class Named:
    """A road or estate named in a text at `start` to `end` (exclusive), and the area it lies in.

    `name` is empty where the area itself is named, `area_code` where bearers of the name lie in several areas.
    """

    start: int
    end: int
    name: str
    area_code: str


@dataclass(frozen=True)
class Reading:
    """How requests are read: cutting, kinds of happening, the paths of areas ("/99/9901/") by code, names found in a text."""

    analyzer: Analyzer
    happenings: Happenings
    paths: Mapping[str, str]
    names: Callable[[str], Iterable[Named]]

    def sighting(self, told: Told) -> Sighting:
        """A request as the detector sees it."""
        text = f"{told.title}\n{told.body[:READ_CHARACTERS]}"
        in_address, in_text = list(self.names(told.address)), list(self.names(text))
        plain = normalise(_without(text, in_text))
        spoken = self.happenings.spoken(plain)
        # The address says where it is; a road that the story only mentions counts where no address names one.
        named = in_address or in_text
        path = self._path(told.area_code, named)
        return Sighting(
            id=told.id,
            at=told.at,
            words=self._words(plain),
            kinds=spoken.kinds,
            cues=spoken.cues,
            places=frozenset(one.name for one in named if one.name),
            near=tuple(path[STREET:]),
            district=path[DISTRICT] if len(path) > DISTRICT else "",
            leaf=told.category_code or "",
            caller=told.caller,
        )

    def _path(self, area_code: str | None, named: Iterable[Named]) -> list[str]:
        """The codes down to the smallest area that is told; names count where they lie in the area that was entered."""
        told = self.paths.get(area_code or "", "/")
        closer = [path for one in named if (path := self.paths.get(one.area_code, "")).startswith(told)]
        return [part for part in max([told, *closer], key=len).split("/") if part]

    def _words(self, plain: str) -> frozenset[str]:
        found = self.analyzer.words(_NUMBERS.sub(" ", plain))
        return frozenset(word for word in found if len(word) >= SHORTEST_WORD and word not in self.happenings.filler)


def _without(text: str, named: Iterable[Named]) -> str:
    kept, at = [], 0
    for one in sorted(named, key=lambda one: one.start):
        kept.append(text[at : one.start])
        at = max(at, one.end)
    return " ".join([*kept, text[at:]])
