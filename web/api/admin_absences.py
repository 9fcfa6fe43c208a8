"""Leave with a stand-in over HTTP, for the officers that the asker administers. The rules are in `hotline.people.absences`."""

from apiflask import APIBlueprint
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.kernel.errors import HotlineError
from hotline.people import absences
from hotline.people.models import Absence, Officer
from web.api.admin_officers import ADMINISTRATORS, managed, own_realm
from web.api.schemas.admin import AdminAbsence, NewAbsence
from web.api.schemas.base import Done, OfficerRef, Page
from web.auth import allowed
from web.requests import reading, takes, working

api = APIBlueprint("admin_absences", __name__, url_prefix="/api/v1/admin", tag="Administration")


@api.get("/absences")
@api.output(Page[AdminAbsence])
@allowed(*ADMINISTRATORS)
def list_absences() -> Page[AdminAbsence]:
    """Leaves that last or are to come."""
    with reading() as session:
        found = [one for one in absences.listed(session, clock.now()) if _is_managed(session, one.officer_id)]
        return Page[AdminAbsence](items=[_shown(session, one) for one in found])


@api.post("/absences")
@takes(api, NewAbsence)
@api.output(AdminAbsence, status_code=201)
@allowed(*ADMINISTRATORS)
def enter_absence(body: NewAbsence) -> AdminAbsence:
    """Enter a leave; while it lasts the stand-in holds the officer's roles beside the own ones."""
    with working() as uow:
        for officer_id in (body.officer_id, body.stand_in_id):
            managed(uow.session, officer_id)
        return _shown(uow.session, absences.enter(uow, **body.model_dump()))


@api.delete("/absences/<int:absence_id>")
@api.output(Done)
@allowed(*ADMINISTRATORS)
def end_absence(absence_id: int) -> Done:
    """End a leave now, or take it back before it begins."""
    with working() as uow:
        absence = absences.get(uow.session, absence_id)
        own_realm(uow.session).check_officer(uow.session.get_one(Officer, absence.officer_id))
        absences.end(uow, absence)
        return Done()


def _is_managed(session: Session, officer_id: int) -> bool:
    try:
        managed(session, officer_id)
    except HotlineError:
        return False
    return True


def _shown(session: Session, absence: Absence) -> AdminAbsence:
    return AdminAbsence(
        id=absence.id,
        officer=_ref(session, absence.officer_id),
        stand_in=_ref(session, absence.stand_in_id),
        starts_at=absence.starts_at,
        ends_at=absence.ends_at,
    )


def _ref(session: Session, officer_id: int) -> OfficerRef:
    officer = session.get_one(Officer, officer_id)
    return OfficerRef(id=officer.id, name=officer.name)
