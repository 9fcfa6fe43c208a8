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


@dataclass(frozen=True)
class SessionsEnded(Event):
    """All sessions of an officer were ended: another password, other roles, closed, or their own wish."""

    name: ClassVar[str] = "sessions-ended"

    officer_id: int


@dataclass(frozen=True)
class OfficerLocked(Event):
    """Too many wrong passwords in a row."""

    name: ClassVar[str] = "officer-locked"

    officer_id: int


@dataclass(frozen=True)
class OfficerChanged(Event):
    """Somebody administered an officer; `what` is create, change, roles, close, password, first-password, unlock or absence."""

    name: ClassVar[str] = "officer-changed"

    officer_id: int
    what: str


@dataclass(frozen=True)
class UnitChanged(Event):
    """Somebody administered a unit; `what` is create, change, move or close."""

    name: ClassVar[str] = "unit-changed"

    unit_id: int
    what: str
