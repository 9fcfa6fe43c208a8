"""Shapes of catalogue and duty lists from what `dispatch` gives. Used by their views."""

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.catalogue_lists import Checked, Sent
from dispatch.catalogue_rows import CatalogueRow, Finding
from dispatch.catalogue_versions import Listed, last_day
from dispatch.conditions import KINDS
from dispatch.duty_lists import CheckedDuties
from dispatch.models import CatalogueEntry, Duty
from dispatch.sheet_columns import CATALOGUE, Found, columns
from dispatch.sheet_names import Names, names_of
from hotline.people.models import Area, Unit
from hotline.tickets.models import Category
from web import place_questions, texts
from web.api.dispatch import candidate_shapes
from web.api.schemas.base import UnitRef
from web.api.schemas.catalogue import (
    AssistShown,
    CatalogueRowShown,
    CatalogueVersionShown,
    CategoryRef,
    DutyShown,
    ListFinding,
    ListOutcome,
    TrialCategory,
    TrialPlace,
    TrialShownUnits,
)
from web.api.schemas.tickets import ExplainLine
from web.trials import Trial

SLASH = "/"
COMMA = "、"


def version_shown(one: Listed, names: dict[int | None, str]) -> CatalogueVersionShown:
    """A version with who made it."""
    version = one.version
    kept = ("number", "effective_from", "rows", "source_name", "note", "made_at")
    facts = {name: getattr(version, name) for name in kept}
    return CatalogueVersionShown(**facts, state=one.state, made_by=names.get(version.made_by_id))


def entry_shown(entry: CatalogueEntry, names: Names, zone: ZoneInfo, locale: str) -> CatalogueRowShown:
    """A kept row."""
    since, until = entry.effective_from.astimezone(zone).date(), last_day(entry.effective_to, zone)
    row = CatalogueRow(
        category=entry.category_code,
        area_rule=entry.area_rule,
        unit=entry.unit_rule,
        assist=tuple(entry.assist),
        legal_basis=entry.legal_basis,
        source=entry.source,
        effective_from=since,
        effective_to=until,
        conditions=entry.conditions,
    )
    return row_shown(row, names, locale, row_id=entry.id)


def row_shown(row: CatalogueRow, names: Names, locale: str, *, row_id: int) -> CatalogueRowShown:
    """A row as a value; `row_id` is 0 for one that is compared, not kept."""
    column = columns(CATALOGUE)["unit"]
    return CatalogueRowShown(
        id=row_id,
        category=CategoryRef(code=row.category, path=names.category(row.category)),
        area_rule=row.area_rule,
        conditions={name: list(row.conditions[name]) for name in KINDS if name in row.conditions},
        unit_rule=row.unit,
        unit_name=names.unit_name(row.unit, column, locale),
        assist=[AssistShown(rule=rule, name=names.unit_name(rule, column, locale)) for rule in row.assist],
        legal_basis=row.legal_basis,
        source=row.source,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
    )


def duty_shown(duty: Duty, unit: Unit, category: Category, names: Names, zone: ZoneInfo) -> DutyShown:
    """A duty of a unit."""
    return DutyShown(
        id=duty.id,
        unit=UnitRef(id=unit.id, name=unit.name),
        category=CategoryRef(code=category.code, path=names.category(category.code)),
        basis=duty.basis,
        effective_from=duty.effective_from.astimezone(zone).date(),
        effective_to=last_day(duty.effective_to, zone),
    )


def trial_shown(session: Session, trial: Trial, locale: str) -> TrialShownUnits:
    """What came of trying a text."""
    names, site = names_of(session), trial.location.site
    wanted = trial.ranking.candidates[0].assist_ids if trial.ranking.candidates else ()
    assisting = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(wanted), Unit.active))}
    return TrialShownUnits(
        place=TrialPlace(
            area_code=trial.area_code,
            path=_area_path(session, trial.area_code),
            words=list(site.parts) if site else [],
            question=place_questions.shown(trial.question, locale) if trial.question else None,
        ),
        categories=[
            TrialCategory(code=one.code, path=names.category(one.code), probability=one.confidence, words=list(one.words))
            for one in trial.ranking.guesses
        ],
        candidates=candidate_shapes(trial.ranking.candidates),
        assist=[UnitRef(id=unit_id, name=assisting[unit_id].name) for unit_id in wanted if unit_id in assisting],
        guards=[ExplainLine(code=one.code, args=one.args) for one in trial.guards],
        catalogue_version=trial.catalogue_version,
        model_number=trial.ranking.model_number,
        automatic=trial.automatic,
    )


def _area_path(session: Session, area_code: str | None) -> str:
    area = session.get(Area, area_code) if area_code else None
    codes = [part for part in area.path.split(SLASH) if part] if area else []
    found = {one.code: one.name for one in session.scalars(select(Area).where(Area.code.in_(codes)))}
    return SLASH.join(found[code] for code in codes if code in found)


def outcome_shown(
    of: str, sent: Sent, checked: Checked | CheckedDuties, locale: str, *, dry: bool, version: int | None = None
) -> ListOutcome:
    """What a sent list comes to: how it differs, and wrong cells by the headings of its file, each with its sentence."""
    diff = checked.diff
    return ListOutcome(
        dry=dry,
        rows=len(sent.rows),
        added=len(diff.added),
        changed=len(diff.changed),
        removed=len(diff.removed),
        unchanged=diff.unchanged,
        findings=[_finding(one, of, sent.found, locale) for one in checked.findings],
        version=version,
    )


def _finding(one: Finding, of: str, found: Found, locale: str) -> ListFinding:
    column = columns(of).get(one.field)
    heading = found.headings.get(one.field) or (column.heading(locale) if column else one.given)
    listed = {name: COMMA.join(map(str, value)) for name, value in one.details.items() if isinstance(value, list | tuple)}
    values = {"given": one.given, "known": heading, **one.details, **listed, "field": heading}
    message = texts.first([f"error.invalid.{one.rule}"], locale, **values)
    return ListFinding(row=one.row, field=heading, rule=one.rule, given=one.given, message=message)
