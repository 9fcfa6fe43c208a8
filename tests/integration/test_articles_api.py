"""Articles over HTTP: who writes, reads and moves which, and what each gets to see."""

import io
from typing import Any

import pytest
from sqlalchemy import select

from hotline.people.models import Unit
from knowledge_base import articles
from knowledge_base.content import ArticleContent
from knowledge_base.models import Article
from tests.integration.people import Person, SignIn
from web.bootstrap import Container

WORDS: dict[str, Any] = {
    "title": "身份证丢失补办",
    "answer_agent": "凭户口簿到派出所补领。",
    "answer_public": "请凭户口簿到派出所补领。",
    "questions": ["身份证丢了怎么办"],
    "keywords": ["身份证"],
    "category_code": "0402",
    "material": "办事指南",
}
PDF = b"%PDF-1.4 table"


def written(person: Person, **change: Any) -> dict[str, Any]:
    made: dict[str, Any] = person.done("POST", "/knowledge/articles", json={**WORDS, **change})
    return made


def acted(person: Person, article: dict[str, Any], action: str, **given: Any) -> dict[str, Any]:
    version = person.done("GET", f"/knowledge/articles/{article['id']}")["version"]
    path = f"/knowledge/articles/{article['id']}/actions/{action}"
    moved: dict[str, Any] = person.done("POST", path, json={"version": version, "given": given})
    return moved


def opened(person: Person, path: str) -> bytes:
    answer = person.ask("GET", path)
    content = answer.data
    answer.close()
    return content


def actions(article: dict[str, Any]) -> set[str]:
    return {each["action"] for each in article["actions"]}


def imported(parts: Container, code: str, **fields: Any) -> int:
    with parts.database.work() as uow:
        unit_id = uow.session.scalars(select(Unit.id).where(Unit.code == fields.pop("unit", "U1"))).one()
        words = {**WORDS, "questions": (), "keywords": (), "title": code, "owner_unit_id": unit_id, **fields}
        return articles.import_article(uow, code, ArticleContent(**words)).id


def test_an_article_passes_its_unit_and_the_editors(sign_in: SignIn) -> None:
    author, head, editor = sign_in("liaison", "U1"), sign_in("unit_admin", "U1"), sign_in("knowledge_editor")
    draft = written(author)
    assert (draft["state"], draft["owner_unit"]["name"], actions(draft)) == ("draft", "单位U1", {"submit", "withdraw", "edit"})

    waiting = acted(author, draft, "submit")
    assert (waiting["state"], actions(waiting)) == ("unit_review", set())
    assert waiting["step_due_at"] is not None
    acted(head, draft, "approve")
    published = acted(editor, draft, "publish")

    assert (published["state"], published["revision"]) == ("published", 1)
    assert published["review_due"] is not None
    assert [step["action"] for step in published["steps"]] == ["publish", "approve", "submit"]
    assert sign_in("agent").done("GET", f"/knowledge/articles/{draft['id']}")["title"] == WORDS["title"]


def test_a_change_is_compared_and_taken_while_the_old_words_answer(sign_in: SignIn, parts: Container) -> None:
    article_id = imported(parts, "id-card")
    author, editor = sign_in("unit_admin", "U1"), sign_in("knowledge_editor")
    change = author.done("POST", f"/knowledge/articles/{article_id}/change")
    body = {**WORDS, "title": "id-card", "answer_public": "请到任一派出所补领。", "version": change["version"], "note": "放宽"}
    author.done("PUT", f"/knowledge/articles/{change['id']}", json=body)

    compared = editor.done("GET", f"/knowledge/articles/{article_id}/compare")
    assert [each["field"] for each in compared["fields"] if each["changed"]] == ["answer_public", "questions", "keywords"]
    acted(editor, change, "submit_to_editor")
    living = editor.done("GET", f"/knowledge/articles/{article_id}")
    assert (living["answer_public"], living["change"]["state"]) == (WORDS["answer_public"], "editor_review")
    acted(editor, change, "take")

    living = editor.done("GET", f"/knowledge/articles/{article_id}")
    assert (living["answer_public"], living["revision"], living["change"]) == ("请到任一派出所补领。", 2, None)
    items = editor.done("GET", f"/knowledge/articles/{article_id}/versions")["items"]
    assert [(row["revision"], row["note"]) for row in items] == [(2, "放宽"), (1, "")]
    restored = author.done("POST", f"/knowledge/articles/{article_id}/restore", json={"revision": 1})
    assert (restored["answer_public"], restored["replaces"]["revision"]) == (WORDS["answer_public"], 2)


def test_an_officer_of_another_unit_sees_no_draft_and_changes_nothing(sign_in: SignIn, parts: Container) -> None:
    draft, article_id = written(sign_in("liaison", "U1")), imported(parts, "heat")
    stranger, agent = sign_in("unit_admin", "U2"), sign_in("agent")

    for person in (stranger, agent):
        person.refused(404, "GET", f"/knowledge/articles/{draft['id']}")
        person.refused(404, "GET", f"/knowledge/articles/{draft['id']}/versions")
        assert person.done("GET", "/knowledge/articles?state=draft")["items"] == []
        assert person.done("GET", f"/knowledge/articles/{article_id}")["change"] is None
    stranger.refused(404, "POST", f"/knowledge/articles/{draft['id']}/actions/submit", json={"version": 1})
    stranger.refused(403, "POST", f"/knowledge/articles/{article_id}/change")
    stranger.refused(403, "POST", "/knowledge/articles", json={**WORDS, "owner_unit_id": draft["owner_unit_id"]})
    agent.refused(403, "POST", "/knowledge/articles", json=WORDS)


def test_who_wrote_it_does_not_pass_it_at_the_unit(sign_in: SignIn) -> None:
    head = sign_in("unit_admin", "U1")
    draft = written(head)

    waiting = acted(head, draft, "submit")

    assert actions(waiting) == {"send_back", "withdraw"}
    path = f"/knowledge/articles/{draft['id']}/actions/approve"
    assert head.refused(403, "POST", path, json={"version": waiting["version"]})["code"] == "own-words"


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"title": " "}, "title", "required"),
        ({"title": "长" * 129}, "title", "too-long"),
        ({"keywords": [WORDS["title"]]}, "keywords", "same-as-title"),
        ({"category_code": "99"}, "category_code", "not-a-leaf"),
        ({"material": "杂谈"}, "material", "unknown-choice"),
        ({"effective_from": "2026-12-02", "effective_to": "2026-12-01"}, "effective_to", "before-effective-from"),
    ],
)
def test_a_refusal_names_field_and_rule(sign_in: SignIn, change: dict[str, Any], field: str, rule: str) -> None:
    error = sign_in("liaison", "U1").refused(422, "POST", "/knowledge/articles", json={**WORDS, **change})

    assert (error["details"]["field"], error["details"]["rule"]) == (field, rule)


def test_of_two_who_save_the_same_draft_one_is_told_to_look_again(sign_in: SignIn) -> None:
    author, head = sign_in("liaison", "U1"), sign_in("unit_admin", "U1")
    draft = written(author)
    body = {**WORDS, "version": draft["version"]}

    author.done("PUT", f"/knowledge/articles/{draft['id']}", json={**body, "answer_agent": "甲"})
    error = head.refused(409, "PUT", f"/knowledge/articles/{draft['id']}", json={**body, "answer_agent": "乙"})

    assert error["details"]["reason"] == "stale"


def test_a_file_belongs_to_its_article(sign_in: SignIn) -> None:
    author = sign_in("liaison", "U1")
    draft = written(author)
    sent = {"file": (io.BytesIO(PDF), "申请表.pdf", "application/pdf")}

    whole = author.done("POST", f"/knowledge/articles/{draft['id']}/attachments", data=sent)

    (file,) = whole["attachments"]
    path = f"/knowledge/articles/{draft['id']}/attachments/{file['sha256']}"
    assert (file["name"], opened(author, path)) == ("申请表.pdf", PDF)
    sign_in("agent").refused(404, "GET", path)
    author.refused(404, "GET", f"/public/articles/{draft['id']}/attachments/{file['sha256']}")
    body = {**WORDS, "version": whole["version"], "attachments": []}
    assert author.done("PUT", f"/knowledge/articles/{draft['id']}", json=body)["attachments"] == []


def test_a_citizen_opens_files_of_public_articles_alone(sign_in: SignIn, citizen: Person, parts: Container) -> None:
    author, editor = sign_in("liaison", "U1"), sign_in("knowledge_editor")
    draft = written(author)
    sent = {"file": (io.BytesIO(PDF), "申请表.pdf", "application/pdf")}
    (file,) = author.done("POST", f"/knowledge/articles/{draft['id']}/attachments", data=sent)["attachments"]
    acted(editor, draft, "submit_to_editor")
    acted(editor, draft, "publish")
    path = f"/public/articles/{draft['id']}/attachments/{file['sha256']}"

    assert opened(citizen, path) == PDF
    with parts.database.work() as uow:
        uow.session.get_one(Article, draft["id"]).secrecy = "internal"  # type: ignore[assignment]
    citizen.refused(404, "GET", path)


def test_lists_are_narrowed_by_state_unit_category_material_and_author(sign_in: SignIn, parts: Container) -> None:
    author, editor = sign_in("liaison", "U1"), sign_in("knowledge_editor")
    mine, other = written(author)["id"], imported(parts, "heat", unit="U2", material="热点问答")

    def listed(query: str, person: Person = editor) -> list[int]:
        return [row["id"] for row in person.done("GET", f"/knowledge/articles?{query}")["items"]]

    assert (listed("state=all"), listed("state=draft"), listed("")) == ([other, mine], [mine], [other])
    assert (listed("material=热点问答"), listed("category=0402"), listed("category=05")) == ([other], [other], [])
    assert (listed("state=all&mine=1", author), listed("state=all&mine=1")) == ([mine], [])
    assert listed("state=all&search=丢失") == [mine]
    editor.refused(422, "GET", "/knowledge/articles?state=nonsense")


def test_the_form_offers_a_unit_its_own_alone(sign_in: SignIn) -> None:
    form = sign_in("handler", "U2").done("GET", "/knowledge/articles/form")

    assert ([unit["name"] for unit in form["own_units"]], form["title_characters"]) == (["单位U2"], 128)
    assert sign_in("knowledge_editor").done("GET", "/knowledge/articles/form")["own_units"] == []
