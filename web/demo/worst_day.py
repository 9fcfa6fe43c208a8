"""The demo city's worst day as a stream of calls: a main breaks under a road, 400 people ring within 3 h, among 3,000 others.

Pure: the same seed and day give the same calls. What belongs to the event is said beside each call, for whoever measures
how well it is found (`hotline insight replay`). How the event's callers put it is data that no situation knows.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from web.demo.data import FOLDER, City, Situation, load_city, read_yaml
from web.demo.matters import matter_of
from web.demo.shape import load_shape, weighted
from web.demo.stories import Matter

WORDS = "worst_day_words.csv"
EVENT = "w"
LATE = "late"
UNKNOWN = "none"
TITLE_LONGEST = 30


@dataclass(frozen=True)
class Call:
    """What somebody asked for. `at` is aware; `area_code` is a district, street or community; `key` is the call's own."""

    key: str
    at: datetime
    channel: str
    caller: str
    area_code: str | None
    address: str
    category_code: str | None
    title: str
    body: str
    is_of_event: bool


@dataclass(frozen=True)
class Words:
    """One way of saying it. `phase` late: only said when it has lasted for a while."""

    id: str
    category: str
    phase: str
    sentence: str


@dataclass(frozen=True)
class WorstDay:
    """The file `worst_day.yaml` as values, with the words; see there for what each means."""

    calls: int
    others: int
    near: int
    same_road: int
    same_kind: int
    breaks_at: str
    lasts_hours: float
    peak: float
    late_from: float
    first_phone: int
    callers: int
    again: float
    channels: Mapping[str, float]
    road: str
    road_numbers: Sequence[int]
    estate: str
    street: str
    areas: Mapping[str, float]
    unclassified: float
    kinds: Sequence[str]
    titles: Mapping[str, Sequence[str]]
    openings: Sequence[str]
    closings: Sequence[str]
    words: tuple[Words, ...]


@dataclass(frozen=True)
class _Day:
    """One day being made."""

    of: WorstDay
    city: City
    seed: int
    midnight: datetime

    def chance(self, name: str, number: int) -> Random:
        """A generator of each call's own, so that another count of one kind leaves the others as they were."""
        return Random(f"{self.seed}:{self.midnight:%Y%m%d}:{name}:{number}")

    def breaks(self) -> datetime:
        """When the main breaks."""
        return datetime.combine(self.midnight, time.fromisoformat(self.of.breaks_at), self.midnight.tzinfo)


def worst_day(seed: int, day: date, zone: ZoneInfo) -> list[Call]:
    """All calls of that local day, the earliest first."""
    known = load_worst_day()
    made = _Day(known, load_city(), seed, datetime.combine(day, time(), zone))
    plain = known.others - known.near - known.same_road - known.same_kind
    calls = [_of_event(made, number) for number in range(known.calls)]
    calls += [_near(made, number) for number in range(known.near)]
    calls += [_other(made, "other", number, made.city.situations) for number in range(plain)]
    calls += [_on_the_road(made, number) for number in range(known.same_road)]
    water = [row for row in made.city.situations if row.id in known.kinds]
    calls += [_other(made, "water", number, water) for number in range(known.same_kind)]
    return sorted(calls, key=lambda call: (call.at, call.key))


@cache
def load_worst_day() -> WorstDay:
    """Read both files; the same object each time."""
    with (FOLDER / WORDS).open(encoding="utf-8") as file:
        words = tuple(Words(**row) for row in csv.DictReader(file))
    raw: dict[str, Any] = read_yaml("worst_day.yaml")  # numbers, shares and lists, as the fields say
    names = {entry.name for entry in fields(WorstDay)} - {"words"}
    return WorstDay(**{name: raw[name] for name in names}, words=words)


def _of_event(day: _Day, number: int) -> Call:
    known, rng = day.of, day.chance("event", number)
    share = rng.triangular(0.0, 1.0, known.peak)
    fits = [row for row in known.words if row.id.startswith(EVENT) and (row.phase != LATE or share >= known.late_from)]
    row = rng.choice(fits)
    return Call(
        key=f"event:{number}",
        at=day.breaks() + share * timedelta(hours=known.lasts_hours),
        channel=weighted(rng, known.channels),
        caller=_caller(known, _repeating(known, rng, number)),
        area_code=_area(weighted(rng, known.areas)),
        address=_address(known, row.sentence, rng),
        category_code=None if rng.random() < known.unclassified else row.category,
        title=_title(known, row, rng),
        body=rng.choice(known.openings) + row.sentence + rng.choice(known.closings),
        is_of_event=True,
    )


def _repeating(known: WorstDay, rng: Random, number: int) -> int:
    """Most callers ring once; some are one who rang before."""
    return rng.randrange(number) if number and rng.random() < known.again else number


def _near(day: _Day, number: int) -> Call:
    """What sounds like the event or happens on its road, half of it while it lasts."""
    known, rng = day.of, day.chance("near", number)
    rows = [row for row in known.words if not row.id.startswith(EVENT)]
    row = rows[number % len(rows)]
    meanwhile = day.breaks() + rng.random() * timedelta(hours=known.lasts_hours)
    on_the_road = known.road in row.sentence or known.estate in row.sentence
    return Call(
        key=f"near:{number}",
        at=meanwhile if rng.random() < 0.5 else _any_hour(day, rng, "any"),
        channel=weighted(rng, known.channels),
        caller=_caller(known, rng.randrange(known.calls, known.callers)),
        area_code=_area(weighted(rng, known.areas)) if on_the_road else None,
        address=_address(known, row.sentence, rng),
        category_code=None if rng.random() < known.unclassified else row.category,
        title=row.sentence[:TITLE_LONGEST],
        body=rng.choice(known.openings) + row.sentence,
        is_of_event=False,
    )


def _other(day: _Day, name: str, number: int, rows: Sequence[Situation]) -> Call:
    """A matter of the usual kinds."""
    rng = day.chance(name, number)
    fits = [row for row in rows if day.midnight.month in row.months] or list(rows)
    situation = rng.choices(fits, weights=[row.weight for row in fits])[0]
    return _call(day, f"{name}:{number}", _any_hour(day, rng, situation.hours), matter_of(day.city, situation, rng), rng)


def _on_the_road(day: _Day, number: int) -> Call:
    """A matter of the usual kinds, but on the road of the event."""
    known, rng = day.of, day.chance("road", number)
    rows = [row for row in day.city.situations if "{road}" in row.title and row.id not in known.kinds]
    situation = rng.choice(rows)
    matter = matter_of(day.city, situation, rng, place=known.road)
    return _call(day, f"road:{number}", _any_hour(day, rng, situation.hours), matter, rng)


def _call(day: _Day, key: str, at: datetime, matter: Matter, rng: Random) -> Call:
    known = day.of
    return Call(
        key=key,
        at=at,
        channel=weighted(rng, known.channels),
        caller=_caller(known, rng.randrange(known.calls, known.callers)),
        area_code=matter.area,
        address=matter.address,
        category_code=None if rng.random() < known.unclassified else matter.category,
        title=matter.title,
        body=matter.body,
        is_of_event=False,
    )


def _any_hour(day: _Day, rng: Random, part: str) -> datetime:
    hour = rng.choices(range(24), weights=load_shape().hours[part])[0]
    return datetime.combine(day.midnight, time(hour, rng.randrange(60), rng.randrange(60)), day.midnight.tzinfo)


def _caller(known: WorstDay, number: int) -> str:
    return str(known.first_phone + number)


def _area(code: str) -> str | None:
    return None if code == UNKNOWN else code


def _address(known: WorstDay, sentence: str, rng: Random) -> str:
    if known.estate in sentence:
        return rng.choice([f"{known.street}{known.estate}", f"{known.estate}{rng.randint(1, 18)}号楼", known.estate])
    if known.road in sentence:
        low, high = known.road_numbers
        return rng.choice([f"{known.road}{rng.randint(low, high)}号附近", f"{known.street}{known.road}", known.road])
    return ""


def _title(known: WorstDay, row: Words, rng: Random) -> str:
    where = known.estate if known.estate in row.sentence else known.road if known.road in row.sentence else known.street
    made = rng.choice(list(known.titles[row.category])).format(where=where)
    return rng.choice([made, made, row.sentence.partition("，")[0][:TITLE_LONGEST]])
