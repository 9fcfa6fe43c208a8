"""What happens to knowledge. Ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar

from hotline.kernel.events import Event


@dataclass(frozen=True)
class ArticleChanged(Event):
    """An article was written, moved or reworded: its place in the index is out of date."""

    name: ClassVar[str] = "article-changed"

    article_id: int
    state: str
    revision: int


@dataclass(frozen=True)
class ArticleUsed(Event):
    """An article was used or judged (`kind` of `UseKind`; showing alone is no event)."""

    name: ClassVar[str] = "article-used"

    article_id: int
    kind: str
    contact_id: int | None
