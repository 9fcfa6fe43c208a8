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
class LimitEscalated(Event):
    """A limit is past for so long that a rung of the ladder was reached: press, prompt, order, summons or criticism."""

    name: ClassVar[str] = "limit-escalated"

    clock_id: int
    ticket_id: int
    unit_id: int | None
    stage: str
    rung: str


@dataclass(frozen=True)
class DigestMade(Event):
    """Alarms are to leave the house for one receiver; `digest_id` names the message for ever."""

    name: ClassVar[str] = "digest-made"

    digest_id: int


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


@dataclass(frozen=True)
class ServiceMarkReceived(Event):
    """A mark for one service arrived; only a bad one has a ticket. `unit_id` None: the evaluated body is not known."""

    name: ClassVar[str] = "service-mark-received"

    mark_id: int
    ticket_id: int | None
    unit_id: int | None
    stars: int


@dataclass(frozen=True)
class ServiceMarkRectified(Event):
    """What a bad mark was given for is put right, and the requester heard of it."""

    name: ClassVar[str] = "service-mark-rectified"

    mark_id: int
    ticket_id: int


@dataclass(frozen=True)
class ServiceMarkAdded(Event):
    """The one further evaluation (追评) after rectification was given."""

    name: ClassVar[str] = "service-mark-added"

    mark_id: int
    ticket_id: int
    stars: int


@dataclass(frozen=True)
class ServiceMarkExcluded(Event):
    """A bad mark was found wrong or malicious and counts no more."""

    name: ClassVar[str] = "service-mark-excluded"

    mark_id: int
    ticket_id: int


@dataclass(frozen=True)
class EvaluationLinkMade(Event):
    """A link for one evaluation is to be sent; `kind` is matter, call or mark and says what `subject_id` is."""

    name: ClassVar[str] = "evaluation-link-made"

    link_id: int
    kind: str
    subject_id: int


@dataclass(frozen=True)
class RobotWanted(Event):
    """A requester is to be rung by a robot."""

    name: ClassVar[str] = "robot-wanted"

    callback_id: int
    ticket_id: int


@dataclass(frozen=True)
class CallEvaluated(Event):
    """A caller judged a call; `channel` is sms or keys."""

    name: ClassVar[str] = "call-evaluated"

    contact_id: int
    channel: str


@dataclass(frozen=True)
class AppealMoved(Event):
    """A unit objected to a judgement (`action` appeal, `source` empty), or the hotline decided."""

    name: ClassVar[str] = "appeal-moved"

    appeal_id: int
    ticket_id: int
    unit_id: int
    action: str
    source: str
    target: str


@dataclass(frozen=True)
class PolicyPublished(Event):
    """A version of the limits was published; `effective_from` is ISO 8601."""

    name: ClassVar[str] = "policy-published"

    version: int
    effective_from: str
    recount_id: int


@dataclass(frozen=True)
class CalendarChanged(Event):
    """The days of a year were put in, with their notice."""

    name: ClassVar[str] = "calendar-changed"

    year: int
    days: int
    recount_id: int


@dataclass(frozen=True)
class RuleChanged(Event):
    """A rule was given another value from a moment on (ISO 8601)."""

    name: ClassVar[str] = "rule-changed"

    key: str
    effective_from: str


@dataclass(frozen=True)
class RecountFinished(Event):
    """All open limits were counted again after a change; `changed` of them end at another moment."""

    name: ClassVar[str] = "recount-finished"

    recount_id: int
    seen: int
    changed: int
