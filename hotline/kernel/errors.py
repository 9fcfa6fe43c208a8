"""The kinds of error. Packages subclass these; `web.errors` maps the kinds to HTTP. Nothing here knows a status code."""

from typing import Any, ClassVar


class HotlineError(Exception):
    """A problem that a caller can understand: a public `code` (never renamed) and `details` (plain data, no personal data).

    The exception text is for developers and logs; people read the message that the catalogue has for the code.
    """

    code: ClassVar[str] = "error"

    def __init__(self, text: str = "", **details: Any) -> None:  # details are whatever the code's message names
        super().__init__(text or self.code)
        self.details = details


class Unauthenticated(HotlineError):
    """Nobody is signed in, or the credentials are wrong."""

    code = "unauthenticated"


class NotFound(HotlineError):
    """It does not exist, or this actor may not know that it does."""

    code = "not-found"


class Forbidden(HotlineError):
    """The actor sees it but may not do this."""

    code = "forbidden"


class Invalid(HotlineError):
    """A field breaks a rule; `details` has `field`, `rule` and what the rule needs."""

    code = "invalid"

    def __init__(self, field: str, rule: str, **details: Any) -> None:  # as in HotlineError
        super().__init__(f"{field}: {rule}", field=field, rule=rule, **details)


class TooLarge(HotlineError):
    """More bytes than the limit; `details` has `field` and `limit_bytes`."""

    code = "too-large"


class Conflict(HotlineError):
    """The thing changed meanwhile, or its state does not allow this."""

    code = "conflict"


class TooMany(HotlineError):
    """Too many tries in a short time; `details` has `retry_after_s`."""

    code = "too-many"


class Unavailable(HotlineError):
    """A part we need does not answer now; trying again later may help."""

    code = "unavailable"
