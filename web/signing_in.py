"""Signing in with login and password, whatever asks: the page's form or the interface. A wrong try is counted, then refused."""

from hotline.people import sessions
from hotline.people.models import Officer
from hotline.people.sessions import LockPolicy
from web.auth import start_session
from web.requests import container, working


def sign_in_with(login: str, password: str) -> Officer:
    """Start this browser's session. Raises WrongCredentials, AccountLocked; the count of wrong tries is committed before."""
    settings = container().settings
    policy = LockPolicy(settings.lock_after_wrong_passwords, settings.lock_minutes)
    with working() as uow:
        tried = sessions.attempt(uow, login, password, policy)
    officer = tried.result()
    start_session(officer)
    return officer


def change_own_password(officer_id: int, old: str, new: str) -> None:
    """Another password; every other session of the officer ends, this browser's goes on. Raises Invalid."""
    with working() as uow:
        officer = sessions.change_password(uow, officer_id, old=old, new=new)
    start_session(officer)


def end_own_sessions(officer_id: int) -> None:
    """End every session of the officer, this one too."""
    with working() as uow:
        sessions.end_everywhere(uow, uow.session.get_one(Officer, officer_id))
