"""Corrections and the worklist of questions over HTTP: one call with a limit, told, answered, and isolated between units."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from hotline.kernel import outbox
from hotline.people.models import Notice, Unit
from knowledge_base import articles
from knowledge_base.content import ArticleContent
from knowledge_base.feedback import AskedBy, AskedOutcome, AskedQuestion, KnowledgeTask
from knowledge_base.models import Secrecy
from tests.integration.people import Person, SignIn
from web import grouping
from web.bootstrap import Container
from web.schedule import timed

WRONG = {"words": "窗口地址已搬迁", "field": "answer_agent"}
DOGS = ("养狗证在哪里办", "请问养狗证在哪里办呀", "养狗证到哪里办")


@pytest.fixture
def cluster(parts: Container) -> None:
    with parts.database.work() as uow:
        rows = {"via": AskedBy.CITIZEN, "at": datetime.now(UTC), "outcome": AskedOutcome.NONE}
        uow.session.add_all(AskedQuestion(text=text, **rows) for text in DOGS)
    with parts.database.work() as uow:
        grouping.group_new(uow, parts.desk)


@pytest.fixture
def article(parts: Container) -> int:
    with parts.database.work() as uow:
        owner = uow.session.query(Unit).filter_by(code="U1").one().id
        content = ArticleContent("身份证补办", "到派出所。", "到派出所。", ("身份证丢了",), owner_unit_id=owner)
        return articles.import_article(uow, "id-card", content).id


def deliver_all(parts: Container) -> None:
    with parts.database.read() as session:
        owed = outbox.owed(session, datetime.now(UTC))
    for delivery_id in owed:
        outbox.deliver(parts.database, parts.subscribers, delivery_id, lease_seconds=60, max_attempts=3)


def told(parts: Container, code: str) -> list[tuple[int | None, int | None, str | None]]:
    with parts.database.read() as session:
        rows = session.scalars(select(Notice).where(Notice.code == code).order_by(Notice.id))
        return [(row.unit_id, row.officer_id, row.role) for row in rows]


def tasks_of(person: Person, **query: Any) -> list[int]:
    return [row["id"] for row in person.done("GET", "/knowledge/tasks", query_string=query)["items"]]


def act(person: Person, task: dict[str, Any], action: str, **given: Any) -> Any:
    return person.done(
        "POST", f"/knowledge/tasks/{task['id']}/actions/{action}", json={"version": task["version"], "given": given}
    )


def test_a_correction_goes_to_its_unit_with_a_limit_and_back_to_who_asked(
    parts: Container, sign_in: SignIn, article: int
) -> None:
    agent, unit = sign_in("agent"), sign_in("liaison", "U1")
    task = agent.done("POST", f"/knowledge/articles/{article}/corrections", json=WRONG)
    deliver_all(parts)

    assert (task["kind"], task["unit"]["name"], task["late"], task["field"]) == ("correction", "单位U1", False, "answer_agent")
    assert datetime.fromisoformat(task["due_at"]) > datetime.now(UTC)
    assert [unit_id for unit_id, _, _ in told(parts, "task-correction")] == [task["unit"]["id"]]
    answered = act(unit, unit.done("GET", f"/knowledge/tasks/{task['id']}"), "answer", reply="已更正")
    deliver_all(parts)
    assert (answered["state"], answered["reply"], answered["by_itself"]) == ("answered", "已更正", False)
    assert len(told(parts, "task-answer")) == 2
    assert act(agent, agent.done("GET", f"/knowledge/tasks/{task['id']}"), "accept")["state"] == "closed"


def test_a_correction_is_hidden_from_other_units_and_they_move_nothing(sign_in: SignIn, article: int) -> None:
    task = sign_in("agent").done("POST", f"/knowledge/articles/{article}/corrections", json=WRONG)
    own, other, editor = sign_in("liaison", "U1"), sign_in("liaison", "U2"), sign_in("knowledge_editor")

    assert (tasks_of(own), tasks_of(own, mine=1), tasks_of(other), tasks_of(editor)) == (
        [task["id"]],
        [task["id"]],
        [],
        [task["id"]],
    )
    other.refused(404, "GET", f"/knowledge/tasks/{task['id']}")
    moved = {"version": task["version"], "given": {"reply": "好"}}
    other.refused(404, "POST", f"/knowledge/tasks/{task['id']}/actions/answer", json=moved)
    sign_in("manager").refused(403, "POST", f"/knowledge/tasks/{task['id']}/actions/answer", json=moved)


@pytest.mark.parametrize(
    "sent", [{"words": ""}, {"words": "长" * 1001}, {**WRONG, "field": "nonsense"}, {"words": "错", "x": 1}]
)
def test_a_correction_that_breaks_a_rule_is_refused(sign_in: SignIn, article: int, sent: dict[str, Any]) -> None:
    sign_in("agent").refused(422, "POST", f"/knowledge/articles/{article}/corrections", json=sent)


def test_citizens_and_unknown_articles_are_refused(sign_in: SignIn, citizen: Person, article: int) -> None:
    citizen.refused(401, "POST", f"/knowledge/articles/{article}/corrections", json=WRONG)
    citizen.refused(401, "GET", "/knowledge/tasks")
    citizen.refused(401, "GET", "/knowledge/questions")
    sign_in("agent").refused(404, "POST", f"/knowledge/articles/{article + 99}/corrections", json=WRONG)


def test_a_changed_policy_is_told_by_editors_and_the_unit_itself_once(sign_in: SignIn, article: int) -> None:
    path, sent = f"/knowledge/articles/{article}/policy-changed", {"words": "标准调整", "document": "江政发〔2026〕9号"}
    sign_in("agent").refused(403, "POST", path, json=sent)
    sign_in("liaison", "U2").refused(403, "POST", path, json=sent)

    task = sign_in("knowledge_editor").done("POST", path, json=sent)

    assert (task["kind"], task["words"]) == ("policy_changed", "标准调整\n江政发〔2026〕9号")
    sign_in("liaison", "U1").refused(409, "POST", path, json=sent)


def test_a_task_of_nobody_is_the_editors(parts: Container, sign_in: SignIn) -> None:
    with parts.database.work() as uow:
        content = ArticleContent("内部流程", "按内部流程。", secrecy=Secrecy.INTERNAL)
        lone = articles.import_article(uow, "lone", content).id
    task = sign_in("agent").done("POST", f"/knowledge/articles/{lone}/corrections", json=WRONG)
    deliver_all(parts)

    assert (task["unit"], told(parts, "task-correction")) == (None, [(None, None, "knowledge_editor")])


def test_what_is_late_is_told_once_to_unit_and_editors(parts: Container, sign_in: SignIn, article: int) -> None:
    task = sign_in("agent").done("POST", f"/knowledge/articles/{article}/corrections", json=WRONG)
    with parts.database.work() as uow:
        uow.session.get_one(KnowledgeTask, task["id"]).due_at = uow.now

    for _ in range(2):
        timed("knowledge-tasks-overdue").run(parts)
        deliver_all(parts)

    assert len(told(parts, "task-late")) == 2
    assert sign_in("knowledge_editor").done("GET", f"/knowledge/tasks/{task['id']}")["late"] is True


def test_an_article_that_comes_due_asks_its_unit_for_the_review(parts: Container, sign_in: SignIn, article: int) -> None:
    editor = sign_in("knowledge_editor")
    version = editor.done("GET", f"/knowledge/articles/{article}")["version"]
    editor.done("POST", f"/knowledge/articles/{article}/actions/come_due", json={"version": version, "given": {}})

    found = editor.done("GET", "/knowledge/tasks", query_string={"kind": "review"})["items"]

    assert [(row["article"]["id"], row["unit"]["name"], row["state"]) for row in found] == [(article, "单位U1", "open")]


@pytest.mark.usefixtures("cluster")
def test_the_worklist_is_assigned_drafted_and_hidden_from_other_units(parts: Container, sign_in: SignIn) -> None:
    editor, own, other = sign_in("knowledge_editor"), sign_in("liaison", "U1"), sign_in("liaison", "U2")
    row = editor.done("GET", "/knowledge/questions")["items"][0]
    unit = _unit(parts, "U1")

    assert (row["size"], set(row["examples"])) == (3, set(DOGS))
    assert [act["action"] for act in row["actions"]] == ["assign", "article", "link", "dismiss"]
    own.refused(403, "POST", f"/knowledge/questions/{row['id']}/assign", json={"unit_id": unit})
    assigned = editor.done("POST", f"/knowledge/questions/{row['id']}/assign", json={"unit_id": unit})
    assert (assigned["unit"]["id"], assigned["task"]["state"]) == (unit, "open")
    assert other.done("GET", "/knowledge/questions")["items"] == []
    other.refused(404, "POST", f"/knowledge/questions/{row['id']}/article")
    drafted = own.done("POST", f"/knowledge/questions/{row['id']}/article")
    assert drafted["state"] == "draft"
    assert own.done("GET", f"/knowledge/articles/{drafted['article_id']}")["title"] in DOGS


@pytest.mark.usefixtures("cluster")
def test_a_cluster_is_linked_or_dismissed(sign_in: SignIn, article: int) -> None:
    editor = sign_in("knowledge_editor")
    cluster_id = editor.done("GET", "/knowledge/questions")["items"][0]["id"]

    linked = editor.done("POST", f"/knowledge/questions/{cluster_id}/link", json={"article_id": article})

    assert (linked["state"], linked["article_id"] != article) == ("draft", True)
    editor.refused(422, "POST", f"/knowledge/questions/{cluster_id}/dismiss", json={"note": ""})
    editor.done("POST", f"/knowledge/questions/{cluster_id}/dismiss", json={"note": "不属政务服务"})
    assert editor.done("GET", "/knowledge/questions", query_string={"state": "dismissed"})["items"][0]["actions"] == []
    editor.refused(404, "POST", f"/knowledge/questions/{cluster_id + 9}/dismiss", json={"note": "无"})


def test_the_schedule_groups_and_forgets_questions(parts: Container) -> None:
    with parts.database.work() as uow:
        rows = {"via": AskedBy.CALL, "outcome": AskedOutcome.NONE}
        uow.session.add(AskedQuestion(text=DOGS[0], at=datetime(2020, 1, 1, tzinfo=UTC), **rows))

    assert (timed("questions-group").run(parts), timed("questions-forget").run(parts)) == (1, 1)


def _unit(parts: Container, code: str) -> int:
    with parts.database.read() as session:
        return session.query(Unit).filter_by(code=code).one().id
