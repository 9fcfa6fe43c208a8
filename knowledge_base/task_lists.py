"""Which tasks an officer sees, owes, or has to look at, as conditions and lists. Reads only; moving them is `tasks`'."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from hotline.kernel.errors import NotFound
from hotline.kernel.scope import Scope
from knowledge_base.feedback import KnowledgeTask, TaskKind
from knowledge_base.lifecycle import EDITORS, TaskState


class Listed(StrEnum):
    """Which tasks a list shows; closed are those that were accepted or dismissed."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    ALL = "all"


STATES = {
    Listed.OPEN: frozenset({TaskState.OPEN}),
    Listed.ANSWERED: frozenset({TaskState.ANSWERED}),
    Listed.CLOSED: frozenset({TaskState.CLOSED, TaskState.DISMISSED}),
    Listed.ALL: frozenset(TaskState),
}


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed by; `among` is whose tasks, `after_id` the last row seen."""

    among: ColumnElement[bool]
    state: Listed = Listed.OPEN
    kind: TaskKind | None = None
    after_id: int | None = None
    limit: int = 50


def visible(scope: Scope) -> ColumnElement[bool]:
    """Editors and the hotline see all; others what their units and those below owe, and what they asked themselves."""
    if scope.officer_id is None:
        return false()
    if scope.sees_all_units or scope.has(*EDITORS):
        return true()
    return or_(KnowledgeTask.unit_id.in_(scope.unit_ids), KnowledgeTask.asked_by_id == scope.officer_id)


def owed(scope: Scope, now: datetime) -> ColumnElement[bool]:
    """What waits for this officer: what their units owe; for an editor what no unit owes, and whatever of any unit is late.

    The badge of a desk counts these, and the list narrowed to the reader shows them (with what the reader asked).
    """
    if scope.officer_id is None:
        return false()
    late = and_(KnowledgeTask.state == TaskState.OPEN, KnowledgeTask.due_at <= now)
    editors = or_(KnowledgeTask.unit_id.is_(None), late) if scope.has(*EDITORS) else false()
    return or_(KnowledgeTask.unit_id.in_(scope.member_unit_ids), editors)


def own(scope: Scope, now: datetime) -> ColumnElement[bool]:
    """What waits for this officer, and what they asked."""
    if scope.officer_id is None:
        return false()
    return or_(owed(scope, now), KnowledgeTask.asked_by_id == scope.officer_id)


def listed(session: Session, wanted: Wanted) -> list[KnowledgeTask]:
    """Open tasks by their limit, others the newest first."""
    query = select(KnowledgeTask).where(wanted.among, KnowledgeTask.state.in_(STATES[wanted.state])).limit(wanted.limit)
    if wanted.kind is not None:
        query = query.where(KnowledgeTask.kind == wanted.kind)
    if wanted.state is not Listed.OPEN:
        below = query.where(KnowledgeTask.id < wanted.after_id) if wanted.after_id is not None else query
        return list(session.scalars(below.order_by(KnowledgeTask.id.desc())))
    place = tuple_(KnowledgeTask.due_at, KnowledgeTask.id)
    last = session.get(KnowledgeTask, wanted.after_id) if wanted.after_id is not None else None
    if last is not None:
        query = query.where(place > tuple_(last.due_at, last.id))
    return list(session.scalars(query.order_by(KnowledgeTask.due_at, KnowledgeTask.id)))


def count_open(session: Session, among: ColumnElement[bool], now: datetime) -> tuple[int, int]:
    """How many open tasks there are among these, and how many of them are late."""
    late = func.count().filter(KnowledgeTask.due_at <= now)
    query = select(func.count(), late).select_from(KnowledgeTask).where(among, KnowledgeTask.state == TaskState.OPEN)
    row = session.execute(query).one()
    return int(row[0]), int(row[1])


def get_visible(session: Session, scope: Scope, task_id: int) -> KnowledgeTask:
    """The task. Raises NotFound, also for one that is hidden from this officer."""
    found = session.scalars(select(KnowledgeTask).where(KnowledgeTask.id == task_id, visible(scope))).one_or_none()
    if found is None:
        raise NotFound("task", thing="knowledge-task", id=task_id)
    return found
