"""A day's stream through the detector as fast as it goes, and how well it did, beside a plain rule. Pure.

The clock is the stream's. Called by `hotline insight replay` and by the benchmark; nothing here reads or writes a database.
"""

import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.insight.sightings import Reading, Sighting, Told
from hotline.insight.surges import Detector, Surge

STEP = timedelta(minutes=10)
"""The plain rule counts in steps of so long."""
DEVIATIONS = 3.0


@dataclass(frozen=True)
class Spot:
    """An incident that was found: at which request of the stream, and which requests it has at the end."""

    key: int
    at: datetime
    position: int
    name: str
    tickets: AbstractSet[int]


@dataclass(frozen=True)
class Result:
    """How well the event was seen. `after_tickets` counts those of the event up to the warning; shares are 0-1.

    `false_spots` are incidents that have hardly anything of the event; `ms` is the mean time a request took.
    """

    event: int
    others: int
    after_tickets: int | None
    after_minutes: float | None
    precision: float
    recall: float
    warnings: int
    false_spots: int
    ms: float


@dataclass(frozen=True)
class Alarm:
    """What the plain rule raises: when, and the requests that were too many."""

    at: datetime
    tickets: AbstractSet[int]


@dataclass(frozen=True)
class Replayed:
    """The incidents of a stream, in the order in which they were found, and the seconds it took."""

    spots: tuple[Spot, ...]
    seconds: float
    requests: int


def replay(stream: Iterable[Told], reading: Reading, detector: Detector) -> Replayed:
    """Feed a stream in its order to a detector."""
    found: list[tuple[int, datetime, int]] = []
    position, began = 0, time.perf_counter()
    for told in stream:
        position += 1
        result = detector.see(reading.sighting(told))
        if isinstance(result, Surge):
            key = result.of if result.of is not None else len(found) + 1
            if result.of is None:
                found.append((key, told.at, position))
            detector.adopt(result, key)
    seconds = time.perf_counter() - began
    spots = tuple(Spot(key, at, place, _named(detector, key), set(detector.crowds[key].members)) for key, at, place in found)
    return Replayed(spots, seconds, position)


def judge(replayed: Replayed, stream: Sequence[Told], event: AbstractSet[int]) -> Result:
    """How well the event (ids of its requests) was seen: by the incident that has most of it."""
    best = max(replayed.spots, key=lambda spot: len(spot.tickets & event), default=None)
    hits = best.tickets & event if best else set()
    of_event = [told for told in stream if told.id in event]
    ms = replayed.seconds / max(replayed.requests, 1) * 1000
    others = len(stream) - len(of_event)
    if best is None or not hits:
        return Result(len(of_event), others, None, None, 0.0, 0.0, 0, len(replayed.spots), ms)
    before = [told for told in stream[: best.position] if told.id in event]
    # Every incident of which most is the event's is one warning about it.
    warned = [spot for spot in replayed.spots if len(spot.tickets & event) * 2 > len(spot.tickets)]
    return Result(
        event=len(of_event),
        others=others,
        after_tickets=len(before),
        after_minutes=(best.at - of_event[0].at) / timedelta(minutes=1),
        precision=len(hits) / len(best.tickets),
        recall=len(hits) / len(of_event),
        warnings=len(warned),
        false_spots=len(replayed.spots) - len(warned),
        ms=ms,
    )


def plain_alarms(past: Iterable[Sighting], stream: Iterable[Sighting]) -> list[Alarm]:
    """The plain rule: requests of one category in one district within ten minutes above mean + 3 deviations of the past.

    One alarm for each step above it, with the requests of that step.
    """
    counts: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    steps: set[int] = set()
    for seen in past:
        steps.add(_step(seen.at))
        counts[seen.leaf, seen.district][_step(seen.at)] += 1
    whole = max(steps, default=0) - min(steps, default=0) + 1
    current: defaultdict[tuple[str, str, int], set[int]] = defaultdict(set)
    alarms = []
    for seen in stream:
        cell, step = (seen.leaf, seen.district), _step(seen.at)
        tickets = current[*cell, step]
        tickets.add(seen.id)
        limit = max(_limit(counts[cell], whole), 1)
        if len(tickets) > limit >= len(tickets) - 1:
            alarms.append(Alarm(seen.at, tickets))
    return alarms


def _limit(counted: Counter[int], steps: int) -> float:
    mean = sum(counted.values()) / steps
    spread = sum(count**2 for count in counted.values()) / steps - mean**2
    return mean + DEVIATIONS * math.sqrt(max(spread, 0.0))


def _step(at: datetime) -> int:
    return int(at.timestamp() // STEP.total_seconds())


def _named(detector: Detector, key: int) -> str:
    crowd = detector.crowds[key]
    return " ".join([crowd.place or crowd.area, *crowd.cues(3, detector.usual)[:2]])
