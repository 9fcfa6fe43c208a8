"""Articles on a real database: drafted, changed, imported, restored, used; each change announced once."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.kernel.events import StoredEvent
from knowledge_base import article_days, articles, uses
from knowledge_base.articles import Origin
from knowledge_base.content import content_of
from knowledge_base.lifecycle import ARTICLE, ArticleState
from knowledge_base.models import Article, ArticleUse, UseKind
from knowledge_base.objections import KeptElsewhere
from knowledge_base.uses import Showing
from tests.integration.article_desk import AUTHOR, CONTENT, EDITOR, HEAD, TERMS, changed, drafted, moved, published, read

GUIDES = Origin("guides", "G-1")


def changes(database: Database) -> int:
    with database.read() as session:
        count = select(func.count()).select_from(StoredEvent).where(StoredEvent.name == "article-changed")
        return session.scalar(count) or 0


def said(database: Database, article_id: int) -> list[str]:
    with database.read() as session:
        return [version.content["answer_agent"] for version in articles.versions(session, article_id)]


def test_the_life_cycle_has_no_dead_end() -> None:
    ARTICLE.check()


def test_importing_publishes(database: Database) -> None:
    article = read(database, published(database))

    assert (article.state, article.revision, content_of(article)) == (ArticleState.PUBLISHED, 1, CONTENT)


def test_importing_the_same_again_changes_nothing(database: Database) -> None:
    first, told = published(database), changes(database)

    assert (published(database), changes(database)) == (first, told)


def test_importing_another_wording_keeps_the_one_before(database: Database) -> None:
    article_id = published(database)

    published(database, content=replace(CONTENT, answer_agent="可在全国任一派出所补领。"))

    assert said(database, article_id) == ["可在全国任一派出所补领。", "凭户口簿到派出所补领。"]


def test_importing_an_expired_article_with_a_later_end_publishes_it_again(database: Database) -> None:
    article_id = published(database, content=replace(CONTENT, effective_to=date(2020, 1, 1)))
    with database.work() as uow:
        assert article_days.expire_due(uow, date(2026, 11, 20)) == 1

    published(database, content=replace(CONTENT, effective_to=date(2999, 1, 1)))

    assert read(database, article_id).state is ArticleState.PUBLISHED


@pytest.mark.parametrize("origin", [None, Origin("other", "G-1")])
def test_an_article_of_one_source_is_not_reworded_by_another(database: Database, origin: Origin | None) -> None:
    with database.work() as uow:
        articles.import_article(uow, "guide", CONTENT, GUIDES)

    with pytest.raises(KeptElsewhere), database.work() as uow:
        articles.import_article(uow, "guide", replace(CONTENT, answer_agent="别的。"), origin)


def test_its_own_source_rewords_an_article_and_nobody_here_may_change_it(database: Database) -> None:
    with database.work() as uow:
        article_id = articles.import_article(uow, "guide", CONTENT, GUIDES).id
        articles.import_article(uow, "guide", replace(CONTENT, answer_agent="新。"), GUIDES)

    assert read(database, article_id).revision == 2
    with pytest.raises(KeptElsewhere), database.work() as uow:
        articles.begin_change(uow, article_id)
    with pytest.raises(KeptElsewhere):
        moved(database, article_id, "withdraw", EDITOR, "knowledge_editor", note="重复")


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"title": " "}, "title", "required"),
        ({"title": "长" * 129}, "title", "too-long"),
        ({"category_code": "04"}, "category_code", "not-a-leaf"),
        ({"material": "杂谈"}, "material", "unknown-choice"),
    ],
)
def test_a_broken_field_of_a_draft_is_named(database: Database, change: dict[str, Any], field: str, rule: str) -> None:
    with pytest.raises(Invalid) as caught, database.work() as uow:
        articles.write(uow, replace(CONTENT, **change), TERMS)

    assert (caught.value.details["field"], caught.value.details["rule"]) == (field, rule)


def test_a_draft_may_lack_what_it_needs_only_for_its_review(database: Database) -> None:
    draft_id = drafted(database, replace(CONTENT, answer_agent="", category_code=None, material=""))

    with pytest.raises(Invalid) as caught:
        moved(database, draft_id, "submit", AUTHOR, "liaison")
    assert caught.value.details["field"] == "answer_agent"


def test_a_title_that_is_taken_names_its_article(database: Database) -> None:
    article_id = published(database)

    with pytest.raises(Invalid) as caught, database.work() as uow:
        articles.write(uow, CONTENT, TERMS)

    assert {key: caught.value.details[key] for key in ("rule", "article_id", "article")} == {
        "rule": "title-taken",
        "article_id": article_id,
        "article": "id-card",
    }


def test_the_title_of_a_withdrawn_article_is_free(database: Database) -> None:
    article_id = published(database)
    moved(database, article_id, "withdraw", EDITOR, "knowledge_editor", note="重复")

    assert read(database, drafted(database)).title == CONTENT.title


def test_a_draft_keeps_every_wording_with_its_note(database: Database) -> None:
    draft_id = drafted(database)
    with database.work(HEAD) as uow:
        words = replace(CONTENT, answer_agent="带户口簿。")
        articles.edit(uow, draft_id, words, TERMS, version=read(database, draft_id).version, note="写短")

    with database.read() as session:
        kept = [(row.revision, row.officer_id, row.note) for row in articles.versions(session, draft_id)]
    assert kept == [(2, 12, "写短"), (1, 11, "")]


def test_words_of_a_stale_version_are_refused(database: Database) -> None:
    draft_id = drafted(database)

    with pytest.raises(Conflict) as caught, database.work() as uow:
        articles.edit(uow, draft_id, CONTENT, TERMS, version=0)
    assert caught.value.details["reason"] == "stale"


def test_what_is_no_draft_is_not_edited(database: Database) -> None:
    article_id = published(database)

    with pytest.raises(Conflict) as caught, database.work() as uow:
        articles.edit(uow, article_id, CONTENT, TERMS, version=read(database, article_id).version)
    assert caught.value.details["reason"] == "no-draft-of-article"


def test_a_change_begins_with_the_words_that_hold_and_there_is_one_at_a_time(database: Database) -> None:
    article_id = published(database)
    with database.work(AUTHOR) as uow:
        first = articles.begin_change(uow, article_id).id
    with database.work(HEAD) as uow:
        second = articles.begin_change(uow, article_id)

    assert (second.id, second.replaces_id, second.replaces_revision, second.code) == (first, article_id, 1, None)
    assert content_of(second) == CONTENT


def test_an_old_revision_comes_back_as_a_draft_change(database: Database) -> None:
    article_id = published(database)
    published(database, content=replace(CONTENT, answer_agent="新的。"))

    with database.work(AUTHOR) as uow:
        change_id = articles.restore(uow, article_id, 1, note="恢复").id

    assert (read(database, change_id).answer_agent, read(database, article_id).answer_agent) == (CONTENT.answer_agent, "新的。")


def test_nothing_is_restored_over_a_change_at_hand_and_no_unknown_revision(database: Database) -> None:
    article_id = published(database)
    with pytest.raises(NotFound), database.work() as uow:
        articles.restore(uow, article_id, 9)
    change_id = changed(database, article_id)

    with pytest.raises(Conflict) as caught, database.work() as uow:
        articles.restore(uow, article_id, 1)
    assert caught.value.details["change_id"] == change_id


def test_a_use_counts_once_in_a_contact_and_each_time_without(database: Database) -> None:
    article_id = published(database)

    for contact_id in (7, 7, None, None):
        with database.work() as uow:
            uses.note(uow, article_id, UseKind.USED, Showing(contact_id=contact_id))

    with database.read() as session:
        told = select(func.count()).select_from(StoredEvent).where(StoredEvent.name == "article-used")
        assert session.scalar(select(func.count()).select_from(ArticleUse)) == 3
        assert session.scalar(told) == 3


def test_using_an_unknown_article_is_refused(database: Database) -> None:
    with pytest.raises(NotFound), database.work() as uow:
        uses.note(uow, 1, UseKind.USED)


def test_an_article_expires_on_the_day_after_its_last(database: Database) -> None:
    last_day = date(2026, 11, 20)
    article_id = published(database, content=replace(CONTENT, effective_to=last_day))

    with database.work() as uow:
        assert article_days.expire_due(uow, last_day) == 0
    with database.work() as uow:
        assert article_days.expire_due(uow, date(2026, 11, 21)) == 1
    with database.work() as uow:
        assert article_days.expire_due(uow, date(2026, 11, 21)) == 0
        assert uow.session.get_one(Article, article_id).state is ArticleState.EXPIRED


def test_an_article_falls_due_so_many_days_before_its_review(database: Database) -> None:
    article_id = published(database, content=replace(CONTENT, review_due=date(2026, 12, 5)))

    with database.work() as uow:
        assert article_days.come_due(uow, date(2026, 11, 20), TERMS.rules) == 0
        assert article_days.come_due(uow, date(2026, 11, 21), TERMS.rules) == 1
    assert read(database, article_id).state is ArticleState.DUE


def test_an_article_without_a_day_falls_due_when_the_period_since_it_was_published_is_over(database: Database) -> None:
    article_id = published(database)
    with database.work() as uow:
        uow.session.get_one(Article, article_id).published_at = datetime(2026, 5, 31, 4, tzinfo=UTC)

    with database.work() as uow:
        assert article_days.come_due(uow, date(2026, 11, 15), TERMS.rules) == 0
        assert article_days.come_due(uow, date(2026, 11, 17), TERMS.rules) == 1
    assert read(database, article_id).state is ArticleState.DUE


def test_words_brought_in_anew_begin_a_period_of_review_and_the_same_again_keep_theirs(database: Database) -> None:
    first, later = date(2027, 5, 20), date(2027, 11, 20)
    with database.work() as uow:
        article_id = articles.import_article(uow, "guide", CONTENT, GUIDES, review_due=first).id
        articles.import_article(uow, "guide", CONTENT, GUIDES, review_due=later)
    assert (read(database, article_id).review_due, read(database, article_id).revision) == (first, 1)
    with database.work() as uow:
        articles.move_by_itself(uow, uow.session.get_one(Article, article_id), "come_due")

    with database.work() as uow:
        articles.import_article(uow, "guide", replace(CONTENT, answer_agent="新。"), GUIDES, review_due=later)

    found = read(database, article_id)
    assert (found.review_due, found.revision, found.state) == (later, 2, ArticleState.PUBLISHED)


def test_a_guide_that_has_come_due_is_confirmed_here(database: Database) -> None:
    with database.work() as uow:
        article_id = articles.import_article(uow, "guide", CONTENT, GUIDES).id
        articles.move_by_itself(uow, uow.session.get_one(Article, article_id), "come_due")

    moved(database, article_id, "confirm", EDITOR, "knowledge_editor", review_due=TERMS.next_review)

    found = read(database, article_id)
    assert (found.review_due, found.state) == (TERMS.next_review, ArticleState.PUBLISHED)


def test_an_article_gets_a_code_of_its_own_though_an_import_brought_the_next_ones(database: Database) -> None:
    last = drafted(database, replace(CONTENT, title="甲"))
    for number in (1, 2):
        published(database, f"K{last + number + 2:06d}", replace(CONTENT, title=f"带来的{number}"))

    codes = [read(database, drafted(database, replace(CONTENT, title=title))).code for title in ("乙", "丙")]

    assert codes == [f"K{last + 3:06d}-2", f"K{last + 4:06d}-2"]
