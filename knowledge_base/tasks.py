"""Use cases on what the knowledge base is owed: ask, answer, accept, reopen, pass on, dismiss, tell what is late.

Alone assigns the state of a task. Limits come as moments: working days are counted where they are known. What an article's
move answers by itself is said in `following`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.kernel.scope import Scope
from knowledge_base.events import TaskMoved, TaskOverdue
from knowledge_base.feedback import KnowledgeTask, TaskKind
from knowledge_base.lifecycle import AGENTS, EDITORS, TASK, UNITS, TaskState

WORDS_CHARACTERS = 1000
FIELD_CHARACTERS = 32
BATCH = 200
ASK = "ask"


@dataclass(frozen=True)
class Asked:
    """What is asked: of a unit, or of the editors when `unit_id` is None; field for field as in `feedback.KnowledgeTask`."""

    kind: TaskKind
    words: str
    due_at: datetime
    unit_id: int | None = None
    article_id: int | None = None
    revision: int | None = None
    cluster_id: int | None = None
    field: str = ""
    contact_id: int | None = None

    def check(self) -> None:
        """Raise Invalid for words that are missing or too long; a review by period needs none."""
        if self.kind is not TaskKind.REVIEW and not self.words.strip():
            raise Invalid("words", "required")
        for name, longest in (("words", WORDS_CHARACTERS), ("field", FIELD_CHARACTERS)):
            if len(getattr(self, name)) > longest:
                raise Invalid(name, "too-long", maximum=longest, given=len(getattr(self, name)))


def ask(uow: UnitOfWork, asked: Asked) -> KnowledgeTask:
    """Ask for something. Raises Invalid, and Conflict while the same review, policy change or question is open already."""
    asked.check()
    if _waits(uow.session, asked):
        raise Conflict("asked already", reason="asked-already", thing="knowledge_task")
    knowledge_task = KnowledgeTask(
        state=TaskState.OPEN,
        asked_at=uow.now,
        asked_by_id=uow.actor.officer_id,
        **{name: getattr(asked, name) for name in Asked.__dataclass_fields__},
    )
    uow.session.add(knowledge_task)
    uow.session.flush()
    uow.record(_moved(knowledge_task, ASK, ""))
    return knowledge_task


def move(
    uow: UnitOfWork, task_id: int, action: str, *, roles: Collection[str], given: Mapping[str, Any], version: int
) -> KnowledgeTask:
    """Move a task by its life cycle. Raises as `LifeCycle.find`, NotFound, Conflict for a stale `version`."""
    knowledge_task = uow.session.get(KnowledgeTask, task_id, with_for_update=True, populate_existing=True)
    if knowledge_task is None:
        raise NotFound("task", thing="knowledge-task", id=task_id)
    if knowledge_task.version != version:
        raise Conflict("changed meanwhile", reason="stale", thing="knowledge_task", version=knowledge_task.version)
    move_held(uow, knowledge_task, action, roles, given)
    return knowledge_task


def move_held(
    uow: UnitOfWork, knowledge_task: KnowledgeTask, action: str, roles: Collection[str], given: Mapping[str, Any]
) -> None:
    """The same for a task that the caller holds."""
    row, source = TASK.find(knowledge_task.state, action, roles, given), knowledge_task.state
    EFFECTS[action](uow, knowledge_task, given)
    knowledge_task.state = row.target
    uow.session.flush()
    uow.record(_moved(knowledge_task, action, source.value))


def tell_overdue(uow: UnitOfWork, limit: int = BATCH) -> int:
    """Tell of tasks whose limit has passed, each once; returns how many. Those that others hold wait for the next run.

    No new version of a task: an answer that somebody is writing need not be written again.
    """
    late = KnowledgeTask.state == TaskState.OPEN, KnowledgeTask.due_at <= uow.now, KnowledgeTask.late_told_at.is_(None)
    query = select(KnowledgeTask).where(*late).order_by(KnowledgeTask.due_at).limit(limit)
    found = list(uow.session.scalars(query.with_for_update(skip_locked=True)))
    ids = [one.id for one in found]
    told = update(KnowledgeTask).where(KnowledgeTask.id.in_(ids)).values(late_told_at=uow.now)
    uow.session.execute(told.execution_options(synchronize_session=False))
    uow.record_all([TaskOverdue(one.id, one.kind.value, one.unit_id) for one in found])
    return len(found)


def get(session: Session, task_id: int) -> KnowledgeTask:
    """The task in whatever state. Raises NotFound."""
    found = session.get(KnowledgeTask, task_id)
    if found is None:
        raise NotFound("task", thing="knowledge-task", id=task_id)
    return found


def acting(scope: Scope, knowledge_task: KnowledgeTask) -> frozenset[str]:
    """The roles that count for this officer at this task: as editor, at the unit that owes it, as who asked. Pure."""
    unit = scope.roles_in(knowledge_task.unit_id) & UNITS if knowledge_task.unit_id is not None else frozenset()
    asker = scope.roles & AGENTS if knowledge_task.asked_by_id == scope.officer_id else frozenset()
    return frozenset(unit | asker | scope.roles & EDITORS)


def _waits(session: Session, asked: Asked) -> bool:
    """Whether the same is open already, as the unique indexes of the table have it."""
    query = select(KnowledgeTask.id).where(KnowledgeTask.kind == asked.kind)
    if asked.cluster_id is not None:
        query = query.where(KnowledgeTask.cluster_id == asked.cluster_id, KnowledgeTask.state != TaskState.DISMISSED)
    elif asked.kind in (TaskKind.REVIEW, TaskKind.POLICY_CHANGED):
        query = query.where(KnowledgeTask.article_id == asked.article_id, KnowledgeTask.state == TaskState.OPEN)
    else:
        return False
    return session.scalar(query.limit(1)) is not None


def _answer(uow: UnitOfWork, knowledge_task: KnowledgeTask, given: Mapping[str, Any]) -> None:
    knowledge_task.reply = _words(given, "reply")
    knowledge_task.answered_at, knowledge_task.answered_by_id = uow.now, uow.actor.officer_id


def _pass_on(uow: UnitOfWork, knowledge_task: KnowledgeTask, given: Mapping[str, Any]) -> None:
    """Another unit owes it from now on; until when stays."""
    knowledge_task.unit_id = int(given["unit_id"])


def _end(uow: UnitOfWork, knowledge_task: KnowledgeTask, given: Mapping[str, Any]) -> None:
    knowledge_task.ended_at = uow.now
    if given.get("note"):
        knowledge_task.reply = _words(given, "note")


def _reopen(uow: UnitOfWork, knowledge_task: KnowledgeTask, given: Mapping[str, Any]) -> None:
    """Asked again, with a limit of its own when one is given: the first ran while it was answered."""
    note = _words(given, "note")
    knowledge_task.words = f"{knowledge_task.words}\n{note}"
    knowledge_task.due_at = given.get("due_at") or knowledge_task.due_at
    knowledge_task.late_told_at = knowledge_task.answered_at = knowledge_task.answered_by_id = None


EFFECTS: Mapping[str, Callable[[UnitOfWork, KnowledgeTask, Mapping[str, Any]], None]] = MappingProxyType(
    {"answer": _answer, "pass_on": _pass_on, "dismiss": _end, "accept": _end, "reopen": _reopen}
)
"""What a move does beside changing the state."""


def _words(given: Mapping[str, Any], name: str) -> str:
    words = str(given.get(name) or "")
    if len(words) > WORDS_CHARACTERS:
        raise Invalid(name, "too-long", maximum=WORDS_CHARACTERS, given=len(words))
    return words


def _moved(knowledge_task: KnowledgeTask, action: str, source: str) -> TaskMoved:
    return TaskMoved(
        task_id=knowledge_task.id,
        kind=knowledge_task.kind.value,
        unit_id=knowledge_task.unit_id,
        action=action,
        source=source,
        target=knowledge_task.state.value,
    )
