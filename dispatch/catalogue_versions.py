"""Changing the catalogue: each change is a whole new version with the day from which it holds; no row is ever changed in place.

So an old dispatch stays explicable: the version of its moment still has the rows it had. A version that is yet to come may be
withdrawn. What rows may say is in `catalogue_rows`; asking is in `catalogue`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch import catalogue, catalogue_rows, conditions
from dispatch.catalogue_rows import CatalogueRow, Diff, Finding, Known
from dispatch.models import CatalogueEntry, CatalogueVersion
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.people.models import Unit
from hotline.tickets.models import Category

ONE_AT_A_TIME = "catalogue"
"""Whoever makes a version waits for the one who is making another."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Publication:
    """How a version comes into force: from when, else at once; why, and from which file."""

    begins: datetime | None = None
    note: str = ""
    source_name: str = ""


@dataclass(frozen=True)
class Change:
    """What becomes of some rows: `put` are new ones or, with their id, new wordings; `removed` are ids."""

    put: Sequence[tuple[int | None, CatalogueRow]]
    removed: Sequence[int]


@dataclass(frozen=True)
class Listed:
    """A version with where it stands: coming, in_force, past or withdrawn."""

    version: CatalogueVersion
    state: str


def known_codes(session: Session) -> Known:
    """What rows may name; a closed unit among them names nobody, which the coverage tells."""
    return Known(frozenset(session.scalars(select(Category.code))), frozenset(session.scalars(select(Unit.code))))


def import_rows(uow: UnitOfWork, rows: Iterable[Mapping[str, Any]]) -> int:
    """Lay a city's catalogue as its files have it: a version in force from the earliest day of its rows. Returns its number.

    Days are local, the last one included. The same rows as the newest version change nothing. Raises Invalid with the row's
    number (from 1) for the first thing that is not understood. For seeds: whoever works in the city uses `publish`.
    """
    known = known_codes(uow.session)
    read = [catalogue_rows.read(number, row, known) for number, row in enumerate(rows, start=1)]
    for _, wrong in read:
        for one in wrong:
            raise refusal(one)
    found = [row for row, _ in read if row is not None]
    for number, row in enumerate(found, start=1):
        if row.effective_from is None:
            raise Invalid("effective_from", "not-a-date", row=number, given="")
    newest = uow.session.scalar(select(func.max(CatalogueVersion.number))) or 0
    if newest and rows_of(uow.session, newest, uow.zone) == sorted(found, key=_order):
        return newest
    first = min((row.effective_from for row in found if row.effective_from), default=_today(uow))
    return _keep(uow, found, midnight(first, uow.zone), Publication()).number


def publish(uow: UnitOfWork, rows: Sequence[CatalogueRow], publication: Publication) -> CatalogueVersion:
    """Make a version of checked rows. Raises Invalid for a moment that has passed, and for a row that stands there twice."""
    for one in catalogue_rows.twice(enumerate(rows, start=1)):
        raise refusal(one)
    begins = beginning(uow, publication)
    before = rows_of(uow.session, catalogue.version_at(uow.session, begins), uow.zone)
    return _keep(uow, catalogue_rows.dated(rows, before), begins, publication)


def change(uow: UnitOfWork, base: int, what: Change, publication: Publication) -> CatalogueVersion:
    """A version that differs from another in some rows.

    Raises NotFound for an unknown row, and Conflict where another version than `base` will be in force when it begins: its
    rows would be undone.
    """
    at = beginning(uow, publication)
    _wait(uow)
    due = catalogue.version_at(uow.session, at)
    if due != base:
        raise Conflict("another version holds by then", reason="stale", thing="catalogue", version=due)
    kept = {entry.id: row_of(entry, uow.zone) for entry in entries_of(uow.session, base)}
    for row_id in (*what.removed, *(row_id for row_id, _ in what.put if row_id is not None)):
        if row_id not in kept:
            raise NotFound("row", thing="catalogue-row", id=row_id)
    for row_id in what.removed:
        kept.pop(row_id, None)
    kept |= {row_id: row for row_id, row in what.put if row_id is not None}
    return publish(uow, [*kept.values(), *(row for row_id, row in what.put if row_id is None)], publication)


def withdraw(uow: UnitOfWork, number: int, note: str) -> CatalogueVersion:
    """Let a version that is yet to come never hold. Raises Conflict for one that has begun or was withdrawn already."""
    version = get(uow.session, number)
    if version.withdrawn_at is not None or version.effective_from <= uow.now:
        raise Conflict("not to come any more", reason="not-coming", version=number)
    version.withdrawn_at, version.withdrawn_by_id = uow.now, uow.actor.officer_id
    version.note = "\n".join(part for part in (version.note, note) if part)
    return version


def get(session: Session, number: int) -> CatalogueVersion:
    """The version. Raises NotFound."""
    version = session.get(CatalogueVersion, number)
    if version is None:
        raise NotFound("version", thing="catalogue", version=number)
    return version


def listed(session: Session, at: datetime) -> list[Listed]:
    """All versions, newest first."""
    current = catalogue.version_at(session, at)
    found = session.scalars(select(CatalogueVersion).order_by(CatalogueVersion.number.desc()))
    return [Listed(one, _state(one, current, at)) for one in found]


def entries_of(session: Session, number: int) -> list[CatalogueEntry]:
    """The rows of a version as they are kept, by category."""
    query = select(CatalogueEntry).where(CatalogueEntry.version == number)
    return list(session.scalars(query.order_by(CatalogueEntry.category_code, CatalogueEntry.id)))


def rows_of(session: Session, number: int, zone: tzinfo) -> list[CatalogueRow]:
    """The rows of a version as values, in one order."""
    return sorted((row_of(entry, zone) for entry in entries_of(session, number)), key=_order)


def row_of(entry: CatalogueEntry, zone: tzinfo) -> CatalogueRow:
    """A kept row as a value, its days local."""
    return CatalogueRow(
        category=entry.category_code,
        area_rule=entry.area_rule,
        unit=entry.unit_rule,
        assist=tuple(entry.assist),
        legal_basis=entry.legal_basis,
        source=entry.source,
        effective_from=entry.effective_from.astimezone(zone).date(),
        effective_to=last_day(entry.effective_to, zone),
        conditions=conditions.normal(entry.conditions),
    )


def compare(session: Session, left: int, right: int, zone: tzinfo) -> Diff:
    """How one version differs from another. Raises NotFound."""
    before, after = get(session, left), get(session, right)
    return catalogue_rows.diff(rows_of(session, before.number, zone), rows_of(session, after.number, zone))


def beginning(uow: UnitOfWork, publication: Publication) -> datetime:
    """When a version begins. Raises Invalid for a moment that has passed: what was dispatched then went by what was then."""
    at = publication.begins or uow.now
    if at < uow.now:
        raise Invalid("effective_from", "in-the-past", given=at.isoformat())
    return at


def midnight(day: date, zone: tzinfo) -> datetime:
    """When a local day begins."""
    return datetime.combine(day, time(), zone)


def last_day(until: datetime | None, zone: tzinfo) -> date | None:
    """The last local day of what ends at that midnight."""
    return None if until is None else (until.astimezone(zone) - timedelta(microseconds=1)).date()


def refusal(one: Finding) -> Invalid:
    """A finding as the refusal of the whole list."""
    return Invalid(one.field, one.rule, row=one.row, **{"given": one.given, **one.details})


def _keep(uow: UnitOfWork, rows: Sequence[CatalogueRow], begins: datetime, publication: Publication) -> CatalogueVersion:
    _wait(uow)
    number = (uow.session.scalar(select(func.max(CatalogueVersion.number))) or 0) + 1
    version = CatalogueVersion(
        number=number,
        effective_from=begins,
        source_name=publication.source_name,
        note=publication.note,
        rows=len(rows),
        made_at=uow.now,
        made_by_id=uow.actor.officer_id,
    )
    uow.session.add(version)
    uow.session.add_all(_entry(row, number, begins, uow.zone) for row in sorted(rows, key=_order))
    uow.session.flush()
    return version


def _entry(row: CatalogueRow, number: int, begins: datetime, zone: tzinfo) -> CatalogueEntry:
    return CatalogueEntry(
        version=number,
        category_code=row.category,
        area_rule=row.area_rule,
        unit_rule=row.unit,
        conditions=dict(row.conditions),
        condition_key=conditions.key(row.conditions),
        assist=list(row.assist),
        legal_basis=row.legal_basis,
        source=row.source,
        effective_from=begins if row.effective_from is None else midnight(row.effective_from, zone),
        effective_to=midnight(row.effective_to + DAY, zone) if row.effective_to else None,
    )


def _wait(uow: UnitOfWork) -> None:
    uow.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(ONE_AT_A_TIME, 0))))


def _state(version: CatalogueVersion, current: int, at: datetime) -> str:
    if version.withdrawn_at is not None:
        return "withdrawn"
    if version.number == current:
        return "in_force"
    return "coming" if version.effective_from > at else "past"


def _today(uow: UnitOfWork) -> date:
    return uow.now.astimezone(uow.zone).date()


def _order(row: CatalogueRow) -> tuple[str, ...]:
    return row.key
