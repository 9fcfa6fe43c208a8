"""Service marks (好差评): what the evaluation system pushes, and bad marks as supervisors, reviewers and units read them."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from web.api.schemas.base import Shape, UnitRef
from web.api.schemas.tickets import TicketRow


class MarkIn(Shape):
    """A mark of one service, from the evaluation system; `name` and `phone` are kept of a real-name one only."""

    source: str = Field(min_length=1, max_length=32)
    external_id: str = Field(min_length=1, max_length=64)
    unit_code: str = Field("", max_length=32)
    item: str = Field("", max_length=200)
    case_number: str = Field("", max_length=64)
    stars: int = Field(ge=1, le=5)
    labels: list[str] = Field(default_factory=list, max_length=20)
    words: str = Field("", max_length=2000)
    real_name: bool
    name: str = Field("", max_length=64)
    phone: str = Field("", max_length=32)
    given_at: AwareDatetime


class MarkReceipt(Shape):
    """What became of a pushed mark; `duplicate` when it had been received before."""

    mark_id: int
    ticket_number: str | None
    duplicate: bool


class AddedMark(Shape):
    """The one further evaluation (追评)."""

    stars: int
    words: str
    at: datetime


class ExcludedMark(Shape):
    """When a mark was excluded (剔除), and why."""

    at: datetime
    reason: str


class MarkAppeal(Shape):
    """The appeal against a mark: asked, granted or refused."""

    id: int
    state: str


class MarkFact(Shape):
    """A mark as its ticket shows it; words are empty for who may not read the requester's own.

    `appealable`: the reader is a head of the evaluated body and may object to it now.
    """

    id: int
    stars: int
    item: str
    case_number: str
    unit: UnitRef | None
    labels: list[str]
    words: str
    real_name: bool
    given_at: datetime
    rectified_at: datetime | None
    added: AddedMark | None
    excluded: ExcludedMark | None
    appeal: MarkAppeal | None
    may_exclude: bool
    appealable: bool


class MarkRow(MarkFact):
    """A bad mark in a list, with its ticket."""

    ticket: TicketRow | None


class ExcludeIn(Shape):
    """Why a mark is wrong or malicious."""

    reason: str = Field(min_length=2, max_length=2000)
