"""The requests of one incident taken together: what they say, where they are, how fast they come. Pure.

A `Crowd` says how likely another request is of it; `surges` asks, and makes crowds.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from hotline.insight.happenings import Happenings
from hotline.insight.sightings import Sighting
from hotline.insight.usual import EVERYWHERE, Usual

FAST = timedelta(minutes=30)
"""The time of which the pace is taken."""
SEEN_BY = 2
"""A word that one request has says nothing of the others."""
OF_KIND, OF_LEAF, OF_WORDS = 0.85, 0.5, 0.75
"""How much a kind of happening, a category and words say at most of being one matter."""
SAID_BY_FEW = 0.02
"""A category that fewer have is another matter."""
BROUGHT = 0.8
"""What a kind counts for that the incident's own kind brings with it."""
OTHER_KIND = 0.4
"""Factor where somebody speaks of other kinds of happening than all the rest."""
COMMON = 4.0
"""A word that one in so many has is as much of the incident as one that all have: people choose their words."""
SURE = 0.95
"""From this probability on, the place alone brings a request that names no kind of happening."""
BY_PLACE = 0.6
"""What such a request is taken to say of the matter."""


class Crowd:
    """The requests of one incident. Keeps counts, so that a request is compared with all of them at once."""

    def __init__(self, key: int, happenings: Happenings) -> None:
        self.key = key
        self.members: dict[int, Sighting] = {}
        self._happenings = happenings
        self._words: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._leaves: Counter[str] = Counter()
        self._places: Counter[str] = Counter()
        self._near: Counter[str] = Counter()
        self._districts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self.members)

    def add(self, seen: Sighting) -> None:
        """Let a request be of it. Safe to repeat."""
        if seen.id not in self.members:
            self.members[seen.id] = seen
            self._count(seen, 1)

    def remove(self, ticket_id: int) -> None:
        """Let a request be of it no more. Safe to repeat."""
        seen = self.members.pop(ticket_id, None)
        if seen is not None:
            self._count(seen, -1)

    @property
    def callers(self) -> int:
        """How many different people."""
        return len({seen.caller for seen in self.members.values()})

    @property
    def first_at(self) -> datetime:
        """When it began."""
        return min(seen.at for seen in self.members.values())

    @property
    def last_at(self) -> datetime:
        """When it was last heard of."""
        return max(seen.at for seen in self.members.values())

    @property
    def kind(self) -> str:
        """The kind of happening that most speak of; empty when hardly anybody names one."""
        return _foremost(self._kinds, len(self.members) * 0.3)

    @property
    def leaf(self) -> str:
        """The category that most have."""
        return _foremost(self._leaves, 1)

    @property
    def shared_themes(self) -> frozenset[str]:
        """The kinds of happening and categories that several of its requests are about."""
        return frozenset(name for counted in (self._kinds, self._leaves) for name, count in counted.items() if count >= SEEN_BY)

    @property
    def place(self) -> str:
        """The road or estate that the place of the incident is called by; empty when no one name says where it is."""
        named = sum(1 for seen in self.members.values() if seen.places)
        return _foremost(self._places, max(named * 0.5, SEEN_BY))

    @property
    def area(self) -> str:
        """The code of the smallest area in which nearly all lie that say where; empty when none holds them."""
        for counted in (self._near, self._districts):
            told = sum(1 for seen in self.members.values() if (seen.near if counted is self._near else seen.district))
            held = [code for code, count in counted.items() if count >= told * 0.8]
            if held:
                return max(held, key=lambda code: (len(code), code))
        return ""

    @property
    def spreads(self) -> bool:
        """Whether what happens does so on several roads at once."""
        return self.kind in self._happenings.spreading

    def is_in_one_street_with(self, other: "Crowd") -> bool:
        """Whether both lie in one street for the greater part."""
        return bool(set(self._main_near()) & set(other._main_near()))

    def cues(self, at_least: int, usual: Usual) -> list[str]:
        """Words for its name that several people said: those that name the happening, else others; never anybody's name.

        Most frequent first. A word counts that callers share and that many earlier requests had as well.
        """
        said = Counter(cue for seen in self.members.values() for cue in seen.cues)
        named = [cue for cue, count in _ranked(said) if count >= at_least]
        shared = [word for word, count in _ranked(self._words) if count >= at_least and usual.is_known(word, at_least**2)]
        return named or sorted(shared, key=lambda word: (-self._words[word] * usual.weight(word), word))

    def likeness(self, seen: Sighting, usual: Usual, burst: float) -> float:
        """How likely a request is of it, 0-1: what it says, times whether it is more likely from here than from any day."""
        where = self._where(seen, usual, burst)
        if not where:
            return 0.0
        matter = self._matter(seen, usual)
        if not seen.kinds and seen.places & self._places.keys() and where >= SURE and self._may_have(seen.leaf):
            matter = max(matter, BY_PLACE)
        return matter * where

    def _matter(self, seen: Sighting, usual: Usual) -> float:
        kind = max((self._share_of_kind(kind) for kind in seen.kinds), default=0.0)
        leaf = self._share(self._leaves, seen.leaf)
        telling = sum(
            usual.weight(word) ** 2 * min(1.0, COMMON * self._share(self._words, word))
            for word in seen.words
            if self._words[word] >= SEEN_BY
        )
        doubt = (
            (1 - OF_KIND * min(1.0, 1.5 * kind)) * (1 - OF_LEAF * min(1.0, 2 * leaf)) * (1 - OF_WORDS * -math.expm1(-telling))
        )
        return (1 - doubt) * (OTHER_KIND if seen.kinds and self._kinds and not kind else 1.0)

    def _may_have(self, leaf: str) -> bool:
        """Whether nothing about the category speaks against it: there is none, or others of it have it as well."""
        return not leaf or self._share(self._leaves, leaf) >= SAID_BY_FEW

    def _share_of_kind(self, kind: str) -> float:
        brought = max((self._share(self._kinds, cause) for cause in self._happenings.causes[kind]), default=0.0)
        return max(self._share(self._kinds, kind), BROUGHT * brought)

    def _where(self, seen: Sighting, usual: Usual, burst: float) -> float:
        """The probability that a request of this matter from this place is of the incident and not of any day's."""
        place, share = self._shared_place(seen)
        ours = self._pace(seen.at) * share
        theirs = burst * usual.per_hour(seen.themes, place)
        return ours / (ours + theirs) if ours else 0.0

    def _shared_place(self, seen: Sighting) -> tuple[str, float]:
        """The closest place that both have, and the share of its requests that come from there."""
        if seen.district and self._districts and not self._districts[seen.district]:
            return "", 0.0
        known = max(seen.places, key=lambda name: (self._places[name], name), default="")
        if known and self._places[known]:
            return known, self._share(self._places, known)
        near = next((code for code in reversed(seen.near) if self._near[code]), "")
        if seen.places and self._places:
            return (near, self._unseen()) if near and self.spreads else ("", 0.0)
        if seen.near and self._near and not near:
            return "", 0.0
        if near:
            return near, self._share(self._near, near)
        return seen.district or EVERYWHERE, 1.0

    def _main_near(self) -> list[str]:
        return [code for code, count in self._near.items() if count >= len(self.members) * 0.3]

    def _unseen(self) -> float:
        """How likely the next request is from a road not heard of yet: the share of roads heard of once (Good-Turing)."""
        return sum(1 for count in self._places.values() if count == 1) / len(self.members)

    def _pace(self, now: datetime) -> float:
        """Requests an hour of late; a quiet incident fades slowly."""
        late = sum(1 for seen in self._newest() if abs(now - seen.at) <= FAST)
        return max(late, 0.5) / (FAST / timedelta(hours=1))

    def _newest(self) -> Collection[Sighting]:
        return list(_last(self.members.values(), 200))

    def _share(self, counted: Counter[str], key: str) -> float:
        return counted[key] / len(self.members) if key and self.members else 0.0

    def _count(self, seen: Sighting, by: int) -> None:
        for counted, keys in (
            (self._words, seen.words),
            (self._kinds, seen.kinds),
            (self._places, seen.places),
            (self._near, seen.near),
            (self._leaves, [seen.leaf] if seen.leaf else []),
            (self._districts, [seen.district] if seen.district else []),
        ):
            for key in keys:
                counted[key] += by
                if not counted[key]:
                    del counted[key]


def _foremost(counted: Counter[str], at_least: float) -> str:
    best = max(counted.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    return best[0] if best[1] >= at_least else ""


def _ranked(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def _last(found: Collection[Sighting], most: int) -> Iterator[Sighting]:
    for skipped, seen in enumerate(found):
        if skipped >= len(found) - most:
            yield seen
