"""Signing in and out over HTTP, and who is signed in."""

from apiflask import APIBlueprint
from flask import session as cookie
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.scope import Scope
from hotline.people import notices
from hotline.people.models import Notice, Officer, Unit
from hotline.tickets import queries
from web.api import present
from web.api.schemas.base import Done
from web.api.schemas.session import LocaleChoice, Me, PasswordChoice, SignIn
from web.auth import EVERYONE, allowed, before_password, public, scope_for
from web.homes import homes
from web.limits import limiter, sign_in_rate, was_wrong
from web.requests import reading, scope, takes, working
from web.signing_in import change_own_password, end_own_sessions, sign_in_with

api = APIBlueprint("session", __name__, url_prefix="/api/v1", tag="Session")


@api.post("/session")
@limiter.limit(sign_in_rate, deduct_when=was_wrong)
@takes(api, SignIn)
@api.output(Me, status_code=201)
@public
def sign_in(body: SignIn) -> Me:
    """Sign in; the cookie names the officer from now on."""
    officer = sign_in_with(body.login, body.password)
    with reading() as opened:
        return me_of(opened, scope_for(opened, officer))


@api.get("/session")
@api.output(Me)
@before_password
@allowed(*EVERYONE)
def show_session() -> Me:
    """Who is signed in."""
    with reading() as opened:
        return me_of(opened, scope())


@api.delete("/session")
@api.output(Done)
@before_password
@allowed(*EVERYONE)
def sign_out() -> Done:
    """End the session."""
    cookie.clear()
    return Done()


@api.delete("/session/everywhere")
@api.output(Done)
@before_password
@allowed(*EVERYONE)
def sign_out_everywhere() -> Done:
    """End every session of this officer, on all machines."""
    end_own_sessions(scope().officer_id or 0)
    cookie.clear()
    return Done()


@api.put("/session/password")
@limiter.limit(sign_in_rate, deduct_when=was_wrong)
@takes(api, PasswordChoice)
@api.output(Done)
@before_password
@allowed(*EVERYONE)
def choose_password(body: PasswordChoice) -> Done:
    """Choose another password; every other session ends, this one goes on."""
    change_own_password(scope().officer_id or 0, body.old_password, body.password)
    return Done()


@api.put("/session/locale")
@takes(api, LocaleChoice)
@api.output(Done)
@allowed(*EVERYONE)
def choose_locale(body: LocaleChoice) -> Done:
    """The language of the screens from now on."""
    with working() as uow:
        uow.session.get_one(Officer, scope().officer_id).locale = body.locale
    return Done()


def me_of(opened: Session, asker: Scope) -> Me:
    """The officer of this scope as the pages want them."""
    officer = opened.get_one(Officer, asker.officer_id)
    own = opened.scalars(select(Unit).where(Unit.id.in_(asker.member_unit_ids)).order_by(Unit.id))
    return Me(
        id=officer.id,
        name=officer.name,
        roles=sorted(asker.roles),
        units=[present.unit_ref(unit) for unit in own],
        locale=officer.locale,
        pages=homes(asker.roles),
        csrf_token=generate_csrf(),
        must_change_password=officer.must_change_password,
        unread=notices.unread_count(opened, asker, among=queries.of_visible(asker, Notice.ticket_id)),
    )
