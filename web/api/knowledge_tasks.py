"""Corrections and other tasks of the knowledge base over HTTP: asking, the lists, answering. Limits are the city's rules."""

from typing import Any

from apiflask import APIBlueprint
from pydantic import Field
from sqlalchemy import and_, true

from hotline.intake.ownership import get_contact
from hotline.kernel import clock
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Forbidden, Invalid, NotFound
from hotline.people.models import Unit
from knowledge_base import articles, permissions, task_lists, tasks
from knowledge_base.content import ArticleContent
from knowledge_base.feedback import KnowledgeTask, TaskKind
from knowledge_base.models import Article
from knowledge_base.task_lists import Listed, Wanted
from knowledge_base.tasks import Asked
from web import knowledge_terms
from web.api import present_feedback as present
from web.api.callbacks import PageQuery
from web.api.schemas.base import Page, Shape
from web.api.schemas.feedback import CorrectionIn, PolicyChangedIn, TaskRow
from web.api.schemas.noticeboard import ActIn
from web.auth import EVERYONE, UNIT_ROLES, allowed
from web.requests import asks, locale, parse, reading, scope, takes, working

api = APIBlueprint("knowledge_tasks", __name__, url_prefix="/api/v1", tag="Knowledge tasks")

TELLERS = (*UNIT_ROLES, "knowledge_editor")
"""Who says that a policy changed: the unit itself, or an editor."""


class TasksQuery(PageQuery):
    """Which tasks; `mine` narrows them to what waits for the reader (`task_lists.owed`) and what they asked."""

    state: Listed = Listed.OPEN
    kind: TaskKind | None = None
    mine: bool = False


class TaskGiven(Shape):
    """What a move of a task may carry."""

    reply: str = Field("", max_length=tasks.WORDS_CHARACTERS)
    note: str = Field("", max_length=tasks.WORDS_CHARACTERS)
    unit_id: int | None = None


@api.post("/knowledge/articles/<int:article_id>/corrections")
@takes(api, CorrectionIn)
@api.output(TaskRow, 201)
@allowed(*EVERYONE)
def correct_article(article_id: int, body: CorrectionIn) -> TaskRow:
    """Say what is wrong with an article (纠错); its unit, or the editors where it has none, owe an answer."""
    with working() as uow:
        article = _readable(uow, article_id)
        if body.field and body.field not in ArticleContent.__dataclass_fields__:
            raise Invalid("field", "unknown-choice", given=body.field, allowed=sorted(ArticleContent.__dataclass_fields__))
        if body.contact_id is not None:
            get_contact(uow.session, body.contact_id)
        days = knowledge_terms.rules_of(uow.session).correction_working_days
        asked = Asked(
            TaskKind.CORRECTION,
            body.words,
            knowledge_terms.due_after(uow.session, uow.zone, uow.now, days),
            article.owner_unit_id,
            article_id=article.id,
            revision=article.revision,
            field=body.field,
            contact_id=body.contact_id,
        )
        return _row(uow, tasks.ask(uow, asked))


@api.post("/knowledge/articles/<int:article_id>/policy-changed")
@takes(api, PolicyChangedIn)
@api.output(TaskRow, 201)
@allowed(*TELLERS)
def tell_policy_changed(article_id: int, body: PolicyChangedIn) -> TaskRow:
    """Say that the policy an article rests on changed (政策变动): its unit must update it within a limit."""
    with working() as uow:
        article = _readable(uow, article_id)
        if not permissions.may_write(scope(), article.owner_unit_id):
            raise Forbidden("not theirs", action=TaskKind.POLICY_CHANGED.value)
        days = knowledge_terms.rules_of(uow.session).policy_update_working_days
        due_at = knowledge_terms.due_after(uow.session, uow.zone, uow.now, days)
        words = "\n".join(part for part in (body.words, body.document) if part)
        asked = Asked(TaskKind.POLICY_CHANGED, words, due_at, article.owner_unit_id, article.id, article.revision)
        return _row(uow, tasks.ask(uow, asked))


@api.get("/knowledge/tasks")
@asks(api, TasksQuery)
@api.output(Page[TaskRow])
@allowed(*EVERYONE)
def list_tasks(query: TasksQuery) -> Page[TaskRow]:
    """Tasks that the reader may see: open ones by their limit, others the newest first."""
    with reading() as session:
        own = task_lists.own(scope(), clock.now()) if query.mine else true()
        among = and_(task_lists.visible(scope()), own)
        found = task_lists.listed(session, Wanted(among, query.state, query.kind, query.seen(), query.limit))
        after = str(found[-1].id) if len(found) == query.limit else None
        return Page[TaskRow](items=present.task_rows(session, found, scope(), clock.now(), locale()), after=after)


@api.get("/knowledge/tasks/<int:task_id>")
@api.output(TaskRow)
@allowed(*EVERYONE)
def show_task(task_id: int) -> TaskRow:
    """One task."""
    with reading() as session:
        found = task_lists.get_visible(session, scope(), task_id)
        return present.task_rows(session, [found], scope(), clock.now(), locale())[0]


@api.post("/knowledge/tasks/<int:task_id>/actions/<action>")
@takes(api, ActIn)
@api.output(TaskRow)
@allowed(*EVERYONE)
def move_task(task_id: int, action: str, body: ActIn) -> TaskRow:
    """Answer, pass on or dismiss a task; accept or reopen what was answered. Reopened, it has a limit of its own again."""
    given: dict[str, Any] = parse(TaskGiven, body.given).model_dump(exclude_unset=True)
    with working() as uow:
        task = task_lists.get_visible(uow.session, scope(), task_id)
        if given.get("unit_id") is not None and uow.session.get(Unit, given["unit_id"]) is None:
            raise Invalid("unit_id", "unknown-unit")
        if action == "reopen":
            given["due_at"] = knowledge_terms.due_after(uow.session, uow.zone, uow.now, _days(uow, task))
        moved = tasks.move(uow, task_id, action, roles=tasks.acting(scope(), task), given=given, version=body.version)
        return _row(uow, moved)


def _readable(uow: UnitOfWork, article_id: int) -> Article:
    """The article. Raises NotFound, also for one that the officer may not read."""
    article = articles.get(uow.session, article_id)
    if not permissions.may_read(scope(), article, knowledge_terms.local_day(uow)):
        raise NotFound("article", thing="article", id=article_id)
    return article


def _days(uow: UnitOfWork, task: KnowledgeTask) -> int:
    rules = knowledge_terms.rules_of(uow.session)
    return {
        TaskKind.CORRECTION: rules.correction_working_days,
        TaskKind.POLICY_CHANGED: rules.policy_update_working_days,
        TaskKind.REVIEW: rules.unit_review_working_days,
        TaskKind.QUESTION: rules.question_working_days,
    }[task.kind]


def _row(uow: UnitOfWork, task: KnowledgeTask) -> TaskRow:
    return present.task_rows(uow.session, [task], scope(), uow.now, locale())[0]
