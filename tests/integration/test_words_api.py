"""Words that search knows, over HTTP: who keeps them, what is refused; another meaning and a new word change what is found."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from hotline.kernel import outbox
from hotline.kernel.db import Database
from hotline.kernel.settings import Settings
from knowledge_base import articles, indexing
from knowledge_base.content import ArticleContent
from knowledge_base.search import ARTICLES
from sla import defaults
from tests import factories
from tests.integration.people import Person, SignIn
from web.bootstrap import Container, build

ESTATE = "云泽湾壹号"
"""The name of an estate that a general dictionary cuts apart."""


@pytest.fixture
def parts(broker: Path, database: Database, database_url: str, tmp_path: Path) -> Iterator[Container]:
    """As ever, but with a search that finds: two articles are in its index."""
    settings = Settings(
        data_dir=broker, database_url=database_url, search_url=f"tantivy://{tmp_path}", secret_key=SecretStr("of the tests")
    )
    made = build(settings)
    with made.database.work() as uow:
        defaults.install_defaults(uow)
        factories.category(uow.session, "0402")
        factories.unit(uow.session, "U1")
        for code, title, subject in (("water", f"{ESTATE}停水安排", "0402"), ("pension", "养老金领取资格认证", None)):
            articles.import_article(uow, code, ArticleContent(title, "请按通知办理。", "请按通知办理。", category_code=subject))
    indexing.rebuild(made.database, made.search)
    yield made
    made.close()


def put(person: Person, name: str, *items: dict[str, Any]) -> Any:
    return person.done("PUT", f"/admin/{name}", json={"items": list(items)})["items"]


def found(person: Person, **query: Any) -> list[dict[str, Any]]:
    return list(person.done("GET", "/knowledge/articles", query_string=query)["items"])


def deliver_all(parts: Container) -> None:
    with parts.database.read() as session:
        owed = outbox.owed(session, datetime.now(UTC))
    for delivery_id in owed:
        outbox.deliver(parts.database, parts.subscribers, delivery_id, lease_seconds=60, max_attempts=3)


@pytest.mark.parametrize("name", ["synonyms", "vocabulary"])
def test_editors_and_administrators_keep_the_words(sign_in: SignIn, name: str) -> None:
    row = {"words": ["养老金", "晚年饭票"]} if name == "synonyms" else {"word": ESTATE}

    kept = put(sign_in("knowledge_editor"), name, row)

    assert sign_in("administrator").done("GET", f"/admin/{name}")["items"] == kept
    for role, unit in (("agent", ""), ("unit_admin", "U1")):
        sign_in(role, unit).refused(403, "GET", f"/admin/{name}")
        sign_in(role, unit, "en").refused(403, "PUT", f"/admin/{name}", json={"items": []})


@pytest.mark.parametrize(
    ("name", "row", "status"),
    [
        ("synonyms", {"words": ["独"]}, 422),
        ("synonyms", {"id": 99, "words": ["甲", "乙"]}, 404),
        ("synonyms", {"words": "甲乙"}, 422),
        ("vocabulary", {"word": "坪"}, 422),
        ("vocabulary", {"word": "坪" * 65}, 422),
        ("vocabulary", {}, 422),
    ],
)
def test_what_is_no_list_of_words_is_refused_and_changes_nothing(
    sign_in: SignIn, name: str, row: dict[str, Any], status: int
) -> None:
    editor = sign_in("knowledge_editor")

    editor.refused(status, "PUT", f"/admin/{name}", json={"items": [row]})

    assert editor.done("GET", f"/admin/{name}")["items"] == []


def test_a_word_of_the_same_meaning_finds_the_article_from_then_on(sign_in: SignIn) -> None:
    editor = sign_in("knowledge_editor")

    put(editor, "synonyms", {"words": ["晚年饭票", "养老金"], "note": "老年人的说法"})

    assert [row["code"] for row in found(editor, search="晚年饭票")] == ["pension"]


def test_a_new_word_builds_the_index_anew_and_is_found_whole(sign_in: SignIn, parts: Container) -> None:
    editor, backend = sign_in("knowledge_editor"), parts.search.backend
    before = backend.stats(ARTICLES).generation
    assert (backend.counts(ARTICLES, [ESTATE]), found(editor, search=ESTATE)[0]["highlights"]) != ({ESTATE: 1}, [[0, 5]])

    put(editor, "vocabulary", {"word": ESTATE, "kind": "place"})
    deliver_all(parts)

    assert (backend.stats(ARTICLES).generation > before, backend.counts(ARTICLES, [ESTATE])) == (True, {ESTATE: 1})
    (row,) = found(editor, search=ESTATE)
    assert (row["code"], row["highlights"]) == ("water", [[0, 5]])


def test_a_search_is_narrowed_within_the_index(sign_in: SignIn) -> None:
    editor = sign_in("knowledge_editor")

    assert [row["code"] for row in found(editor, search="通知", category="0402")] == ["water"]
    assert found(editor, search="通知", category="0403") == found(editor, search="通知", mine=1) == []
    assert {row["code"] for row in found(editor, search="通知", secrecy="public")} == {"water", "pension"}
