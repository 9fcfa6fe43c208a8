"""The texts with places of `tests/data/places`, the demo city's gazetteer, and what is made of a text. For tests and tuning."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hotline.intake.drafting.country import load_country
from hotline.intake.drafting.cues import load_cues
from hotline.intake.drafting.gazetteer import Gazetteer, NamedPlace
from hotline.intake.drafting.locating import locate, question
from hotline.intake.drafting.values import CALLER, Turn
from web.demo.data import load_city

FOLDER = Path(__file__).parents[1] / "data" / "places"


@dataclass(frozen=True)
class Said:
    """A text and what it means: found, ambiguous, missing or outside, and the area codes of that."""

    id: str
    text: str
    need: str
    kind: str
    codes: frozenset[str]


def texts(half: str) -> list[Said]:
    with (FOLDER / f"{half}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Said(row["id"], row["text"], row["need"], row["kind"], frozenset(filter(None, row["codes"].split(";")))) for row in rows
    ]


def demo_places() -> Iterator[NamedPlace]:
    paths: dict[str | None, str] = {None: "/"}
    for area in load_city().areas:
        paths[area.code] = f"{paths[area.parent]}{area.code}/"
        yield NamedPlace(area.name, area.level, area.code, paths[area.code])
    for row in load_city().places:
        numbers = (row.numbers_from, row.numbers_to, row.parity)
        yield NamedPlace(row.name, row.kind, row.street, "", row.aliases, row.road, *numbers)


@cache
def demo_gazetteer() -> Gazetteer:
    return Gazetteer(demo_places())


def meant(said: Said) -> tuple[str, frozenset[str]]:
    """What comes of the text: the kind, and the codes."""
    gazetteer = demo_gazetteer()
    found = locate([Turn(1, CALLER, said.text)], gazetteer, load_cues(), load_country("99"))
    asked = question(found, gazetteer, said.need)
    if asked:
        return asked.kind, frozenset(choice.code for choice in asked.choices)
    return "found", frozenset({found.area_code} if found.area_code else ())
