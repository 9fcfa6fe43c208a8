"""The demo city's knowledge is seen at every point of its life: articles, tasks, announcements, phone book."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers
from hotline.kernel.vault import Vault
from knowledge_base import announcements, wordings
from knowledge_base.announcements import Wanted
from knowledge_base.feedback import AskedQuestion, KnowledgeTask
from knowledge_base.lifecycle import ArticleState, PhoneEntryState, TaskState
from knowledge_base.models import Article
from knowledge_base.noticeboard import PhoneEntry, PhoneKind
from knowledge_base.noticeboard_rules import When
from knowledge_base.wordlists import SynonymGroup, VocabularyWord
from tests.conftest import SECRET, TEMPLATE, ZONE
from web.demo.data import load_city
from web.demo.knowledge import seed_knowledge
from web.demo.seed import open_quietly, seed_reference
from web.embedded import PostgresServer
from web.subscribers import WITHIN

NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def seeded(postgres: PostgresServer, worker_id: str) -> Iterator[Database]:
    """A demo city without requests; the tests only look at it, or add what is there already."""
    name = f"hotline_seed_knowledge_{worker_id}"
    postgres.psql(f"drop database if exists {name}; create database {name} template {TEMPLATE};")
    url = str(postgres.get_uri(database=name)).replace("postgresql://", "postgresql+psycopg://", 1)
    opened = open_quietly(url, Subscribers(within=WITHIN), ZONE, Vault([SECRET]))
    try:
        seed_reference(opened, now=NOW)
        seed_knowledge(opened, load_city(), now=NOW)
        yield opened
    finally:
        opened.close()
    postgres.psql(f"drop database {name};")


@pytest.fixture
def session(seeded: Database) -> Iterator[Session]:
    with seeded.read() as session:
        yield session


def test_articles_stand_in_every_state_but_the_two_last(session: Session) -> None:
    found = set(session.scalars(select(Article.state).distinct()))

    assert found == set(ArticleState) - {ArticleState.WITHDRAWN, ArticleState.TAKEN}


def test_a_change_of_an_article_waits_for_its_unit(session: Session) -> None:
    change = session.scalars(select(Article).where(Article.replaces_id.is_not(None))).one()

    assert change.state is ArticleState.UNIT_REVIEW
    assert change.step_due_at


def test_corrections_are_open_answered_and_closed(session: Session) -> None:
    found = set(session.scalars(select(KnowledgeTask.state)))

    assert found == {TaskState.OPEN, TaskState.ANSWERED, TaskState.CLOSED}


@pytest.mark.parametrize("when", [When.NOW, When.COMING, When.OVER])
def test_announcements_and_wordings_are_at_every_point(session: Session, when: When) -> None:
    assert announcements.listed(session, Wanted(when), NOW)
    assert wordings.listed(session, when, NOW)


def test_the_phone_book_holds_numbers_units_and_proposals(session: Session) -> None:
    query = select(PhoneEntry.kind, func.count()).where(PhoneEntry.state == PhoneEntryState.PUBLISHED)
    published: dict[PhoneKind, int] = dict(session.execute(query.group_by(PhoneEntry.kind)).all())
    proposed = session.scalars(select(PhoneEntry).where(PhoneEntry.state == PhoneEntryState.PROPOSED)).all()

    assert published[PhoneKind.PUBLIC] >= 60
    assert published[PhoneKind.UNIT] >= 60
    assert {entry.replaces_id is None for entry in proposed} == {True, False}


def test_search_knows_the_words_of_the_city(session: Session) -> None:
    assert session.scalars(select(VocabularyWord).where(VocabularyWord.word == "柳浪家园")).one().kind == "place"
    assert session.scalars(select(SynonymGroup)).first()


def test_questions_without_an_answer_wait_to_be_grouped(session: Session) -> None:
    assert len(session.scalars(select(AskedQuestion)).all()) >= 15


def test_seeding_again_adds_nothing(seeded: Database) -> None:
    with seeded.read() as session:
        before = session.scalar(select(func.count(PhoneEntry.id)))

    seed_knowledge(seeded, load_city(), now=NOW)

    with seeded.read() as session:
        assert session.scalar(select(func.count(PhoneEntry.id))) == before
