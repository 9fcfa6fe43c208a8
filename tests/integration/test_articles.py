"""Articles on a real database: written, imported, moved, expired, used; each change announced once."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.kernel.events import StoredEvent
from knowledge_base import articles
from knowledge_base.articles import ArticleContent
from knowledge_base.lifecycle import ARTICLE, ArticleState
from knowledge_base.models import Article, ArticleUse, UseKind

EDITOR = {"knowledge_editor"}
CONTENT = ArticleContent(title="身份证丢失补办", answer_agent="凭户口簿到派出所补领。", questions=("身份证丢了怎么办",))


def changes(database: Database) -> int:
    with database.read() as session:
        count = select(func.count()).select_from(StoredEvent).where(StoredEvent.name == "article-changed")
        return session.scalar(count) or 0


def imported(database: Database, code: str = "id-card", content: ArticleContent = CONTENT) -> int:
    with database.work() as uow:
        return articles.import_article(uow, code, content).id


def test_the_life_cycle_has_no_dead_end() -> None:
    ARTICLE.check()


def test_importing_publishes(database: Database) -> None:
    article_id = imported(database)

    with database.read() as session:
        article = articles.get(session, article_id)
        assert (article.state, article.revision) == (ArticleState.PUBLISHED, 1)
        assert articles.content_of(article) == CONTENT


def test_importing_the_same_again_changes_nothing(database: Database) -> None:
    first, told = imported(database), changes(database)

    assert (imported(database), changes(database)) == (first, told)


def test_importing_another_wording_keeps_the_one_before(database: Database) -> None:
    article_id = imported(database)

    imported(database, content=replace(CONTENT, answer_agent="可在全国任一派出所补领。"))

    with database.read() as session:
        said = [version.content["answer_agent"] for version in articles.versions(session, article_id)]
    assert said == ["可在全国任一派出所补领。", "凭户口簿到派出所补领。"]


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"title": " "}, "title", "required"),
        ({"title": "长" * 129}, "title", "too-long"),
        ({"answer_agent": ""}, "answer_agent", "required"),
        ({"effective_from": date(2026, 2, 1), "effective_to": date(2026, 1, 1)}, "effective_to", "before-effective-from"),
    ],
)
def test_a_broken_field_is_named(database: Database, change: dict[str, object], field: str, rule: str) -> None:
    with pytest.raises(Invalid) as caught, database.work() as uow:
        articles.write(uow, "x", replace(CONTENT, **change))  # type: ignore[arg-type]

    assert (caught.value.details["field"], caught.value.details["rule"]) == (field, rule)


def test_a_code_is_given_once(database: Database) -> None:
    imported(database)

    with pytest.raises(Conflict), database.work() as uow:
        articles.write(uow, "id-card", CONTENT)


def test_only_an_editor_publishes(database: Database) -> None:
    with database.work() as uow:
        draft_id = articles.write(uow, "draft", CONTENT).id

    with pytest.raises(Forbidden), database.work() as uow:
        articles.publish(uow, draft_id, roles={"agent"})
    with database.work() as uow:
        assert articles.publish(uow, draft_id, roles=EDITOR).state is ArticleState.PUBLISHED


def test_withdrawing_needs_a_note(database: Database) -> None:
    article_id = imported(database)

    with pytest.raises(Invalid), database.work() as uow:
        articles.move(uow, article_id, "withdraw", roles=EDITOR, given={})


def test_an_article_expires_on_the_day_after_its_last(database: Database) -> None:
    last_day = date(2026, 11, 20)
    article_id = imported(database, content=replace(CONTENT, effective_to=last_day))

    with database.work() as uow:
        assert articles.expire_due(uow, last_day) == 0
    with database.work() as uow:
        assert articles.expire_due(uow, date(2026, 11, 21)) == 1
    with database.work() as uow:
        assert articles.expire_due(uow, date(2026, 11, 21)) == 0
        assert uow.session.get_one(Article, article_id).state is ArticleState.EXPIRED


def test_a_use_counts_once_in_a_contact_and_each_time_without(database: Database) -> None:
    article_id = imported(database)

    for contact_id in (7, 7, None, None):
        with database.work() as uow:
            articles.note_use(uow, article_id, UseKind.USED, contact_id=contact_id)

    with database.read() as session:
        told = select(func.count()).select_from(StoredEvent).where(StoredEvent.name == "article-used")
        assert session.scalar(select(func.count()).select_from(ArticleUse)) == 3
        assert session.scalar(told) == 3


def test_using_an_unknown_article_is_refused(database: Database) -> None:
    with pytest.raises(NotFound), database.work() as uow:
        articles.note_use(uow, 1, UseKind.USED)
