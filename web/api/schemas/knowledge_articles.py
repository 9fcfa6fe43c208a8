"""What editors and units send and see of articles: lists, the whole article, its versions, comparisons and counts."""

from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict, Field

from knowledge_base.content import ANSWER_CHARACTERS, LENGTHS, MOST
from knowledge_base.models import Secrecy
from web.api.schemas.base import LocalDay, Shape, UnitRef

NOTE_CHARACTERS = 2000
LONGEST_ANY = ANSWER_CHARACTERS + 1
"""A field that is too long is named by the article's own rules; this only bounds what is looked at."""
Words = Field("", max_length=LONGEST_ANY)


class Act(Shape):
    """A move or act open to the reader now, and the fields it needs."""

    action: str
    needs: list[str]


class ChangeRef(Shape):
    """The change at hand of an article."""

    id: int
    state: str


class ReplacedRef(Shape):
    """The article that a change will be taken into, and its newest revision."""

    id: int
    title: str
    revision: int
    began_from: int


class ListedArticle(Shape):
    """An article in a list; `highlights` are places of the title that were looked for, `uses` how often it was used."""

    id: int
    code: str | None
    title: str
    state: str
    revision: int
    category_code: str | None
    category_path: list[str]
    material: str
    secrecy: str
    owner_unit: UnitRef | None
    effective_from: date | None
    effective_to: date | None
    review_due: date | None
    step_due_at: datetime | None
    replaces_id: int | None
    change: ChangeRef | None
    updated_at: datetime
    highlights: list[tuple[int, int]]
    uses: int


class FileShown(Shape):
    """A file of an article; its hash opens it."""

    sha256: str
    name: str
    content_type: str
    size_bytes: int


class StepShown(Shape):
    """One move in an article's life."""

    action: str
    source: str
    target: str
    note: str
    at: datetime
    by: str


class StandingShown(Shape):
    """How often an article was shown, used and judged."""

    shown: int
    used: int
    helpful: int
    not_helpful: int


class WholeArticle(ListedArticle):
    """The whole article."""

    version: int
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
    source: str
    attachments: list[FileShown]
    steps: list[StepShown]
    origin: str | None
    ticket_id: int | None
    review_note: str
    replaces: ReplacedRef | None
    tasks_open: int
    standing: StandingShown
    actions: list[Act]


class ArticleWords(Shape):
    """What an article says, as its editor sends it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    title: str = Words
    questions: list[str] = Field(default_factory=list, max_length=MOST["questions"] + 1)
    keywords: list[str] = Field(default_factory=list, max_length=MOST["keywords"] + 1)
    answer_agent: str = Words
    answer_public: str = Words
    category_code: str | None = Field(None, max_length=LENGTHS["material"])
    item_code: str = Words
    area_code: str | None = Field(None, max_length=LENGTHS["material"])
    audience: str = Words
    source_document: str = Words
    source_number: str = Words
    source_date: LocalDay | None = None
    issuing_body: str = Words
    owner_unit_id: int | None = None
    material: str = Words
    secrecy: Secrecy = Secrecy.PUBLIC
    effective_from: LocalDay | None = None
    effective_to: LocalDay | None = None
    review_due: LocalDay | None = None


class ArticleEdit(ArticleWords):
    """Other words for a draft.

    `replaces_revision` says that they take account of that revision of the article; `attachments` are the hashes of the files
    that stay, all when it is left out.
    """

    version: int
    note: str = Field("", max_length=NOTE_CHARACTERS)
    replaces_revision: int | None = None
    attachments: list[str] | None = None


class ArticleGiven(Shape):
    """What a move may carry."""

    note: str = Field("", max_length=NOTE_CHARACTERS)
    review_due: LocalDay | None = None
    effective_to: LocalDay | None = None


class ArticleMove(Shape):
    """A move; `version` is the one the reader saw."""

    version: int
    given: ArticleGiven = Field(default_factory=ArticleGiven)


class RestoreIn(Shape):
    """Which revision comes back."""

    revision: int


class VersionShown(Shape):
    """One wording of an article."""

    revision: int
    at: datetime
    by: str
    note: str


class Versions(Shape):
    """All wordings, newest first."""

    items: list[VersionShown]


class PartShown(Shape):
    """A passage: `same`, `removed` or `added`."""

    kind: str
    text: str


class FieldShown(Shape):
    """One field on both sides."""

    field: str
    left: Any  # a plain value of any field
    right: Any  # as `left`
    changed: bool
    parts: list[PartShown]


class Comparison(Shape):
    """Two wordings side by side; a side is a revision or `draft`."""

    left: str
    right: str
    fields: list[FieldShown]


class KnowledgeCounts(Shape):
    """The badges of a knowledge desk, of what the reader may do something about."""

    drafts: int
    unit_review: int
    editor_review: int
    due: int
    expiring: int
    tasks_open: int
    tasks_late: int
    clusters: int
    phone_proposals: int


class ArticleForm(Shape):
    """What the form of an article offers; `own_units` are those the reader writes for, none for an editor: all."""

    materials: list[str]
    ending_materials: list[str]
    title_characters: int
    keyword_characters: int
    review_months: int
    own_units: list[UnitRef]
