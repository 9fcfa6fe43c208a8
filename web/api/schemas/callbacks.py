"""Call-backs and the review of dissatisfied cases."""

from datetime import datetime

from pydantic import Field

from web.api.schemas.base import Limit, OfficerRef, Shape
from web.api.schemas.tickets import TicketRow


class Attempt(Shape):
    """One call made."""

    at: datetime
    connect_result: str
    by: str


class CallbackRow(Shape):
    """A citizen to be called back; phone unmasked for the call-back agent."""

    id: int
    ticket: TicketRow
    round: int
    state: str
    due: Limit | None
    contact_name: str
    contact_phone: str
    public_reply: str
    unit_says_solved: str | None
    attempts: list[Attempt]
    attempts_max: int
    claimed_by: OfficerRef | None


class Answers(Shape):
    """The three questions. satisfaction: very_satisfied, satisfied, fairly_satisfied, dissatisfied, very_dissatisfied."""

    contacted: str = Field(pattern="^(yes|no|unknown)$")
    solved: str = Field(pattern="^(yes|partly|no|unclear)$")
    satisfaction: str = Field(pattern="^(very_satisfied|satisfied|fairly_satisfied|dissatisfied|very_dissatisfied)$")
    reason: str = Field("", max_length=500)
    verbatim: str = Field("", max_length=2000)


class AttemptIn(Shape):
    """What became of a call: reached, no_answer, busy, off, wrong_number, refused, third_person. Answers when reached."""

    connect_result: str = Field(pattern="^(reached|no_answer|busy|off|wrong_number|refused|third_person)$")
    answers: Answers | None = None


class CallbackResult(Shape):
    """What followed: again, closed, review, unreachable."""

    outcome: str
    ticket_state: str


class ReviewIn(Shape):
    """Decision on a dissatisfied case (不满意件审核)."""

    version: int
    verdict: str = Field(pattern="^(reasonable|partly|unreasonable)$")
    basis: str = Field(min_length=2, max_length=2000)
    decision: str = Field(pattern="^(redo|keep_closed|terminate)$")
    explanation: str = Field("", max_length=2000)


class ReviewRow(Shape):
    """A dissatisfied case waiting for a decision."""

    ticket: TicketRow
    contacted: str
    solved: str
    satisfaction: str
    reason: str
    verbatim: str
    public_reply: str
    due: Limit | None
    redo_left: int
