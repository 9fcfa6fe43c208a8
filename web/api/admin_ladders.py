"""Approval ladders inside units over HTTP: list, put, remove. What they mean is in `hotline.tickets.ladders`."""

from apiflask import APIBlueprint
from sqlalchemy.orm import Session

from hotline.kernel.errors import Invalid
from hotline.people import units
from hotline.people.models import Unit
from hotline.people.permissions import Role
from hotline.tickets import ladders
from hotline.tickets.models import ApprovalLadder
from hotline.tickets.workflow import HEADS, RequestKind
from web.api.schemas.admin import AdminLadder, AdminLadders, LadderBody
from web.api.schemas.base import Done, UnitRef
from web.auth import allowed
from web.requests import reading, takes, working

api = APIBlueprint("admin_ladders", __name__, url_prefix="/api/v1/admin", tag="Administration")
ADMINISTRATOR = Role.ADMINISTRATOR.value


@api.get("/ladders")
@api.output(AdminLadders)
@allowed(ADMINISTRATOR)
def list_ladders() -> AdminLadders:
    """All ladders, the most specific first."""
    with reading() as session:
        return AdminLadders(
            items=[_shown(session, row) for row in ladders.listed(session)],
            kinds=[kind.value for kind in RequestKind],
            roles=[role.value for role in Role if role in HEADS],
            classes=units.choices()["classes"],
        )


@api.put("/ladders")
@takes(api, LadderBody)
@api.output(AdminLadder)
@allowed(ADMINISTRATOR)
def put_ladder(body: LadderBody) -> AdminLadder:
    """Set a ladder; no steps switch the signing off there."""
    if body.unit_class is not None and body.unit_class not in units.choices()["classes"]:
        raise Invalid("unit_class", "not-one-of", known=units.choices()["classes"])
    if body.kind is not None and body.kind not in set(RequestKind):
        raise Invalid("kind", "not-one-of", known=[kind.value for kind in RequestKind])
    with working() as uow:
        row = ladders.put(
            uow,
            unit_id=body.unit_id,
            unit_class=body.unit_class,
            important=body.important,
            kind=RequestKind(body.kind) if body.kind else None,
            steps=body.steps,
        )
        return _shown(uow.session, row)


@api.delete("/ladders/<int:ladder_id>")
@api.output(Done)
@allowed(ADMINISTRATOR)
def remove_ladder(ladder_id: int) -> Done:
    """Take a ladder away, so that the next less specific one holds."""
    with working() as uow:
        ladders.remove(uow, ladder_id)
        return Done()


def _shown(session: Session, row: ApprovalLadder) -> AdminLadder:
    unit = session.get(Unit, row.unit_id) if row.unit_id else None
    return AdminLadder(
        id=row.id,
        unit=UnitRef(id=unit.id, name=unit.name) if unit else None,
        unit_class=row.unit_class,
        important=row.important,
        kind=row.kind.value if row.kind else None,
        steps=row.steps,
    )
