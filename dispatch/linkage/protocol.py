"""The port to a partner (110, another platform …): what is handed over, what comes back, what may go wrong.

Implemented by `http_json` and `null`, chosen per partner by the scheme of its URL in `linkage_urls`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hotline.kernel.errors import Conflict, Unavailable


@dataclass(frozen=True)
class OutgoingTransfer:
    """What a partner is told: no more than it needs to act. `key` is the same at every repeat."""

    key: str
    partner: str
    reason: str
    place: str
    summary: str
    callback_number: str
    ticket_number: str
    created_at: datetime


@dataclass(frozen=True)
class Receipt:
    """The partner has it: its own number for the matter (回执)."""

    number: str


class PartnerUnavailable(Unavailable):
    """The partner did not answer, or not in a way that tells whether it has the matter. Sending again is safe."""

    code = "partner-unavailable"


class TransferRefused(Conflict):
    """The partner said no; sending the same again would not help."""

    code = "transfer-refused"


class NotConnected(Conflict):
    """There is no data link with this partner."""

    code = "partner-not-connected"


class Linkage(Protocol):
    """A data link with one partner."""

    def forward(self, transfer: OutgoingTransfer) -> Receipt | None:
        """Hand over; None when the partner took it but sends its receipt later. Repeating a key must not double the matter.

        Raises PartnerUnavailable, TransferRefused or NotConnected, nothing else.
        """
