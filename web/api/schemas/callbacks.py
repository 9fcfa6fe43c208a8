"""Call-backs and the review of dissatisfied cases."""

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, Field

from web.api.schemas.base import Limit, OfficerRef, Shape
from web.api.schemas.tickets import TicketRow

SATISFACTION = "^(very_satisfied|satisfied|fairly_satisfied|dissatisfied|very_dissatisfied)$"
RESULT = "^(reached|no_answer|busy|off|wrong_number|refused|third_person)$"
REASON_CODES: Any = Field(default_factory=list, max_length=10)  # pydantic's own, whatever the field's type


class Attempt(Shape):
    """One call made; `counted` tells whether it is one of those after which a call-back is given up."""

    at: datetime
    channel: str
    connect_result: str
    counted: bool
    by: str


class LinkFact(Shape):
    """The link that was sent last."""

    sent_at: datetime
    until: datetime
    used_at: datetime | None


class Reason(Shape):
    """A reason to choose from, in the reader's language."""

    code: str
    text: str


class Consequence(Shape):
    """What follows from answers: a row holds when each question of `when` has one of its words; `then` is doubt or close."""

    when: dict[str, list[str]]
    then: str


class EarlierAnswers(Shape):
    """What the requester said of the first round."""

    round: int
    contacted: str
    solved: str
    satisfaction: str
    attitude: str | None
    reason: str
    reason_codes: list[str]


class CallbackRow(Shape):
    """A citizen to be called back; phone unmasked for the call-back agent.

    `plan` and `channel` (person, sms, robot) tell how they are asked now, `try_after` when a try will next count, `slots_tried`
    in which parts of the day tries counted. `scale` is five or three levels. The first of `consequences` that holds follows.
    """

    id: int
    ticket: TicketRow
    round: int
    state: str
    plan: str
    channel: str
    opens_at: datetime | None
    try_after: datetime | None
    due: Limit | None
    contact_name: str
    contact_phone: str
    public_reply: str
    unit_says_solved: str | None
    attempts: list[Attempt]
    attempts_max: int
    slots_tried: list[str]
    link: LinkFact | None
    first: EarlierAnswers | None
    script: str
    scale: str
    reasons: list[Reason]
    consequences: list[Consequence]
    claimed_by: OfficerRef | None


class Answers(Shape):
    """The three questions, and how one was treated. Levels: very_satisfied, satisfied, fairly_satisfied, dissatisfied,
    very_dissatisfied; a city with three levels takes the middle three. `respondent` is self, family or other.
    """

    contacted: str = Field(pattern="^(yes|no|unknown)$")
    solved: str = Field(pattern="^(yes|partly|no|unclear)$")
    satisfaction: str = Field(pattern=SATISFACTION)
    attitude: str | None = Field(None, pattern=SATISFACTION)
    respondent: str = Field("self", pattern="^(self|family|other)$")
    reason_codes: list[str] = REASON_CODES
    reason: str = Field("", max_length=500)
    verbatim: str = Field("", max_length=2000)


class AttemptIn(Shape):
    """What became of a call: reached, no_answer, busy, off, wrong_number, refused, third_person. Answers when reached."""

    connect_result: str = Field(pattern=RESULT)
    answers: Answers | None = None


class RobotResult(AttemptIn):
    """What a robot's call came to; `recording_ref` is the robot's own name for its recording."""

    recording_ref: str = Field("", max_length=128)


class CallbackResult(Shape):
    """What followed: again, closed, review, unreachable."""

    outcome: str
    ticket_state: str


class ReviewIn(Shape):
    """Decision on a dissatisfied case (不满意件审核). `due_at` is the answer limit of an order, for the decision supervise."""

    version: int
    verdict: str = Field(pattern="^(reasonable|partly|unreasonable)$")
    basis: str = Field(min_length=2, max_length=2000)
    decision: str = Field(pattern="^(redo|supervise|keep_closed|terminate)$")
    explanation: str = Field("", max_length=2000)
    due_at: AwareDatetime | None = None


class ReviewRow(Shape):
    """A dissatisfied case waiting for a decision; `first` is what was said of the first round, if this is a later one.

    `redo_signed_by` is the role that signs the reply of a redo in the unit; empty where nobody there could.
    """

    ticket: TicketRow
    callback_id: int
    round: int
    contacted: str
    solved: str
    satisfaction: str
    attitude: str | None
    respondent: str
    reason: str
    reason_codes: list[str]
    verbatim: str
    public_reply: str
    first: EarlierAnswers | None
    due: Limit | None
    redo_left: int
    redo_signed_by: str
