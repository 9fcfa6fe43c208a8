"""Narrowing a search and a list: the index and the database choose the same articles, over all pages, with the right total."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hotline.kernel.db import Database
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.port import Cursor
from hotline.kernel.search.query import Search
from hotline.kernel.search.tantivy import TantivyBackend
from knowledge_base import answers, articles, indexing, search, suggestions
from knowledge_base.answers import Desk
from knowledge_base.content import ArticleContent
from knowledge_base.models import Article, Secrecy
from knowledge_base.narrowing import Narrowing
from knowledge_base.policy import packaged_policy
from knowledge_base.search import Reader
from knowledge_base.shelves import DatabaseShelf

TODAY = date(2026, 11, 20)
PLAIN = ArticleContent("停水", "停水期间请备水。", answer_public="停水期间请备水。")
SHELF: dict[str, dict[str, Any]] = {
    "city": {"category_code": "0401", "owner_unit_id": 1, "material": "热点问答", "audience": "居民"},
    "east": {"category_code": "040101", "area_code": "9901", "owner_unit_id": 1},
    "street": {"category_code": "040102", "area_code": "990101", "owner_unit_id": 2, "audience": "居民"},
    "west": {"category_code": "05", "area_code": "9902", "owner_unit_id": 2, "material": "热点问答"},
    "staff": {"category_code": "0401", "owner_unit_id": 1, "secrecy": Secrecy.INTERNAL, "answer_public": ""},
    "over": {"category_code": "0401", "owner_unit_id": 1, "effective_to": date(2026, 11, 19)},
}
NARROWED = [
    (Narrowing(), {"city", "east", "street", "west", "staff"}),
    (Narrowing(unit_id=2), {"street", "west"}),
    (Narrowing(categories=frozenset({"0401", "040101", "040102"})), {"city", "east", "street", "staff"}),
    (Narrowing(categories=frozenset()), set[str]()),
    (Narrowing(areas=frozenset({"99", "9901"})), {"city", "east", "staff"}),
    (Narrowing(areas=frozenset({"99", "9901", "990101"})), {"city", "east", "street", "staff"}),
    (Narrowing(material="热点问答"), {"city", "west"}),
    (Narrowing(audience="居民", unit_id=2), {"street"}),
    (Narrowing(secrecy=Secrecy.INTERNAL), {"staff"}),
    (Narrowing(of_officer=7), set[str]()),
]


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    found = Search(TantivyBackend(tmp_path), Analyzer(packaged_words()))
    with database.work() as uow:
        for code, facts in SHELF.items():
            articles.import_article(uow, code, replace(PLAIN, title=f"停水 {code}", **facts))
    indexing.ensure(database, found)
    return Desk(found, packaged_policy())


@pytest.mark.parametrize(("narrowing", "expected"), NARROWED)
def test_the_index_and_the_database_choose_the_same(
    database: Database, desk: Desk, narrowing: Narrowing, expected: set[str]
) -> None:
    with database.read() as session:
        found = search.find(session, desk.search, "停水", reader=Reader.STAFF, today=TODAY, narrowing=narrowing)
        newest = search.newest(session, reader=Reader.STAFF, today=TODAY, narrowing=narrowing)

    assert {one.code for one in found.articles} == {one.code for one in newest.articles} == expected
    assert found.total == newest.total == len(expected)


def test_pages_of_a_narrowed_search_hold_each_article_once(database: Database, desk: Desk) -> None:
    narrowing, after, seen = Narrowing(areas=frozenset({"99", "9901"})), None, list[str | None]()

    with database.read() as session:
        for _ in range(3):
            page = search.find(
                session, desk.search, "停水", reader=Reader.STAFF, today=TODAY, narrowing=narrowing, size=1, after=after
            )
            seen += [one.code for one in page.articles]
            after = Cursor.decoded(page.next_page) if page.next_page else None

    assert (sorted(map(str, seen)), after, page.total) == (["city", "east", "staff"], None, 3)


def test_answers_and_cards_leave_out_what_is_said_for_another_place(database: Database, desk: Desk) -> None:
    east, asked = frozenset({"99", "9901"}), {"reader": Reader.CITIZEN, "today": TODAY}
    with database.read() as session:
        shelf = DatabaseShelf(session)
        answered = answers.answer(shelf, desk, "停水", areas=east, **asked)  # type: ignore[arg-type]
        shown = suggestions.look_up(shelf, desk, "停水", shown=(), areas=east, **asked)  # type: ignore[arg-type]
        anywhere = answers.answer(shelf, desk, "停水", **asked)  # type: ignore[arg-type]
        codes = dict(session.execute(select(Article.id, Article.code)).all())

    found = {codes[one.article_id] for one in (answered.answer, *answered.others) if one is not None}
    assert found == {codes[card.answer.article_id] for card in shown} == {"city", "east"}
    assert len(anywhere.others) + bool(anywhere.answer) > 2
