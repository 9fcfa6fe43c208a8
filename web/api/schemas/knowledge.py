"""Articles as staff and citizens see them, and the cards of a call."""

from datetime import date, datetime

from pydantic import Field

from web.api.schemas.base import Shape
from web.api.schemas.contacts import Card


class Cards(Shape):
    """Cards, the first to be read first."""

    items: list[Card]


class ArticleRow(Shape):
    """An article in a list."""

    id: int
    code: str
    title: str
    category_code: str | None
    material: str
    secrecy: str
    effective_to: date | None
    updated_at: datetime


class ArticleDetail(ArticleRow):
    """The whole article, for staff."""

    state: str
    revision: int
    questions: list[str]
    keywords: list[str]
    answer_agent: str
    answer_public: str
    audience: str
    item_code: str
    area_code: str | None
    source_document: str
    source_number: str
    source_date: date | None
    issuing_body: str
    owner_unit_id: int | None
    effective_from: date | None
    review_due: date | None


class UseIn(Shape):
    """What became of an article that was shown."""

    kind: str = Field(pattern="^(shown|used|helpful|not_helpful)$")
    contact_id: int | None = None


class PublicArticle(Shape):
    """An article as a citizen reads it."""

    article_id: int
    title: str
    answer: str
    source: str
    effective_to: date | None
