"""A city's districts and streets from the country's list of administrative divisions (CSV), into `area`. Safe to repeat.

Four files in a folder, as modood/Administrative-divisions-of-China has them: provinces, cities, areas, streets. Nothing is ever
deleted: tickets name areas. Called by `hotline city import-divisions`.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Invalid
from hotline.people import areas
from hotline.people.models import Area

FILES = {"areas": ("code", "name", "cityCode", "provinceCode"), "streets": ("code", "name", "areaCode")}
"""The files that are read, and the columns that must be there."""
STANDS_FOR_ALL = frozenset({"市辖区", "县", "省直辖县级行政区划"})


@dataclass(frozen=True)
class Division:
    """A district or street of the list; `parent` is a code of the list, or the city's."""

    code: str
    name: str
    level: str
    parent: str


@dataclass
class Outcome:
    """How many areas were made, given the list's name, found as they are, found under another code (kept), not in the list."""

    added: int = 0
    renamed: int = 0
    unchanged: int = 0
    otherwise: int = 0
    not_listed: int = 0


def read_divisions(folder: Path, city: Area) -> list[Division]:
    """The districts of the city and their streets, districts first. Raises Invalid for files or a code that do not fit.

    The city's code has two digits for a municipality, four for a prefecture, six for a county-level city.
    """
    rows = list(_rows(folder, "areas"))
    inside = [row for row in rows if city.code in (row["code"], row["cityCode"], row["provinceCode"])]
    if not inside:
        raise Invalid("code", "unknown-code", given=city.code)
    alone = {row["code"] for row in inside if row["code"] == city.code or row["name"] in STANDS_FOR_ALL | {city.name}}
    districts = [Division(row["code"], row["name"], "district", city.code) for row in inside if row["code"] not in alone]
    parents = {district.code: district.code for district in districts} | dict.fromkeys(alone, city.code)
    streets = [
        Division(row["code"], row["name"], "street", parents[row["areaCode"]])
        for row in _rows(folder, "streets")
        if row["areaCode"] in parents
    ]
    return [*districts, *streets]


def put_divisions(uow: UnitOfWork, divisions: list[Division]) -> Outcome:
    """Make or rename each; one that is there by name under the same parent keeps its own code."""
    outcome = Outcome()
    city = city_of(uow.session)
    codes = {city.code: city.code}
    for division in divisions:
        codes[division.code] = _put(uow, division, codes[division.parent], outcome)
    listed = set(codes.values())
    levels = ("district", "street")
    there = uow.session.scalars(select(Area.code).where(Area.level.in_(levels)))
    outcome.not_listed = sum(code not in listed for code in there)
    return outcome


def city_of(session: Session) -> Area:
    """The city that was begun. Raises Invalid in an empty database."""
    city = areas.root(session)
    if city is None:
        raise Invalid("code", "unknown-area", given="")
    return city


def _put(uow: UnitOfWork, division: Division, parent: str, outcome: Outcome) -> str:
    there = uow.session.get(Area, division.code)
    if there is not None:
        changed = there.name != division.name
        there.name = division.name
        outcome.renamed += changed
        outcome.unchanged += not changed
        return there.code
    same_name = select(Area.code).where(Area.parent_code == parent, Area.name == division.name).limit(1)
    known = uow.session.scalars(same_name).one_or_none()
    if known is not None:
        outcome.otherwise += 1
        return known
    outcome.added += 1
    return areas.create_area(uow, code=division.code, name=division.name, level=division.level, parent_code=parent).code


def _rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    path, columns = folder / f"{name}.csv", FILES[name]
    if not path.is_file():
        raise Invalid("file", "path-not-found", path=str(path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = [column for column in columns if column not in (rows.fieldnames or ())]
        if missing:
            raise Invalid("file", "missing-column", known=missing)
        yield from rows
