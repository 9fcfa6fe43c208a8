"""What the knowledge base is owed: every row of a task's life, what an article's move answers, what is late."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from hotline.kernel.db import Actor, Database
from hotline.kernel.errors import Conflict, Forbidden, Invalid
from hotline.kernel.events import StoredEvent, Subscribers
from hotline.kernel.scope import Scope
from knowledge_base import following, task_lists, tasks
from knowledge_base.events import ArticleChanged
from knowledge_base.feedback import KnowledgeTask, TaskKind
from knowledge_base.lifecycle import AGENTS, EDITORS, SYSTEM, TASK, TaskState
from knowledge_base.task_lists import Listed, Wanted
from knowledge_base.tasks import Asked
from tests.integration.article_desk import CONTENT, EDITOR, UNIT, changed, moved, published

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
DUE = NOW + timedelta(days=1)
GIVEN = {"reply": "已改", "note": "不对", "unit_id": 8}
ASKER = Actor(21, "话务员")


@pytest.fixture
def subscribers() -> Subscribers:
    return Subscribers(within={ArticleChanged: (following.answer_tasks,)})


def asked(database: Database, kind: TaskKind = TaskKind.CORRECTION, **values: Any) -> int:
    plain = {"words": "窗口地址已搬迁", "due_at": DUE, "unit_id": UNIT}
    with database.work(ASKER, now=NOW) as uow:
        return tasks.ask(uow, Asked(kind, **{**plain, **values})).id


def read(database: Database, task_id: int) -> KnowledgeTask:
    with database.read() as session:
        return tasks.get(session, task_id)


def move(database: Database, task_id: int, action: str, *roles: str, **given: Any) -> KnowledgeTask:
    with database.work(now=NOW) as uow:
        version = tasks.get(uow.session, task_id).version
        return tasks.move(uow, task_id, action, roles=frozenset(roles), given=given, version=version)


def brought_to(database: Database, state: TaskState) -> int:
    task_id = asked(database)
    ways = {TaskState.ANSWERED: ("answer",), TaskState.CLOSED: ("answer", "accept"), TaskState.DISMISSED: ("dismiss",)}
    for action in ways.get(state, ()):
        move(database, task_id, action, *EDITORS, **GIVEN)
    return task_id


def named(database: Database, name: str) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(StoredEvent).where(StoredEvent.name == name)) or 0


@pytest.mark.parametrize("row", TASK.rows, ids=lambda row: f"{row.action}-{row.source}-{min(row.roles)}")
def test_every_row_moves_a_task(database: Database, row: Any) -> None:
    found = move(database, brought_to(database, row.source), row.action, *row.roles, **GIVEN)

    assert found.state is row.target


@pytest.mark.parametrize("state", TaskState)
@pytest.mark.parametrize("action", sorted({row.action for row in TASK.rows}))
def test_what_no_row_says_is_refused_in_every_state(database: Database, state: TaskState, action: str) -> None:
    task_id = brought_to(database, state)
    if any((row.source, row.action) == (state, action) for row in TASK.rows):
        with pytest.raises(Forbidden):
            move(database, task_id, action, "manager", **GIVEN)
    else:
        with pytest.raises(Conflict):
            move(database, task_id, action, *EDITORS, *AGENTS, SYSTEM, **GIVEN)


@pytest.mark.parametrize(
    ("values", "field"), [({"words": " "}, "words"), ({"words": "长" * 1001}, "words"), ({"field": "x" * 33}, "field")]
)
def test_words_missing_or_too_long_are_refused(database: Database, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        asked(database, **values)

    assert refused.value.details["field"] == field


def test_words_as_long_as_allowed_are_taken(database: Database) -> None:
    assert len(read(database, asked(database, words="长" * 1000)).words) == 1000


def test_the_same_policy_change_is_asked_once_and_corrections_as_often_as_found(database: Database) -> None:
    article_id = published(database)
    asked(database, TaskKind.POLICY_CHANGED, article_id=article_id)

    with pytest.raises(Conflict):
        asked(database, TaskKind.POLICY_CHANGED, article_id=article_id)
    assert asked(database, article_id=article_id) != asked(database, article_id=article_id)


def test_who_saw_an_older_version_moves_nothing(database: Database) -> None:
    task_id = asked(database)
    move(database, task_id, "pass_on", *EDITORS, unit_id=8)

    with pytest.raises(Conflict), database.work() as uow:
        tasks.move(uow, task_id, "answer", roles=EDITORS, given=GIVEN, version=1)


def test_a_reopened_task_has_its_new_limit_and_both_words(database: Database) -> None:
    task_id = brought_to(database, TaskState.ANSWERED)

    found = move(database, task_id, "reopen", *AGENTS, note="仍然不对", due_at=DUE + timedelta(days=3))

    assert (found.due_at, found.words, found.answered_at) == (DUE + timedelta(days=3), "窗口地址已搬迁\n仍然不对", None)


def test_taking_a_change_answers_what_was_open_and_names_the_revision(database: Database) -> None:
    article_id = published(database)
    task_id = asked(database, article_id=article_id)
    other = asked(database, article_id=published(database, "other", replace(CONTENT, title="居住证办理")))

    moved(database, changed(database, article_id, answer_agent="新地址。"), "take", EDITOR, SYSTEM)

    found = read(database, task_id)
    assert (found.state, following.done_of(found.reply)) == (TaskState.ANSWERED, following.Done("revised", 2))
    assert read(database, other).state is TaskState.OPEN


@pytest.mark.parametrize(
    ("kind", "action", "answered"),
    [
        (TaskKind.CORRECTION, "withdraw", True),
        (TaskKind.POLICY_CHANGED, "withdraw", True),
        (TaskKind.REVIEW, "confirm", True),
        (TaskKind.CORRECTION, "confirm", False),
        (TaskKind.REVIEW, "expire", True),
        (TaskKind.QUESTION, "withdraw", False),
        (TaskKind.CORRECTION, "expire", True),
    ],
)
def test_a_move_of_the_article_answers_what_it_settles(database: Database, kind: TaskKind, action: str, answered: bool) -> None:
    article_id = published(database)
    moved(database, article_id, "come_due", EDITOR, *EDITORS)
    task_id = asked(database, kind, article_id=article_id)

    moved(database, article_id, action, EDITOR, *EDITORS, SYSTEM, note="作废", review_due="2027-02-01")

    assert (read(database, task_id).state is TaskState.ANSWERED) is answered


def test_a_review_is_asked_for_once(database: Database) -> None:
    article_id = published(database)
    with database.work() as uow:
        first = following.open_review(uow, article_id, DUE)
        second = following.open_review(uow, article_id, DUE)

    assert first is not None
    assert (first.kind, first.unit_id, first.revision, second) == (TaskKind.REVIEW, UNIT, 1, None)


def test_what_is_late_is_told_once_without_a_new_version(database: Database) -> None:
    task_id = asked(database)
    version = read(database, task_id).version

    told = [_swept(database, at) for at in (DUE - timedelta(seconds=1), DUE, DUE + timedelta(days=1))]

    assert (told, named(database, "knowledge-task-overdue")) == ([0, 1, 0], 1)
    assert read(database, task_id).version == version


def test_an_answered_task_is_never_late(database: Database) -> None:
    brought_to(database, TaskState.ANSWERED)

    assert _swept(database, DUE + timedelta(days=9)) == 0


def test_two_sweeps_at_once_tell_each_task_once(database: Database) -> None:
    for _ in range(3):
        asked(database)
    late = DUE + timedelta(hours=1)

    with database.work(now=late) as first, database.work(now=late) as second:
        told = tasks.tell_overdue(first, limit=2), tasks.tell_overdue(second, limit=2)

    assert told == (2, 1)
    assert named(database, "knowledge-task-overdue") == 3


def test_a_sweep_that_is_killed_tells_nothing_and_the_next_tells_all(database: Database) -> None:
    asked(database)
    late = DUE + timedelta(hours=1)
    with suppress(KeyboardInterrupt), database.work(now=late) as uow:
        tasks.tell_overdue(uow)
        raise KeyboardInterrupt

    assert _swept(database, late) == 1


@pytest.mark.parametrize(
    ("scope", "acts"),
    [
        (Scope(31, frozenset({"liaison"}), held=frozenset({(UNIT, "liaison")})), {"answer"}),
        (Scope(31, frozenset({"liaison"}), held=frozenset({(8, "liaison")})), set()),
        (Scope(32, frozenset({"knowledge_editor"})), {"answer", "pass_on", "dismiss"}),
        (Scope(21, frozenset({"agent"}), everywhere=frozenset({"agent"})), set()),
        (Scope(33, frozenset({"manager"}), everywhere=frozenset({"manager"})), set()),
    ],
)
def test_an_open_task_is_moved_by_its_unit_and_editors(database: Database, scope: Scope, acts: set[str]) -> None:
    task = read(database, asked(database))

    assert {row.action for row in TASK.actions(task.state, tasks.acting(scope, task))} == acts


@pytest.mark.parametrize(("officer_id", "acts"), [(21, {"accept", "reopen"}), (22, set())])
def test_an_answer_is_accepted_or_reopened_by_who_asked(database: Database, officer_id: int, acts: set[str]) -> None:
    task = read(database, brought_to(database, TaskState.ANSWERED))
    agent = Scope(officer_id, frozenset({"agent"}), everywhere=frozenset({"agent"}))

    assert {row.action for row in TASK.actions(task.state, tasks.acting(agent, task))} == acts


def test_lists_go_on_where_the_page_before_ended(database: Database) -> None:
    ids = [asked(database, due_at=DUE + timedelta(hours=hours)) for hours in (3, 1, 2)]
    everybody = Scope(1, frozenset({"knowledge_editor"}))

    pages = [_page(database, everybody, Listed.OPEN), _page(database, everybody, Listed.ALL)]

    assert pages == [[ids[1], ids[2], ids[0]], [ids[2], ids[1], ids[0]]]


def _page(database: Database, scope: Scope, state: Listed) -> list[int]:
    with database.read() as session:
        wanted = Wanted(task_lists.visible(scope), state, limit=2)
        first = task_lists.listed(session, wanted)
        rest = task_lists.listed(session, replace(wanted, after_id=first[-1].id))
        return [one.id for one in (*first, *rest)]


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope(31, unit_ids=frozenset({UNIT})), True),
        (Scope(31, unit_ids=frozenset({8})), False),
        (Scope(21), True),
        (Scope(None), False),
        (Scope(40, frozenset({"agent"}), sees_all_units=True), True),
    ],
)
def test_tasks_of_other_units_are_hidden(database: Database, scope: Scope, seen: bool) -> None:
    asked(database)

    with database.read() as session:
        assert bool(task_lists.listed(session, Wanted(task_lists.visible(scope)))) is seen


def test_open_and_late_ones_are_counted(database: Database) -> None:
    asked(database)
    asked(database, due_at=DUE + timedelta(days=2))

    with database.read() as session:
        among = task_lists.owed(Scope(31, member_unit_ids=frozenset({UNIT})), DUE)
        assert task_lists.count_open(session, among, DUE) == (2, 1)


def _swept(database: Database, at: datetime) -> int:
    with database.work(now=at) as uow:
        return tasks.tell_overdue(uow)
