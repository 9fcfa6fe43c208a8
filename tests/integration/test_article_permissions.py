"""Who may read an article: the pure rule and the condition of queries say the same of every state, owner and reader."""

from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import select

from hotline.kernel.clock import now
from hotline.kernel.db import Database
from hotline.kernel.scope import NOBODY, Scope
from knowledge_base import permissions
from knowledge_base.lifecycle import ArticleState
from knowledge_base.models import Article, Secrecy
from tests.integration.article_desk import TODAY

DAY = timedelta(days=1)
OWNERS = (None, 7, 8)
AUTHORS = (None, 11, 12)
SPANS: tuple[tuple[date | None, date | None], ...] = (
    (None, None),
    (TODAY, TODAY),
    (TODAY + DAY, None),
    (None, TODAY - DAY),
)
READERS = {
    "nobody": NOBODY,
    "agent": Scope(21, frozenset({"agent"}), everywhere=frozenset({"agent"}), sees_all_units=True),
    "liaison of 7": Scope(11, frozenset({"liaison"}), frozenset({7}), frozenset({7}), held=frozenset({(7, "liaison")})),
    "head above 8": Scope(
        22, frozenset({"unit_admin"}), frozenset({8, 9}), frozenset({9}), held=frozenset({(9, "unit_admin")})
    ),
    "editor": Scope(23, frozenset({"knowledge_editor"}), member_unit_ids=frozenset({1})),
}


@pytest.fixture
def every_kind(database: Database) -> Database:
    """An article of every state, owner, author and time, public or internal."""
    with database.work() as uow:
        kinds = product(ArticleState, OWNERS, AUTHORS, SPANS, Secrecy)
        for number, (state, owner, author, (begin, end), secrecy) in enumerate(kinds):
            article = Article(
                code=f"A{number}",
                state=state,
                title=f"标题{number}",
                questions=[],
                keywords=[],
                answer_agent="话术",
                secrecy=secrecy,
                owner_unit_id=owner,
                created_by_id=author,
                effective_from=begin,
                effective_to=end,
                updated_at=now(),
            )
            uow.session.add(article)
    return database


@pytest.mark.parametrize("reader", READERS)
def test_the_rule_and_the_condition_agree(every_kind: Database, reader: str) -> None:
    scope = READERS[reader]

    with every_kind.read() as session:
        every = session.scalars(select(Article)).all()
        by_rule = {article.id for article in every if permissions.may_read(scope, article, TODAY)}
        by_query = set(session.scalars(select(Article.id).where(permissions.readable(scope, TODAY))))

    assert by_rule == by_query
    assert bool(by_rule) is (scope is not NOBODY)


def test_a_unit_reads_its_drafts_and_what_holds_and_no_draft_of_others(every_kind: Database) -> None:
    with every_kind.read() as session:
        seen = session.scalars(select(Article).where(permissions.readable(READERS["liaison of 7"], TODAY))).all()

    strange = [article for article in seen if article.owner_unit_id != 7 and article.created_by_id != 11]
    assert {article.state for article in strange} == {ArticleState.PUBLISHED, ArticleState.DUE}
    assert {article.state for article in seen if article.owner_unit_id == 7} == set(ArticleState)


@pytest.mark.parametrize(
    ("reader", "unit_id", "roles"),
    [
        ("nobody", 7, set()),
        ("agent", 7, set()),
        ("liaison of 7", 7, {"liaison"}),
        ("liaison of 7", 8, set()),
        ("liaison of 7", None, set()),
        ("head above 8", 8, set()),
        ("head above 8", 9, {"unit_admin"}),
        ("editor", 7, {"knowledge_editor"}),
        ("editor", None, {"knowledge_editor"}),
    ],
)
def test_roles_count_in_the_unit_they_are_held_in(reader: str, unit_id: int | None, roles: set[str]) -> None:
    assert permissions.roles_for(READERS[reader], unit_id) == roles
    assert permissions.may_write(READERS[reader], unit_id) is bool(roles)
