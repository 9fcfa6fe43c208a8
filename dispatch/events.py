"""What happens to hand-overs. Ids and plain values only: no place, no words, no number of the caller."""

from dataclasses import dataclass
from typing import ClassVar

from hotline.kernel.events import Event


@dataclass(frozen=True)
class TransferOpened(Event):
    """A matter is to be handed to a partner; nothing has left the house yet."""

    name: ClassVar[str] = "transfer-opened"

    transfer_id: int
    partner: str
    contact_id: int | None
    ticket_id: int | None


@dataclass(frozen=True)
class TransferMoved(Event):
    """A hand-over moved; what the voice call beside it did keeps the state and is told apart by `action` (voice_…)."""

    name: ClassVar[str] = "transfer-moved"

    transfer_id: int
    partner: str
    contact_id: int | None
    ticket_id: int | None
    action: str
    source: str
    target: str


@dataclass(frozen=True)
class TransferOverdue(Event):
    """No receipt in time, or none will come: the shift leader is told and the partner has to be phoned. Once a hand-over."""

    name: ClassVar[str] = "transfer-overdue"

    transfer_id: int
    partner: str
    contact_id: int | None
    ticket_id: int | None
    officer_id: int | None
    state: str
