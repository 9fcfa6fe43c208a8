"""What an article's move asks and answers by itself. Reactions within the transaction of the move; `web` wires them.

A change that is taken, a confirmation, a withdrawal answer what was open of the article. Such a reply is a code with the
revision (`Done`), worded for whoever reads it.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from knowledge_base import tasks
from knowledge_base.events import ArticleChanged
from knowledge_base.feedback import KnowledgeTask, QuestionCluster, TaskKind
from knowledge_base.lifecycle import SYSTEM, TaskState
from knowledge_base.models import Article
from knowledge_base.tasks import Asked

COME_DUE, TAKEN = "come_due", "taken"
ALL = frozenset(TaskKind)
OF_ITS_WORDS = ALL - {TaskKind.QUESTION}
ANSWERS = {
    "take": ALL,
    "publish": ALL,
    "renew": ALL,
    "withdraw": OF_ITS_WORDS,
    "confirm": frozenset({TaskKind.REVIEW}),
    "expire": OF_ITS_WORDS,
}
"""Which open tasks of an article each of its moves answers. Words that hold no longer need no correction, but a question that
was to be answered still waits."""
CODES = {"withdraw": "withdrawn", "expire": "expired", "confirm": "confirmed"}
REVISED = "revised"
_DONE = re.compile(r"=(revised|withdrawn|expired|confirmed):(\d+)")


@dataclass(frozen=True)
class Done:
    """What was done to the article, as a code (revised, withdrawn, expired, confirmed), and its revision then."""

    code: str
    revision: int

    def written(self) -> str:
        """The reply that is kept."""
        return f"={self.code}:{self.revision}"


def done_of(reply: str) -> Done | None:
    """What a reply says that no person wrote; None for one in somebody's words. Pure."""
    found = _DONE.fullmatch(reply)
    return Done(found[1], int(found[2])) if found else None


def answer_tasks(uow: UnitOfWork, event: ArticleChanged) -> None:
    """Within-reaction: answer what was asked of the article and is done by its move."""
    kinds = ANSWERS.get(event.action)
    if not kinds:
        return
    article_id, revision = event.article_id, event.revision
    if event.state == TAKEN:
        article = _handed_on(uow.session, event.article_id)
        article_id, revision = article.id, article.revision
    done = Done(CODES.get(event.action, REVISED), revision)
    for knowledge_task in _open_tasks(uow.session, article_id, kinds):
        answer(uow, knowledge_task, done)


def answer(uow: UnitOfWork, knowledge_task: KnowledgeTask, done: Done) -> None:
    """Answer an open task that the caller holds by what was done."""
    tasks.move_held(uow, knowledge_task, "answer", {SYSTEM}, {"reply": done.written()})


def open_review(uow: UnitOfWork, article_id: int, due_at: datetime) -> KnowledgeTask | None:
    """Ask for the review of an article that has come due; None when it is asked for already."""
    article = uow.session.get_one(Article, article_id)
    review = KnowledgeTask.article_id == article_id, KnowledgeTask.kind == TaskKind.REVIEW
    if uow.session.scalar(select(exists().where(*review, KnowledgeTask.state == TaskState.OPEN))):
        return None
    asked = Asked(TaskKind.REVIEW, "", due_at, article.owner_unit_id, article.id, article.revision)
    return tasks.ask(uow, asked)


def _handed_on(session: Session, change_id: int) -> Article:
    """Whatever waited for a change that is taken names its article from now on. Gives the article."""
    article = session.get_one(Article, session.get_one(Article, change_id).replaces_id)
    for table in (QuestionCluster, KnowledgeTask):
        session.execute(update(table).where(table.article_id == change_id).values(article_id=article.id))
    return article


def _open_tasks(session: Session, article_id: int, kinds: frozenset[TaskKind]) -> list[KnowledgeTask]:
    """Tasks of the article, and of the clusters that it answers."""
    clusters = select(QuestionCluster.id).where(QuestionCluster.article_id == article_id).scalar_subquery()
    query = select(KnowledgeTask).where(
        KnowledgeTask.state == TaskState.OPEN,
        KnowledgeTask.kind.in_(kinds),
        or_(KnowledgeTask.article_id == article_id, KnowledgeTask.cluster_id.in_(clusters)),
    )
    return list(session.scalars(query.order_by(KnowledgeTask.id).with_for_update()))
