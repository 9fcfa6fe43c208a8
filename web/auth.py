"""Who asks and whether they may: every view carries one of these rules, and a test fails when one does not.

`allowed` names roles, `public` is for citizens, `machine` for integrators with a token.
"""

import hmac
import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, request, session
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.kernel.errors import Forbidden, Unauthenticated
from hotline.kernel.scope import Scope
from hotline.people import absences, permissions, units
from hotline.people.models import Officer
from hotline.people.permissions import Role, scope_of
from hotline.people.sessions import PasswordChangeRequired
from web.requests import container, reading, scope

V = TypeVar("V", bound=Callable[..., Any])
EVERYONE = tuple(role.value for role in Role)
UNIT_ROLES = tuple(role.value for role in Role if role in permissions.UNIT_ROLES)
SUPERIORS_SECONDS = 10.0

PUBLIC: tuple[str, frozenset[str]] = ("public", frozenset())

csrf = CSRFProtect()


def allowed(*roles: str) -> Callable[[V], V]:
    """Only officers with one of the roles (EVERYONE: any officer signed in)."""

    def decorate(view: V) -> V:
        view.auth_rule = ("roles", frozenset(roles))  # type: ignore[attr-defined]  # read by `guard`
        return view

    return decorate


def public(view: V) -> V:
    """Anybody, signed in or not."""
    view.auth_rule = PUBLIC  # type: ignore[attr-defined]  # read by `guard`
    return view


def machine(*roles: str) -> Callable[[V], V]:
    """An integrator with the token, or an officer with one of the roles."""

    def decorate(view: V) -> V:
        view.auth_rule = ("machine", frozenset(roles))  # type: ignore[attr-defined]  # read by `guard`
        return view

    return decorate


def before_password(view: V) -> V:
    """Open to an officer who must choose a password first, too."""
    view.before_password = True  # type: ignore[attr-defined]  # read by `guard`
    return view


def register(app: Flask) -> None:
    """Find out who asks before every view, and apply the view's rule."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    csrf.init_app(app)
    app.before_request(identify)
    app.before_request(guard)


def identify() -> None:
    """Set `g.scope` from the session cookie; a cookie whose session was ended is forgotten."""
    if "officer_id" not in session or request.endpoint == "static":
        return
    with reading() as opened:
        officer = signed_in(opened, session)
        if officer is None:
            session.clear()
            return
        g.scope = scope_for(opened, officer)
        g.officer_name = officer.name
        g.must_change_password = officer.must_change_password


def start_session(officer: Officer) -> None:
    """Make this browser's session the officer's."""
    session.clear()
    session["officer_id"], session["session_no"] = officer.id, officer.session_no


def signed_in(opened: Session, cookie: Mapping[str, Any]) -> Officer | None:
    """The officer of a cookie; None when there is none, they left, or their sessions were ended since."""
    officer_id = cookie.get("officer_id")
    officer = opened.get(Officer, officer_id) if officer_id is not None else None
    if officer is None or not officer.active or officer.session_no != cookie.get("session_no", 0):
        return None
    return officer


def scope_for(opened: Session, officer: Officer) -> Scope:
    """What the officer may see now, with what they hold for others who are away."""
    return scope_of(officer, _superiors(opened), absences.lent_to(opened, officer.id, clock.now()))


def guard() -> None:
    """Apply the rule of the view. Raises Unauthenticated, Forbidden, or the CSRF error of a forged request."""
    view = reached_view()
    if view is None:
        return
    kind, roles = rule_of(view)
    if kind == "public":
        return
    if kind == "machine" and _has_token():
        return
    if scope().officer_id is None:
        raise Unauthenticated("no session")
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        csrf.protect()
    if not scope().has(*roles):
        raise Forbidden("not this role", roles=sorted(roles))
    if g.get("must_change_password") and not getattr(view, "before_password", False):
        raise PasswordChangeRequired("first password")


def forget_superiors() -> None:
    """The tree of units changed here: read it anew at the next request."""
    _superiors.forget()


def rule_of(view: Callable[..., Any]) -> tuple[str, frozenset[str]]:
    """The rule a view carries; a view without one is open to nobody."""
    return cast(tuple[str, frozenset[str]], getattr(view, "auth_rule", ("roles", frozenset())))


def reached_view() -> Callable[..., Any] | None:
    """The view this request will reach; None for static files and unknown addresses."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    return current_app.view_functions.get(request.endpoint)


def _has_token() -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(given.encode(), container().integrator_token.encode())


class _Superiors:
    """Every unit's superiors, read at most once in SUPERIORS_SECONDS: they change by notice, not by the minute."""

    def __init__(self) -> None:
        self._lock, self._at = Lock(), -SUPERIORS_SECONDS
        self._known: dict[int, tuple[int | None, int | None]] = {}

    def __call__(self, opened: Session) -> dict[int, tuple[int | None, int | None]]:
        with self._lock:
            if time.monotonic() - self._at > SUPERIORS_SECONDS:
                self._known, self._at = units.superiors(opened), time.monotonic()
            return self._known

    def forget(self) -> None:
        with self._lock:
            self._at = -SUPERIORS_SECONDS


_superiors = _Superiors()
