"""Two at the same article at the same moment: one succeeds, the other is told, and nothing is lost or doubled."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from hotline.kernel.db import Actor, Database
from hotline.kernel.errors import Conflict, HotlineError
from knowledge_base import articles
from knowledge_base.lifecycle import EDITORS
from knowledge_base.models import Article, ArticleVersion
from tests.integration.article_desk import AUTHOR, CONTENT, HEAD, TERMS, brought_to, changed, drafted, moved, published, read

ROUNDS = 3
"""Each race is run so often: a wrong order of locks shows in some of them."""
OTHER_EDITOR = Actor(14, "另一编辑")


def together(*jobs: Callable[[], object]) -> list[str]:
    """How each ended, sorted; all begin at the same moment."""
    ends: list[str] = []
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        gate.wait()
        try:
            job()
            ends.append("done")
        except HotlineError as error:
            ends.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_of_two_editors_of_a_draft_one_saves(database: Database, round_: int) -> None:
    draft_id = drafted(database)
    version = read(database, draft_id).version

    def saving(by: Actor, words: str) -> Callable[[], object]:
        def save() -> None:
            with database.work(by) as uow:
                articles.edit(uow, draft_id, replace(CONTENT, answer_agent=words), TERMS, version=version)

        return save

    assert together(saving(AUTHOR, "甲"), saving(HEAD, "乙")) == [Conflict.__name__, "done"]
    assert read(database, draft_id).revision == 2


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_who_begin_a_change_get_the_same_one(database: Database, round_: int) -> None:
    article_id = published(database)

    def begin() -> None:
        with database.work(AUTHOR) as uow:
            articles.begin_change(uow, article_id)

    assert together(begin, begin) == ["done", "done"]
    with database.read() as session:
        assert session.scalar(select(func.count()).where(Article.replaces_id == article_id)) == 1


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_change_is_taken_once(database: Database, round_: int) -> None:
    article_id = published(database)
    change_id = brought_to(database, changed(database, article_id, answer_agent="新。"), "editor_review")

    def take() -> None:
        moved(database, change_id, "take", OTHER_EDITOR, *EDITORS)

    assert together(take, take) == [Conflict.__name__, "done"]
    assert read(database, article_id).revision == 2


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_taking_a_change_and_withdrawing_its_article_do_not_wait_for_each_other(database: Database, round_: int) -> None:
    article_id = published(database)
    change_id = brought_to(database, changed(database, article_id, answer_agent="新。"), "editor_review")

    def take() -> None:
        moved(database, change_id, "take", OTHER_EDITOR, *EDITORS)

    def withdraw() -> None:
        moved(database, article_id, "withdraw", HEAD, *EDITORS, note="作废")

    assert together(take, withdraw) in (["done", "done"], [Conflict.__name__, "done"])


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_an_import_beside_a_taking_loses_no_wording(database: Database, round_: int) -> None:
    article_id = published(database)
    change_id = brought_to(database, changed(database, article_id, answer_agent="新。"), "editor_review")

    def take() -> None:
        moved(database, change_id, "take", OTHER_EDITOR, *EDITORS)

    def bring_in() -> None:
        published(database, content=replace(CONTENT, answer_agent="导入。"))

    ends = together(take, bring_in)
    with database.read() as session:
        kept = session.scalar(select(func.count()).where(ArticleVersion.article_id == article_id))
    assert kept == read(database, article_id).revision == 1 + ends.count("done")
