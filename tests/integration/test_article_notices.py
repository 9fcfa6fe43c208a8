"""Who is told of an article's steps and of late reviews: by the rows, once, with the way to the article."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from hotline.kernel.db import Actor, Database
from hotline.kernel.events import StoredEvent
from hotline.people.models import Notice
from knowledge_base.events import ArticleChanged
from tests import factories
from tests.integration import article_desk
from tests.integration.article_desk import CONTENT, EDITOR, TERMS, moved, published
from web.reactions import knowledge

LATER = datetime(2026, 12, 24, tzinfo=UTC)


@pytest.fixture
def author(database: Database) -> Actor:
    """Somebody of the unit that owns the articles; the unit's id is `article_desk.UNIT`."""
    with database.work() as uow:
        unit = factories.unit(uow.session, "U7", id=article_desk.UNIT)
        return Actor(factories.officer(uow.session, "writer", roles=("liaison",), in_unit=unit).id, "作者")


def react(database: Database) -> None:
    """What the outbox does after each change of an article; twice, as it may."""
    changed = select(StoredEvent).where(StoredEvent.name == "article-changed").order_by(StoredEvent.id)
    with database.read() as session:
        events = list(session.scalars(changed))
    for event in events * 2:
        knowledge.article_changed(database, event.id, ArticleChanged(**event.payload))


def told(database: Database) -> set[tuple[str, str]]:
    """Code and receiver of every notice."""
    with database.read() as session:
        rows = session.scalars(select(Notice)).all()
    receivers = [row.role or (f"unit {row.unit_id}" if row.unit_id else f"officer {row.officer_id}") for row in rows]
    codes = [row.code.removeprefix("article-") for row in rows]
    assert len(codes) == len(set(zip(codes, receivers, strict=True))), "nobody is told twice"
    return set(zip(codes, receivers, strict=True))


def drafted(database: Database, author: Actor) -> int:
    return article_desk.drafted(database, CONTENT, author)


def test_each_step_tells_whom_its_row_names(database: Database, author: Actor) -> None:
    draft_id = drafted(database, author)
    moved(database, draft_id, "submit", author, "liaison")
    moved(database, draft_id, "approve", Actor(None), "unit_admin")
    moved(database, draft_id, "send_back", EDITOR, "knowledge_editor", note="补充依据")

    react(database)

    unit = f"unit {article_desk.UNIT}"
    assert told(database) == {("submit", unit), ("approve", "knowledge_editor"), ("send_back", unit)}


def test_an_author_outside_the_unit_is_told_beside_it(database: Database, author: Actor) -> None:
    with database.work() as uow:
        editor = Actor(factories.officer(uow.session, "editor", roles=("knowledge_editor",)).id, "编辑")
    draft_id = drafted(database, editor)
    moved(database, draft_id, "submit_to_editor", editor, "knowledge_editor")
    moved(database, draft_id, "publish", editor, "knowledge_editor")

    react(database)

    assert {("publish", f"unit {article_desk.UNIT}"), ("publish", f"officer {editor.officer_id}")} <= told(database)


def test_an_import_tells_nobody_and_a_notice_leads_to_the_living_article(database: Database, author: Actor) -> None:
    article_id = published(database)
    react(database)
    assert told(database) == set()

    change_id = article_desk.changed(database, article_id, author, answer_agent="新。")
    moved(database, change_id, "submit_to_editor", EDITOR, "knowledge_editor")
    react(database)

    with database.read() as session:
        assert [row.args["article_id"] for row in session.scalars(select(Notice))] == [article_id]


def test_a_late_review_is_told_once_to_who_owes_it_and_to_the_editors(database: Database, author: Actor) -> None:
    draft_id = drafted(database, author)
    moved(database, draft_id, "submit", author, "liaison")
    assert knowledge.tell_late_reviews(database, TERMS.unit_review_due) == 0

    for _ in range(2):
        assert knowledge.tell_late_reviews(database, LATER) == 1

    assert told(database) == {("review-late", f"unit {article_desk.UNIT}"), ("review-late", "knowledge_editor")}
