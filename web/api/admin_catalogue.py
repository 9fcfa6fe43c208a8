"""The dispatch catalogue over HTTP: versions, rows, lists from Excel, changes, comparing, trying a text, coverage.

The rules are in `dispatch.catalogue_versions` and `dispatch.catalogue_lists`; nothing is ever changed in place.
"""

import io

from apiflask import APIBlueprint
from flask import Response, send_file

from dispatch import catalogue_lists, catalogue_rows, catalogue_search, catalogue_versions, coverage
from dispatch.catalogue_rows import CatalogueRow, Known
from dispatch.catalogue_search import RowFilter
from dispatch.catalogue_versions import Change, Publication
from dispatch.sheet_columns import CATALOGUE, columns
from dispatch.sheet_names import names_of
from hotline.kernel import clock
from hotline.people.permissions import Role
from web import dispatch_rules, trials
from web.api import sent_lists
from web.api.present_catalogue import entry_shown, outcome_shown, row_shown, trial_shown, version_shown
from web.api.present_timing import names_of as officers_of
from web.api.schemas.base import Page, UnitRef
from web.api.schemas.catalogue import (
    CatalogueChangeIn,
    CatalogueDifference,
    CatalogueNote,
    CatalogueRowIn,
    CatalogueRowShown,
    CatalogueRowsQuery,
    CatalogueShown,
    CoverageShown,
    ListOutcome,
    OpenCategory,
    RowOutside,
    RowPair,
    TrialIn,
    TrialShownUnits,
    VersionMade,
    VersionPair,
)
from web.auth import allowed
from web.importing import sheets, tables
from web.requests import asks, container, locale, reading, takes, working
from web.trials import Asked

api = APIBlueprint("admin_catalogue", __name__, url_prefix="/api/v1/admin", tag="Administration")
ADMINISTRATOR = Role.ADMINISTRATOR.value
SLASH = "/"


@api.get("/catalogue")
@api.output(CatalogueShown)
@allowed(ADMINISTRATOR)
def list_versions() -> CatalogueShown:
    """All versions, newest first."""
    with reading() as session:
        found = catalogue_versions.listed(session, clock.now())
        names = officers_of(session, [one.version.made_by_id for one in found])
        current = next((one.version.number for one in found if one.state == "in_force"), None)
        return CatalogueShown(versions=[version_shown(one, names) for one in found], current=current)


@api.get("/catalogue/<int:number>/rows")
@asks(api, CatalogueRowsQuery)
@api.output(Page[CatalogueRowShown])
@allowed(ADMINISTRATOR)
def list_rows(number: int, query: CatalogueRowsQuery) -> Page[CatalogueRowShown]:
    """Rows of a version, by category."""
    wanted = RowFilter(query.category, query.unit_id, query.search.strip(), query.after)
    with reading() as session:
        catalogue_versions.get(session, number)
        found, names = catalogue_search.rows(session, number, wanted, query.limit + 1), names_of(session)
        items = [entry_shown(row, names, container().database.zone, locale()) for row in found[: query.limit]]
    more = len(found) > query.limit
    return Page[CatalogueRowShown](items=items, after=str(items[-1].id) if more else None)


@api.get("/catalogue/<int:number>.xlsx")
@allowed(ADMINISTRATOR)
def fetch_version(number: int) -> Response:
    """A version as an Excel file that can be sent again."""
    with reading() as session:
        catalogue_versions.get(session, number)
        rows = catalogue_versions.rows_of(session, number, container().database.zone)
        made = sheets.book(catalogue_lists.headings(locale()), catalogue_lists.lines(session, rows, locale()))
    return send_file(made, mimetype=tables.XLSX, as_attachment=True, download_name=f"catalogue-{number}.xlsx")


@api.get("/catalogue-template.xlsx")
@allowed(ADMINISTRATOR)
def fetch_template() -> Response:
    """An Excel file with the headings of the catalogue and the choices of its closed columns."""
    language = locale()
    closed = (one for one in columns(CATALOGUE).values() if one.choices and one.field != "unit")
    choices = {one.heading(language): [one.word(code, language) for code in one.choices] for one in closed}
    made = sheets.template("catalogue", catalogue_lists.headings(language), choices)
    return send_file(io.BytesIO(made), mimetype=tables.XLSX, as_attachment=True, download_name="catalogue.xlsx")


@api.post("/catalogue/imports")
@api.output(ListOutcome)
@allowed(ADMINISTRATOR)
def bring_in() -> ListOutcome:
    """Multipart: `file` (Excel or CSV), `dry` (1: check and change nothing), `effective_from`, `note`: the whole catalogue."""
    with working() as uow:
        form = sent_lists.form()
        sent = sent_lists.sent(CATALOGUE, dispatch_rules.rules_of(uow.session).import_most)
        publication = Publication(form.effective_from, form.note, sent.name)
        checked = catalogue_lists.check(uow, sent, publication)
        version = None if form.dry else catalogue_lists.take(uow, checked, publication)
    return outcome_shown(CATALOGUE, sent, checked, locale(), dry=form.dry, version=version)


@api.post("/catalogue/changes")
@takes(api, CatalogueChangeIn)
@api.output(VersionMade)
@allowed(ADMINISTRATOR)
def change_rows(body: CatalogueChangeIn) -> VersionMade:
    """Some rows of a version changed: a new version, in force from its day on."""
    with working() as uow:
        known = catalogue_versions.known_codes(uow.session)
        put = [(one.id, _row(number, one, known)) for number, one in enumerate(body.put, start=1)]
        publication = Publication(body.effective_from, body.note)
        made = catalogue_versions.change(uow, body.base, Change(put, body.removed), publication)
        return VersionMade(version=made.number)


@api.post("/catalogue/<int:number>/withdraw")
@takes(api, CatalogueNote)
@api.output(VersionMade)
@allowed(ADMINISTRATOR)
def withdraw_version(number: int, body: CatalogueNote) -> VersionMade:
    """Let a version that is yet to come never hold."""
    with working() as uow:
        return VersionMade(version=catalogue_versions.withdraw(uow, number, body.note).number)


@api.get("/catalogue/compare")
@asks(api, VersionPair)
@api.output(CatalogueDifference)
@allowed(ADMINISTRATOR)
def compare_versions(query: VersionPair) -> CatalogueDifference:
    """How one version differs from another."""
    with reading() as session:
        found = catalogue_versions.compare(session, query.left, query.right, container().database.zone)
        names, language = names_of(session), locale()

    def shown(row: CatalogueRow) -> CatalogueRowShown:
        return row_shown(row, names, language, row_id=0)

    return CatalogueDifference(
        added=[shown(row) for row in found.added],
        removed=[shown(row) for row in found.removed],
        changed=[RowPair(before=shown(before), after=shown(after)) for before, after in found.changed],
    )


@api.post("/catalogue/try")
@takes(api, TrialIn)
@api.output(TrialShownUnits)
@allowed(ADMINISTRATOR)
def try_text(body: TrialIn) -> TrialShownUnits:
    """What would happen to this text: place, categories, units with reasons, what speaks against the first of them."""
    asked = Asked(**body.model_dump())
    with reading() as session:
        return trial_shown(session, trials.of_text(session, asked, container().database.zone), locale())


@api.get("/catalogue/coverage")
@api.output(CoverageShown)
@allowed(ADMINISTRATOR)
def show_coverage() -> CoverageShown:
    """What the catalogue in force leaves open."""
    zone, language = container().database.zone, locale()
    with reading() as session:
        found = coverage.report(session, clock.now(), dispatch_rules.rules_of(session).ending_days)
        names = names_of(session)
        shown = CoverageShown(
            totals={},
            categories_without_unit=[
                OpenCategory(code=one.code, path=SLASH.join(one.path), areas=list(one.areas)) for one in found.without_unit
            ],
            units_without_rows=[UnitRef(id=one.id, name=one.name) for one in found.without_rows],
            units_without_duties=[UnitRef(id=one.id, name=one.name) for one in found.without_duties],
            rows_outside_duties=[
                RowOutside(row=entry_shown(one.row, names, zone, language), unit=UnitRef(id=one.unit.id, name=one.unit.name))
                for one in found.outside_duties
            ],
            ending=[entry_shown(row, names, zone, language) for row in found.ending],
        )
    lists = {name: len(getattr(shown, name)) for name in CoverageShown.model_fields if name != "totals"}
    totals = {"version": found.version, "leaves": found.leaves, "rows": found.rows, "units": found.units, **lists}
    return shown.model_copy(update={"totals": totals})


def _row(number: int, one: CatalogueRowIn, known: Known) -> CatalogueRow:
    """The row. Raises Invalid for the first thing that is wrong with it."""
    row, wrong = catalogue_rows.read(number, one.model_dump(exclude={"id"}), known)
    if row is None:
        raise catalogue_versions.refusal(wrong[0])
    return row
