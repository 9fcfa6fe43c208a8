"""Officers: making them, giving them roles, and knowing them by password. What they may see is decided in `permissions`."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated
from hotline.people.models import Membership, Officer
from hotline.people.permissions import Role

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256
"""Longer ones are refused before hashing, which would take long for megabytes."""

_hasher = PasswordHasher()


class WrongCredentials(Unauthenticated):
    """The login or the password is wrong. Which of the two, or whether the account is closed, is never told."""

    code = "wrong-credentials"


class LoginTaken(Conflict):
    """Another officer has this login."""

    code = "login-taken"


def create_officer(uow: UnitOfWork, *, login: str, name: str, password: str, locale: str = "zh-CN") -> Officer:
    """A new officer without roles. Raises LoginTaken, Invalid for a missing login or a password too short or long."""
    wanted = _plain_login(login)
    if not wanted:
        raise Invalid("login", "required")
    if by_login(uow.session, wanted) is not None:
        raise LoginTaken("login taken", field="login")
    officer = Officer(login=wanted, name=name.strip(), password_hash=hash_password(password), locale=locale, memberships=[])
    uow.session.add(officer)
    uow.session.flush()
    return officer


def add_role(uow: UnitOfWork, officer: Officer, unit_id: int, role: Role) -> None:
    """Give the officer a role in a unit. Safe to call twice."""
    if any(held.unit_id == unit_id and held.role == role for held in officer.memberships):
        return
    officer.memberships.append(Membership(unit_id=unit_id, role=role.value))
    uow.session.flush()


def set_password(uow: UnitOfWork, officer: Officer, password: str) -> None:
    """Replace the password. Raises Invalid when it is too short or long."""
    officer.password_hash = hash_password(password)
    uow.session.flush()


def hash_password(password: str) -> str:
    """The argon2id hash to keep (a tenth of a second of work, on purpose)."""
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid("password", "too-short", minimum=SHORTEST_PASSWORD, given=len(password))
    if len(password) > LONGEST_PASSWORD:
        raise Invalid("password", "too-long", maximum=LONGEST_PASSWORD, given=len(password))
    return _hasher.hash(password)


def authenticate(session: Session, login: str, password: str) -> Officer:
    """The active officer of that login and password. Raises WrongCredentials, after equal work for unknown logins.

    Nobody is locked out here, or a stranger could shut any officer out by guessing; `web` slows guesses by address.
    """
    officer = by_login(session, login)
    known = officer is not None and officer.active
    kept = officer.password_hash if officer is not None and known else _hash_of_nobody()
    if not _matches(kept, password) or officer is None or not known:
        raise WrongCredentials("wrong login or password")
    return officer


def by_login(session: Session, login: str) -> Officer | None:
    """The officer of that login, whatever its case."""
    return session.scalars(select(Officer).where(func.lower(Officer.login) == _plain_login(login))).one_or_none()


def get(session: Session, officer_id: int) -> Officer:
    """The active officer. Raises NotFound."""
    officer = session.get(Officer, officer_id)
    if officer is None or not officer.active:
        raise NotFound("officer", thing="officer", id=officer_id)
    return officer


def _plain_login(login: str) -> str:
    return login.replace("\x00", "").strip().lower()


def _matches(kept: str, password: str) -> bool:
    if len(password) > LONGEST_PASSWORD:
        return False
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("no officer has this password")
