"""Signing in: tries and lock-out, first and own passwords, ending an officer's sessions everywhere.

A cookie holds the officer's `session_no`; counting it up ends them all. Cookies and sockets themselves are in `web`.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Forbidden, Invalid, TooMany, Unauthenticated
from hotline.people import passwords
from hotline.people.events import OfficerChanged, OfficerLocked, SessionsEnded
from hotline.people.models import Officer


class WrongCredentials(Unauthenticated):
    """The login or the password is wrong. Which of the two, or whether the account is closed, is never told."""

    code = "wrong-credentials"


class AccountLocked(TooMany):
    """Too many wrong passwords in a row; `details` has `minutes` until the next try counts."""

    code = "account-locked"


class PasswordChangeRequired(Forbidden):
    """The password was chosen by somebody else; nothing is open before the officer has chosen one."""

    code = "password-change-required"


@dataclass(frozen=True)
class LockPolicy:
    """After so many wrong passwords in a row nobody signs in for so long."""

    after_wrong: int
    minutes: int


@dataclass(frozen=True)
class Attempt:
    """What a try to sign in came to. It is a value, not an error, because the count of wrong tries must be kept."""

    officer: Officer | None = None
    locked_minutes: int = 0

    def result(self) -> Officer:
        """The officer. Raises AccountLocked, WrongCredentials."""
        if self.locked_minutes:
            raise AccountLocked("locked", minutes=self.locked_minutes)
        if self.officer is None:
            raise WrongCredentials("wrong login or password")
        return self.officer


def attempt(uow: UnitOfWork, login: str, password: str, policy: LockPolicy) -> Attempt:
    """Try a login and a password; a wrong one is counted, a right one forgets the wrong ones. Never raises."""
    query = select(Officer).where(func.lower(Officer.login) == plain_login(login), Officer.active).with_for_update()
    officer = uow.session.scalars(query).one_or_none()
    if officer is not None and officer.locked_until is not None and officer.locked_until > uow.now:
        return Attempt(locked_minutes=_minutes_left(officer, uow))
    right = passwords.matches(officer.password_hash if officer else None, password)
    if officer is None:
        return Attempt()
    if not right:
        return _note_wrong(uow, officer, policy)
    officer.wrong_passwords, officer.locked_until = 0, None
    return Attempt(officer)


def change_password(uow: UnitOfWork, officer_id: int, *, old: str, new: str) -> Officer:
    """The officer's own choice of a password; ends all their sessions. Raises Invalid for `old` or `new`."""
    officer = uow.session.get_one(Officer, officer_id, with_for_update=True)
    if not passwords.matches(officer.password_hash, old):
        raise Invalid("old_password", "wrong")
    if old == new:
        raise Invalid("password", "unchanged")
    officer.password_hash = passwords.hash_password(new)
    officer.must_change_password = False
    end_everywhere(uow, officer)
    uow.record(OfficerChanged(officer_id=officer.id, what="password"))
    return officer


def give_first_password(uow: UnitOfWork, officer: Officer) -> str:
    """A new password to be handed over, shown this once; it must be changed at the first sign-in. Ends all sessions."""
    made, officer.password_hash = passwords.first_password()
    officer.must_change_password = True
    officer.wrong_passwords, officer.locked_until = 0, None
    end_everywhere(uow, officer)
    uow.record(OfficerChanged(officer_id=officer.id, what="first-password"))
    return made


def unlock(uow: UnitOfWork, officer: Officer) -> None:
    """Let the officer try again at once. Safe to call twice."""
    officer.wrong_passwords, officer.locked_until = 0, None
    uow.session.flush()
    uow.record(OfficerChanged(officer_id=officer.id, what="unlock"))


def end_everywhere(uow: UnitOfWork, officer: Officer) -> None:
    """End every session of the officer, on all machines."""
    officer.session_no += 1
    uow.session.flush()
    uow.record(SessionsEnded(officer_id=officer.id))


def plain_login(login: str) -> str:
    """The login as it is compared: without surrounding space, in lower case."""
    return login.replace("\x00", "").strip().lower()


def _note_wrong(uow: UnitOfWork, officer: Officer, policy: LockPolicy) -> Attempt:
    officer.wrong_passwords += 1
    if officer.wrong_passwords < policy.after_wrong:
        return Attempt()
    officer.wrong_passwords, officer.locked_until = 0, uow.now + timedelta(minutes=policy.minutes)
    uow.record(OfficerLocked(officer_id=officer.id))
    return Attempt(locked_minutes=policy.minutes)


def _minutes_left(officer: Officer, uow: UnitOfWork) -> int:
    assert officer.locked_until is not None  # noqa: S101 - asked by the caller
    left = (officer.locked_until - uow.now).total_seconds()
    return max(1, -int(-left // 60))
