"""From articles to shapes: rows of lists and the whole article with what its reader may do. Reads in batches."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel.scope import Scope
from hotline.tickets.models import Category
from knowledge_base import answers, articles, objections, permissions, review_lists
from knowledge_base.feedback import KnowledgeTask
from knowledge_base.lifecycle import ANSWERING, ArticleState, TaskState
from knowledge_base.models import Article, ArticleStanding, ArticleStep
from knowledge_base.objections import Mover
from knowledge_base.rules import KnowledgeRules
from web.api import present
from web.api.present_ticket import unit_refs
from web.api.schemas.knowledge_articles import (
    Act,
    ChangeRef,
    FileShown,
    ListedArticle,
    ReplacedRef,
    StandingShown,
    StepShown,
    WholeArticle,
)

Marks = Mapping[int, list[tuple[int, int]]]
IN_ROWS = frozenset(ListedArticle.model_fields) - {"category_path", "owner_unit", "change", "highlights", "uses"}
WHOLE = (*("version", "questions", "keywords", "answer_agent", "answer_public", "audience", "item_code", "area_code"),) + (
    *("source_document", "source_number", "source_date", "issuing_body", "owner_unit_id", "origin", "ticket_id", "review_note"),
)
EDIT, CHANGE, RESTORE, CORRECT = "edit", "change", "restore", "correct"
"""Acts that are no moves: to word a draft, to begin or open its change, to bring back old words, to say what is wrong."""


def rows(session: Session, scope: Scope, found: Sequence[Article], marks: Marks | None = None) -> list[ListedArticle]:
    """The articles as rows, in the order given; `marks` are what was looked for in their titles."""
    return [ListedArticle(**row) for row in _rows(session, scope, found, marks or {})]


def whole(session: Session, scope: Scope, article: Article, rules: KnowledgeRules) -> WholeArticle:
    """The whole article with the acts open to the reader."""
    (row,) = _rows(session, scope, [article], {})
    return WholeArticle(
        **row,
        **{name: getattr(article, name) for name in WHOLE},
        source=answers.source_of(article),
        attachments=[FileShown(**file) for file in article.attachments],
        steps=_steps(session, articles.steps(session, article.id)),
        replaces=_replaced(session, article),
        tasks_open=_tasks_open(session, article.id),
        standing=_standing(session, article.id),
        actions=acts(session, scope, article, rules),
    )


def acts(session: Session, scope: Scope, article: Article, rules: KnowledgeRules) -> list[Act]:
    """What the reader may do with the article now: moves of its life cycle, then the other acts."""
    roles = permissions.roles_for(scope, article.owner_unit_id)
    mover = Mover(roles, articles.wrote(session, article, scope.officer_id))
    found = [Act(action=action, needs=list(needs)) for action, needs in objections.actions(article, mover, rules)]
    return found + [Act(action=name, needs=[]) for name in _other_acts(session, article, bool(roles))]


def _other_acts(session: Session, article: Article, may_write: bool) -> Iterable[str]:
    if may_write and article.origin is None and article.state is ArticleState.DRAFT:
        yield EDIT
    if may_write and article.origin is None and article.replaces_id is None and article.state in articles.CHANGEABLE:
        yield CHANGE
        if articles.change_of(session, article.id) is None:
            yield RESTORE
    if article.state in ANSWERING:
        yield CORRECT


def _rows(session: Session, scope: Scope, found: Sequence[Article], marks: Marks) -> list[dict[str, Any]]:
    ids = [article.id for article in found]
    units = unit_refs(session, (article.owner_unit_id for article in found))
    paths = category_paths(session, {article.category_code for article in found})
    changes = {key: row for key, row in review_lists.changes_at_hand(session, ids).items() if _may_know(scope, row)}
    used = _used(session, ids)
    return [
        {
            **{name: getattr(article, name) for name in IN_ROWS},
            "category_path": paths.get(article.category_code or "", []),
            "owner_unit": units.get(article.owner_unit_id or 0),
            "change": _change(changes.get(article.id)),
            "highlights": marks.get(article.id, []),
            "uses": used.get(article.id, 0),
        }
        for article in found
    ]


def category_paths(session: Session, codes: Collection[str | None]) -> dict[str, list[str]]:
    """The names of each category from the root down."""
    wanted = select(Category.code, Category.path).where(Category.code.in_([code for code in codes if code]))
    paths = {code: [part for part in path.split("/") if part] for code, path in session.execute(wanted)}
    every = {part for path in paths.values() for part in path}
    names = dict(session.execute(select(Category.code, Category.name).where(Category.code.in_(every))).all())
    return {code: [names.get(part, part) for part in path] for code, path in paths.items()}


def _may_know(scope: Scope, change: Article) -> bool:
    """Whether the reader may know of a change at hand, which answers nobody yet."""
    mine = change.owner_unit_id in scope.unit_ids or change.created_by_id == scope.officer_id
    return mine or permissions.is_editor(scope)


def _change(change: Article | None) -> ChangeRef | None:
    return ChangeRef(id=change.id, state=change.state.value) if change else None


def _replaced(session: Session, article: Article) -> ReplacedRef | None:
    if article.replaces_id is None:
        return None
    found = articles.get(session, article.replaces_id)
    began_from = article.replaces_revision or 0
    return ReplacedRef(id=found.id, title=found.title, revision=found.revision, began_from=began_from)


def _steps(session: Session, found: Sequence[ArticleStep]) -> list[StepShown]:
    names = present.officer_names(session, (step.officer_id for step in found))
    told = ("action", "source", "target", "note", "at")
    return [StepShown(**{name: getattr(step, name) for name in told}, by=names.get(step.officer_id or 0, "")) for step in found]


def _tasks_open(session: Session, article_id: int) -> int:
    waiting = KnowledgeTask.article_id == article_id, KnowledgeTask.state == TaskState.OPEN
    return session.scalar(select(func.count()).select_from(KnowledgeTask).where(*waiting)) or 0


def _standing(session: Session, article_id: int) -> StandingShown:
    found = session.get(ArticleStanding, article_id)
    counted = ("shown", "used", "helpful", "not_helpful")
    return StandingShown(**{name: getattr(found, name) if found else 0 for name in counted})


def _used(session: Session, ids: Sequence[int]) -> dict[int, int]:
    query = select(ArticleStanding.article_id, ArticleStanding.used).where(ArticleStanding.article_id.in_(ids))
    return dict(session.execute(query).all())
