"""What happens to knowledge. Ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar

from hotline.kernel.events import Event


@dataclass(frozen=True)
class ArticleChanged(Event):
    """An article was written, moved or reworded: its place in the index is out of date.

    `action` and `source`, the state before, are empty for a wording. A change that is taken is told of both articles.
    """

    name: ClassVar[str] = "article-changed"

    article_id: int
    state: str
    revision: int
    action: str = ""
    source: str = ""


@dataclass(frozen=True)
class ArticleUsed(Event):
    """An article was used or judged (`kind` of `UseKind`; showing alone is no event)."""

    name: ClassVar[str] = "article-used"

    article_id: int
    kind: str
    contact_id: int | None


@dataclass(frozen=True)
class TaskMoved(Event):
    """Something owed to the knowledge base was asked for (empty source), answered or ended. `kind` of `TaskKind`."""

    name: ClassVar[str] = "knowledge-task-moved"

    task_id: int
    kind: str
    unit_id: int | None
    action: str
    source: str
    target: str


@dataclass(frozen=True)
class TaskOverdue(Event):
    """The limit of something owed to the knowledge base has passed; told once."""

    name: ClassVar[str] = "knowledge-task-overdue"

    task_id: int
    kind: str
    unit_id: int | None


@dataclass(frozen=True)
class NoticeboardMoved(Event):
    """An announcement, wording or phone entry (`thing`) was posted, changed or ended; `state` is where it stands now."""

    name: ClassVar[str] = "noticeboard-moved"

    thing: str
    thing_id: int
    action: str
    state: str
    unit_id: int | None


@dataclass(frozen=True)
class VocabularyChanged(Event):
    """The city's own words are others now (`words`: how many): indexes written with the old ones are to be built anew."""

    name: ClassVar[str] = "vocabulary-changed"

    words: int


@dataclass(frozen=True)
class ArticlesExported(Event):
    """Somebody fetched articles as a file of that form (xlsx, csv, jsonl); `narrowed` names the filters that were set."""

    name: ClassVar[str] = "articles-exported"

    officer_id: int
    form: str
    narrowed: str
