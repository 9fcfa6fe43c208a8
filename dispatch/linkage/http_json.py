"""A partner reached by HTTP and JSON: one POST to <address>/transfers, repeated safely by its Idempotency-Key.

The answer is {"receipt_no": "…"}; an answer without it means that the receipt comes later (POST to our receipts address).
"""

from dataclasses import asdict
from typing import Any
from urllib.parse import SplitResult

import httpx

from dispatch.linkage.protocol import OutgoingTransfer, PartnerUnavailable, Receipt, TransferRefused
from hotline.kernel.http_client import is_refusal, open_client

RECEIPT_LENGTH = 64


class HttpLinkage:
    """One partner."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def forward(self, transfer: OutgoingTransfer) -> Receipt | None:
        body = {**asdict(transfer), "created_at": transfer.created_at.isoformat()}
        try:
            answer = self._client.post("/transfers", json=body, headers={"Idempotency-Key": transfer.key})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise PartnerUnavailable(f"{transfer.partner}: {type(error).__name__}", partner=transfer.partner) from error
        _check(answer, transfer.partner)
        return _receipt(answer, transfer.partner)


def open_linkage(parts: SplitResult) -> HttpLinkage:
    """The factory of http: and https:, as `http_client.open_client` reads them."""
    return HttpLinkage(open_client(parts, "linkage_urls"))


def _check(answer: httpx.Response, partner: str) -> None:
    if answer.is_success:
        return
    if is_refusal(answer):
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
