"""Messages of an invented city for tests and benchmarks of hot topics: topics of many sizes among single messages.

People tell one happening in other words, with half of its facts, other names of its place, slips and stories of their own;
the same matter happens elsewhere, and other matters at the same place. Nobody labelled real messages: the truth is the plan.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

MATTERS = Path(__file__).parent / "data" / "hot_topics" / "matters.yaml"
ARTICLES = Path(__file__).parents[1] / "web" / "demo" / "city" / "articles"
"""What the demo city's citizens ask and are told: the many other matters of a city."""
START = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
SLIPS = str.maketrans("的在河城建安苑锦区员话", "地再合成健按苑景去圆化")
"""Characters that are typed or heard one for the other."""
SINGLE = 0.7
"""Share of messages that belong to no topic."""
SAME_PLACE, NO_PLACE, SLIPPED, MONTHS, ASKED = 0.3, 0.06, 0.05, 0.2, 0.85
"""How often another matter happens at a topic's place, a message names no place, has slips, a topic lasts for months; the
share of single messages that ask something of their own, where the others tell a topic's matter of another place."""


@dataclass(frozen=True)
class Made:
    """One message, and the number of its happening; those of single messages occur once."""

    id: str
    time: datetime
    place: str
    title: str
    text: str
    topic: int


@dataclass(frozen=True)
class Place:
    """A place under its names, in the order of how often they are used, and its district."""

    names: tuple[str, ...]
    district: str


@dataclass(frozen=True)
class Happening:
    """What happened where and when, its facts filled in, each in several people's words."""

    number: int
    matter: Mapping[str, Any]  # a row of the YAML file
    place: Place | None
    names: tuple[str, ...]
    facts: tuple[tuple[str, ...], ...]
    start: datetime
    days: float


@cache
def words() -> dict[str, Any]:  # the YAML file
    """The vocabulary of the city."""
    found: dict[str, Any] = yaml.safe_load(MATTERS.read_text(encoding="utf-8"))
    return found


@cache
def asked() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What citizens ask of other matters, and sentences to tell of them."""
    pages = [path.read_text(encoding="utf-8") for path in sorted(ARTICLES.glob("*.md"))]
    questions = [found for page in pages for found in re.findall(r'^  - "(.{6,})"$', page, re.MULTILINE)]
    lines = [line for page in pages for line in page.split("---")[-1].splitlines() if line and not line.startswith("#")]
    return tuple(questions), tuple(part for line in lines for part in re.split("[。；，]", line) if 8 < len(part) < 40)


def made(count: int, *, seed: int = 1, days: int = 400) -> list[Made]:
    """That many messages in the order of time; about three tenths of them in topics of 2 to some eighty."""
    chance = random.Random(seed)
    found: list[Made] = []
    places: list[Place] = []
    cities = [one for one in words()["matters"] if one["kind"] == "city"]
    for number, matter in enumerate(cities):
        found += _told(chance, _happening(chance, number, days, matter, None))
    number = len(cities)
    while len(found) < count * (1 - SINGLE):
        happening = _somewhere(chance, number, days, places)
        found += _told(chance, happening)
        places += [happening.place] if happening.place else []
        number += 1
    while len(found) < count:
        other = _somewhere(chance, number, days, places)
        found.append(_of_its_own(chance, other) if chance.random() < ASKED else _message(chance, other))
        number += 1
    found.sort(key=lambda one: one.time)
    return [Made(str(n), one.time, one.place, one.title, one.text, one.topic) for n, one in enumerate(found[:count], 1)]


def topics(messages: Sequence[Made]) -> dict[int, list[str]]:
    """The ids of each happening that more than one told."""
    grouped: dict[int, list[str]] = {}
    for one in messages:
        grouped.setdefault(one.topic, []).append(one.id)
    return {number: ids for number, ids in grouped.items() if len(ids) > 1}


def _told(chance: random.Random, what: Happening) -> list[Made]:
    """A topic: few are big."""
    return [_message(chance, what) for _ in range(min(2 + int(chance.paretovariate(1.0)), 80))]


def _somewhere(chance: random.Random, number: int, days: int, places: Sequence[Place]) -> Happening:
    matter = chance.choice([one for one in words()["matters"] if one["kind"] == "place"])
    elsewhere = not places or chance.random() > SAME_PLACE
    return _happening(chance, number, days, matter, _place(chance) if elsewhere else chance.choice(places))


def _happening(chance: random.Random, number: int, days: int, matter: Mapping[str, Any], place: Place | None) -> Happening:
    start = START + timedelta(days=chance.random() * days)
    firm = chance.choice(words()["firms"]) + ("" if place is None else chance.choice(words()["firm_ends"]))
    day = start - timedelta(days=chance.randint(1, 60))
    filled = {"firm": firm, "n": chance.randint(2, 60), "day": f"{day.month}月{day.day}日"}
    names = tuple(name.format(**filled) for name in chance.sample(matter["names"], 3))
    facts = tuple(tuple(way.format(place="", **filled) for way in fact) for fact in matter["facts"])
    lasting = chance.uniform(60, 200) if place is None or chance.random() < MONTHS else chance.uniform(1, 30)
    return Happening(number, matter, place, names, facts, start, lasting)


def _of_its_own(chance: random.Random, what: Happening) -> Made:
    """A single message that asks something else at that place."""
    questions, told = asked()
    named = _named(chance, what.place) if what.place else ""
    stories = [*chance.sample(told, chance.randint(4, 10)), *chance.sample(words()["story"], chance.randint(0, 3))]
    chance.shuffle(stories)
    who = chance.choice(words()["who"]).format(place=named)
    parts = [chance.choice(words()["openings"]), who, chance.choice(questions), *stories, chance.choice(words()["ending"])]
    title = chance.choice(("", named)) + chance.choice(questions)
    return Made("", what.start.replace(microsecond=0), "", title, "，".join(filter(None, parts)) + "。", what.number)


def _place(chance: random.Random) -> Place:
    known = words()
    district = chance.choice(known["districts"])
    kind = chance.random()
    if kind < 0.35:
        road = chance.choice(known["roads"]) + chance.choice(("路", "路", "街", "大道"))
        cross = chance.choice(known["roads"])
        return Place((road, f"{road}与{cross}路交叉口", f"{district}{road}", f"{road}{chance.randint(1, 300)}号"), district)
    if kind < 0.85:
        estate, end = chance.choice(known["estates"]), chance.choice(known["estate_ends"])
        part = f"{estate}{chance.choice(known['estates'])}" if chance.random() < 0.4 else estate
        name = part + end
        return Place(
            (name, f"{district}{name}", f"{name}小区", f"{name}{chance.randint(1, 4)}期", f"{district}{part}"), district
        )
    village = chance.choice(known["villages"])
    return Place((f"{village}村", f"{district}{village}镇{village}村", f"{village}镇"), district)


def _message(chance: random.Random, what: Happening) -> Made:
    known = words()
    named = "" if what.place is None or chance.random() < NO_PLACE else _named(chance, what.place)
    where = named or ("" if what.place else "本市")
    title = chance.choice(known["titles"]).format(place=where, matter=chance.choice(what.names))
    share = max(1, round(len(what.facts) * chance.uniform(0.25, 0.9)))
    told = [chance.choice(ways) for ways in chance.sample(what.facts, share)]
    who = chance.choice(known["who"]).format(place=_named(chance, what.place)) if named and what.place else ""
    who = who or chance.choice(known["who_city"])
    stories = [*chance.sample(known["story"], chance.randint(0, 2)), *chance.sample(asked()[1], chance.randint(2, 7))]
    middle = [*told, *stories]
    chance.shuffle(middle)
    parts = [chance.choice(known["openings"]), who, chance.choice(what.names), *middle, chance.choice(known["ending"])]
    text = "，".join(part for part in parts if part) + "。"
    if chance.random() < SLIPPED:
        title, text = title.translate(SLIPS), text.translate(SLIPS)
    time = what.start + timedelta(days=what.days * chance.random() ** 1.5, seconds=chance.randint(0, 40_000))
    given = what.place.district if what.place and chance.random() < 0.5 else ""
    return Made("", time.replace(microsecond=0), given, title, text, what.number)


def _named(chance: random.Random, place: Place) -> str:
    return place.names[min(int(chance.expovariate(1.2)), len(place.names) - 1)]


def rows(messages: Sequence[Made]) -> Iterator[list[str]]:
    """The messages as rows of a CSV file, under their heading."""
    yield ["id", "time", "place", "title", "text"]
    for one in messages:
        yield [one.id, f"{one.time:%Y-%m-%d %H:%M:%S}", one.place, one.title, one.text]


def pairs(found: Sequence[Sequence[str]], truth: Mapping[str, int]) -> tuple[float, float]:
    """Precision and recall of pairs of messages put into one topic. `truth` is the happening of each message."""
    together = sum(_pairs(len(ids)) for ids in found)
    right = sum(_pairs(count) for ids in found for count in Counter(truth[one] for one in ids).values())
    wanted = sum(_pairs(count) for count in Counter(truth.values()).values())
    return right / max(together, 1), right / max(wanted, 1)


def best(found: Sequence[Sequence[str]], truth: Mapping[str, int], top: int) -> float:
    """How well the biggest happenings are found: the average F1 of each with the topic that fits it best."""
    sizes = Counter(truth.values())
    shared: dict[int, list[float]] = {number: [0.0] for number, _ in sizes.most_common(top)}
    for ids in found:
        for number, count in Counter(truth[one] for one in ids).items():
            if number in shared:
                shared[number].append(2 * count / (len(ids) + sizes[number]))
    return sum(max(marks) for marks in shared.values()) / len(shared)


def _pairs(count: int) -> int:
    return count * (count - 1) // 2
