"""Officers: making and changing them, their roles in units, closing. Passwords and sessions are in `sessions`.

What an officer may see is decided in `permissions`; which officers somebody may administer in `administering`.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel import typed
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.people import passwords, sessions, units
from hotline.people.citizens import check_phone
from hotline.people.events import OfficerChanged
from hotline.people.models import Membership, Officer
from hotline.people.passwords import hash_password
from hotline.people.permissions import HOTLINE_ROLES, Role

HOTLINE_KIND = "hotline"
LONGEST_NAME, LONGEST_LOGIN = 64, 64


class LoginTaken(Conflict):
    """Another officer has this login."""

    code = "login-taken"


class LastAdministrator(Conflict):
    """Nobody could administer the city any more."""

    code = "last-administrator"


@dataclass(frozen=True)
class RoleIn:
    """A role in a unit."""

    unit_id: int
    role: str


def create_officer(uow: UnitOfWork, *, login: str, name: str, password: str, locale: str = "zh-CN") -> Officer:
    """A new officer without roles. Raises LoginTaken, Invalid for a missing login or a password too short or long."""
    return _add(uow, login=login, name=name, password_hash=hash_password(password), locale=locale)


def create_with_first_password(uow: UnitOfWork, *, login: str, name: str, phone: str = "") -> tuple[Officer, str]:
    """A new officer without roles, and the password to hand over, which must be changed at the first sign-in."""
    made, hashed = passwords.first_password()
    officer = _add(uow, login=login, name=name, password_hash=hashed)
    officer.phone = check_phone(phone, "phone") if phone else ""
    officer.must_change_password = True
    uow.session.flush()
    uow.record(OfficerChanged(officer_id=officer.id, what="create"))
    return officer, made


def change_officer(uow: UnitOfWork, officer: Officer, *, name: str, phone: str) -> None:
    """Another name or telephone. Raises Invalid."""
    officer.name = typed.needed("name", name, LONGEST_NAME)
    officer.phone = check_phone(phone, "phone") if phone else ""
    uow.session.flush()
    uow.record(OfficerChanged(officer_id=officer.id, what="change"))


def add_role(uow: UnitOfWork, officer: Officer, unit_id: int, role: Role) -> None:
    """Give the officer a role in a unit. Safe to call twice."""
    if any(held.unit_id == unit_id and held.role == role for held in officer.memberships):
        return
    officer.memberships.append(Membership(unit_id=unit_id, role=role.value))
    uow.session.flush()


def set_roles(uow: UnitOfWork, officer: Officer, wanted: Collection[RoleIn]) -> None:
    """The roles held from now on; ends the officer's sessions when they change.

    Raises Invalid for a role that does not exist or does not belong into that unit, LastAdministrator.
    """
    held = {RoleIn(one.unit_id, one.role) for one in officer.memberships}
    for fresh in set(wanted) - held:
        check_role(uow.session, fresh)
    if held == set(wanted):
        return
    officer.memberships = [one for one in officer.memberships if RoleIn(one.unit_id, one.role) in set(wanted)]
    officer.memberships += [Membership(unit_id=one.unit_id, role=one.role) for one in sorted(set(wanted) - held, key=_order)]
    uow.session.flush()
    if Role.ADMINISTRATOR in {one.role for one in held}:
        check_administrator_left(uow.session)
    sessions.end_everywhere(uow, officer)
    uow.record(OfficerChanged(officer_id=officer.id, what="roles"))


def check_role(session: Session, wanted: RoleIn) -> None:
    """Raise Invalid unless the role exists and may be held in the unit, NotFound for a unit that is closed."""
    if wanted.role not in set(Role):
        raise Invalid("role", "unknown-role")
    unit = units.get(session, wanted.unit_id)
    if wanted.role in HOTLINE_ROLES and unit.kind != HOTLINE_KIND:
        raise Invalid("role", "hotline-role-elsewhere")


def close_officer(uow: UnitOfWork, officer: Officer) -> None:
    """The officer has left: signs in no more, holds no role; their name stays on what they did. Raises LastAdministrator."""
    officer.active = False
    officer.memberships = []
    uow.session.flush()
    check_administrator_left(uow.session)
    sessions.end_everywhere(uow, officer)
    uow.record(OfficerChanged(officer_id=officer.id, what="close"))


def check_administrator_left(session: Session) -> None:
    """Raise LastAdministrator when no active officer administers the city."""
    query = select(Membership.id).join(Officer).where(Officer.active, Membership.role == Role.ADMINISTRATOR.value)
    # Held, or two administrators who take the role from each other at once would both succeed.
    if session.scalar(query.limit(1).with_for_update(of=Membership)) is None:
        raise LastAdministrator("no administrator would be left")


def by_login(session: Session, login: str) -> Officer | None:
    """The officer of that login, whatever its case."""
    query = select(Officer).where(func.lower(Officer.login) == sessions.plain_login(login))
    return session.scalars(query).one_or_none()


def get(session: Session, officer_id: int) -> Officer:
    """The active officer. Raises NotFound."""
    officer = session.get(Officer, officer_id)
    if officer is None or not officer.active:
        raise NotFound("officer", thing="officer", id=officer_id)
    return officer


def listed(session: Session, *, unit_ids: Collection[int] | None, text: str = "", limit: int = 500) -> list[Officer]:
    """Active officers by name; of some units only (None: of all), whose name or login holds the text."""
    query = select(Officer).where(Officer.active)
    if unit_ids is not None:
        query = query.where(Officer.memberships.any(Membership.unit_id.in_(unit_ids)))
    if text:
        found = Officer.name.icontains(text, autoescape=True) | Officer.login.icontains(text, autoescape=True)
        query = query.where(found)
    return list(session.scalars(query.order_by(Officer.name, Officer.id).limit(limit)))


def _add(uow: UnitOfWork, *, login: str, name: str, password_hash: str, locale: str = "zh-CN") -> Officer:
    wanted = typed.needed("login", sessions.plain_login(login), LONGEST_LOGIN)
    if by_login(uow.session, wanted) is not None:
        raise LoginTaken("login taken", field="login")
    officer = Officer(
        login=wanted, name=typed.needed("name", name, LONGEST_NAME), password_hash=password_hash, locale=locale, memberships=[]
    )
    uow.session.add(officer)
    uow.session.flush()
    return officer


def _order(wanted: RoleIn) -> tuple[int, str]:
    return wanted.unit_id, wanted.role
