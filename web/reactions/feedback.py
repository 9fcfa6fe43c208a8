"""What follows an article's move at its tasks, and who is told of tasks and of proposals for the phone book. Safe to repeat.

Whom a step tells stands in the `tells` of its row. Codes are catalogue ids `notice.task-<what>.title` / `.text`.
"""

from collections.abc import Collection

from sqlalchemy.orm import Session

from hotline.kernel.db import Database, UnitOfWork
from hotline.people import notices
from hotline.people.permissions import Role
from knowledge_base import following
from knowledge_base.events import ArticleChanged, NoticeboardMoved, TaskMoved, TaskOverdue
from knowledge_base.feedback import KnowledgeTask, QuestionCluster
from knowledge_base.lifecycle import PHONE_ENTRY, TASK, PhoneEntryState, TaskState
from knowledge_base.models import Article
from knowledge_base.noticeboard import PhoneEntry
from knowledge_base.noticeboard_versions import Thing
from knowledge_base.phone_book import PROPOSE
from knowledge_base.tasks import ASK
from sla import book
from web import knowledge_terms
from web.reactions import telling

ASKER, AUTHOR, UNIT, EDITORS = "asker", "author", "unit", "editors"
LATE = "task-late"
ASKED = {kind: f"task-{kind.replace('_', '-')}" for kind in ("correction", "policy_changed", "review", "question")}


def article_changed(uow: UnitOfWork, event: ArticleChanged) -> None:
    """Within-reaction: what was asked of an article is answered by its move; one that has come due is to be reviewed."""
    following.answer_tasks(uow, event)
    if event.action == following.COME_DUE and book.is_set_up(uow.session):
        _ask_review(uow, event.article_id)


def task_moved(database: Database, delivery_id: int, event: TaskMoved) -> None:
    """Whoever owes a task hears that it was asked; of its steps whoever its row names."""
    with database.work() as uow:
        task = uow.session.get_one(KnowledgeTask, event.task_id)
        if event.action == ASK:
            # One that ended in the same breath is nobody's work any more.
            if task.state is TaskState.OPEN:
                _tell(uow, task, ASKED[event.kind], {UNIT}, f"task:{delivery_id}")
            return
        named = telling.tells(TASK, event.source, event.action)
        by_itself = following.done_of(task.reply) is not None
        told = {ASKER} & set(named) if by_itself else set(named)
        _tell(uow, task, f"task-{event.action.replace('_', '-')}", told, f"task:{delivery_id}")


def task_overdue(database: Database, delivery_id: int, event: TaskOverdue) -> None:
    """Who owes it and the editors hear that the limit has passed."""
    with database.work() as uow:
        task = uow.session.get_one(KnowledgeTask, event.task_id)
        _tell(uow, task, LATE, {UNIT, EDITORS}, f"task-late:{event.task_id}:{task.due_at.isoformat()}")


def noticeboard_moved(database: Database, delivery_id: int, event: NoticeboardMoved) -> None:
    """The editors hear of a proposal for the phone book, its author and unit of what became of it."""
    if event.thing != Thing.PHONE_ENTRY:
        return
    with database.work() as uow:
        entry = uow.session.get_one(PhoneEntry, event.thing_id)
        if event.action == PROPOSE:
            named: Collection[str] = {EDITORS} if entry.state is PhoneEntryState.PROPOSED else ()
        else:
            rows = (row for row in PHONE_ENTRY.rows if (row.action, row.target) == (event.action, event.state))
            named = next((row.tells for row in rows), ())
        _tell_of_entry(uow, entry, f"phone-{event.action}", named, f"phone:{delivery_id}")


def _ask_review(uow: UnitOfWork, article_id: int) -> None:
    article = uow.session.get_one(Article, article_id)
    calendar = book.calendar_of(uow.session, uow.zone)
    days = knowledge_terms.rules_of(uow.session).unit_review_working_days
    by_rule = calendar.add_working_days(uow.now, days)
    by_day = calendar.end_of_day(article.review_due) if article.review_due is not None else by_rule
    following.open_review(uow, article_id, max(by_rule, by_day))


def _tell(uow: UnitOfWork, task: KnowledgeTask, code: str, named: Collection[str], key: str) -> None:
    """Tell those named; what no unit owes the editors do."""
    args: notices.Args = {"title": _title(uow.session, task), "task_id": task.id}
    if UNIT in named and task.unit_id is not None:
        notices.notify_unit(uow, task.unit_id, code, args=args, dedup_key=f"{key}:unit-{task.unit_id}")
    if EDITORS in named or (UNIT in named and task.unit_id is None):
        notices.notify_role(uow, Role.KNOWLEDGE_EDITOR, code, args=args, dedup_key=f"{key}:editors")
    if ASKER in named and task.asked_by_id is not None:
        notices.notify_officer(uow, task.asked_by_id, code, args=args, dedup_key=f"{key}:officer-{task.asked_by_id}")


def _tell_of_entry(uow: UnitOfWork, entry: PhoneEntry, code: str, named: Collection[str], key: str) -> None:
    args: notices.Args = {"title": entry.name, "tab": "phones"}
    if EDITORS in named:
        notices.notify_role(uow, Role.KNOWLEDGE_EDITOR, code, args=args, dedup_key=f"{key}:editors")
    if UNIT in named and entry.unit_id is not None:
        notices.notify_unit(uow, entry.unit_id, code, args=args, dedup_key=f"{key}:unit-{entry.unit_id}")
    if AUTHOR in named and entry.proposed_by_id is not None:
        notices.notify_officer(uow, entry.proposed_by_id, code, args=args, dedup_key=f"{key}:officer-{entry.proposed_by_id}")


def _title(session: Session, task: KnowledgeTask) -> str:
    """What a task is about: its article, or the label of its cluster, which has no numbers that name a person."""
    if task.article_id is not None:
        return session.get_one(Article, task.article_id).title
    cluster = session.get(QuestionCluster, task.cluster_id) if task.cluster_id is not None else None
    return cluster.label if cluster is not None else ""
