"""Shapes that many answers share: references, limits, pages, errors."""

from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")

LocalDay = Annotated[date, Field(ge=date(1900, 1, 1), lt=date(9999, 12, 31))]
"""A day of the city in a query: one with a day before and after it, so that periods can be counted."""


class Shape(BaseModel):
    """Base of all shapes; unknown fields of a request are refused."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class UnitRef(Shape):
    """A unit by id and name."""

    id: int
    name: str


class OfficerRef(Shape):
    """An officer by id and name."""

    id: int
    name: str


class CodeRef(Shape):
    """A coded thing (category, area, handling path) with its name."""

    code: str
    name: str


class Limit(Shape):
    """A running or stopped limit. `state` is running, near, over or stopped; `working_days_left` is null under one day."""

    stage: str
    due_at: datetime
    state: str
    provisional: bool
    working_days_left: int | None = None


class Attachment(Shape):
    """A file; `token` opens it at /api/v1/attachments/<token> and, for pictures, /thumbnail."""

    token: str
    name: str
    content_type: str
    size_bytes: int
    kind: str


class Page(Shape, Generic[T]):
    """One page of a list. `after` is the cursor of the next page, null on the last; `total` is capped at 10,000."""

    items: list[T]
    after: str | None = None
    total: int | None = None


class ErrorBody(Shape):
    """What went wrong: a stable code, a sentence for people, data, and the id to name when asking for help."""

    code: str
    message: str
    details: dict[str, Any] = Field(default_factory=dict)
    request_id: str


class ErrorAnswer(Shape):
    """The shape of every error."""

    error: ErrorBody


class Done(Shape):
    """Nothing more to say than that it was done."""

    ok: bool = True
