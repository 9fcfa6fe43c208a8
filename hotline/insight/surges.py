"""Sees an incident while it happens: requests of one matter at one place that nobody expects. Pure; fed in order of time.

Each request is compared with the incidents that live, then with what came in within the window and lies near it. What it
knows follows from the requests and the incidents alone, so a restart that feeds them again knows the same.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.insight.crowds import Crowd
from hotline.insight.happenings import Happenings
from hotline.insight.incident_rules import IncidentRules
from hotline.insight.sightings import Sighting
from hotline.insight.usual import Usual, surprise

NEIGHBOURS = 300
"""So many of the last requests of a place are compared."""
SAME_LEAF, OF_WORDS = 0.5, 0.8
"""How much a category, and words in common, say of two requests being about one matter."""
BROUGHT = 0.6
"""What it says that one speaks of what the other's happening brings with it."""
BESIDE, NOWHERE = 0.75, 0.6
"""Agreement of place: another road of the street where the happening spreads; one of them says the street alone."""
ENOUGH_WORDS = 0.5
"""What two requests share of their telling words when they say the same in their own words."""
EDGE = timedelta(minutes=10)
"""Requests that came in at once are counted as of so long."""


@dataclass(frozen=True)
class Joined:
    """A request is of an incident that lives; `key` None: of one that was dismissed, and so of none."""

    key: int | None
    likeness: float


@dataclass(frozen=True)
class Surge:
    """An incident nobody knew: its requests with their likeness (0-1). `of` is the live incident whose place it widens."""

    members: Mapping[int, float]
    crowd: Crowd
    surprise: float
    of: int | None


class Detector:
    """Requests of the window by place, and the crowds of live and dismissed incidents. Not safe in threads."""

    def __init__(self, rules: IncidentRules, usual: Usual, happenings: Happenings) -> None:
        self.rules, self.usual = rules, usual
        self._happenings = happenings
        self._window: deque[Sighting] = deque()
        self._held: dict[int, Sighting] = {}
        self._tells: dict[int, float] = {}
        self._by_place: dict[str, deque[int]] = defaultdict(deque)
        self._taken: set[int] = set()
        self._barred: set[int] = set()
        self.crowds: dict[int, Crowd] = {}
        self._dismissed: set[int] = set()
        self._usual_until: datetime | None = None

    def __contains__(self, ticket_id: int) -> bool:
        return ticket_id in self._held

    def know(self, key: int, members: Iterable[Sighting], *, dismissed: bool) -> None:
        """Let an incident have exactly these requests."""
        crowd = self.crowds.setdefault(key, Crowd(key, self._happenings))
        wanted = {seen.id: seen for seen in members}
        for gone in set(crowd.members) - set(wanted):
            crowd.remove(gone)
            self._taken.discard(gone)
        for seen in wanted.values():
            crowd.add(seen)
        self._taken.update(wanted)
        (self._dismissed.add if dismissed else self._dismissed.discard)(key)

    def forget(self, key: int) -> None:
        """Let an incident be known no more; its requests are not looked at again."""
        crowd = self.crowds.pop(key, None)
        if crowd is not None:
            self._taken -= crowd.members.keys() - self._held.keys()
        self._dismissed.discard(key)

    def bar(self, ticket_ids: Collection[int]) -> None:
        """Leave out requests about which a person decided, or that are of an incident that is over."""
        self._barred.update(ticket_ids)

    def sighting(self, ticket_id: int) -> Sighting | None:
        """A request of the window."""
        return self._held.get(ticket_id)

    def hold(self, seen: Sighting) -> None:
        """Take a request into the window; what is too old, or too many, leaves it and becomes usual."""
        if seen.id in self._held:
            return
        self._window.append(seen)
        self._held[seen.id] = seen
        self._tells[seen.id] = self._told(seen.words)
        for place in _places(seen):
            self._by_place[place].append(seen.id)
        while self._window and self._is_over(self._window[0], seen.at):
            self._drop(self._window.popleft())

    def see(self, seen: Sighting) -> Joined | Surge | None:
        """Hold a request and say what it is of: a live incident, one not known before, or nothing. Adds it to the live one."""
        self.hold(seen)
        if seen.id in self._taken or seen.id in self._barred:
            return None
        found = self.nearest(seen)
        if found is not None:
            return self._join(seen, found)
        return self._surge(seen)

    def nearest(self, seen: Sighting) -> Joined | None:
        """The incident that a request is most likely of; None when none is likely enough. Changes nothing."""
        scored = [(crowd.likeness(seen, self.usual, self.rules.spotting.burst), -key) for key, crowd in self.crowds.items()]
        likeness, key = max(scored, default=(0.0, 0))
        return Joined(-key, round(likeness, 3)) if likeness >= self.rules.spotting.alike else None

    def adopt(self, surge: Surge, key: int) -> dict[int, float]:
        """Let a surge be the incident `key`, or widen it; returns all that is of it now and was not, with the likeness."""
        crowd = self.crowds.setdefault(key, Crowd(key, self._happenings))
        for ticket_id in surge.members:
            crowd.add(self._held[ticket_id])
        self._taken.update(surge.members)
        return {**surge.members, **self._remaining(key)}

    def _remaining(self, key: int) -> dict[int, float]:
        """Requests of the window that turn out to be of an incident, with their likeness; they are added to it."""
        found: dict[int, float] = {}
        for seen in self._window:
            if seen.id in self._taken or seen.id in self._barred:
                continue
            near = self.nearest(seen)
            if near is not None and near.key == key:
                self._join(seen, near)
                found[seen.id] = near.likeness
        return found

    def _join(self, seen: Sighting, found: Joined) -> Joined:
        if found.key in self._dismissed:
            return Joined(None, found.likeness)
        self.crowds[found.key or 0].add(seen)
        self._taken.add(seen.id)
        return found

    def _surge(self, seen: Sighting) -> Surge | None:
        members = self._alike(seen)
        crowd = Crowd(0, self._happenings)
        for one in members.values():
            crowd.add(one[0])
        if crowd.callers < self.rules.spotting.at_least:
            return None
        improbable = self._surprise(crowd, seen.at)
        if improbable < self.rules.spotting.surprise:
            return None
        likeness = {ticket_id: round(score, 3) for ticket_id, (_, score) in sorted(members.items())}
        return Surge(likeness, crowd, round(improbable, 1), self._widened(crowd))

    def _alike(self, seen: Sighting) -> dict[int, tuple[Sighting, float]]:
        """What hangs together with a request: those like it, those like them, and so on, within the places they share."""
        found, waiting = {seen.id: (seen, 1.0)}, [seen]
        while waiting and len(found) < NEIGHBOURS:
            one = waiting.pop()
            for other in self._near(one):
                score = self._likeness(one, other)
                if score >= self.rules.spotting.alike and other.id not in found:
                    found[other.id] = (other, score)
                    waiting.append(other)
        return found

    def _near(self, seen: Sighting) -> list[Sighting]:
        ids = {ticket_id for place in _places(seen) for ticket_id in list(self._by_place.get(place, ()))[-NEIGHBOURS:]}
        return [self._held[ticket_id] for ticket_id in sorted(ids - self._taken - self._barred - {seen.id})]

    def _likeness(self, one: Sighting, other: Sighting) -> float:
        """How likely two requests are about one matter at one place, 0-1."""
        place = self._agreement(one, other)
        if not place:
            return 0.0
        doubt = (1 - SAME_LEAF * (one.leaf == other.leaf != "")) * (1 - OF_WORDS * self._shared_words(one, other))
        if one.kinds & other.kinds:
            return place * (1 - doubt * (1 - self._telling_kind(one.kinds & other.kinds)))
        if self._happenings.are_related(one.kinds, other.kinds):
            return place * (1 - doubt * (1 - BROUGHT))
        return place * (1 - doubt) * (0.5 if one.kinds and other.kinds else 1.0)

    def _telling_kind(self, kinds: frozenset[str]) -> float:
        """How much a kind of happening says: the rarer on usual days, the more."""
        share = self.usual.per_hour(kinds) / max(self.usual.per_hour(frozenset()), 1e-9)
        return 0.9 if share < 0.05 else 0.7 if share < 0.2 else 0.5

    def _shared_words(self, one: Sighting, other: Sighting) -> float:
        shared = self._told(one.words & other.words)
        fewer = min(self._tells[one.id], self._tells[other.id])
        return min(1.0, shared / fewer / ENOUGH_WORDS) if fewer else 0.0

    def _told(self, words: Iterable[str]) -> float:
        return sum(self.usual.weight(word) ** 2 for word in words)

    def _agreement(self, one: Sighting, other: Sighting) -> float:
        if one.district and other.district and one.district != other.district:
            return 0.0
        if one.places & other.places:
            return 1.0
        if not set(one.near) & set(other.near):
            return 0.0
        if one.places and other.places:
            return BESIDE if one.kinds & other.kinds & self._happenings.spreading else 0.0
        return NOWHERE if one.near[-1] != other.near[-1] else BESIDE

    def _surprise(self, crowd: Crowd, now: datetime) -> float:
        """How improbable it is that so many speak of what several speak of here; of anything, where nobody names it."""
        shared = crowd.shared_themes
        callers = {seen.caller for seen in crowd.members.values() if not shared or seen.themes & shared}
        hours = max(now - crowd.first_at, EDGE) / timedelta(hours=1)
        usual = self.usual.per_hour(shared, crowd.place or crowd.area)
        return surprise(len(callers), self.rules.spotting.burst * usual * hours)

    def _widened(self, crowd: Crowd) -> int | None:
        """The live incident that this is one with: a happening that spreads, of one kind, in one street, at one time."""
        together = timedelta(minutes=self.rules.spotting.together_minutes)
        for key, live in sorted(self.crowds.items()):
            begun = crowd.first_at - live.first_at <= together
            kinds = frozenset({live.kind}), frozenset({crowd.kind})
            alike = live.kind == crowd.kind or self._happenings.are_related(*kinds)
            same = live.kind and crowd.kind and alike and live.spreads and live.is_in_one_street_with(crowd)
            if key not in self._dismissed and len(live) and begun and same:
                return key
        return None

    def _is_over(self, seen: Sighting, now: datetime) -> bool:
        return now - seen.at > self.rules.spotting.window or len(self._window) > self.rules.memory.window_tickets

    def _drop(self, seen: Sighting) -> None:
        del self._held[seen.id], self._tells[seen.id]
        for place in _places(seen):
            held = self._by_place[place]
            held.remove(seen.id)
            if not held:
                del self._by_place[place]
        hours = (seen.at - self._usual_until) / timedelta(hours=1) if self._usual_until else 0.0
        self._usual_until = max(seen.at, self._usual_until or seen.at)
        if seen.id not in self._taken:
            self.usual.add(seen, max(hours, 0.0))
        self._taken.discard(seen.id)
        self._barred.discard(seen.id)


def _places(seen: Sighting) -> Iterable[str]:
    return {*seen.places, *seen.near}
