"""Tables of what is asked of the knowledge base and what it owes: questions, their clusters, tasks with a limit."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.kernel.db import Base, Word
from knowledge_base.lifecycle import TaskState


class AskedBy(StrEnum):
    """How a question came."""

    AGENT = "agent"
    CITIZEN = "citizen"
    CALL = "call"


class AskedOutcome(StrEnum):
    """What became of a question: a sure answer, only articles that may fit, nothing; or it was taken to a person."""

    SURE = "sure"
    OFFERED = "offered"
    NONE = "none"
    PERSON = "person"


class TaskKind(StrEnum):
    """Why somebody owes the knowledge base an answer."""

    CORRECTION = "correction"
    POLICY_CHANGED = "policy_changed"
    REVIEW = "review"
    QUESTION = "question"


class QuestionCluster(Base):
    """Questions of one meaning that no article answers; its label is the plainest of them."""

    __tablename__ = "question_cluster"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    label: Mapped[str] = mapped_column(String(200))
    category_code: Mapped[str | None] = mapped_column(String(32))
    unit_id: Mapped[int | None] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"))
    """The article that answers it by now."""
    dismissed_at: Mapped[datetime | None]


class AskedQuestion(Base):
    """A question as it was asked, without the numbers that could name a person."""

    __tablename__ = "asked_question"
    __table_args__ = (
        Index("ix_asked_question_to_cluster", "id", postgresql_where=text("cluster_id is null and outcome <> 'sure'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    text: Mapped[str] = mapped_column(String(500))
    via: Mapped[AskedBy] = mapped_column(Word(AskedBy))
    at: Mapped[datetime] = mapped_column(index=True)
    outcome: Mapped[AskedOutcome] = mapped_column(Word(AskedOutcome))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"))
    confidence: Mapped[float | None]
    contact_id: Mapped[int | None] = mapped_column(BigInteger)
    officer_id: Mapped[int | None]
    cluster_id: Mapped[int | None] = mapped_column(ForeignKey("question_cluster.id"), index=True)


class KnowledgeTask(Base):
    """Something a unit owes the knowledge base within a limit (纠错、政策变动、定期复核、无答案问题)."""

    __tablename__ = "knowledge_task"
    __table_args__ = (
        Index("ix_knowledge_task_open", "due_at", postgresql_where=text("state = 'open'")),
        Index(
            "uq_knowledge_task_one_review",
            "article_id",
            "kind",
            unique=True,
            postgresql_where=text("state = 'open' and kind in ('review', 'policy_changed')"),
        ),
        Index("uq_knowledge_task_one_a_cluster", "cluster_id", unique=True, postgresql_where=text("state <> 'dismissed'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[TaskKind] = mapped_column(Word(TaskKind))
    state: Mapped[TaskState] = mapped_column(Word(TaskState))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"), index=True)
    revision: Mapped[int | None]
    """The revision of the article that was complained of."""
    cluster_id: Mapped[int | None] = mapped_column(ForeignKey("question_cluster.id"))
    unit_id: Mapped[int | None] = mapped_column(index=True)
    """Who owes it; None: the hotline's editors."""
    field: Mapped[str] = mapped_column(String(32), default="")
    """The field of the article that is wrong, when the reporter said which."""
    words: Mapped[str] = mapped_column(Text)
    reply: Mapped[str] = mapped_column(Text, default="")
    contact_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None]
    due_at: Mapped[datetime]
    late_told_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None]
    ended_at: Mapped[datetime | None]
