"""What happens while a claim comes in. Ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar

from hotline.kernel.events import Event


@dataclass(frozen=True)
class CallOffered(Event):
    """A call rings; whoever is ready may take it."""

    name: ClassVar[str] = "call-offered"

    call_id: str
    origin: str


@dataclass(frozen=True)
class CallAnswered(Event):
    """An agent took the call; its contact is open."""

    name: ClassVar[str] = "call-answered"

    call_id: str
    contact_id: int
    agent_id: int


@dataclass(frozen=True)
class CallTakenUp(Event):
    """A shift leader opened the contact of a call that was over and that nobody had taken."""

    name: ClassVar[str] = "call-taken-up"

    call_id: str
    contact_id: int
    agent_id: int


@dataclass(frozen=True)
class CallEnded(Event):
    """The call is over (`state` ended) or nobody took it (abandoned)."""

    name: ClassVar[str] = "call-ended"

    call_id: str
    contact_id: int | None
    agent_id: int | None
    state: str


@dataclass(frozen=True)
class ContactClosed(Event):
    """A contact ended with a summary code."""

    name: ClassVar[str] = "contact-closed"

    contact_id: int
    summary_code: str


@dataclass(frozen=True)
class DraftChanged(Event):
    """Fields of a draft were filled or changed, by the machine or by a person (`source`), or its state moved."""

    name: ClassVar[str] = "draft-changed"

    draft_id: int
    contact_id: int
    source: str
    state: str


@dataclass(frozen=True)
class RiskWordFell(Event):
    """A word of danger fell in a contact."""

    name: ClassVar[str] = "risk-word-fell"

    alert_id: int
    contact_id: int
    level: str
    partner: str


@dataclass(frozen=True)
class RiskAlertChosen(Event):
    """An agent decided what to do about a word of danger: transfer, three_way or note."""

    name: ClassVar[str] = "risk-alert-chosen"

    alert_id: int
    contact_id: int
    partner: str
    choice: str
