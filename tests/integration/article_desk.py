"""Articles for tests: a city's terms as plain values, an article's whole content, moves by anybody."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hotline.kernel.db import Actor, Database
from hotline.kernel.transitions import Attempt
from knowledge_base import articles, rules
from knowledge_base.content import ArticleContent, content_of
from knowledge_base.lifecycle import SYSTEM
from knowledge_base.models import Article
from knowledge_base.terms import Terms
from sla import packaged

TODAY = date(2026, 11, 20)
AUTHOR, HEAD, EDITOR = Actor(11, "作者"), Actor(12, "负责人"), Actor(13, "编辑")
UNIT = 7
RULES = rules.read(packaged.rule_values())
TERMS = Terms(
    today=TODAY,
    rules=RULES,
    leaves=frozenset({"0402", "0403"}),
    areas=frozenset({"99"}),
    units=frozenset({UNIT, 8}),
    unit_review_due=datetime(2026, 11, 24, 9, tzinfo=UTC),
    editor_review_due=datetime(2026, 11, 23, 9, tzinfo=UTC),
)
CONTENT = ArticleContent(
    title="身份证丢失补办",
    answer_agent="凭户口簿到派出所补领。",
    answer_public="请凭户口簿到派出所补领。",
    questions=("身份证丢了怎么办",),
    keywords=("身份证", "补领"),
    category_code="0402",
    material="办事指南",
    owner_unit_id=UNIT,
)
WAY: Mapping[str, tuple[tuple[str, Actor, str], ...]] = {
    "draft": (),
    "unit_review": (("submit", AUTHOR, "liaison"),),
    "editor_review": (("submit", AUTHOR, "liaison"), ("approve", HEAD, "unit_admin")),
}
"""How a draft gets to a review."""


def drafted(database: Database, content: ArticleContent = CONTENT, by: Actor = AUTHOR) -> int:
    with database.work(by) as uow:
        return articles.write(uow, content, TERMS).id


def published(database: Database, code: str = "id-card", content: ArticleContent = CONTENT) -> int:
    with database.work() as uow:
        return articles.import_article(uow, code, content).id


def changed(database: Database, article_id: int, by: Actor = AUTHOR, **fields: Any) -> int:
    """A draft change of an article with other words; returns its id."""
    with database.work(by) as uow:
        change = articles.begin_change(uow, article_id)
        words = replace(content_of(change), **fields)
        return articles.edit(uow, change.id, words, TERMS, version=change.version, note="改字").id


def moved(database: Database, article_id: int, action: str, by: Actor, *roles: str, **given: Any) -> Article:
    with database.work(by) as uow:
        return articles.move(uow, article_id, Attempt(action, given, frozenset(roles)), TERMS)


def brought_to(database: Database, article_id: int, state: str) -> int:
    """Take a draft to a review by the ordinary way."""
    for action, by, role in WAY[state]:
        moved(database, article_id, action, by, role)
    return article_id


def in_state(database: Database, state: str) -> int:
    """An article in that state."""
    if state in WAY:
        return brought_to(database, drafted(database), state)
    if state == "taken":
        change_id = changed(database, published(database), answer_agent="新的话术。")
        moved(database, change_id, "take", EDITOR, SYSTEM)
        return change_id
    article_id = published(database)
    for action in MORE[state]:
        moved(database, article_id, action, EDITOR, SYSTEM, note="重复")
    return article_id


MORE = {"published": (), "due": ("come_due",), "expired": ("expire",), "withdrawn": ("withdraw",)}


def read(database: Database, article_id: int) -> Article:
    with database.read() as session:
        return articles.get(session, article_id)
