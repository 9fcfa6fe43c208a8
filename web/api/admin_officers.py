"""Administering officers over HTTP: list, make, change, roles, close, passwords, locks, sessions.

Administrators act on all, a unit's administrator on the own unit and below (`hotline.people.administering`).
"""

from datetime import datetime

from apiflask import APIBlueprint
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.people import absences, officers, sessions, units
from hotline.people.administering import Realm, realm_of
from hotline.people.models import Officer
from hotline.people.permissions import HOTLINE_ROLES, UNIT_ROLES, Role
from web.api.schemas.admin import (
    AdminOfficer,
    AdminOfficers,
    FirstPassword,
    HeldRole,
    NewOfficer,
    OfficerBody,
    OfficerQuery,
    Roles,
)
from web.api.schemas.base import Done, UnitRef
from web.auth import allowed
from web.requests import asks, reading, scope, takes, working

api = APIBlueprint("admin_officers", __name__, url_prefix="/api/v1/admin", tag="Administration")
ADMINISTRATORS = (Role.ADMINISTRATOR.value, Role.UNIT_ADMIN.value)


@api.get("/officers")
@asks(api, OfficerQuery)
@api.output(AdminOfficers)
@allowed(*ADMINISTRATORS)
def list_officers(query: OfficerQuery) -> AdminOfficers:
    """Officers of the asker's realm, by name; at most 500."""
    with reading() as session:
        realm = own_realm(session)
        if query.unit_id is not None:
            realm.check_unit(query.unit_id)
        wanted = realm.unit_ids if query.unit_id is None else frozenset({query.unit_id})
        found = officers.listed(session, unit_ids=wanted, text=query.search.strip())
        away = _away_until(session, clock.now())
        given = Role if realm.unit_ids is None else UNIT_ROLES
        return AdminOfficers(
            items=[_shown(officer, away) for officer in found],
            roles=[role.value for role in Role if role in given],
            hotline_roles=[role.value for role in Role if role in HOTLINE_ROLES],
        )


@api.post("/officers")
@takes(api, NewOfficer)
@api.output(FirstPassword, status_code=201)
@allowed(*ADMINISTRATORS)
def create_officer(body: NewOfficer) -> FirstPassword:
    """Make an officer; the answer has the first password, shown this once."""
    with working() as uow:
        wanted = [one.role_in() for one in body.roles]
        own_realm(uow.session).check_roles(wanted)
        officer, password = officers.create_with_first_password(uow, login=body.login, name=body.name, phone=body.phone)
        officers.set_roles(uow, officer, wanted)
        uow.session.refresh(officer)
        return FirstPassword(officer=_shown(officer, {}), first_password=password)


@api.patch("/officers/<int:officer_id>")
@takes(api, OfficerBody)
@api.output(AdminOfficer)
@allowed(*ADMINISTRATORS)
def change_officer(officer_id: int, body: OfficerBody) -> AdminOfficer:
    """Change name or telephone."""
    with working() as uow:
        officer = managed(uow.session, officer_id)
        officers.change_officer(uow, officer, name=body.name, phone=body.phone)
        return _one(uow.session, officer)


@api.put("/officers/<int:officer_id>/roles")
@takes(api, Roles)
@api.output(AdminOfficer)
@allowed(*ADMINISTRATORS)
def set_roles(officer_id: int, body: Roles) -> AdminOfficer:
    """Set all roles; the officer's sessions end when they change."""
    with working() as uow:
        officer = managed(uow.session, officer_id)
        wanted = [one.role_in() for one in body.roles]
        own_realm(uow.session).check_roles(wanted)
        officers.set_roles(uow, officer, wanted)
        uow.session.refresh(officer)
        return _one(uow.session, officer)


@api.post("/officers/<int:officer_id>/reset-password")
@api.output(FirstPassword)
@allowed(*ADMINISTRATORS)
def reset_password(officer_id: int) -> FirstPassword:
    """A new first password, shown this once; all sessions end."""
    with working() as uow:
        officer = managed(uow.session, officer_id)
        password = sessions.give_first_password(uow, officer)
        return FirstPassword(officer=_one(uow.session, officer), first_password=password)


@api.post("/officers/<int:officer_id>/unlock")
@api.output(AdminOfficer)
@allowed(*ADMINISTRATORS)
def unlock(officer_id: int) -> AdminOfficer:
    """Let a locked officer try again."""
    with working() as uow:
        officer = managed(uow.session, officer_id)
        sessions.unlock(uow, officer)
        return _one(uow.session, officer)


@api.post("/officers/<int:officer_id>/sign-out")
@api.output(Done)
@allowed(*ADMINISTRATORS)
def sign_out(officer_id: int) -> Done:
    """End all sessions of an officer."""
    with working() as uow:
        sessions.end_everywhere(uow, managed(uow.session, officer_id))
        return Done()


@api.post("/officers/<int:officer_id>/close")
@api.output(Done)
@allowed(*ADMINISTRATORS)
def close_officer(officer_id: int) -> Done:
    """The officer has left."""
    with working() as uow:
        officers.close_officer(uow, managed(uow.session, officer_id))
        return Done()


def own_realm(session: Session) -> Realm:
    """What the asker administers."""
    return realm_of(scope(), units.superiors(session))


def managed(session: Session, officer_id: int) -> Officer:
    """The officer, if the asker administers them. Raises NotFound, Forbidden."""
    officer = officers.get(session, officer_id)
    own_realm(session).check_officer(officer)
    return officer


def _away_until(session: Session, now: datetime) -> dict[int, datetime]:
    return {one.officer_id: one.ends_at for one in absences.listed(session, now) if one.starts_at <= now}


def _one(session: Session, officer: Officer) -> AdminOfficer:
    return _shown(officer, _away_until(session, clock.now()))


def _shown(officer: Officer, away: dict[int, datetime]) -> AdminOfficer:
    locked = officer.locked_until if officer.locked_until and officer.locked_until > clock.now() else None
    return AdminOfficer(
        id=officer.id,
        login=officer.login,
        name=officer.name,
        phone=officer.phone,
        roles=[HeldRole(role=held.role, unit=UnitRef(id=held.unit_id, name=held.unit.name)) for held in officer.memberships],
        must_change_password=officer.must_change_password,
        locked_until=locked,
        away_until=away.get(officer.id),
    )
