"""The web process: an APIFlask application around a container. OpenAPI at /api/v1/openapi.json, made from the views."""

from apiflask import APIFlask
from flask import Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from web import auth, errors, limits, pages
from web.api import BLUEPRINTS
from web.bootstrap import Container
from web.requests import ENVELOPE_BYTES, request_id

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self' ws: wss:; media-src 'self' blob:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Element Plus sets inline styles; scripts are ours alone."""


def create_app(container: Container) -> APIFlask:
    """The application with all blueprints, rules and error shapes."""
    app = APIFlask(__name__, title="Hotline 12345", version="1", spec_path="/api/v1/openapi.json", docs_path=None)
    app.config.update(
        SECRET_KEY=container.secret_key,
        OPENAPI_VERSION="3.1.0",
        SESSION_COOKIE_NAME="hotline_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=container.settings.secure_cookies,
        MAX_CONTENT_LENGTH=container.settings.upload_max_bytes + ENVELOPE_BYTES,
        MAX_FORM_MEMORY_SIZE=1_048_576,
        LOCAL_SERVERS=[],
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Chinese stays readable in answers
    app.extensions["hotline"] = container
    behind_proxies(app, container.settings.trusted_proxies)
    app.before_request(name_request)
    auth.register(app)
    errors.register(app)
    limits.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    pages.register(app)
    setattr(app.view_functions["openapi.spec"], "auth_rule", auth.PUBLIC)  # noqa: B010 APIFlask made that view, not we
    app.after_request(secure)
    return app


def behind_proxies(app: APIFlask, count: int) -> None:
    """Take address, scheme and host of the caller from the headers of so many proxies; anybody could write them otherwise."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # Flask's way


def name_request() -> None:
    """Give the request its id before anything is logged. Returns nothing: what it returned would be the answer."""
    request_id()


def secure(response: Response) -> Response:
    """Headers of every answer."""
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Request-Id", g.get("request_id", ""))
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
