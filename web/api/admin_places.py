"""Named places for administrators: list, make, change, bring in and take out as Excel, and try out what words lead to."""

from collections.abc import Iterable, Sequence

from apiflask import APIBlueprint
from flask import Response, request, send_file
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.intake import places as intake_places
from hotline.intake.drafting.gazetteer import Hit
from hotline.intake.drafting.locating import question, site_proposals
from hotline.intake.drafting.values import CALLER, Turn
from hotline.kernel.errors import Invalid
from hotline.people import places
from hotline.people.models import Area, Place
from hotline.people.permissions import Role
from hotline.people.places import PlaceFacts, Sought
from web import place_questions
from web.api.schemas.catalogue import ListFinding, ListOutcome
from web.api.schemas.places import AreaRef, Located, LocateIn, NameFound, PlaceIn, Places, PlaceShown, PlacesQuery
from web.auth import allowed
from web.importing import applying, sheets
from web.importing.applying import Outcome
from web.importing.kinds import KINDS
from web.requests import asks, container, locale, reading, takes, working

api = APIBlueprint("admin_places", __name__, url_prefix="/api/v1/admin", tag="Administration")
ADMINISTRATOR = Role.ADMINISTRATOR.value
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = ("name", "kind", "road", "numbers_from", "numbers_to", "parity", "grid_code", "active")
MOST = 1_000_000_000


@api.get("/places")
@asks(api, PlacesQuery)
@api.output(Places)
@allowed(ADMINISTRATOR)
def list_places(query: PlacesQuery) -> Places:
    """Places by name, alias, kind and area, oldest first."""
    with reading() as session:
        found = places.listed(session, Sought(query.search.strip(), query.kind, query.area), query.after, query.limit + 1)
        page, more = found[: query.limit], len(found) > query.limit
        shown = _shown(session, page)
    return Places(items=shown, after=str(page[-1].id) if more else None, kinds=places.choices()["kinds"])


@api.post("/places")
@takes(api, PlaceIn)
@api.output(PlaceShown, status_code=201)
@allowed(ADMINISTRATOR)
def create_place(body: PlaceIn) -> PlaceShown:
    """Make a place, or one more piece of a road."""
    with working() as uow:
        made = _shown(uow.session, [places.create(uow, _facts(body))])[0]
    place_questions.gazetteer.forget()
    return made


@api.put("/places/<int:place_id>")
@takes(api, PlaceIn)
@api.output(PlaceShown)
@allowed(ADMINISTRATOR)
def change_place(place_id: int, body: PlaceIn) -> PlaceShown:
    """Write a place anew; `active` false takes it out of use."""
    with working() as uow:
        changed = _shown(uow.session, [places.change(uow, places.get(uow.session, place_id), _facts(body))])[0]
    place_questions.gazetteer.forget()
    return changed


@api.post("/places/imports")
@api.output(ListOutcome)
@allowed(ADMINISTRATOR)
def import_places() -> ListOutcome:
    """A list from Excel or CSV (`file`), only looked at with `dry`; nothing is taken while a cell has a fault."""
    file, dry = request.files.get("file"), request.form.get("dry") == "1"
    if file is None:
        raise Invalid("file", "required")
    act = applying.check if dry else applying.apply
    with working() as uow:
        outcome = act(uow, KINDS["places"], file.read(), most_rows=container().settings.import_max_rows, locale=locale())
    place_questions.gazetteer.forget()
    return _outcome(outcome, dry=dry)


@api.get("/places.xlsx")
@allowed(ADMINISTRATOR)
def export_places() -> Response:
    """All places as the file that `imports` takes."""
    kind = KINDS["places"]
    headings = [applying.heading(column, locale()) for column in kind.columns]
    with reading() as session:
        made = sheets.book(headings, (_cells(place, kind.columns) for place in places.listed(session, Sought(), 0, MOST)))
    return send_file(made, mimetype=XLSX, as_attachment=True, download_name="places.xlsx")


@api.post("/places/locate")
@takes(api, LocateIn)
@api.output(Located)
@allowed(ADMINISTRATOR)
def try_locate(body: LocateIn) -> Located:
    """What these words lead to, and what would be asked."""
    with reading() as session:
        known = place_questions.gazetteer(session)
        found, hits = intake_places.look(known, body.text), known.find(body.text)
        refs = _areas(session, [found.area_code or "", *(hit.place.area_code for hit in hits)])
    fields = site_proposals(found, [Turn(1, CALLER, body.text)], known)
    asked = question(found, known, body.need)
    return Located(
        found=[_name_found(body.text, hit, refs) for hit in hits],
        area=refs.get(found.area_code or ""),
        address=fields["address"].value if "address" in fields else "",
        confidence=found.confidence,
        question=place_questions.shown(asked, locale()) if asked else None,
    )


def _facts(body: PlaceIn) -> PlaceFacts:
    return PlaceFacts(**{**body.model_dump(), "aliases": tuple(body.aliases)})


def _shown(session: Session, found: Sequence[Place]) -> list[PlaceShown]:
    refs = _areas(session, (place.area_code for place in found))
    return [
        PlaceShown(
            **{name: getattr(place, name) for name in ("id", *COLUMNS)},
            area=refs[place.area_code],
            aliases=list(place.aliases),
        )
        for place in found
    ]


def _areas(session: Session, codes: Iterable[str]) -> dict[str, AreaRef]:
    """Areas by code, with the names from the district down; the city by its own name."""
    paths = {row.code: row.path for row in session.execute(select(Area.code, Area.path).where(Area.code.in_(set(codes))))}
    on_the_way = {part for path in paths.values() for part in path.split("/") if part}
    names = {row.code: row.name for row in session.execute(select(Area.code, Area.name).where(Area.code.in_(on_the_way)))}
    return {
        code: AreaRef(code=code, path="/".join(parts[1:] or parts))
        for code, path in paths.items()
        if (parts := [names[part] for part in path.split("/") if part])
    }


def _name_found(text: str, hit: Hit, refs: dict[str, AreaRef]) -> NameFound:
    areas = {place.area_code for place in hit.places}
    return NameFound(
        start=hit.start,
        end=hit.end,
        text=text[hit.start : hit.end],
        kind=hit.place.kind,
        area=refs.get(hit.place.area_code) if len(areas) == 1 else None,
        confidence=hit.sure,
        grid_codes=sorted({place.grid_code for place in hit.places if place.grid_code}),
    )


def _cells(place: Place, columns: Sequence[str]) -> list[str]:
    written = {
        "label": place.name,
        "aliases": "、".join(place.aliases),
        "active": "yes" if place.active else "no",
        **{name: _words(getattr(place, name)) for name in ("numbers_from", "numbers_to")},
    }
    return [written[column] if column in written else str(getattr(place, column)) for column in columns]


def _words(number: int | None) -> str:
    return "" if number is None else str(number)


def _outcome(outcome: Outcome, *, dry: bool) -> ListOutcome:
    findings = [
        ListFinding(row=fault.row, field=fault.column, rule=fault.rule, given=fault.given, message=fault.message)
        for fault in outcome.faults
    ]
    counted = {name: outcome.counts[name] for name in ("added", "changed", "removed", "unchanged")}
    return ListOutcome(dry=dry, rows=outcome.rows, **counted, findings=findings)
