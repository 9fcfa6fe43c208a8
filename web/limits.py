"""How often a stranger may try: wrong query codes, sign-ins, submissions. Counted in Redis, in memory while it is away."""

from flask import Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from web.bootstrap import Container

WRONG = (401, 403, 404)
limiter = Limiter(key_func=get_remote_address, in_memory_fallback_enabled=True, swallow_errors=True)


def limiter_of(container: Container) -> Limiter:
    """The limiter, with its store and its rates from the settings."""
    limiter._storage_uri = container.broker.redis_url.replace("unix://", "redis+unix://", 1)
    limiter._in_memory_fallback = []
    Rates.sign_in = container.settings.rate_sign_in
    Rates.wrong_code = container.settings.rate_wrong_code
    Rates.submission = container.settings.rate_submission
    return limiter


class Rates:
    """The rates in force; set once at start."""

    sign_in = "10 per 15 minutes"
    wrong_code = "5 per 15 minutes"
    submission = "30 per hour"


def was_wrong(response: Response) -> bool:
    """Only wrong tries count."""
    return response.status_code in WRONG


def ticket_and_address() -> str:
    """One citizen's mistakes on one ticket do not lock others out."""
    number = (request.view_args or {}).get("number", "")
    return f"{number}:{get_remote_address()}"
