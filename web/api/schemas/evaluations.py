"""Evaluations by link, of calls by keys, and appeals against judgements."""

from datetime import datetime

from pydantic import Field

from web.api.schemas.base import Limit, OfficerRef, Shape, UnitRef
from web.api.schemas.callbacks import REASON_CODES, SATISFACTION, Reason
from web.api.schemas.tickets import Action, TicketRow

TOKEN = Field(min_length=16, max_length=128)


class LinkToken(Shape):
    """The token of a link; in a body, since addresses are logged."""

    token: str = TOKEN


class EvaluationLook(Shape):
    """What a link is for: `kind` is matter, call or mark, `asks` the questions to put, `scale` five or three levels.

    Of a link that was used or ran out nothing else is shown.
    """

    kind: str
    number: str = ""
    title: str = ""
    unit: str = ""
    public_reply: str = ""
    scale: str
    reasons: list[Reason]
    asks: list[str]
    used: bool
    expired: bool


class EvaluationGiven(LinkToken):
    """An evaluation over a link; of a call and of a mark only `satisfaction` is asked."""

    contacted: str = Field("unknown", pattern="^(yes|no|unknown)$")
    solved: str = Field("unclear", pattern="^(yes|partly|no|unclear)$")
    satisfaction: str = Field(pattern=SATISFACTION)
    attitude: str | None = Field(None, pattern=SATISFACTION)
    reason_codes: list[str] = REASON_CODES
    words: str = Field("", max_length=2000)


class Evaluated(Shape):
    """Taken."""

    done: bool = True


class KeyPressed(Shape):
    """The key a caller pressed after a call: 1 very satisfied to 5 very dissatisfied."""

    key: str = Field(pattern="^[1-5]$")


class AppealIn(Shape):
    """A unit objects to one judgement: `callback_id` or `mark_id`."""

    callback_id: int | None = None
    mark_id: int | None = None
    reason_code: str = Field(min_length=1, max_length=32)
    reason: str = Field(min_length=2, max_length=2000)


class AppealGiven(Shape):
    """The reason of a decision."""

    note: str = Field("", max_length=2000)


class AppealMove(Shape):
    """A decision on an appeal, with the version that was seen."""

    version: int
    given: AppealGiven = Field(default_factory=AppealGiven)


class AppealFact(Shape):
    """An appeal, its limit, and the moves this reader has."""

    id: int
    version: int
    callback_id: int | None
    mark_id: int | None
    unit: UnitRef | None
    state: str
    reason_code: str
    reason_text: str
    reason: str
    asked_at: datetime
    asked_by: OfficerRef | None
    decided_at: datetime | None
    decision: str
    due: Limit | None
    actions: list[Action]


class AppealRow(Shape):
    """An appeal in a list, with its ticket and what the judgement said."""

    appeal: AppealFact
    ticket: TicketRow
    solved: str | None
    satisfaction: str | None
    stars: int | None
