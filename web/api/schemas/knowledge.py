"""Knowledge as agents and citizens are shown it: cards, proposals, uses, public articles."""

from datetime import date
from typing import Annotated

from pydantic import Field

from web.api.schemas.base import Shape
from web.api.schemas.contacts import Card


class Cards(Shape):
    """Cards, the first to be read first. `noted`: nothing was near, the question waits for an answer to be written.

    `degraded`: the search server is away, the embedded index answered.
    """

    items: list[Card]
    asked_id: int | None = None
    noted: bool = False
    degraded: bool = False


class CardsIn(Shape):
    """What is typed so far, the articles on the screen now in their order, and the contact it is for.

    `area` is where the caller asks for: what is said for other places alone is left out.
    """

    text: str = Field("", max_length=10_000)
    shown: list[Annotated[int, Field(ge=1, lt=10**18)]] = Field(default_factory=list, max_length=10)
    contact_id: int | None = None
    area: str = Field("", max_length=16)


class UseIn(Shape):
    """What became of an article that was shown. `rank` is its place from 1, `confidence` as it was shown."""

    kind: str = Field(pattern="^(shown|opened|used|helpful|not_helpful)$")
    contact_id: int | None = None
    asked_id: int | None = None
    place: str | None = Field(None, pattern="^(console|search|portal)$")
    rank: int | None = Field(None, ge=1, le=100)
    confidence: float | None = Field(None, ge=0, le=1)


class Proposal(Shape):
    """An article by its title."""

    article_id: int
    title: str


class Proposals(Shape):
    """Articles proposed while somebody types."""

    items: list[Proposal]


class HotQuestion(Proposal):
    """An article and how often it was wanted."""

    asked: int


class HotQuestions(Shape):
    """What is wanted most, first."""

    items: list[HotQuestion]


class PublicCategory(Shape):
    """A subject with the number of public articles in it and below."""

    code: str
    name: str
    count: int
    children: list["PublicCategory"] = Field(default_factory=list)


class PublicCategories(Shape):
    """The subjects at the top."""

    items: list[PublicCategory]


class PublicFile(Shape):
    """A file of a public article; its hash opens it."""

    sha256: str
    name: str


class PublicArticle(Shape):
    """An article as a citizen reads it."""

    article_id: int
    title: str
    answer: str
    source: str
    effective_to: date | None
    category_code: str | None
    attachments: list[PublicFile]
