"""What happens to people's inboxes. Ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar

from hotline.kernel.events import Event


@dataclass(frozen=True)
class NoticeSent(Event):
    """A message lies in the inbox of a unit, of an officer, or of everyone with a role."""

    name: ClassVar[str] = "notice-sent"

    notice_id: int
    unit_id: int | None
    officer_id: int | None
    role: str | None
    code: str
    ticket_id: int | None
