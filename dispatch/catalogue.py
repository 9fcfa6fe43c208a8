"""The dispatch catalogue (派单目录) as it is asked: the version of a moment, and which units its rows name for a matter.

What is changed is in `catalogue_versions`; what a row is worth beside other evidence is decided in `routing`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from dispatch import conditions
from dispatch.conditions import NOTHING, Circumstances, Held
from dispatch.localities import AREA_RULES, Locality, Registry, deepest
from dispatch.models import CatalogueEntry, CatalogueVersion
from dispatch.routing import UnitHit
from hotline.people.models import Area, Unit
from hotline.tickets.models import Category


@dataclass(frozen=True)
class Named:
    """The units that rows for a category, or for one above it, may mean in an area, and the law they rest on."""

    units: tuple[Unit, ...]
    bases: tuple[str, ...]


@dataclass(frozen=True)
class _Fitting:
    """A row whose conditions hold, with the reasons why."""

    row: CatalogueEntry
    held: tuple[Held, ...]


def version_at(session: Session, at: datetime) -> int:
    """The number of the version in force at that moment; 0 when there is none."""
    found = select(CatalogueVersion.number).where(
        CatalogueVersion.effective_from <= at, CatalogueVersion.withdrawn_at.is_(None)
    )
    newest = found.order_by(CatalogueVersion.effective_from.desc(), CatalogueVersion.number.desc()).limit(1)
    return session.scalar(newest) or 0


def candidates(
    session: Session, category_code: str, area_code: str | None, at: datetime, around: Circumstances = NOTHING
) -> list[UnitHit]:
    """Units that the catalogue of that moment names for a category in an area, the most local first.

    Of the rows of a category those count whose conditions hold in `around`, and of these the ones with most conditions. A
    category none of whose rows names a unit here follows the nearest category above it.
    """
    lineage = lineage_of(session, category_code)
    rows = _rows(session, [category.code for category in lineage], at)
    here = _locality(session, area_code, rows)
    for category in reversed(lineage):
        fitting = _fitting((row for row in rows if row.category_code == category.code), around)
        hits = _most_particular(_hits(fitting, category, here, exact=category.code == category_code))
        if hits:
            return sorted(hits, key=lambda hit: AREA_RULES.index(hit.area_rule), reverse=True)
    return []


def named(session: Session, category_code: str, area_code: str | None, at: datetime) -> Named:
    """Whom the catalogue of that moment may mean for a category in an area, whatever its conditions say."""
    lineage = lineage_of(session, category_code)
    rows = _rows(session, [category.code for category in lineage], at)
    here = _locality(session, area_code, rows)
    found = {unit.id: unit for row in rows if (unit := _lead(row, here)) is not None}
    return Named(tuple(found.values()), tuple(dict.fromkeys(row.legal_basis for row in reversed(rows) if row.legal_basis)))


def needed_level(session: Session, category_code: str, at: datetime) -> str:
    """How far down a place must be known to tell the unit: community, street or district; empty where no place is needed.

    The rows of the category itself decide, else those of the nearest category above it that has any.
    """
    lineage = lineage_of(session, category_code)
    rows = _rows(session, [category.code for category in lineage], at)
    for category in reversed(lineage):
        own = [row.unit_rule for row in rows if row.category_code == category.code]
        if own:
            return deepest(own)
    return ""


def lineage_of(session: Session, category_code: str) -> list[Category]:
    """The category and those above it, from the root down; empty for an unknown code."""
    category = session.get(Category, category_code)
    if category is None:
        return []
    codes = [part for part in category.path.split("/") if part]
    found = {row.code: row for row in session.scalars(select(Category).where(Category.code.in_(codes)))}
    return [found[code] for code in codes if code in found]


def in_effect(at: datetime) -> ColumnElement[bool]:
    """Whether a row of a version holds at that moment by its own days."""
    ended = or_(CatalogueEntry.effective_to.is_(None), CatalogueEntry.effective_to > at)
    return and_(CatalogueEntry.effective_from <= at, ended)


def _fitting(rows: Iterable[CatalogueEntry], around: Circumstances) -> list[_Fitting]:
    """Rows whose conditions hold, those with most conditions first."""
    held = ((row, conditions.held(row.conditions, around)) for row in rows)
    return sorted((_Fitting(row, why) for row, why in held if why is not None), key=lambda one: (-len(one.held), one.row.id))


def _hits(rows: list[_Fitting], category: Category, here: Locality, *, exact: bool) -> list[UnitHit]:
    hits: dict[int, UnitHit] = {}
    for row in rows:
        hit = _hit(row, category, here, via="row" if exact else "parent")
        if hit is not None:
            hits.setdefault(hit.unit_id, hit)
    return list(hits.values())


def _hit(fitting: _Fitting, category: Category, here: Locality, *, via: str) -> UnitHit | None:
    row = fitting.row
    unit = here.resolve(row.unit_rule) if here.reaches(row.area_rule) else None
    if unit is None:
        unit, via = here.stand_in(row.unit_rule), "no-local-unit" if row.area_rule in here.area_codes else "area-unknown"
    if unit is None:
        return None
    assisting = [found.id for rule in row.assist if (found := here.resolve(rule)) and found.id != unit.id]
    return UnitHit(
        unit_id=unit.id,
        unit_name=unit.name,
        category_code=category.code,
        category_name=category.name,
        area_rule=row.area_rule,
        via=via,
        assist_ids=tuple(assisting),
        legal_basis=row.legal_basis,
        source=row.source,
        held=fitting.held,
    )


def _most_particular(hits: Sequence[UnitHit]) -> list[UnitHit]:
    """The hits whose rows had most conditions: they were written for just such matters."""
    most = max((len(hit.held) for hit in hits), default=0)
    return [hit for hit in hits if len(hit.held) == most]


def _lead(row: CatalogueEntry, here: Locality) -> Unit | None:
    found = here.resolve(row.unit_rule) if here.reaches(row.area_rule) else None
    return found or here.stand_in(row.unit_rule)


def _locality(session: Session, area_code: str | None, rows: Sequence[CatalogueEntry]) -> Locality:
    area = session.get(Area, area_code) if area_code else None
    codes = [part for part in area.path.split("/") if part] if area else []
    levels = {found.level: found.code for found in session.scalars(select(Area).where(Area.code.in_(codes)))}
    rules = {rule for row in rows for rule in (row.unit_rule, *row.assist)}
    meant = or_(Unit.code.in_(rules), Unit.area_code.in_(codes), Unit.level == "city")
    return Locality(levels, Registry(list(session.scalars(select(Unit).where(Unit.active, meant)))))


def _rows(session: Session, category_codes: Collection[str], at: datetime) -> list[CatalogueEntry]:
    query = select(CatalogueEntry).where(
        CatalogueEntry.version == version_at(session, at),
        CatalogueEntry.category_code.in_(category_codes),
        in_effect(at),
    )
    return list(session.scalars(query.order_by(CatalogueEntry.id)))
