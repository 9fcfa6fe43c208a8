"""The dispatch catalogue (派单目录): versions of rows, and which units its rows name for a category in an area.

Rows come from the seed, an import or an administrator; what they are worth beside other evidence is decided in `routing`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from dispatch.models import CatalogueEntry
from dispatch.routing import UnitHit
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Invalid
from hotline.people.models import Area, Unit
from hotline.tickets.models import Category

AREA_RULES = ("any", "city", "district", "street", "community")
LOCAL_RULE = re.compile(r"^(city|district|street|community)(?:-bureau:(?P<line>\S+))?$")


@dataclass(frozen=True)
class Locality:
    """What resolves unit rules: area codes by level, from the city down as far as known, and the units that may be meant."""

    area_codes: Mapping[str, str]
    units: Sequence[Unit]

    def resolve(self, rule: str) -> Unit | None:
        """The unit of that rule here; nothing when the area is not known so far down or has no such unit."""
        local = LOCAL_RULE.match(rule)
        if local is None:
            return self._first(lambda unit: unit.code == rule)
        level, line = local.group(1), local.group("line")
        return self._at(level, line, self.area_codes.get(level))

    def stand_in(self, rule: str) -> Unit | None:
        """The city's unit of the rule's trade, for a request whose area is not known."""
        local = LOCAL_RULE.match(rule)
        if local is None or local.group("line") is None:
            return None
        return self._first(lambda unit: unit.level == "city" and unit.line == local.group("line"))

    def _at(self, level: str, line: str | None, area_code: str | None) -> Unit | None:
        if area_code is None:
            return None
        if line is None:
            return self._first(lambda unit: unit.kind == level and unit.area_code == area_code)
        return self._first(lambda unit: unit.level == level and unit.line == line and unit.area_code == area_code)

    def _first(self, wanted: Callable[[Unit], bool]) -> Unit | None:
        return next((unit for unit in self.units if wanted(unit)), None)


def import_rows(uow: UnitOfWork, rows: Iterable[Mapping[str, Any]]) -> int:
    """Add the rows as a new version, in effect from each row's local day on; returns the version.

    A row has category, area_rule, unit, assist, legal_basis, source, effective_from and perhaps effective_to (dates; the last
    day included). The same rows as the newest version change nothing. Raises Invalid with the row's number (from 1) for what
    is not understood.
    """
    entries = [_entry(number, row, uow.zone) for number, row in enumerate(rows, start=1)]
    _check_known(uow.session, entries)
    newest = uow.session.scalar(select(func.max(CatalogueEntry.version))) or 0
    if newest and _content(entries) == _content(_of_version(uow.session, newest)):
        return newest
    for entry in entries:
        entry.version = newest + 1
    uow.session.add_all(entries)
    uow.session.flush()
    return newest + 1


def version_at(session: Session, at: datetime) -> int:
    """The newest version with a row in effect at that moment; 0 when there is none."""
    return session.scalar(select(func.max(CatalogueEntry.version)).where(_in_effect(at))) or 0


def candidates(session: Session, category_code: str, area_code: str | None, at: datetime) -> list[UnitHit]:
    """Units the catalogue names for that category in that area, the most local first; empty when no row speaks of it.

    A category none of whose rows names a unit here follows the nearest category above it.
    """
    lineage = _lineage(session, category_code)
    found = _rows(session, [category.code for category in lineage], at)
    here = _locality(session, area_code, found)
    for category in reversed(lineage):
        rows = [row for row in found if row.category_code == category.code]
        hits = _hits(rows, category, here, exact=category.code == category_code)
        if hits:
            return sorted(hits, key=lambda hit: AREA_RULES.index(hit.area_rule), reverse=True)
    return []


def _hits(rows: list[CatalogueEntry], category: Category, here: Locality, *, exact: bool) -> list[UnitHit]:
    hits: dict[int, UnitHit] = {}
    for row in rows:
        unit, via = _named(row, here), "row" if exact else "parent"
        if unit is None:
            unit, via = here.stand_in(row.unit_rule), _why_stand_in(row, here)
        if unit is None or unit.id in hits:
            continue
        assisting = [found.id for rule in row.assist if (found := here.resolve(rule)) and found.id != unit.id]
        hits[unit.id] = UnitHit(
            unit_id=unit.id,
            unit_name=unit.name,
            category_code=category.code,
            category_name=category.name,
            area_rule=row.area_rule,
            via=via,
            assist_ids=tuple(assisting),
            legal_basis=row.legal_basis,
            source=row.source,
        )
    return list(hits.values())


def _named(row: CatalogueEntry, here: Locality) -> Unit | None:
    if row.area_rule in {"any", "city"} or row.area_rule in here.area_codes:
        return here.resolve(row.unit_rule)
    return None


def _why_stand_in(row: CatalogueEntry, here: Locality) -> str:
    return "no-local-unit" if row.area_rule in here.area_codes else "area-unknown"


def _locality(session: Session, area_code: str | None, rows: Sequence[CatalogueEntry]) -> Locality:
    area = session.get(Area, area_code) if area_code else None
    codes = [part for part in area.path.split("/") if part] if area else []
    levels = {found.level: found.code for found in session.scalars(select(Area).where(Area.code.in_(codes)))}
    named = {rule for row in rows for rule in (row.unit_rule, *row.assist)}
    meant = or_(Unit.code.in_(named), Unit.area_code.in_(codes), Unit.level == "city")
    return Locality(levels, list(session.scalars(select(Unit).where(Unit.active, meant).order_by(Unit.id))))


def _lineage(session: Session, category_code: str) -> list[Category]:
    """The category and those above it, from the root down; empty for an unknown code."""
    category = session.get(Category, category_code)
    if category is None:
        return []
    codes = [part for part in category.path.split("/") if part]
    found = {row.code: row for row in session.scalars(select(Category).where(Category.code.in_(codes)))}
    return [found[code] for code in codes if code in found]


def _rows(session: Session, category_codes: list[str], at: datetime) -> list[CatalogueEntry]:
    query = select(CatalogueEntry).where(
        CatalogueEntry.version == version_at(session, at),
        CatalogueEntry.category_code.in_(category_codes),
        _in_effect(at),
    )
    return list(session.scalars(query.order_by(CatalogueEntry.id)))


def _in_effect(at: datetime) -> ColumnElement[bool]:
    ended = or_(CatalogueEntry.effective_to.is_(None), CatalogueEntry.effective_to > at)
    return and_(CatalogueEntry.effective_from <= at, ended)


def _entry(number: int, row: Mapping[str, Any], zone: tzinfo) -> CatalogueEntry:
    if row.get("area_rule") not in AREA_RULES:
        raise Invalid("area_rule", "unknown-word", row=number, given=row.get("area_rule"), known=list(AREA_RULES))
    until = row.get("effective_to")
    return CatalogueEntry(
        category_code=_text(number, row, "category"),
        area_rule=row["area_rule"],
        unit_rule=_text(number, row, "unit"),
        assist=list(row.get("assist") or []),
        legal_basis=row.get("legal_basis") or "",
        source=row.get("source") or "",
        effective_from=_midnight(_day(number, row, "effective_from"), zone),
        effective_to=_midnight(_day(number, row, "effective_to") + timedelta(days=1), zone) if until else None,
    )


def _text(number: int, row: Mapping[str, Any], field: str) -> str:
    value = row.get(field)
    if not isinstance(value, str) or not value:
        raise Invalid(field, "required", row=number)
    return value


def _day(number: int, row: Mapping[str, Any], field: str) -> date:
    value = row.get(field)
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise Invalid(field, "not-a-date", row=number, given=str(value)) from error


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _check_known(session: Session, entries: Sequence[CatalogueEntry]) -> None:
    categories = set(session.scalars(select(Category.code)))
    units = set(session.scalars(select(Unit.code)))
    for number, entry in enumerate(entries, start=1):
        if entry.category_code not in categories:
            raise Invalid("category", "unknown-code", row=number, given=entry.category_code)
        for rule in (entry.unit_rule, *entry.assist):
            if rule not in units and not LOCAL_RULE.match(rule):
                raise Invalid("unit", "unknown-code", row=number, given=rule)


def _of_version(session: Session, version: int) -> list[CatalogueEntry]:
    return list(session.scalars(select(CatalogueEntry).where(CatalogueEntry.version == version)))


def _content(entries: Iterable[CatalogueEntry]) -> set[tuple[Any, ...]]:
    return {
        (
            entry.category_code,
            entry.area_rule,
            entry.unit_rule,
            tuple(entry.assist),
            entry.legal_basis,
            entry.source,
            entry.effective_from,
            entry.effective_to,
        )
        for entry in entries
    }
