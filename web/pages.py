"""The pages: Jinja shells that each mount one Vite entry, sign-in, the OpenAPI page. What they show they ask over HTTP."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, current_app, g, redirect, render_template, request, session, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as AnyResponse

from hotline.kernel.errors import Invalid, NotFound, Unauthenticated
from hotline.people.passwords import SHORTEST_PASSWORD
from hotline.people.sessions import AccountLocked
from web import errors, texts
from web.api.demo import demo_accounts
from web.api.session import me_of
from web.auth import EVERYONE, allowed, before_password, csrf, public
from web.homes import PAGES, homes
from web.limits import limiter, sign_in_rate, was_wrong
from web.requests import container, locale, reading, scope
from web.signing_in import change_own_password, end_own_sessions, sign_in_with

DIST = Path(__file__).parent / "static" / "dist"
pages = Blueprint("pages", __name__)


def register(app: Flask) -> None:
    """Add the pages and what their templates use."""
    app.register_blueprint(pages)
    for name, roles in PAGES.items():
        app.add_url_rule(f"/{name}", f"pages.{name}", allowed(*roles)(_shell(name)))  # the blueprint is shared by all apps
    app.jinja_env.globals.update(vite_tags=vite_tags, csrf_token=generate_csrf, _=_words)


@pages.get("/")
@public
def home() -> AnyResponse:
    """To the first page of whoever is signed in, else to the portal."""
    mine = homes(scope().roles)
    return redirect(f"/{mine[0]}" if mine else url_for("pages.portal"))


@pages.get("/tickets/<int:ticket_id>")
@allowed(*EVERYONE)
def ticket(ticket_id: int) -> str:
    """One ticket."""
    return _render("ticket")


@pages.get("/portal", defaults={"part": ""})
@pages.get("/portal/<part>")
@public
def portal(part: str) -> str:
    """The citizens' pages."""
    if part not in ("", "ticket", "answers", "evaluate"):
        raise NotFound("page")
    return _render("portal")


@pages.get("/demo/messages")
@public
def messages() -> str:
    """What the file sender sent, on a demonstration."""
    if not container().settings.demo:
        raise NotFound("page")
    return _render("messages")


@pages.get("/login")
@public
def login() -> str:
    """The sign-in form."""
    return _login_form("", "")


@pages.post("/login")
@limiter.limit(sign_in_rate, deduct_when=was_wrong)
@public
def sign_in() -> tuple[str, int] | AnyResponse:
    """Sign in; what was typed as login stays in the form when it was wrong."""
    csrf.protect()
    name = request.form.get("login", "")
    try:
        sign_in_with(name, request.form.get("password", ""))
    except (Unauthenticated, AccountLocked) as error:
        return _login_form(name, errors.message(error, locale())), errors.status_of(error)
    return redirect(local_path(request.form.get("next", "")))


def local_path(wanted: str) -> str:
    """The address to go on to: never another site."""
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else "/"


@pages.post("/logout")
@public
def sign_out() -> AnyResponse:
    """End the session."""
    csrf.protect()
    session.clear()
    return redirect(url_for("pages.login"))


@pages.get("/password")
@before_password
@allowed(*EVERYONE)
def password() -> str:
    """Choosing one's own password."""
    return _password_form("")


@pages.post("/password")
@limiter.limit(sign_in_rate, deduct_when=was_wrong)
@before_password
@allowed(*EVERYONE)
def choose_password() -> tuple[str, int] | AnyResponse:
    """Take the password chosen."""
    given = request.form
    try:
        if given.get("new") != given.get("again"):
            raise Invalid("again", "not-the-same")
        change_own_password(scope().officer_id or 0, given.get("old", ""), given.get("new", ""))
    except Invalid as error:
        return _password_form(errors.message(error, locale())), errors.status_of(error)
    return redirect(url_for("pages.home"))


@pages.post("/password/everywhere")
@before_password
@allowed(*EVERYONE)
def sign_out_everywhere() -> AnyResponse:
    """End every session of this officer."""
    end_own_sessions(scope().officer_id or 0)
    session.clear()
    return redirect(url_for("pages.login"))


@pages.get("/api/v1/docs")
@public
def docs() -> str:
    """The OpenAPI document as a page to read."""
    return render_template("docs.html", spec=current_app.spec, locale=locale())  # type: ignore[attr-defined]  # APIFlask's


def vite_tags(entry: str) -> Markup:
    """Script and style tags of a Vite entry, from the built manifest."""
    found = next((part for part in _manifest().values() if part.get("isEntry") and part.get("name") == entry), None)
    if found is None:
        raise NotFound(f"page {entry} is not built")
    styles = list(dict.fromkeys(_styles(found)))
    links = [f'<link rel="stylesheet" href="{escape(_static(style))}">' for style in styles]
    script = f'<script type="module" src="{escape(_static(found["file"]))}"></script>'
    return Markup("\n".join([*links, script if found["file"].endswith(".js") else ""]))  # noqa: S704 built from our manifest


def _styles(part: dict[str, Any]) -> list[str]:  # a manifest chunk
    own = [part["file"]] if part["file"].endswith(".css") else []
    inner = [style for name in part.get("imports", ()) for style in _styles(_manifest()[name])]
    return [*inner, *part.get("css", ()), *own]


@lru_cache
def _manifest() -> dict[str, Any]:  # Vite's own shape
    path = DIST / ".vite" / "manifest.json"
    if not path.exists():
        return {}
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def _static(name: str) -> str:
    return url_for("static", filename=f"dist/{name}")


def _shell(name: str) -> Any:  # a view function
    def view() -> str:
        return _render(name)

    view.__doc__ = f"The page {name}."
    return view


def _render(entry: str) -> str:
    me = None
    if scope().officer_id is not None:
        with reading() as opened:
            me = me_of(opened, scope()).model_dump(mode="json")
    settings = container().settings
    data = {"me": me, "locale": locale(), "demo": settings.demo, "upload_max_bytes": settings.upload_max_bytes}
    return render_template("shell.html", entry=entry, title=_words(f"page.{entry}"), page_data=data)


def _login_form(name: str, error: str) -> str:
    demo = container().settings.demo
    with reading() as opened:
        accounts = demo_accounts(opened, locale()) if demo else []
    wanted = local_path(request.values.get("next", ""))
    return render_template("login.html", login=name, error=error, demo=demo, accounts=accounts, locale=locale(), next=wanted)


def _password_form(error: str) -> str:
    first, rule = g.get("must_change_password", False), _words("password.rule", minimum=SHORTEST_PASSWORD)
    return render_template("password.html", error=error, first=first, rule=rule, shortest=SHORTEST_PASSWORD, locale=locale())


def _words(key: str, **values: object) -> str:
    return texts.text(key, locale(), **values)
