"""An article's life on a real database: every row from its state, what speaks against a move, what a move does beside."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from hotline.kernel.db import Actor, Database
from hotline.kernel.errors import Conflict, Forbidden, Invalid
from knowledge_base import articles, objections
from knowledge_base.lifecycle import ARTICLE, EDITORS, SYSTEM, UNIT_HEADS, ArticleState
from knowledge_base.models import Article, ArticleStep
from knowledge_base.objections import Mover, OwnWords
from tests.integration.article_desk import (
    AUTHOR,
    CONTENT,
    EDITOR,
    HEAD,
    RULES,
    TERMS,
    brought_to,
    changed,
    drafted,
    in_state,
    moved,
    published,
    read,
)

GIVEN = {"note": "说明", "review_due": "2027-01-15", "effective_to": "2027-12-31"}
ROWS = [pytest.param(row, id=f"{row.action}-{row.source}-{'-'.join(sorted(row.roles))[:20]}") for row in ARTICLE.rows]


def subject(database: Database, row: Any) -> int:
    """An article from which the row's move can be made: of `take` a change, of others a first wording."""
    if row.action != "take":
        return in_state(database, row.source.value)
    return brought_to(database, changed(database, published(database), answer_agent="新的话术。"), row.source.value)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_moves_from_its_state_and_keeps_the_step(database: Database, row: Any) -> None:
    article_id = subject(database, row)
    stranger = Actor(99, "别人")

    moved(database, article_id, row.action, stranger, *row.roles, **GIVEN)

    with database.read() as session:
        newest = articles.steps(session, article_id)[0]
        told = (newest.action, newest.source, newest.target, newest.officer_id)
        assert told == (row.action, row.source.value, row.target.value, 99)
        assert articles.get(session, article_id).state is row.target


@pytest.mark.parametrize("state", list(ArticleState))
def test_no_other_move_is_made_from_a_state(database: Database, state: ArticleState) -> None:
    article_id = in_state(database, state.value)
    open_here = {row.action for row in ARTICLE.rows if row.source is state}

    for action in sorted({row.action for row in ARTICLE.rows} - open_here):
        with pytest.raises(Conflict):
            moved(database, article_id, action, EDITOR, SYSTEM, *EDITORS, **GIVEN)
    assert read(database, article_id).state is state


@pytest.mark.parametrize(
    ("of_change", "action"),
    [(True, "publish"), (False, "take")],
    ids=["a change is not published", "a first wording not taken"],
)
def test_a_change_is_taken_and_a_first_wording_published(database: Database, of_change: bool, action: str) -> None:
    draft_id = changed(database, published(database), answer_agent="新。") if of_change else drafted(database)
    brought_to(database, draft_id, "editor_review")

    with pytest.raises(Conflict) as caught:
        moved(database, draft_id, action, EDITOR, *EDITORS)
    assert caught.value.details["reason"] == "no-such-move"


def test_an_article_of_no_unit_goes_to_the_editors_alone(database: Database) -> None:
    draft_id = drafted(database, replace(CONTENT, owner_unit_id=None))

    with pytest.raises(Conflict):
        moved(database, draft_id, "submit", EDITOR, *EDITORS)
    moved(database, draft_id, "submit_to_editor", EDITOR, *EDITORS)


@pytest.mark.parametrize(
    ("state", "action", "roles", "rule", "refused"),
    [
        ("unit_review", "approve", UNIT_HEADS, "own_unit_review", True),
        ("draft", "submit_to_editor", UNIT_HEADS, "own_unit_review", True),
        ("draft", "submit_to_editor", EDITORS, "own_unit_review", False),
        ("unit_review", "send_back", UNIT_HEADS, "own_unit_review", False),
        ("unit_review", "withdraw", UNIT_HEADS, "own_unit_review", False),
        ("editor_review", "publish", EDITORS, "own_editor_review", True),
        ("editor_review", "send_back", EDITORS, "own_editor_review", False),
        ("published", "withdraw", EDITORS, "own_editor_review", False),
        ("due", "confirm", UNIT_HEADS, "own_unit_review", False),
    ],
)
def test_own_words_are_passed_by_others_where_the_rule_says_so(
    state: str, action: str, roles: frozenset[str], rule: str, refused: bool
) -> None:
    article = Article(state=ArticleState(state), owner_unit_id=7)
    writer = Mover(roles, wrote=True)

    strict, lenient = (replace(RULES, own_unit_review=open_, own_editor_review=open_) for open_ in (False, True))
    assert isinstance(objections.objection(article, action, writer, strict), OwnWords) is refused
    assert objections.objection(article, action, writer, replace(strict, **{rule: True})) is None  # type: ignore[arg-type]
    assert objections.objection(article, action, replace(writer, wrote=False), strict) is None
    assert objections.objection(article, action, writer, lenient) is None


def test_whoever_changed_the_draft_wrote_it_too(database: Database) -> None:
    draft_id = drafted(database)
    with database.work(HEAD) as uow:
        words = replace(CONTENT, answer_agent="负责人改。")
        articles.edit(uow, draft_id, words, TERMS, version=read(database, draft_id).version)
    moved(database, draft_id, "submit", AUTHOR, "liaison")

    with pytest.raises(OwnWords):
        moved(database, draft_id, "approve", HEAD, "unit_admin")
    assert moved(database, draft_id, "approve", Actor(14, "副职"), "section_head").state is ArticleState.EDITOR_REVIEW


@pytest.mark.parametrize(
    ("action", "role"), [("approve", "liaison"), ("approve", "knowledge_editor"), ("take_over", "unit_admin")]
)
def test_a_review_is_its_own_reviewers_alone(database: Database, action: str, role: str) -> None:
    article_id = in_state(database, "unit_review")

    with pytest.raises(Forbidden):
        moved(database, article_id, action, Actor(99, "别人"), role, **GIVEN)


def test_each_review_has_its_limit_and_none_is_left_after_it(database: Database) -> None:
    draft_id = drafted(database)
    limits = []
    for action, by, role in (
        ("submit", AUTHOR, "liaison"),
        ("approve", HEAD, "unit_admin"),
        ("publish", EDITOR, "knowledge_editor"),
    ):
        limits.append(moved(database, draft_id, action, by, role).step_due_at)

    assert limits == [TERMS.unit_review_due, TERMS.editor_review_due, None]
    assert read(database, draft_id).review_due == date(2027, 5, 20)


def test_a_public_article_needs_a_public_answer_to_go_on(database: Database) -> None:
    draft_id = drafted(database, replace(CONTENT, answer_public=""))

    with pytest.raises(Invalid) as caught:
        moved(database, draft_id, "submit", AUTHOR, "liaison")
    assert (caught.value.details["field"], caught.value.details["rule"]) == ("answer_public", "required-when-public")


@pytest.mark.parametrize(
    ("given", "rule"),
    [("2026-11-20", "in-the-past"), ("2027-05-21", "after-the-period"), ("soon", "not-a-day"), (None, "required")],
)
def test_a_review_is_confirmed_to_a_day_within_the_period(database: Database, given: str | None, rule: str) -> None:
    article_id = in_state(database, "due")

    with pytest.raises(Invalid) as caught:
        moved(database, article_id, "confirm", HEAD, "unit_admin", review_due=given)
    assert (caught.value.details["field"], caught.value.details["rule"]) == ("review_due", rule)
    assert moved(database, article_id, "confirm", HEAD, "unit_admin", review_due="2027-05-20").review_due == date(2027, 5, 20)


def test_an_expired_article_is_renewed_to_a_later_day_as_a_new_revision(database: Database) -> None:
    article_id = in_state(database, "expired")

    with pytest.raises(Invalid) as caught:
        moved(database, article_id, "renew", EDITOR, *EDITORS, effective_to="2026-11-19")
    assert caught.value.details["rule"] == "already-over"
    renewed = moved(database, article_id, "renew", EDITOR, *EDITORS, effective_to="2027-11-19")

    assert (renewed.state, renewed.revision, renewed.effective_to) == (ArticleState.PUBLISHED, 2, date(2027, 11, 19))


@pytest.mark.parametrize("before", ["published", "due", "expired"])
def test_a_change_that_is_taken_is_the_article_with_a_new_revision(database: Database, before: str) -> None:
    article_id = in_state(database, before)
    change_id = brought_to(database, changed(database, article_id, answer_agent="新的话术。"), "editor_review")

    moved(database, change_id, "take", EDITOR, *EDITORS)

    article = read(database, article_id)
    assert (article.state, article.revision, article.answer_agent) == (ArticleState.PUBLISHED, 2, "新的话术。")
    with database.read() as session:
        newest = articles.versions(session, article_id)[0]
        assert (newest.officer_id, newest.note) == (AUTHOR.officer_id, "改字"), "the words are their writer's"
        assert articles.change_of(session, article_id) is None


def test_a_change_of_an_article_that_moved_on_is_compared_again_first(database: Database) -> None:
    article_id = published(database)
    change_id = brought_to(database, changed(database, article_id, answer_agent="新的话术。"), "editor_review")
    published(database, content=replace(CONTENT, audience="个人"))

    with pytest.raises(Conflict) as caught:
        moved(database, change_id, "take", EDITOR, *EDITORS)
    assert (caught.value.details["reason"], caught.value.details["revision"]) == ("article-moved-on", 2)

    moved(database, change_id, "send_back", EDITOR, *EDITORS, note="先对照")
    with database.work(AUTHOR) as uow:
        words = replace(CONTENT, audience="个人", answer_agent="新的话术。")
        articles.edit(uow, change_id, words, TERMS, version=read(database, change_id).version, onto=2)
    brought_to(database, change_id, "editor_review")
    moved(database, change_id, "take", EDITOR, *EDITORS)
    assert (read(database, article_id).audience, read(database, article_id).revision) == ("个人", 3)


def test_a_change_goes_with_the_article_that_is_withdrawn(database: Database) -> None:
    article_id = published(database)
    change_id = changed(database, article_id, answer_agent="新。")

    moved(database, article_id, "withdraw", EDITOR, *EDITORS, note="重复")

    assert (read(database, change_id).state, read(database, change_id).review_note) == (ArticleState.WITHDRAWN, "重复")


def test_every_move_is_a_step_of_the_article(database: Database) -> None:
    article_id = brought_to(database, drafted(database), "editor_review")
    moved(database, article_id, "send_back", EDITOR, *EDITORS, note="补充依据")

    with database.read() as session:
        kept = session.execute(
            select(ArticleStep.action, ArticleStep.officer_id, ArticleStep.note).order_by(ArticleStep.id)
        ).all()
    assert kept == [("submit", 11, ""), ("approve", 12, ""), ("send_back", 13, "补充依据")]
    assert read(database, article_id).review_note == "补充依据"
