"""Questions without an answer: grouped in batches, counted once, assigned, drafted, linked, dismissed, forgotten."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict
from hotline.kernel.events import Subscribers
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.null import NullBackend
from hotline.kernel.search.query import Search
from knowledge_base import articles, following, grouping, questions, tasks
from knowledge_base.content import content_of
from knowledge_base.events import ArticleChanged
from knowledge_base.feedback import AskedBy, AskedOutcome, AskedQuestion, KnowledgeTask, QuestionCluster, TaskKind
from knowledge_base.grouping import Grouper, Proposed
from knowledge_base.lifecycle import EDITORS, SYSTEM, ArticleState, TaskState
from knowledge_base.policy import packaged_policy
from knowledge_base.questions import ClusterState, Wanted
from tests.integration.article_desk import EDITOR, TERMS, UNIT, changed, moved, published

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
DUE = NOW + timedelta(days=5)
RULES = TERMS.rules.questions
DOGS = ("养狗证在哪里办", "请问养狗证在哪里办呀", "养狗证到哪里办")
GROUPER = Grouper(
    Search(NullBackend(), Analyzer(packaged_words())),
    packaged_policy().filler,
    RULES,
    lambda session, words: Proposed("0402", UNIT) if "狗" in words else Proposed(),
)


@pytest.fixture
def subscribers() -> Subscribers:
    return Subscribers(within={ArticleChanged: (following.answer_tasks,)})


def ask(database: Database, *texts: str, outcome: AskedOutcome = AskedOutcome.NONE, at: datetime = NOW) -> None:
    with database.work() as uow:
        uow.session.add_all(AskedQuestion(text=text, via=AskedBy.CITIZEN, at=at, outcome=outcome) for text in texts)


def grouped(database: Database, limit: int = 200) -> int:
    with database.work() as uow:
        return grouping.group_new(uow, GROUPER, limit)


def clusters(database: Database) -> list[QuestionCluster]:
    with database.read() as session:
        return list(session.scalars(select(QuestionCluster).order_by(QuestionCluster.id)))


def listed(database: Database, state: ClusterState = ClusterState.OPEN, **narrowed: Any) -> list[int]:
    with database.read() as session:
        return [one.id for one in questions.listed(session, Wanted(state, RULES.at_least, **narrowed))]


@pytest.fixture
def dogs(database: Database) -> int:
    ask(database, *DOGS)
    grouped(database)
    return clusters(database)[0].id


def test_questions_of_one_meaning_are_one_cluster_and_others_begin_their_own(database: Database) -> None:
    ask(database, *DOGS, "无人机飞行要报备吗")

    assert grouped(database) == 4
    found = clusters(database)
    assert [one.size for one in found] == [3, 1]
    assert found[0].label in DOGS


def test_sure_answers_never_count(database: Database) -> None:
    ask(database, *DOGS, outcome=AskedOutcome.SURE)
    ask(database, *DOGS, outcome=AskedOutcome.OFFERED)
    ask(database, DOGS[0], outcome=AskedOutcome.PERSON)

    assert grouped(database) == 4
    assert [one.size for one in clusters(database)] == [4]


def test_grouping_again_counts_nothing_twice(database: Database, dogs: int) -> None:
    assert (grouped(database), clusters(database)[0].size) == (0, 3)


def test_a_killed_batch_is_done_by_the_next(database: Database) -> None:
    ask(database, *DOGS)
    with suppress(KeyboardInterrupt), database.work() as uow:
        grouping.group_new(uow, GROUPER)
        raise KeyboardInterrupt

    assert (grouped(database), [one.size for one in clusters(database)]) == (3, [3])


def test_two_at_once_do_not_group_twice(database: Database) -> None:
    ask(database, *DOGS)

    with database.work() as first, database.work() as second:
        done = grouping.group_new(first, GROUPER), grouping.group_new(second, GROUPER)

    assert (done, [one.size for one in clusters(database)]) == ((3, 0), [3])


def test_batches_join_what_earlier_ones_began(database: Database) -> None:
    ask(database, *DOGS)

    assert [grouped(database, limit=1) for _ in range(4)] == [1, 1, 1, 0]
    assert [one.size for one in clusters(database)] == [3]


def test_a_cluster_shows_from_so_many_questions_on_with_a_proposal(database: Database) -> None:
    ask(database, *DOGS[:2])
    grouped(database)
    before = listed(database), clusters(database)[0].unit_id
    ask(database, DOGS[2])
    grouped(database)

    found = clusters(database)[0]

    assert before == ([], None)
    assert (listed(database), found.category_code, found.unit_id) == ([found.id], "0402", UNIT)


def test_units_see_their_own_clusters(database: Database, dogs: int) -> None:
    assert listed(database, unit_ids={UNIT}) == [dogs]
    assert listed(database, unit_ids={8}) == []


def test_the_list_goes_on_where_the_page_before_ended(database: Database, dogs: int) -> None:
    ask(database, *(["无人机飞行要报备吗"] * 5))
    grouped(database)
    big = clusters(database)[1]

    assert listed(database, limit=1) == [big.id]
    assert listed(database, limit=1, before=(big.size, big.id)) == [dogs]


def test_an_assigned_cluster_is_a_task_of_the_unit_and_only_once(database: Database, dogs: int) -> None:
    with database.work(now=NOW) as uow:
        task = questions.assign(uow, dogs, 8, "0403", due_at=DUE)

    assert (task.kind, task.unit_id, task.due_at, task.state) == (TaskKind.QUESTION, 8, DUE, TaskState.OPEN)
    with pytest.raises(Conflict), database.work() as uow:
        questions.assign(uow, dogs, 8, None, due_at=DUE)


def test_a_drafted_article_answers_the_cluster_once_it_is_published(database: Database, dogs: int) -> None:
    with database.work(now=NOW) as uow:
        task_id = questions.assign(uow, dogs, UNIT, None, due_at=DUE).id
    with database.work(EDITOR) as uow:
        draft = questions.draft(uow, dogs, TERMS, owner_unit_id=UNIT)
        again = questions.draft(uow, dogs, TERMS, owner_unit_id=UNIT)
    with database.read() as session:
        said = content_of(articles.get(session, draft.id))
    assert (again.id, draft.state, set(said.questions) | {said.title}) == (draft.id, ArticleState.DRAFT, set(DOGS))
    assert listed(database) == [dogs]

    with database.work(EDITOR) as uow:
        full = replace(said, answer_agent="到派出所办理。", answer_public="到派出所办理。", material="办事指南")
        articles.edit(uow, draft.id, full, TERMS, version=articles.get(uow.session, draft.id).version)
    moved(database, draft.id, "publish", EDITOR, SYSTEM)

    assert (listed(database), listed(database, ClusterState.ANSWERED)) == ([], [dogs])
    with database.read() as session:
        assert tasks.get(session, task_id).state is TaskState.ANSWERED
    with pytest.raises(Conflict), database.work() as uow:
        questions.draft(uow, dogs, TERMS, owner_unit_id=UNIT)


def test_linking_adds_the_missing_wordings_in_a_change(database: Database, dogs: int) -> None:
    article_id = published(database)
    with database.work(now=NOW) as uow:
        task_id = questions.assign(uow, dogs, UNIT, None, due_at=DUE).id
    with database.work(EDITOR) as uow:
        change = questions.link(uow, dogs, article_id, TERMS)
        assert (change.replaces_id, set(DOGS) <= set(change.questions)) == (article_id, True)
    assert (listed(database), listed(database, ClusterState.ANSWERED)) == ([dogs], [])

    moved(database, change.id, "take", EDITOR, SYSTEM)

    assert listed(database, ClusterState.ANSWERED) == [dogs]
    with database.read() as session:
        assert set(DOGS) <= set(articles.get(session, article_id).questions)
        assert tasks.get(session, task_id).state is TaskState.ANSWERED


def test_what_is_assigned_after_linking_is_answered_when_the_change_is_taken(database: Database, dogs: int) -> None:
    article_id = published(database)
    with database.work(EDITOR) as uow:
        change_id = questions.link(uow, dogs, article_id, TERMS).id
        task_id = questions.assign(uow, dogs, UNIT, None, due_at=DUE).id

    moved(database, change_id, "take", EDITOR, SYSTEM)

    with database.read() as session:
        task = tasks.get(session, task_id)
    assert (task.state, task.article_id, clusters(database)[0].article_id) == (TaskState.ANSWERED, article_id, article_id)


def test_a_change_that_is_withdrawn_leaves_the_question_open(database: Database, dogs: int) -> None:
    article_id = published(database)
    with database.work(EDITOR) as uow:
        task_id = questions.assign(uow, dogs, UNIT, None, due_at=DUE).id
        change_id = questions.link(uow, dogs, article_id, TERMS).id

    moved(database, change_id, "withdraw", EDITOR, *EDITORS, note="重复")

    assert listed(database) == [dogs]
    with database.read() as session:
        assert tasks.get(session, task_id).state is TaskState.OPEN


@pytest.mark.parametrize(("more", "state"), [(2, ClusterState.ANSWERED), (3, ClusterState.OPEN)])
def test_a_cluster_waits_again_when_as_many_do_not_find_its_answer(
    database: Database, dogs: int, more: int, state: ClusterState
) -> None:
    article_id = published(database)
    moved(database, changed(database, article_id, questions=DOGS), "take", EDITOR, SYSTEM)
    with database.work(EDITOR) as uow:
        questions.assign(uow, dogs, UNIT, None, due_at=DUE)
        questions.link(uow, dogs, article_id, TERMS)

    ask(database, *([DOGS[0]] * more), at=datetime.now(UTC) + timedelta(hours=1))
    grouped(database)

    assert listed(database, state) == [dogs]
    if state is ClusterState.OPEN:
        with database.work(EDITOR) as uow:
            assert questions.assign(uow, dogs, UNIT, None, due_at=DUE).state is TaskState.OPEN


def test_linking_an_article_that_has_the_wordings_answers_at_once(database: Database, dogs: int) -> None:
    article_id = published(database)
    moved(database, changed(database, article_id, questions=DOGS), "take", EDITOR, SYSTEM)
    with database.work(now=NOW) as uow:
        task_id = questions.assign(uow, dogs, UNIT, None, due_at=DUE).id

    with database.work(EDITOR) as uow:
        assert questions.link(uow, dogs, article_id, TERMS).id == article_id

    with database.read() as session:
        assert tasks.get(session, task_id).state is TaskState.ANSWERED


def test_an_article_that_answers_nobody_is_not_linked(database: Database, dogs: int) -> None:
    article_id = published(database)
    moved(database, article_id, "withdraw", EDITOR, SYSTEM, note="作废")

    with pytest.raises(Conflict), database.work() as uow:
        questions.link(uow, dogs, article_id, TERMS)


@pytest.mark.parametrize("assigned", [True, False])
def test_a_dismissed_cluster_is_gone_with_its_task_and_takes_later_ones_along(
    database: Database, dogs: int, assigned: bool
) -> None:
    if assigned:
        with database.work(now=NOW) as uow:
            questions.assign(uow, dogs, UNIT, None, due_at=DUE)
    with database.work(EDITOR, now=NOW) as uow:
        questions.dismiss(uow, dogs, "不属政务服务", roles=EDITORS, due_at=NOW)
    ask(database, *DOGS)
    grouped(database)

    assert (listed(database), listed(database, ClusterState.DISMISSED)) == ([], [dogs])
    with database.read() as session:
        kept = session.scalars(select(KnowledgeTask)).one()
        assert (kept.state, kept.reply) == (TaskState.DISMISSED, "不属政务服务")
    with pytest.raises(Conflict), database.work() as uow:
        questions.assign(uow, dogs, UNIT, None, due_at=DUE)


def test_old_questions_are_forgotten_and_then_their_clusters(database: Database, dogs: int) -> None:
    ask(database, "无人机飞行要报备吗", at=NOW + timedelta(days=300))
    grouped(database)
    later = NOW + timedelta(days=366)

    with database.work(now=later) as uow:
        first = grouping.forget(uow, timedelta(days=365))
    with database.work(now=later) as uow:
        second = grouping.forget(uow, timedelta(days=365))

    assert (first, second, [one.label for one in clusters(database)]) == (3, 0, ["无人机飞行要报备吗"])
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(AskedQuestion)) == 1
