"""From rows to shapes: tasks and clusters of questions as lists show them. Reads in batches."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.scope import Scope
from hotline.people.models import Unit
from hotline.tickets.models import Category
from knowledge_base import following, grouping, permissions, questions, tasks
from knowledge_base.feedback import KnowledgeTask, QuestionCluster
from knowledge_base.lifecycle import ANSWERING, TASK, TaskState
from knowledge_base.models import Article
from web import texts
from web.api import present
from web.api.present_noticeboard import acts
from web.api.schemas.base import UnitRef
from web.api.schemas.feedback import ArticleRef, ClusterRef, ClusterRow, ClusterTask, TaskRow
from web.api.schemas.noticeboard import Act

PLAIN = ("id", "version", "field", "words", "contact_id", "asked_at", "due_at", "answered_at")
OF_CLUSTER = ("id", "label", "size", "first_at", "last_at", "category_code")
EXAMPLES = 5


def task_rows(session: Session, found: Sequence[KnowledgeTask], reader: Scope, now: datetime, locale: str) -> list[TaskRow]:
    """Tasks in the order given, each with the moves that the reader has."""
    articles = _articles(session, (one.article_id for one in found))
    clusters = _clusters(session, (one.cluster_id for one in found))
    units = _units(session, (one.unit_id for one in found))
    names = present.officer_names(session, (officer for one in found for officer in (one.asked_by_id, one.answered_by_id)))
    return [
        TaskRow(
            **{name: getattr(one, name) for name in PLAIN},
            kind=one.kind.value,
            state=one.state.value,
            article=_article_ref(articles.get(one.article_id or 0)),
            cluster=clusters.get(one.cluster_id or 0),
            unit=units.get(one.unit_id or 0),
            reply=_reply(one.reply, locale),
            by_itself=following.done_of(one.reply) is not None,
            asked_by=names.get(one.asked_by_id or 0, ""),
            answered_by=names.get(one.answered_by_id or 0, ""),
            late=one.state is TaskState.OPEN and one.due_at <= now,
            actions=acts(TASK.actions(one.state, tasks.acting(reader, one))),
        )
        for one in found
    ]


def cluster_rows(session: Session, found: Sequence[QuestionCluster], reader: Scope) -> list[ClusterRow]:
    """Clusters in the order given, each with some of its wordings and what the reader may do."""
    ids = [one.id for one in found]
    texts_of, owed = grouping.examples(session, ids, EXAMPLES), questions.tasks_of(session, ids)
    articles = _articles(session, (one.article_id for one in found))
    units = _units(session, (one.unit_id for one in found))
    codes = Category.code.in_({one.category_code for one in found if one.category_code})
    categories = dict(session.execute(select(Category.code, Category.name).where(codes)).all())
    return [
        ClusterRow(
            **{name: getattr(one, name) for name in OF_CLUSTER},
            unit=units.get(one.unit_id or 0),
            category=categories.get(one.category_code or "", ""),
            article=_article_ref(articles.get(one.article_id or 0)),
            task=_cluster_task(owed.get(one.id)),
            examples=texts_of[one.id],
            actions=_cluster_acts(one, owed.get(one.id), articles.get(one.article_id or 0), reader),
        )
        for one in found
    ]


def may_see_cluster(reader: Scope, cluster: QuestionCluster) -> bool:
    """Editors and the hotline see all clusters, others those of their units and the units below."""
    return permissions.is_editor(reader) or reader.sees_all_units or cluster.unit_id in reader.unit_ids


def may_answer_cluster(reader: Scope, cluster: QuestionCluster) -> bool:
    """Editors answer all, a unit's people what is theirs."""
    return permissions.is_editor(reader) or bool(cluster.unit_id and permissions.roles_for(reader, cluster.unit_id))


def _cluster_acts(one: QuestionCluster, owed: KnowledgeTask | None, article: Article | None, reader: Scope) -> list[Act]:
    if one.dismissed_at is not None or (article is not None and article.state in ANSWERING):
        return []
    editor = permissions.is_editor(reader)
    names = [
        *(["assign"] if editor and owed is None else []),
        *(["article", "link"] if may_answer_cluster(reader, one) else []),
        *(["dismiss"] if editor else []),
    ]
    needs = {"assign": ["unit_id"], "link": ["article_id"], "dismiss": ["note"]}
    return [Act(action=name, needs=needs.get(name, [])) for name in names]


def _reply(reply: str, locale: str) -> str:
    """A person's words, or what an article's move did by itself in words."""
    done = following.done_of(reply)
    return texts.text(f"knowledge.done-{done.code}", locale, revision=done.revision) if done else reply


def _cluster_task(owed: KnowledgeTask | None) -> ClusterTask | None:
    return ClusterTask(id=owed.id, state=owed.state.value, due_at=owed.due_at) if owed is not None else None


def _article_ref(article: Article | None) -> ArticleRef | None:
    return ArticleRef(id=article.id, title=article.title) if article is not None else None


def _articles(session: Session, ids: Iterable[int | None]) -> dict[int, Article]:
    wanted = {one for one in ids if one is not None}
    return {one.id: one for one in session.scalars(select(Article).where(Article.id.in_(wanted)))} if wanted else {}


def _clusters(session: Session, ids: Iterable[int | None]) -> dict[int, ClusterRef]:
    wanted = {one for one in ids if one is not None}
    found = session.scalars(select(QuestionCluster).where(QuestionCluster.id.in_(wanted)))
    return {one.id: ClusterRef(id=one.id, label=one.label, size=one.size) for one in found}


def _units(session: Session, ids: Iterable[int | None]) -> dict[int, UnitRef]:
    wanted = {one for one in ids if one is not None}
    return {one.id: present.unit_ref(one) for one in session.scalars(select(Unit).where(Unit.id.in_(wanted)))}
