"""What is asked of the knowledge base and what it owes: corrections, tasks, questions without an answer."""

from datetime import datetime

from pydantic import Field

from web.api.schemas.base import Shape, UnitRef
from web.api.schemas.noticeboard import Act


class CorrectionIn(Shape):
    """What is wrong with an article, in which field, and in which contact it came up."""

    words: str = Field(max_length=1000)
    field: str = Field("", max_length=32)
    contact_id: int | None = None


class PolicyChangedIn(Shape):
    """What changed, and the document that says so."""

    words: str = Field(max_length=700)
    document: str = Field("", max_length=256)


class ArticleRef(Shape):
    """An article by id and title."""

    id: int
    title: str


class ClusterRef(Shape):
    """A cluster of questions."""

    id: int
    label: str
    size: int


class TaskRow(Shape):
    """Something owed to the knowledge base, by the editors where no unit is named.

    `by_itself` says that a move of the article answered it.
    """

    id: int
    kind: str
    state: str
    version: int
    article: ArticleRef | None
    cluster: ClusterRef | None
    unit: UnitRef | None
    field: str
    words: str
    reply: str
    by_itself: bool
    contact_id: int | None
    asked_at: datetime
    asked_by: str
    due_at: datetime
    late: bool
    answered_at: datetime | None
    answered_by: str
    actions: list[Act]


class ClusterTask(Shape):
    """What is owed for a cluster."""

    id: int
    state: str
    due_at: datetime


class ClusterRow(Shape):
    """Questions of one meaning that no article answers."""

    id: int
    label: str
    size: int
    first_at: datetime
    last_at: datetime
    unit: UnitRef | None
    category_code: str | None
    category: str
    article: ArticleRef | None
    task: ClusterTask | None
    examples: list[str]
    actions: list[Act]


class AssignIn(Shape):
    """The unit that is to answer the questions of a cluster, and their category."""

    unit_id: int
    category_code: str | None = Field(None, max_length=32)


class LinkIn(Shape):
    """The article that answers the questions of a cluster."""

    article_id: int


class DismissIn(Shape):
    """Why no article is to answer the questions of a cluster."""

    note: str = Field(min_length=1, max_length=1000)


class ClusterDone(Shape):
    """The article that answers a cluster, or the draft that will."""

    article_id: int
    state: str
