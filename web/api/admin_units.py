"""Administering units over HTTP: list, make, change, move, close.

The rules are in `hotline.people.units`; what becomes of a closed unit's work in `hotline.tickets.handing_on`.
"""

from apiflask import APIBlueprint
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.people import units
from hotline.people.models import Area, Officer, Unit
from hotline.people.permissions import Role
from hotline.tickets import handing_on
from web import texts
from web.api.schemas.admin import AdminUnit, AdminUnits, NewUnit, Successor, Superiors, UnitBody
from web.api.schemas.base import Done, OfficerRef
from web.auth import allowed, forget_superiors
from web.requests import reading, takes, working

api = APIBlueprint("admin_units", __name__, url_prefix="/api/v1/admin", tag="Administration")
ADMINISTRATOR = Role.ADMINISTRATOR.value


@api.get("/units")
@api.output(AdminUnits)
@allowed(ADMINISTRATOR, Role.UNIT_ADMIN.value)
def list_units() -> AdminUnits:
    """All open units with superiors and liaison officers."""
    with reading() as session:
        found, areas, liaisons = units.listed(session), _areas(session), units.liaisons(session)
        known = units.choices()
        return AdminUnits(
            items=[_shown(unit, areas, liaisons.get(unit.id, [])) for unit in found],
            levels=known["levels"],
            kinds=known["kinds"],
            classes=known["classes"],
        )


@api.post("/units")
@takes(api, NewUnit)
@api.output(AdminUnit, status_code=201)
@allowed(ADMINISTRATOR)
def create_unit(body: NewUnit) -> AdminUnit:
    """Make a unit under its superiors."""
    with working() as uow:
        above = {"territorial_id": body.territorial_id, "professional_id": body.professional_id}
        made = _one(uow.session, units.create_unit(uow, body.code, body.facts(), **above))
    forget_superiors()
    return made


@api.patch("/units/<int:unit_id>")
@takes(api, UnitBody)
@api.output(AdminUnit)
@allowed(ADMINISTRATOR)
def change_unit(unit_id: int, body: UnitBody) -> AdminUnit:
    """Change the facts of a unit."""
    with working() as uow:
        unit = units.get(uow.session, unit_id)
        units.change_unit(uow, unit, body.facts())
        return _one(uow.session, unit)


@api.post("/units/<int:unit_id>/move")
@takes(api, Superiors)
@api.output(AdminUnit)
@allowed(ADMINISTRATOR)
def move_unit(unit_id: int, body: Superiors) -> AdminUnit:
    """Put a unit, with all below it, under other superiors."""
    with working() as uow:
        unit = units.get(uow.session, unit_id)
        units.move_unit(uow, unit, territorial_id=body.territorial_id, professional_id=body.professional_id)
        moved = _one(uow.session, unit)
    forget_superiors()
    return moved


@api.post("/units/<int:unit_id>/close")
@takes(api, Successor)
@api.output(Done)
@allowed(ADMINISTRATOR)
def close_unit(unit_id: int, body: Successor) -> Done:
    """Close a unit that nobody is in or below; its open work goes to the successor."""
    with working() as uow:
        unit = units.get(uow.session, unit_id)
        units.close_unit(uow, unit, body.successor_id)
        handing_on.hand_on(uow, unit.id, body.successor_id, note=texts.text("unit.handed-on", unit=unit.name))
    forget_superiors()
    return Done()


def _areas(session: Session) -> dict[str, str]:
    return {row.code: row.name for row in session.execute(select(Area.code, Area.name))}


def _one(session: Session, unit: Unit) -> AdminUnit:
    return _shown(unit, _areas(session), units.liaisons(session).get(unit.id, []))


def _shown(unit: Unit, areas: dict[str, str], liaisons: list[Officer]) -> AdminUnit:
    facts = {name: getattr(unit, name) for name in UnitBody.model_fields if name != "line"}
    return AdminUnit(
        **facts,
        id=unit.id,
        code=unit.code,
        line=unit.line or "",
        area=areas.get(unit.area_code, ""),
        territorial_id=unit.territorial_id,
        professional_id=unit.professional_id,
        liaisons=[OfficerRef(id=officer.id, name=officer.name) for officer in liaisons],
    )
