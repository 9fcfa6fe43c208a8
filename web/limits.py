"""How often a stranger may try: wrong query codes, sign-ins, submissions. Counted in Redis, in memory while it is away."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from web.queue import ANSWERS_WITHIN_S
from web.requests import container

WRONG = (401, 403, 404)
limiter = Limiter(key_func=get_remote_address, in_memory_fallback_enabled=True)


def register(app: Flask) -> None:
    """Count in the broker of this application."""
    broker = app.extensions["hotline"].broker.redis_url
    app.config["RATELIMIT_STORAGE_URI"] = broker.replace("unix://", "redis+unix://", 1)
    app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_connect_timeout": ANSWERS_WITHIN_S, "socket_timeout": ANSWERS_WITHIN_S}
    limiter.init_app(app)


def sign_in_rate() -> str:
    """Wrong sign-ins of one address."""
    return container().settings.rate_sign_in


def wrong_code_rate() -> str:
    """Wrong query codes of one address for one ticket."""
    return container().settings.rate_wrong_code


def submission_rate() -> str:
    """Requests and uploads of one address."""
    return container().settings.rate_submission


def question_rate() -> str:
    """Questions of one address to the knowledge base."""
    return container().settings.rate_question


def wrong_codes_rate() -> str:
    """Wrong query codes of one address, whatever the tickets: or it could try a few on each of a thousand."""
    return container().settings.rate_wrong_codes


def lost_code_rate() -> str:
    """New query codes of one address, and of one ticket."""
    return container().settings.rate_lost_code


def ticket_named() -> str:
    """The ticket in the address."""
    return str((request.view_args or {}).get("number", ""))


def was_wrong(response: Response) -> bool:
    """Only wrong tries count."""
    return response.status_code in WRONG


def ticket_and_address() -> str:
    """One citizen's mistakes on one ticket do not lock others out."""
    number = (request.view_args or {}).get("number", "")
    return f"{number}:{get_remote_address()}"


CODES_OF_A_TICKET = limiter.shared_limit(wrong_code_rate, "query-code", key_func=ticket_and_address, deduct_when=was_wrong)
CODES_OF_ALL = limiter.shared_limit(wrong_codes_rate, "query-codes", deduct_when=was_wrong)


LOST_CODES_OF_AN_ADDRESS = limiter.shared_limit(lost_code_rate, "lost-codes")
LOST_CODES_OF_A_TICKET = limiter.shared_limit(lost_code_rate, "lost-code", key_func=ticket_named)


def guards_lost_code(view: Callable[..., Any]) -> Callable[..., Any]:
    """So many new codes for one address, and for one ticket, whoever asks: nobody's telephone is flooded."""
    return LOST_CODES_OF_A_TICKET(LOST_CODES_OF_AN_ADDRESS(view))


WRONG_LINKS = limiter.shared_limit(wrong_codes_rate, "evaluation-links", deduct_when=was_wrong)


def guards_links(view: Callable[..., Any]) -> Callable[..., Any]:
    """Slow down who guesses tokens of evaluation links."""
    return WRONG_LINKS(view)


def guards_query_code(view: Callable[..., Any]) -> Callable[..., Any]:
    """Slow down who guesses query codes; all views that take one count together."""
    return CODES_OF_A_TICKET(CODES_OF_ALL(view))
