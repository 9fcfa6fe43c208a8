"""A partner reached by HTTP and JSON: one POST to <address>/transfers, repeated safely by its Idempotency-Key.

The answer is {"receipt_no": "…"}; an answer without it means that the receipt comes later (POST to our receipts address).
"""

from dataclasses import asdict
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlunsplit

import httpx

from dispatch.linkage.protocol import OutgoingTransfer, PartnerUnavailable, Receipt, TransferRefused
from hotline.kernel.errors import Invalid

DEFAULT_TIMEOUT_S = 5.0
RECEIPT_LENGTH = 64
TRY_LATER = frozenset({408, 425, 429})


class HttpLinkage:
    """One partner's address. `token`, when there is one, is sent as a bearer token."""

    def __init__(self, address: str, *, token: str = "", timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # Not the environment's proxies: only settings say where we connect to.
        self._client = httpx.Client(base_url=address, headers=headers, timeout=timeout_s, trust_env=False)

    def forward(self, transfer: OutgoingTransfer) -> Receipt | None:
        body = {**asdict(transfer), "created_at": transfer.created_at.isoformat()}
        try:
            answer = self._client.post("/transfers", json=body, headers={"Idempotency-Key": transfer.key})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise PartnerUnavailable(f"{transfer.partner}: {type(error).__name__}", partner=transfer.partner) from error
        _check(answer, transfer.partner)
        return _receipt(answer, transfer.partner)


def open_linkage(parts: SplitResult) -> HttpLinkage:
    """The factory of http: and https:.

    A token is written as the password (https://:token@host); ?timeout_s=2 shortens the wait.
    Raises Invalid for an address without host or a wait that is no number.
    """
    if not parts.hostname:
        raise Invalid("linkage_urls", "host-missing")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    netloc = f"{host}:{parts.port}" if parts.port else host
    address = urlunsplit((parts.scheme, netloc, parts.path, "", ""))
    return HttpLinkage(address, token=parts.password or "", timeout_s=_timeout_s(parts.query))


def _timeout_s(query: str) -> float:
    given = parse_qs(query).get("timeout_s", [str(DEFAULT_TIMEOUT_S)])[0]
    try:
        return float(given)
    except ValueError as error:
        raise Invalid("linkage_urls", "timeout-not-a-number", given=given) from error


def _check(answer: httpx.Response, partner: str) -> None:
    if answer.is_success:
        return
    if answer.is_client_error and answer.status_code not in TRY_LATER:
        raise TransferRefused(f"{partner}: {answer.status_code}", partner=partner, status=answer.status_code)
    raise PartnerUnavailable(f"{partner}: {answer.status_code}", partner=partner, status=answer.status_code)


def _receipt(answer: httpx.Response, partner: str) -> Receipt | None:
    try:
        told: Any = answer.json()
    except ValueError as error:
        raise PartnerUnavailable(f"{partner}: answer is not JSON", partner=partner) from error
    number = told.get("receipt_no") if isinstance(told, dict) else None
    if number is None:
        return None
    if not isinstance(number, str) or not 0 < len(number) <= RECEIPT_LENGTH:
        raise PartnerUnavailable(f"{partner}: receipt number is not a short text", partner=partner)
    return Receipt(number)
