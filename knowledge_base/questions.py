"""Use cases on clusters of questions without an answer: list, assign, draft an article, link one, dismiss.

How questions become clusters is `grouping`'s; a cluster counts as answered while the article it names answers. While words are
still to be taken into an article it names the change of it (`following` hands it on).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, not_, select, tuple_
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, NotFound
from knowledge_base import articles, following, tasks
from knowledge_base.content import MOST, QUESTION_CHARACTERS, ArticleContent, content_of
from knowledge_base.feedback import KnowledgeTask, QuestionCluster, TaskKind
from knowledge_base.following import REVISED, Done
from knowledge_base.grouping import examples
from knowledge_base.lifecycle import ANSWERING, IN_WORK, ArticleState, TaskState
from knowledge_base.models import TITLE_CHARACTERS, Article
from knowledge_base.tasks import Asked
from knowledge_base.terms import Terms

VARIANTS = 20
"""So many wordings of a cluster go into an article as question variants."""


class ClusterState(StrEnum):
    """Which clusters a list shows."""

    OPEN = "open"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


@dataclass(frozen=True)
class Wanted:
    """What the worklist is narrowed by: `at_least` so many questions; `before` is size and id of the last cluster seen."""

    state: ClusterState
    at_least: int
    unit_ids: Collection[int] | None = None
    before: tuple[int, int] | None = None
    limit: int = 50


def listed(session: Session, wanted: Wanted) -> list[QuestionCluster]:
    """Clusters, those asked most often first; of these units alone when they are named."""
    query = select(QuestionCluster).where(_is(wanted.state), QuestionCluster.size >= wanted.at_least)
    if wanted.unit_ids is not None:
        query = query.where(QuestionCluster.unit_id.in_(wanted.unit_ids))
    order = tuple_(QuestionCluster.size, QuestionCluster.id)
    if wanted.before is not None:
        query = query.where(order < wanted.before)
    newest_first = QuestionCluster.size.desc(), QuestionCluster.id.desc()
    return list(session.scalars(query.order_by(*newest_first).limit(wanted.limit)))


def count_open(session: Session, at_least: int, unit_ids: Collection[int] | None = None) -> int:
    """How many clusters of these units (None: of all) wait for an answer."""
    query = select(func.count()).select_from(QuestionCluster)
    query = query.where(_is(ClusterState.OPEN), QuestionCluster.size >= at_least)
    if unit_ids is not None:
        query = query.where(QuestionCluster.unit_id.in_(unit_ids))
    return session.scalar(query) or 0


def assign(uow: UnitOfWork, cluster_id: int, unit_id: int, category_code: str | None, *, due_at: datetime) -> KnowledgeTask:
    """Have a unit answer it within a limit. Raises NotFound, Conflict when it is assigned or dismissed already."""
    cluster = _held(uow, cluster_id)
    cluster.unit_id, cluster.category_code = unit_id, category_code or cluster.category_code
    asked = Asked(TaskKind.QUESTION, cluster.label, due_at, unit_id, cluster_id=cluster.id, article_id=cluster.article_id)
    return tasks.ask(uow, asked)


def draft(uow: UnitOfWork, cluster_id: int, terms: Terms, *, owner_unit_id: int | None) -> Article:
    """A draft article with the label as its title and the other wordings as variants; one at hand is given again.

    Raises NotFound, Invalid (a title that is taken), Conflict for a cluster that is dismissed or answered.
    """
    cluster = _held(uow, cluster_id)
    at_hand = uow.session.get(Article, cluster.article_id) if cluster.article_id is not None else None
    if at_hand is not None and at_hand.state in IN_WORK:
        return at_hand
    if at_hand is not None and at_hand.state in ANSWERING:
        raise Conflict("answered", reason="answered-already", thing="question_cluster", article_id=at_hand.id)
    title = cluster.label[:TITLE_CHARACTERS]
    variants = tuple(one for one in _variants(uow.session, cluster.id) if one != title)
    known = cluster.category_code if cluster.category_code in terms.leaves else None
    content = ArticleContent(title, "", questions=variants, category_code=known, owner_unit_id=owner_unit_id)
    article = articles.write(uow, content, terms)
    _answered_by(uow, cluster, article)
    return article


def link(uow: UnitOfWork, cluster_id: int, article_id: int, terms: Terms) -> Article:
    """Say that an article answers it: wordings it has not go into a change of it, and the cluster waits until that is taken.

    Gives the change, or the article itself when it has them all, or is kept elsewhere: then it is answered at once.
    Raises NotFound, Conflict for an article that does not answer, or whose change is in review.
    """
    cluster, article = _held(uow, cluster_id), articles.locked(uow.session, article_id)
    if article.state not in ANSWERING:
        raise Conflict("answers nothing", reason="does-not-answer", thing="article", state=article.state.value)
    said = content_of(article)
    missing = [one for one in _variants(uow.session, cluster.id) if one not in (said.title, *said.questions)]
    if not missing or article.origin is not None:
        _answered_by(uow, cluster, article)
        return _done(uow, cluster, article)
    change = articles.begin_change(uow, article.id)
    if change.state is not ArticleState.DRAFT:
        raise Conflict("in review", reason="change-in-review", thing="article", change_id=change.id)
    _answered_by(uow, cluster, change)
    words = content_of(change)
    questions = tuple(dict.fromkeys((*words.questions, *missing)))[: MOST["questions"]]
    return articles.edit(uow, change.id, replace(words, questions=questions), terms, version=change.version)


def dismiss(uow: UnitOfWork, cluster_id: int, note: str, *, roles: Collection[str], due_at: datetime) -> QuestionCluster:
    """Say that no article is to answer it; why is kept with its task. Later ones like it go the same way."""
    cluster = _held(uow, cluster_id)
    owed = _task_of(uow.session, cluster.id)
    if owed is None:
        asked = Asked(TaskKind.QUESTION, cluster.label, due_at, cluster_id=cluster.id)
        owed = tasks.ask(uow, asked)
    if owed.state is TaskState.OPEN:
        tasks.move_held(uow, owed, "dismiss", roles, {"note": note})
    cluster.dismissed_at = uow.now
    uow.session.flush()
    return cluster


def get(session: Session, cluster_id: int) -> QuestionCluster:
    """The cluster. Raises NotFound."""
    found = session.get(QuestionCluster, cluster_id)
    if found is None:
        raise NotFound("question cluster", thing="question-cluster", id=cluster_id)
    return found


def tasks_of(session: Session, cluster_ids: Collection[int]) -> dict[int, KnowledgeTask]:
    """The task of each cluster that has one."""
    mine = KnowledgeTask.cluster_id.in_(cluster_ids), KnowledgeTask.state != TaskState.DISMISSED
    return {one.cluster_id: one for one in session.scalars(select(KnowledgeTask).where(*mine)) if one.cluster_id is not None}


def _is(state: ClusterState) -> ColumnElement[bool]:
    dismissed = QuestionCluster.dismissed_at.is_not(None)
    answers = exists().where(Article.id == QuestionCluster.article_id, Article.state.in_(ANSWERING))
    if state is ClusterState.DISMISSED:
        return dismissed
    return and_(not_(dismissed), answers if state is ClusterState.ANSWERED else not_(answers))


def _held(uow: UnitOfWork, cluster_id: int) -> QuestionCluster:
    cluster = uow.session.get(QuestionCluster, cluster_id, with_for_update=True, populate_existing=True)
    if cluster is None:
        raise NotFound("question cluster", thing="question-cluster", id=cluster_id)
    if cluster.dismissed_at is not None:
        raise Conflict("dismissed", reason="dismissed-already", thing="question_cluster")
    return cluster


def _variants(session: Session, cluster_id: int) -> list[str]:
    return [one[:QUESTION_CHARACTERS] for one in examples(session, [cluster_id], VARIANTS)[cluster_id]]


def _answered_by(uow: UnitOfWork, cluster: QuestionCluster, article: Article) -> None:
    cluster.article_id = article.id
    owed = _task_of(uow.session, cluster.id)
    if owed is not None:
        owed.article_id = article.id
    uow.session.flush()


def _done(uow: UnitOfWork, cluster: QuestionCluster, article: Article) -> Article:
    """The article has all its wordings: what was owed is answered with it."""
    owed = _task_of(uow.session, cluster.id)
    if owed is not None and owed.state is TaskState.OPEN:
        following.answer(uow, owed, Done(REVISED, article.revision))
    return article


def _task_of(session: Session, cluster_id: int) -> KnowledgeTask | None:
    mine = KnowledgeTask.cluster_id == cluster_id, KnowledgeTask.state != TaskState.DISMISSED
    return session.scalars(select(KnowledgeTask).where(*mine).with_for_update()).one_or_none()
