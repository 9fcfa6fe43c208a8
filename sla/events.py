"""What happens to clocks and call-backs. Ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar

from hotline.kernel.events import Event


@dataclass(frozen=True)
class ClockWarned(Event):
    """A limit comes near; `unit_id` None means that the hotline itself is limited."""

    name: ClassVar[str] = "clock-warned"

    clock_id: int
    ticket_id: int
    assignment_id: int | None
    unit_id: int | None
    stage: str


@dataclass(frozen=True)
class ClockExpired(Event):
    """A limit is past; `unit_id` None means that the hotline itself is late."""

    name: ClassVar[str] = "clock-expired"

    clock_id: int
    ticket_id: int
    assignment_id: int | None
    unit_id: int | None
    stage: str


@dataclass(frozen=True)
class CallbackOpened(Event):
    """A requester is to be asked."""

    name: ClassVar[str] = "callback-opened"

    callback_id: int
    ticket_id: int
    round: int


@dataclass(frozen=True)
class CallbackAttempted(Event):
    """Somebody tried to reach the requester; `state` is the call-back's after it."""

    name: ClassVar[str] = "callback-attempted"

    callback_id: int
    ticket_id: int
    connect_result: str
    state: str


@dataclass(frozen=True)
class TicketEvaluated(Event):
    """A requester answered the questions; `channel` is phone or portal, `consequence` close or doubt."""

    name: ClassVar[str] = "ticket-evaluated"

    callback_id: int
    ticket_id: int
    channel: str
    consequence: str


@dataclass(frozen=True)
class DissatisfactionReviewed(Event):
    """A dissatisfied case was decided: `decision` is redo, keep_closed or terminate."""

    name: ClassVar[str] = "dissatisfaction-reviewed"

    review_id: int
    ticket_id: int
    verdict: str
    decision: str
