"""Tables of knowledge: articles, their versions, their use. Units, officers and contacts are the core's: plain ids here."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.kernel.db import Base, Word
from knowledge_base.lifecycle import ArticleState

TITLE_CHARACTERS = 128


class Secrecy(StrEnum):
    """Who may read an article."""

    PUBLIC = "public"
    INTERNAL = "internal"


class UseKind(StrEnum):
    """What became of an article that search found."""

    SHOWN = "shown"
    USED = "used"
    HELPFUL = "helpful"
    NOT_HELPFUL = "not_helpful"


class Article(Base):
    """One piece of knowledge (知识点), as its newest revision says; fields of handbook 9."""

    __tablename__ = "article"
    __table_args__ = (
        Index("ix_article_state_effective_to", "state", "effective_to"),
        Index("ix_article_category_code", "category_code"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
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


class ArticleUse(Base):
    """An article was shown, used or judged; in a contact each kind counts once."""

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
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    contact_id: Mapped[int | None]
    kind: Mapped[UseKind] = mapped_column(Word(UseKind))
    at: Mapped[datetime] = mapped_column(index=True)
    officer_id: Mapped[int | None]
