"""Partners by HTTP: the URL of a setting becomes a client. A token is its password, `?timeout_s=2` shortens the wait.

Used by every adapter of http: and https:; what an answer means is theirs to say.
"""

from urllib.parse import SplitResult, parse_qs, urlunsplit

import httpx

from hotline.kernel.errors import Invalid

DEFAULT_TIMEOUT_S = 5.0
TRY_LATER = frozenset({408, 425, 429})
"""Client errors after which the same request may be sent again."""


def open_client(parts: SplitResult, setting: str) -> httpx.Client:
    """A client for `https://:token@host/path?timeout_s=2`: requests are relative to that path, the token is sent as bearer.

    Raises Invalid, naming the setting, for an address without host or a wait that is no number.
    """
    if not parts.hostname:
        raise Invalid(setting, "host-missing")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    netloc = f"{host}:{parts.port}" if parts.port else host
    headers = {"Authorization": f"Bearer {parts.password}"} if parts.password else {}
    return httpx.Client(
        base_url=urlunsplit((parts.scheme, netloc, parts.path, "", "")),
        headers=headers,
        timeout=_timeout_s(parts.query, setting),
        trust_env=False,  # not the environment's proxies: only settings say where we connect to
    )


def is_refusal(answer: httpx.Response) -> bool:
    """Whether the partner will never take this request; any other failure may be tried again."""
    return answer.is_client_error and answer.status_code not in TRY_LATER


def _timeout_s(query: str, setting: str) -> float:
    given = parse_qs(query).get("timeout_s", [str(DEFAULT_TIMEOUT_S)])[0]
    try:
        return float(given)
    except ValueError as error:
        raise Invalid(setting, "timeout-not-a-number", given=given) from error
