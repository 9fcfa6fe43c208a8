"""What citizens send and see. Nothing here shows an officer's name or a unit's internal words."""

from datetime import date, datetime

from pydantic import Field

from web.api.schemas.base import Attachment, Shape
from web.api.schemas.callbacks import Answers, Reason
from web.api.schemas.noticeboard import PublicAnnouncement


class Submission(Shape):
    """A citizen's request. `submission_key` is made by the page, so that sending twice opens one ticket.

    `category_code` is the subject of what was read before; it proposes a category where the words propose none.
    """

    text: str
    title: str = ""
    type: str = ""
    area_code: str | None = None
    category_code: str | None = None
    address: str = ""
    name: str = ""
    phone: str
    confidential: bool = False
    reply_wanted: bool = True
    attachment_tokens: list[str] = Field(default_factory=list)
    submission_key: str = Field(min_length=8, max_length=64)
    asked_id: int | None = None
    """The question of the self-service that this takes to a person."""


class Submitted(Shape):
    """The number and query code: shown once, and sent to the phone."""

    number: str
    query_code: str
    due_at: datetime | None
    due_provisional: bool


class Look(Shape):
    """The query code that opens a ticket."""

    query_code: str = Field(min_length=1, max_length=16)


class LostCode(Shape):
    """The telephone that the request was sent with."""

    phone: str = Field(min_length=1, max_length=32)


class Addition(Look):
    """More words or files to a ticket."""

    text: str = Field("", max_length=5000)
    attachment_tokens: list[str] = Field(default_factory=list)


class Evaluation(Look):
    """The citizen's own evaluation."""

    answers: Answers


class PublicLine(Shape):
    """A step the citizen sees."""

    at: datetime
    action: str
    state_to: str
    unit: str
    text: str


class PublicTicket(Shape):
    """A ticket as its requester sees it."""

    number: str
    title: str
    body: str
    type: str
    state: str
    unit: str
    opened_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    due_provisional: bool
    public_reply: str
    timeline: list[PublicLine]
    attachments: list[Attachment]
    can_add: bool
    can_urge: bool
    can_evaluate: bool
    scale: str
    reasons: list[Reason]


class PublicAnswer(Shape):
    """An article that answers; `sure` tells whether the confidence passes the bar."""

    article_id: int
    title: str
    answer: str
    source: str
    confidence: float
    sure: bool
    category_code: str | None = None
    effective_to: date | None = None


class PublicAnswers(Shape):
    """The instant answer, if there is a sure one, the next best articles, and what is announced of the matter.

    `asked_id` names the question when it is taken to a person; `degraded`: the search server is away.
    """

    asked_id: int | None = None
    answer: PublicAnswer | None
    others: list[PublicAnswer]
    announcements: list[PublicAnnouncement] = Field(default_factory=list)
    degraded: bool = False


class AreaNode(Shape):
    """An area for choosing a place."""

    code: str
    name: str
    level: str
    parent_code: str | None


class QuestionIn(Shape):
    """A citizen's question; `asked_id` is of the question that it may be typed on from.

    `area` is where the citizen asks for: what is said for other places alone is left out.
    """

    question: str = Field("", max_length=10_000)
    asked_id: int | None = None
    area: str = Field("", max_length=16)


class Helpful(Shape):
    """Whether an article helped."""

    helpful: bool
    asked_id: int | None = None
