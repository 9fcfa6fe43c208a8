"""The Idempotency-Key header: what a client sends with a creation so that sending it again creates nothing more."""

from flask import request

from hotline.kernel.errors import Invalid
from web.requests import scope

LONGEST = 48


def once() -> str | None:
    """The key of this request, made particular to who asks; None without one. Raises Invalid for one that is too long."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST:
        raise Invalid("Idempotency-Key", "string-too-long", max_length=LONGEST)
    return f"{scope().officer_id or 0}:{key}" if key else None
