"""From kinds of error to HTTP: one dictionary, one JSON shape, one sentence in the reader's language."""

import logging
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from hotline.kernel import errors
from hotline.people.sessions import PasswordChangeRequired
from web import texts
from web.requests import ENVELOPE_BYTES, locale, request_id, wants_json

LOG = logging.getLogger("hotline.web")
MEGABYTE = 2**20
STATUS: Mapping[type[errors.HotlineError], int] = {
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.Invalid: 422,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}
HTTP_KINDS: Mapping[int, type[errors.HotlineError]] = {status: kind for kind, status in STATUS.items()} | {
    400: errors.Invalid,
    405: errors.NotFound,
    415: errors.Invalid,
}


def register(app: Flask) -> None:
    """Answer every error of this application in the one shape."""
    app.register_error_handler(errors.HotlineError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def status_of(error: errors.HotlineError) -> int:
    """The HTTP status of an error's kind."""
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def body(error: errors.HotlineError, language: str) -> dict[str, Any]:  # the JSON error shape
    """The error as people and programs read it, also over Socket.IO acknowledgements."""
    return {
        "error": {
            "code": error.code,
            "message": message(error, language),
            "details": error.details,
            "request_id": request_id(),
        }
    }


def message(error: errors.HotlineError, language: str) -> str:
    """The most particular sentence the catalogue has: by code and rule or reason, else by code."""
    details = dict(error.details)
    narrow = details.get("rule") or details.get("reason")
    if "field" in details:
        details["field"] = texts.first([f"field.{details['field']}", str(details["field"])], language)
    if "limit_bytes" in details:
        details["limit"] = f"{details['limit_bytes'] / MEGABYTE:.3g} MB"
    details = {name: "、".join(map(str, value)) if isinstance(value, list) else value for name, value in details.items()}
    keys = [f"error.{error.code}.{narrow}", f"error.{error.code}"] if narrow else [f"error.{error.code}"]
    return texts.first(keys, language, **details)


def _known(error: errors.HotlineError) -> tuple[Response, int] | Response:
    status = status_of(error)
    if status >= 500:
        LOG.warning("%s %s: %s", request.method, request.path, error)
    return _answer(error, status)


def _http(error: HTTPException) -> tuple[Response, int] | Response:
    status = error.code or 500
    if status in (301, 302, 303, 307, 308):
        return error.get_response()  # type: ignore[return-value]  # werkzeug's own response class
    kind = HTTP_KINDS.get(status, errors.NotFound)
    if kind is errors.TooLarge:
        limit_bytes = (request.max_content_length or ENVELOPE_BYTES) - ENVELOPE_BYTES
        return _answer(errors.TooLarge("request", field="file", limit_bytes=limit_bytes), status)
    if kind is errors.Invalid:
        return _answer(errors.Invalid("body", "not-json"), 422)
    return _answer(kind(error.name), status)


def _unexpected(error: Exception) -> tuple[Response, int] | Response:
    LOG.error("%s %s (%s)", request.method, request.path, request_id(), exc_info=error)
    return _answer(errors.HotlineError(), 500)


def _answer(error: errors.HotlineError, status: int) -> tuple[Response, int] | Response:
    if isinstance(error, PasswordChangeRequired) and not wants_json():
        return redirect(url_for("pages.password"))  # type: ignore[return-value]  # werkzeug's
    if status == 401 and not wants_json():
        return redirect(url_for("pages.login", next=request.full_path.rstrip("?")))  # type: ignore[return-value]  # werkzeug's
    if wants_json():
        return jsonify(body(error, locale())), status
    return Response(_page(error, status), status=status, mimetype="text/html")


def _page(error: errors.HotlineError, status: int) -> str:
    return render_template(
        "error.html", status=status, message=message(error, locale()), request_id=request_id(), locale=locale()
    )
