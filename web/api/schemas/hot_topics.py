"""Hot topics of a period, each open to its tickets."""

from datetime import datetime

from pydantic import ConfigDict, Field

from web.api.schemas.base import CodeRef, Shape
from web.api.schemas.incidents import CategoryPath


class HeatParts(Shape):
    """What the heat is made of, each 0-1."""

    many: float
    fast: float
    wide: float
    unhappy: float


class TopicArea(CodeRef):
    """An area that a topic touches, with how many of its tickets."""

    tickets: int


class TopicCategory(CategoryPath):
    """A category of a topic's tickets, with how many of them."""

    tickets: int


class TopicExample(Shape):
    """One of the most typical tickets that the reader may see."""

    id: int
    number: str
    title: str


class HotTopicRow(Shape):
    """One topic; `heat` is 0-100. `query` opens its tickets in the list. `weeks` are counts by seven days of the period.

    `growth` is the fullest week less what was usual in the four weeks before it.
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True, populate_by_name=True)

    no: int
    name: str
    heat: float
    parts: HeatParts
    tickets: int
    people: int
    start: datetime = Field(alias="from")
    end: datetime = Field(alias="to")
    place: str
    words: list[str]
    areas: list[TopicArea]
    categories: list[TopicCategory]
    examples: list[TopicExample]
    weeks: list[int]
    growth: float
    query: str


class HotTopics(Shape):
    """The topics of a period, hottest first. `report` is null for those found just now, `made_at` before the first report."""

    report: int | None
    starts_at: datetime
    ends_at: datetime
    made_at: datetime | None
    tickets: int
    topics: list[HotTopicRow]
