"""The monthly report counts what was shown, used and owed, of all units or the reader's; badges count what waits for each."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from hotline.kernel import clock
from hotline.people.models import Unit
from knowledge_base import articles
from knowledge_base.content import ArticleContent
from knowledge_base.feedback import AskedBy, AskedOutcome, AskedQuestion, KnowledgeTask, TaskKind
from knowledge_base.lifecycle import TaskState
from knowledge_base.models import Article, ArticleUse, UseKind
from tests.integration.people import SignIn
from web.bootstrap import Container

LONG_AGO = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def used(parts: Container) -> dict[str, int]:
    """Two units with an article each; U1's was used twice this month and judged once, U2's only shown."""
    now = clock.now()
    with parts.database.work() as uow:
        made = {}
        for code in ("U1", "U2"):
            unit_id = uow.session.scalars(select(Unit.id).where(Unit.code == code)).one()
            article = articles.import_article(uow, code, ArticleContent(f"标题{code}", "话术", "公开", owner_unit_id=unit_id))
            article.published_at = LONG_AGO
            made[code] = article.id
            owed = {"words": "错了", "asked_at": now, "due_at": now - timedelta(hours=1), "article_id": article.id}
            task = KnowledgeTask(kind=TaskKind.CORRECTION, state=TaskState.OPEN, unit_id=unit_id, reply="", field="", **owed)
            uow.session.add(task)
        for code, kinds in {"U1": (UseKind.SHOWN, UseKind.USED, UseKind.USED, UseKind.HELPFUL), "U2": (UseKind.SHOWN,)}.items():
            uow.session.add_all(ArticleUse(article_id=made[code], kind=kind, at=now) for kind in kinds)
        for outcome in (AskedOutcome.SURE, AskedOutcome.OFFERED, AskedOutcome.NONE, AskedOutcome.PERSON):
            asked = AskedQuestion(text="问", via=AskedBy.AGENT, at=now, outcome=outcome, article_id=made["U1"])
            uow.session.add(asked)
    return made


def test_an_editor_reads_the_figures_of_all_units(sign_in: SignIn, used: dict[str, int]) -> None:
    report = sign_in("knowledge_editor").done("GET", "/knowledge/report")

    totals = report["totals"]
    assert (totals["articles"], totals["shown"], totals["used"], totals["helpful"]) == (2, 2, 2, 1)
    assert (totals["questions"], totals["unanswered"], totals["hit_rate"]) == (4, 2, 0.25)
    assert report["corrections"] == {"asked": 2, "in_time": 0, "late": 2}
    assert [(row["article_id"], row["used"]) for row in report["top"]] == [(used["U1"], 2)]
    assert [row["article_id"] for row in report["unused"]] == [used["U2"]]
    assert {row["unit"]["name"]: (row["late_tasks"], row["used"], row["helpful_rate"]) for row in report["units"]} == {
        "单位U1": (1, 2, 1.0),
        "单位U2": (1, 0, None),
    }


def test_a_unit_reads_its_own_figures_alone(sign_in: SignIn, used: dict[str, int]) -> None:
    report = sign_in("unit_admin", "U2").done("GET", "/knowledge/report")

    assert [row["unit"]["name"] for row in report["units"]] == ["单位U2"]
    assert (report["totals"]["articles"], report["totals"]["used"], report["totals"]["questions"]) == (1, 0, 0)
    assert report["corrections"]["asked"] == 1


def test_another_month_has_none_of_it_and_the_file_is_a_sheet(sign_in: SignIn, used: dict[str, int]) -> None:
    manager = sign_in("manager")

    assert manager.done("GET", "/knowledge/report?month=2020-12")["totals"]["used"] == 0
    answer = manager.ask("GET", "/knowledge/report.xlsx")
    assert answer.data[:2] == b"PK"
    answer.close()
    manager.refused(422, "GET", "/knowledge/report?month=2020-13")
    sign_in("agent").refused(403, "GET", "/knowledge/report")


def test_badges_count_what_waits_for_the_reader(sign_in: SignIn, used: dict[str, int], parts: Container) -> None:
    with parts.database.work() as uow:
        articles.move_by_itself(uow, uow.session.get_one(Article, used["U1"]), "come_due")

    counted = {code: sign_in("unit_admin", code).done("GET", "/knowledge/counts") for code in ("U1", "U2")}

    assert [counted[code]["due"] for code in ("U1", "U2")] == [1, 0]
    assert [counted[code]["tasks_late"] for code in ("U1", "U2")] == [1, 1]
    editor = sign_in("knowledge_editor")
    waiting, mine = editor.done("GET", "/knowledge/counts"), editor.done("GET", "/knowledge/tasks?mine=1")["items"]
    assert (waiting["due"], waiting["tasks_late"], waiting["tasks_open"]) == (1, 2, len(mine))
    assert sign_in("agent").done("GET", "/knowledge/counts")["due"] == 0
