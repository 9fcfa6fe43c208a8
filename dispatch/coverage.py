"""What the catalogue leaves open: categories for which nobody is named somewhere, units without rows or duties, rows that end.

All is read once and put together in memory, a handful of queries however large the city. Called by the page of the catalogue.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import catalogue, duties
from dispatch.localities import Locality, Registry
from dispatch.models import CatalogueEntry, Duty
from hotline.people.models import Area, Unit
from hotline.tickets.models import Category

SLASH = "/"
HOTLINE = "hotline"
"""The kind of unit that dispatches and is given nothing."""


@dataclass(frozen=True)
class Open:
    """A leaf category with the areas in which no row names a unit; no areas: nowhere is one named."""

    code: str
    path: tuple[str, ...]
    areas: tuple[str, ...]


@dataclass(frozen=True)
class Outside:
    """A row that names a unit whose duty list does not have the row's category."""

    row: CatalogueEntry
    unit: Unit


@dataclass(frozen=True)
class Coverage:
    """What is open in the catalogue of a moment; `leaves` is how many categories were looked at, `rows` how many rows hold."""

    version: int
    leaves: int
    rows: int
    units: int
    without_unit: tuple[Open, ...]
    without_rows: tuple[Unit, ...]
    without_duties: tuple[Unit, ...]
    outside_duties: tuple[Outside, ...]
    ending: tuple[CatalogueEntry, ...]


def report(session: Session, at: datetime, ending_days: int) -> Coverage:
    """The coverage of the version in force at that moment; rows that end within so many days are told."""
    version = catalogue.version_at(session, at)
    query = select(CatalogueEntry).where(CatalogueEntry.version == version, catalogue.in_effect(at))
    rows = list(session.scalars(query.order_by(CatalogueEntry.id)))
    tree = {row.code: row for row in session.scalars(select(Category).order_by(Category.path))}
    registry = Registry(list(session.scalars(select(Unit).where(Unit.active))))
    listed = _listed(session, at)
    leaves = _leaves(tree)
    soon = at + timedelta(days=ending_days)
    named = {rule for row in rows for rule in (row.unit_rule, *row.assist)}
    meant = {unit.id for rule in named for unit in registry.meant(rule)}
    workers = [unit for unit in registry.units if unit.kind != HOTLINE]
    return Coverage(
        version=version,
        leaves=len(leaves),
        rows=len(rows),
        units=len(workers),
        without_unit=tuple(_without_unit(leaves, rows, tree, _places(session, registry))),
        without_rows=tuple(unit for unit in workers if unit.id not in meant),
        without_duties=tuple(unit for unit in workers if unit.id not in listed),
        outside_duties=tuple(_outside(rows, tree, registry, listed)),
        ending=tuple(row for row in rows if row.effective_to is not None and row.effective_to <= soon),
    )


@dataclass(frozen=True)
class _Place:
    """An area at the end of the tree that matters here, and the district it lies in."""

    name: str
    district: str
    here: Locality


def _places(session: Session, registry: Registry) -> list[_Place]:
    """Every street, and every district that has none."""
    areas = {area.code: area for area in session.scalars(select(Area).order_by(Area.path))}
    parents = {area.parent_code for area in areas.values() if area.level == "street"}
    ends = (a for a in areas.values() if a.level == "street" or (a.level == "district" and a.code not in parents))
    found = list[_Place]()
    for area in ends:
        above = [areas[code] for code in area.path.split(SLASH) if code in areas]
        levels = {one.level: one.code for one in above}
        district = next((one.name for one in above if one.level == "district"), area.name)
        found.append(_Place(area.name, district, Locality(levels, registry)))
    return found


def _leaves(tree: Mapping[str, Category]) -> list[Category]:
    """Open categories with nothing open below them that the hotline accepts."""
    parents = {row.parent_code for row in tree.values() if row.active}
    return [row for row in tree.values() if row.active and row.code not in parents and not _is_informed(row, tree)]


def _is_informed(category: Category, tree: Mapping[str, Category]) -> bool:
    """Whether matters of it are not dispatched: the caller is told where they belong."""
    return any(tree[code].handling_path for code in _codes(category) if code in tree)


def _without_unit(
    leaves: Iterable[Category], rows: Sequence[CatalogueEntry], tree: Mapping[str, Category], places: Sequence[_Place]
) -> Iterator[Open]:
    """Leaves by the rules they come to: those that follow the same rows are resolved once."""
    general = defaultdict[str, list[CatalogueEntry]](list)
    for row in rows:
        if not row.conditions:
            general[row.category_code].append(row)
    known: dict[tuple[tuple[str, str], ...], tuple[str, ...] | None] = {}
    for leaf in leaves:
        rules = tuple((row.area_rule, row.unit_rule) for code in reversed(_codes(leaf)) for row in general[code])
        if rules not in known:
            known[rules] = _open_places(rules, places)
        missing = known[rules]
        if missing is not None:
            yield Open(leaf.code, tuple(tree[code].name for code in _codes(leaf) if code in tree), missing)


def _open_places(rules: Sequence[tuple[str, str]], places: Sequence[_Place]) -> tuple[str, ...] | None:
    """The areas where none of the rules names a unit, whole districts by their name; none at all when there is no gap.

    An empty list: no rule names anybody anywhere.
    """
    missing = [place for place in places if not any(_names(place.here, *rule) for rule in rules)]
    if not rules or (places and len(missing) == len(places)):
        return ()
    if not missing:
        return None
    of_district = defaultdict[str, list[str]](list)
    for place in missing:
        of_district[place.district].append(place.name)
    whole = defaultdict[str, int](int)
    for place in places:
        whole[place.district] += 1
    return tuple(
        name for district, names in of_district.items() for name in ([district] if len(names) == whole[district] else names)
    )


def _names(here: Locality, area_rule: str, unit_rule: str) -> bool:
    return here.reaches(area_rule) and here.resolve(unit_rule) is not None


def _outside(
    rows: Iterable[CatalogueEntry], tree: Mapping[str, Category], registry: Registry, listed: Mapping[int, set[str]]
) -> Iterator[Outside]:
    """Rows whose unit has a duty list without their category, each with one such unit."""
    for row in rows:
        lineage = set(_codes(tree[row.category_code]))
        units = (unit for unit in registry.meant(row.unit_rule) if listed.get(unit.id) and not listed[unit.id] & lineage)
        unit = next(units, None)
        if unit is not None:
            yield Outside(row, unit)


def _listed(session: Session, at: datetime) -> dict[int, set[str]]:
    found = defaultdict[int, set[str]](set)
    for unit_id, code in session.execute(select(Duty.unit_id, Duty.category_code).where(duties.in_force(at))):
        found[unit_id].add(code)
    return found


def _codes(category: Category) -> list[str]:
    return [code for code in category.path.split(SLASH) if code]
