"""Tables of knowledge: articles, their versions, their use. Units, officers and contacts are the core's: plain ids here.

What is asked and owed stands in `feedback`; notices, phone book and agreed wording in `noticeboard`; words of search in
`wordlists`.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hotline.kernel.db import Base, Word
from knowledge_base.lifecycle import ArticleState

TITLE_CHARACTERS = 128
KEYWORD_CHARACTERS = 20


class Secrecy(StrEnum):
    """Who may read an article."""

    PUBLIC = "public"
    INTERNAL = "internal"


class UseKind(StrEnum):
    """What became of an article that search found."""

    SHOWN = "shown"
    OPENED = "opened"
    USED = "used"
    HELPFUL = "helpful"
    NOT_HELPFUL = "not_helpful"


class UsePlace(StrEnum):
    """Where an article was shown."""

    CONSOLE = "console"
    SEARCH = "search"
    PORTAL = "portal"


class Article(Base):
    """One piece of knowledge (知识点), as its newest revision says; fields of handbook 9.

    A change of an article that answers questions already is a row of its own that names in `replaces_id` the article it will
    be taken into; it travels the same life, and the article goes on answering with its old words until then.
    """

    __tablename__ = "article"
    __table_args__ = (
        Index("ix_article_state_effective_to", "state", "effective_to"),
        Index("ix_article_state_review_due", "state", "review_due"),
        Index("ix_article_category_code", "category_code"),
        Index("uq_article_title", "title", unique=True, postgresql_where=text("replaces_id is null and state <> 'withdrawn'")),
        Index(
            "uq_article_one_change_at_a_time",
            "replaces_id",
            unique=True,
            postgresql_where=text("state in ('draft', 'unit_review', 'editor_review')"),
        ),
        Index("uq_article_origin", "origin", "origin_id", unique=True, postgresql_where=text("origin is not null")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    code: Mapped[str | None] = mapped_column(String(64), unique=True)
    """None for a change of another article."""
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"))
    replaces_revision: Mapped[int | None]
    """The revision of the other article that this change began from."""
    state: Mapped[ArticleState] = mapped_column(Word(ArticleState))
    revision: Mapped[int] = mapped_column(default=1)
    """Counts the wordings, from 1; `version` counts the saves and guards against overwriting."""
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    title: Mapped[str] = mapped_column(String(TITLE_CHARACTERS))
    questions: Mapped[list[str]]
    answer_agent: Mapped[str] = mapped_column(Text)
    answer_public: Mapped[str] = mapped_column(Text, default="")
    category_code: Mapped[str | None] = mapped_column(String(32))
    item_code: Mapped[str] = mapped_column(String(64), default="")
    area_code: Mapped[str | None] = mapped_column(String(16))
    audience: Mapped[str] = mapped_column(String(64), default="")
    source_document: Mapped[str] = mapped_column(String(256), default="")
    source_number: Mapped[str] = mapped_column(String(64), default="")
    source_date: Mapped[date | None]
    issuing_body: Mapped[str] = mapped_column(String(128), default="")
    owner_unit_id: Mapped[int | None] = mapped_column(index=True)
    material: Mapped[str] = mapped_column(String(32), default="")
    keywords: Mapped[list[str]]
    secrecy: Mapped[Secrecy] = mapped_column(Word(Secrecy), default=Secrecy.PUBLIC)
    effective_from: Mapped[date | None]
    effective_to: Mapped[date | None]
    """Last day on which it holds."""
    review_due: Mapped[date | None]
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    """`articles.AttachedFile` as plain values."""
    origin: Mapped[str | None] = mapped_column(String(32))
    """Whose article it is when not this knowledge base's: name of a guide source; such an article is changed there alone."""
    origin_id: Mapped[str | None] = mapped_column(String(128))
    ticket_id: Mapped[int | None] = mapped_column(BigInteger)
    """The enquiry whose answer it was drafted from."""
    created_by_id: Mapped[int | None]
    review_note: Mapped[str] = mapped_column(Text, server_default="")
    """Why it was sent back or withdrawn last."""
    step_due_at: Mapped[datetime | None]
    """Until when the review at hand is to be done."""
    published_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class ArticleVersion(Base):
    """An article as one revision said it; append-only. `content` is `articles.ArticleContent` as plain values."""

    __tablename__ = "article_version"
    __table_args__ = (UniqueConstraint("article_id", "revision"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    revision: Mapped[int]
    content: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    officer_id: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, server_default="")
    """What changed and why, in the words of who changed it."""


class ArticleStep(Base):
    """One move in an article's life: who moved it when, and the note given; append-only."""

    __tablename__ = "article_step"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    action: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(32))
    target: Mapped[str] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    officer_id: Mapped[int | None]


class ArticleUse(Base):
    """An article was shown, opened, used or judged; in a contact, and for a question, each kind counts once."""

    __tablename__ = "article_use"
    __table_args__ = (
        Index(
            "uq_article_use_once_in_a_contact",
            "contact_id",
            "article_id",
            "kind",
            unique=True,
            postgresql_where=text("contact_id is not null"),
        ),
        Index(
            "uq_article_use_once_for_a_question",
            "asked_id",
            "article_id",
            "kind",
            unique=True,
            postgresql_where=text("asked_id is not null and contact_id is null"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    contact_id: Mapped[int | None]
    asked_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[UseKind] = mapped_column(Word(UseKind))
    place: Mapped[UsePlace | None] = mapped_column(Word(UsePlace))
    rank: Mapped[int | None]
    """Its place in what was shown, from 1."""
    confidence: Mapped[float | None]
    at: Mapped[datetime] = mapped_column(index=True)
    officer_id: Mapped[int | None]


class ArticleStanding(Base):
    """What use says of an article, counted by night: `factor` is what its confidence is multiplied by, near 1."""

    __tablename__ = "article_standing"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    shown: Mapped[int] = mapped_column(default=0)
    used: Mapped[int] = mapped_column(default=0)
    helpful: Mapped[int] = mapped_column(default=0)
    not_helpful: Mapped[int] = mapped_column(default=0)
    factor: Mapped[float] = mapped_column(default=1.0)
    counted_at: Mapped[datetime]


class Becomes(StrEnum):
    """What imported articles become; what the file asks of the reviews."""

    DRAFT = "draft"
    UNIT_REVIEW = "unit_review"
    EDITOR_REVIEW = "editor_review"
    PUBLISHED = "published"


class ImportRun(Base):
    """A file of articles being brought in: dry run first, then the rows that are right, with its progress."""

    __tablename__ = "knowledge_import"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    content_type: Mapped[str] = mapped_column(String(128))
    dry: Mapped[bool]
    becomes: Mapped[Becomes] = mapped_column(Word(Becomes), server_default=Becomes.DRAFT.value)
    headings: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    """Field → its heading in the file."""
    rows: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"), deferred=True)
    """The filled rows, each [number as the file counts, {field: words}]; emptied some time after the end."""
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    """How many rows were looked at; a run that was killed goes on from here."""
    taken: Mapped[int] = mapped_column(default=0)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """A row of the file, its field and the rule it breaks, each."""
    requested_at: Mapped[datetime]
    requested_by_id: Mapped[int | None]
    finished_at: Mapped[datetime | None]


class GuideSync(Base):
    """How far the articles of one guide source follow it; `token` is where the next look begins."""

    __tablename__ = "guide_sync"

    source: Mapped[str] = mapped_column(String(32), primary_key=True)
    token: Mapped[str] = mapped_column(Text, default="")
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    taken: Mapped[int] = mapped_column(default=0)
    removed: Mapped[int] = mapped_column(default=0)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Guides of the last look that could not be taken: `origin_id`, `field`, `rule`."""
    error: Mapped[str] = mapped_column(String(64), default="")
    """Code of what broke the last look off; empty when it came to its end."""
