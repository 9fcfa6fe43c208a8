"""Knowledge over HTTP: what staff get, what citizens get, and what is refused."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from apiflask import APIFlask
from flask import g
from flask.testing import FlaskClient
from sqlalchemy import select

from hotline.kernel import clock
from hotline.kernel.db import Database
from hotline.kernel.scope import Scope
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.query import Search
from hotline.kernel.search.tantivy import TantivyBackend
from hotline.kernel.settings import Settings
from knowledge_base import articles, indexing, standings, uses
from knowledge_base.answers import Desk
from knowledge_base.content import ArticleContent
from knowledge_base.feedback import AskedOutcome, AskedQuestion
from knowledge_base.models import Article, ArticleUse, Secrecy, UseKind
from knowledge_base.policy import packaged_policy
from knowledge_base.synonyms import Synonyms
from knowledge_base.vocabulary import CityWords
from tests import factories
from tests.integration.article_desk import RULES
from web import errors
from web.api import knowledge, knowledge_public

POLICY = packaged_policy()
CONTENT = {
    "id-card": ArticleContent(
        "身份证遗失补领", "话术：到派出所。", "请到派出所补领。", ("身份证丢了怎么补办",), source_document="居民身份证法"
    ),
    "heat": ArticleContent(
        "冬季供暖时间", "话术：11月15日起。", "11月15日起。", ("什么时候开始供暖",), effective_to=date(2999, 1, 1)
    ),
    "wording": ArticleContent("燃气涨价统一口径", "话术：尚未公布。", "", secrecy=Secrecy.INTERNAL),
    "old": ArticleContent("旧年检规定", "话术：旧。", "旧。", effective_to=date(2020, 1, 1)),
}


@pytest.fixture
def client(database: Database, tmp_path: Path) -> Iterator[FlaskClient]:
    analyzer, synonyms = Analyzer(packaged_words()), Synonyms(POLICY.synonyms)
    desk = Desk(Search(TantivyBackend(tmp_path), analyzer, synonyms), POLICY)
    with database.work() as uow:
        for code, content in CONTENT.items():
            articles.import_article(uow, code, content)
    indexing.rebuild(database, desk.search)
    app = APIFlask(__name__)
    app.extensions["hotline"] = SimpleNamespace(
        database=database, desk=desk, search=desk.search, words=CityWords(synonyms, analyzer), settings=Settings()
    )
    app.before_request(lambda: setattr(g, "scope", Scope(officer_id=None, roles=frozenset({"agent"}))))
    errors.register(app)
    for blueprint in (knowledge.api, knowledge_public.api):
        app.register_blueprint(blueprint)
    with app.test_client() as opened:
        yield opened


def got(client: FlaskClient, path: str, **query: Any) -> Any:
    answer = client.get(f"/api/v1{path}", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json


def told(client: FlaskClient, path: str, **body: Any) -> Any:
    answer = client.post(f"/api/v1{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json


def id_of(database: Database, code: str) -> int:
    with database.read() as session:
        article = articles.by_code(session, code)
        assert article is not None
        return article.id


def test_a_citizen_gets_the_public_answer_with_its_source(client: FlaskClient) -> None:
    answer = told(client, "/public/answers", question="身份证丢了怎么补办？")["answer"]

    assert (answer["answer"], answer["source"], answer["sure"]) == ("请到派出所补领。", "居民身份证法", True)


@pytest.mark.parametrize("question", ["", "燃气涨价统一口径", "旧年检规定", "话术", "停" * 10_000])
def test_a_citizen_gets_no_answer_that_is_not_public_and_valid(client: FlaskClient, question: str) -> None:
    assert told(client, "/public/answers", question=question).items() >= {"answer": None, "others": []}.items()


@pytest.mark.parametrize(("code", "status"), [("id-card", 200), ("wording", 404), ("old", 404)])
def test_a_citizen_reads_only_public_articles_that_hold(
    client: FlaskClient, database: Database, code: str, status: int
) -> None:
    assert client.get(f"/api/v1/public/articles/{id_of(database, code)}").status_code == status


def test_an_agents_card_names_what_called_it(client: FlaskClient) -> None:
    card = told(client, "/knowledge/cards", text="喂你好。我身份证丢了怎么补办")["items"][0]

    assert (card["title"], card["answer"], card["because"], card["sure"]) == (
        "身份证遗失补领",
        "话术：到派出所。",
        "我身份证丢了怎么补办",
        True,
    )


def test_a_card_on_the_screen_stays(client: FlaskClient, database: Database) -> None:
    shown = id_of(database, "heat")

    cards = told(client, "/knowledge/cards", text="什么时候开始供暖。身份证丢了怎么补办", shown=[shown])["items"]

    assert [card["article_id"] for card in cards][0] == shown


def test_looking_up_a_bare_word_shows_what_comes_near(client: FlaskClient) -> None:
    assert [card["title"] for card in told(client, "/knowledge/cards", text="身份证")["items"]] == ["身份证遗失补领"]


def test_a_broken_list_of_shown_cards_is_named(client: FlaskClient) -> None:
    answer = client.post("/api/v1/knowledge/cards", json={"text": "供暖", "shown": "1;drop"})

    assert (answer.status_code, answer.json["error"]["details"]["field"]) == (422, "shown")  # type: ignore[index]


def test_uses_are_noted(client: FlaskClient, database: Database) -> None:
    article_id = id_of(database, "heat")

    answers = [
        client.post(f"/api/v1/knowledge/articles/{article_id}/uses", json={"kind": "used"}),
        client.post(f"/api/v1/knowledge/articles/{article_id}/uses", json={"kind": "used", "contact_id": 999}),
        client.post(f"/api/v1/knowledge/articles/{article_id}/uses", json={"kind": "stolen"}),
        client.post(f"/api/v1/public/articles/{article_id}/uses", json={"helpful": False}),
        client.post(f"/api/v1/public/articles/{id_of(database, 'wording')}/uses", json={"helpful": True}),
    ]

    assert [answer.status_code for answer in answers] == [200, 404, 422, 200, 404]
    with database.read() as session:
        assert list(session.scalars(select(ArticleUse.kind).order_by(ArticleUse.id))) == [UseKind.USED, UseKind.NOT_HELPFUL]


def test_a_question_is_written_down_once_while_it_is_typed(client: FlaskClient, database: Database) -> None:
    typed, ids = ("身份证", "身份证丢了", "身份证丢了怎么补办"), list[int]()
    for text in typed:
        ids.append(told(client, "/public/answers", question=text, **({"asked_id": ids[-1]} if ids else {}))["asked_id"])
    other = told(client, "/public/answers", question="火星移民怎么申请")["asked_id"]

    assert len(set(ids)) == 1
    assert other not in ids
    with database.read() as session:
        rows = list(session.scalars(select(AskedQuestion).order_by(AskedQuestion.id)))
        assert [(row.text, row.outcome) for row in rows] == [
            ("身份证丢了怎么补办", AskedOutcome.SURE),
            ("火星移民怎么申请", AskedOutcome.NONE),
        ]


def test_two_citizens_who_ask_alike_at_once_ask_two_questions(client: FlaskClient, database: Database) -> None:
    ids = {told(client, "/public/answers", question=text)["asked_id"] for text in ("身份证", "身份证丢了", "身份证丢了")}

    assert len(ids) == 3


def test_a_citizen_judges_no_question_of_an_agent(client: FlaskClient, database: Database) -> None:
    theirs = told(client, "/knowledge/cards", text="身份证丢了怎么补办")["asked_id"]

    client.post(f"/api/v1/public/articles/{id_of(database, 'id-card')}/uses", json={"helpful": False, "asked_id": theirs})

    with database.read() as session:
        assert session.get_one(AskedQuestion, theirs).outcome is AskedOutcome.SURE


def test_what_did_not_help_counts_among_what_has_no_answer(client: FlaskClient, database: Database) -> None:
    found = told(client, "/public/answers", question="身份证丢了怎么补办？")

    judged = {"helpful": False, "asked_id": found["asked_id"]}
    client.post(f"/api/v1/public/articles/{found['answer']['article_id']}/uses", json=judged)

    with database.read() as session:
        row = session.get(AskedQuestion, found["asked_id"])
        assert row is not None
        assert row.outcome is AskedOutcome.OFFERED


def test_an_agents_question_without_an_article_is_noted(client: FlaskClient) -> None:
    assert told(client, "/knowledge/cards", text="火星移民怎么申请")["noted"] is True
    assert told(client, "/knowledge/cards", text="什么时候开始供暖")["noted"] is False


@pytest.mark.parametrize(("path", "titles"), [("/knowledge/suggest", ["燃气涨价统一口径"]), ("/public/suggest", [])])
def test_titles_are_proposed_to_whom_they_are_for(client: FlaskClient, path: str, titles: list[str]) -> None:
    assert [one["title"] for one in got(client, path, typed="rqzj")["items"]] == titles


def test_what_is_wanted_is_hot(client: FlaskClient, database: Database) -> None:
    article_id = id_of(database, "heat")
    client.post(f"/api/v1/knowledge/articles/{article_id}/uses", json={"kind": "used"})

    assert got(client, "/public/questions/hot")["items"] == [{"article_id": article_id, "title": "冬季供暖时间", "asked": 1}]


def test_what_was_wanted_before_fills_up_what_is_hot(client: FlaskClient, database: Database) -> None:
    heat, card, hidden = (id_of(database, code) for code in ("heat", "id-card", "wording"))
    long_ago = clock.now() - timedelta(days=60)
    for article_id in (heat, heat, card, hidden):
        with database.work(now=long_ago) as uow:
            uses.note(uow, article_id, UseKind.USED)
    for _ in range(2):
        with database.work() as uow:
            standings.count(uow, RULES.standing, POLICY.standing)
    with database.work() as uow:
        uses.note(uow, card, UseKind.OPENED)

    assert [(one["article_id"], one["asked"]) for one in got(client, "/public/questions/hot")["items"]] == [
        (card, 1),
        (heat, 2),
    ]


def test_subjects_count_what_is_public_in_and_below_them(client: FlaskClient, database: Database) -> None:
    with database.work() as uow:
        factories.category(uow.session, "08", name="公安")
        factories.category(uow.session, "0802", name="身份证", parent_code="08", path="/08/0802/")
        article = uow.session.get(Article, id_of(database, "id-card"))
        assert article is not None
        article.category_code = "0802"

    tree = got(client, "/public/categories")["items"]
    listed = got(client, "/public/articles", category="08")["items"]

    assert [(one["code"], one["count"], one["children"][0]["code"]) for one in tree] == [("08", 1, "0802")]
    assert [one["title"] for one in listed] == ["身份证遗失补领"]
