"""What a view needs of its request: the container, who asks, checked input, one transaction."""

import functools
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar, cast

from apiflask import APIBlueprint
from flask import current_app, g, request
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session

from hotline.kernel.db import Actor, UnitOfWork
from hotline.kernel.errors import Invalid, TooLarge
from hotline.kernel.scope import NOBODY, Scope
from web import texts
from web.bootstrap import Container

ENVELOPE_BYTES = 65_536
"""What a request may hold beside the file in it."""

JSON_BYTES = 1_048_576
"""What a request without a file may hold: far more than the longest text, far less than a file."""

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=BaseModel)


def container() -> Container:
    """The parts this process was built from."""
    return cast(Container, current_app.extensions["hotline"])


def scope() -> Scope:
    """Who asks, as `auth` found out; NOBODY without a session."""
    return cast(Scope, g.get("scope", NOBODY))


def actor() -> Actor:
    """Who acts, for events and timeline."""
    return Actor(scope().officer_id, g.get("officer_name", ""), request_id())


def request_id() -> str:
    """The id of this request, in logs, events and error answers."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    return cast(str, g.request_id)


def locale() -> str:
    """The language to answer in: the officer's, else the browser's choice by header or cookie, else Chinese."""
    if scope().officer_id is not None:
        return scope().locale
    asked = request.args.get("lang") or request.cookies.get("hotline_locale") or ""
    return asked if asked in texts.LOCALES else texts.DEFAULT


def wants_json() -> bool:
    """Whether the caller is a program rather than somebody in front of a page."""
    return request.path.startswith(("/api/", "/intake/", "/healthz"))


@contextmanager
def working() -> Iterator[UnitOfWork]:
    """The transaction of this request."""
    with container().database.work(actor()) as uow:
        yield uow


@contextmanager
def reading() -> Iterator[Session]:
    """A session for looking only."""
    with container().database.read() as session:
        yield session


def takes(blueprint: APIBlueprint, model: type[M]) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Declare a JSON body: in the OpenAPI document, and checked; the view gets it as `body`."""
    return _input(blueprint, model, "json", "body")


def asks(blueprint: APIBlueprint, model: type[M]) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Declare query parameters: in the OpenAPI document, and checked; the view gets them as `query`."""
    return _input(blueprint, model, "query", "query")


def parse(model: type[M], given: Any) -> M:  # anything a client sent
    """The checked value. Raises Invalid naming the first field that is wrong and the rule it breaks."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "body"
        limits = {key: value for key, value in (first.get("ctx") or {}).items() if isinstance(value, str | int | float)}
        raise Invalid(field, first["type"].replace("_", "-"), **limits) from error


def _input(blueprint: APIBlueprint, model: type[M], location: str, name: str) -> Callable[[Callable[..., R]], Callable[..., R]]:
    def decorate(view: Callable[..., R]) -> Callable[..., R]:
        # APIFlask's own wrapper is only looked at for the document: it validates pydantic models whatever
        # `validation` says, and answers in a shape of its own (APIFlask 3.1).
        described = blueprint.input(model, location=location)(view)

        @functools.wraps(described)
        def checked(*args: Any, **given: Any) -> R:  # whatever the route hands over
            raw = _json() if location == "json" else request.args.to_dict()
            return view(*args, **given, **{name: parse(model, raw)})

        return cast(Callable[..., R], checked)

    return decorate


def _json() -> Any:  # anything a client sent
    if (request.content_length or 0) > JSON_BYTES:
        raise TooLarge("body", rule="request", limit_bytes=JSON_BYTES)
    try:
        return request.get_json()
    except RecursionError as error:
        raise Invalid("body", "not-json") from error
