"""The demo city is seeded once, the same each time, and shows every state, type and channel."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.models import CatalogueEntry, Transfer, TransferState
from hotline.kernel.db import Database
from hotline.kernel.events import Delivery, Subscribers
from hotline.kernel.vault import Vault
from hotline.people.models import Area, Officer, Unit
from hotline.tickets import timeline
from hotline.tickets.models import Assignment, Request, SupervisionOrder, Ticket
from hotline.tickets.workflow import AssignmentState, State
from knowledge_base.feedback import AskedOutcome, AskedQuestion
from knowledge_base.models import Article, ArticleUse, UseKind
from sla import clock_facts
from sla.lifecycles import AppealState, ClockState
from sla.limits import Stage
from sla.models import Clock
from sla.opinions import Appeal
from tests import factories
from tests.conftest import SECRET, TEMPLATE, ZONE
from web.demo.data import load_city
from web.demo.seed import AnotherCity, open_quietly, seed_city
from web.demo.shape import load_shape
from web.demo.wording import unfilled
from web.embedded import PostgresServer
from web.subscribers import WITHIN

SCALE = 0.3
NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def seeded(postgres: PostgresServer, worker_id: str) -> Iterator[Database]:
    """A whole demo city in a database of its own; the tests only look at it, or add what is there already."""
    name = f"hotline_seed_{worker_id}"
    postgres.psql(f"drop database if exists {name}; create database {name} template {TEMPLATE};")
    url = str(postgres.get_uri(database=name)).replace("postgresql://", "postgresql+psycopg://", 1)
    opened = open_quietly(url, Subscribers(within=WITHIN), ZONE, Vault([SECRET]))
    try:
        seed_city(opened, scale=SCALE, now=NOW)
        yield opened
    finally:
        opened.close()
    postgres.psql(f"drop database {name};")


@pytest.fixture
def session(seeded: Database) -> Iterator[Session]:
    with seeded.read() as session:
        yield session


def count(session: Session, table: type[object]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def tickets_of(session: Session) -> list[Ticket]:
    return list(session.scalars(select(Ticket).order_by(Ticket.id)))


def test_the_volumes_are_those_of_the_shape(session: Session) -> None:
    answered = [ticket for ticket in tickets_of(session) if ticket.state is State.ANSWERED]

    assert len(answered) == load_shape().recent.answers * SCALE
    asked = [ticket for ticket in tickets_of(session) if ticket.type != "bad_mark"]
    planned = (load_shape().recent.answers + load_shape().recent.tickets) * SCALE
    assert planned < len(asked) < 1.25 * planned


def test_every_state_occurs(session: Session) -> None:
    """But archived: tickets are archived long after the weeks that are told before the city opens."""
    assert {ticket.state for ticket in tickets_of(session)} == set(State) - {State.ARCHIVED}
    assert set(session.scalars(select(Assignment.state).distinct())) == set(AssignmentState)


def test_every_type_channel_and_urgency_occurs(session: Session) -> None:
    found = tickets_of(session)

    assert {ticket.type for ticket in found} == {"enquiry", "help", "complaint", "report", "suggestion", "praise", "bad_mark"}
    assert {ticket.channel for ticket in found} == {"phone", "web_form", "platform"}
    assert {ticket.urgency for ticket in found} == {"normal", "urgent", "critical"}


def test_every_outcome_occurs(session: Session) -> None:
    found = tickets_of(session)

    assert {ticket.outcome_source for ticket in found} >= {"direct", "explicit", "unreachable", "not_wanted", None}
    assert {ticket.on_time for ticket in found} == {True, False, None}
    assert {ticket.round for ticket in found} == {1, 2}
    assert {request.state.value for request in session.scalars(select(Request))} == {"asked", "granted", "refused"}


def test_most_requesters_are_satisfied_and_some_are_not(session: Session) -> None:
    said = [ticket.satisfied for ticket in tickets_of(session) if ticket.satisfied]

    assert 0.75 < sum(not word.endswith("dissatisfied") for word in said) / len(said) < 0.97


def test_no_text_has_an_unfilled_slot(session: Session) -> None:
    for ticket in tickets_of(session):
        assert unfilled([ticket.title, ticket.body, ticket.wanted, ticket.address, ticket.public_reply]) == []
    for part in session.scalars(select(Assignment)):
        assert unfilled([part.reply_internal, part.reply_public, part.note]) == []


def test_timelines_are_whole_and_run_forward(session: Session) -> None:
    for ticket in tickets_of(session)[::10]:
        lines = timeline.lines(session, ticket.id)
        assert timeline.broken_at(lines) is None
        assert [line.at for line in lines] == sorted(line.at for line in lines)
        assert lines[-1].at <= NOW


def test_requests_lie_within_the_last_two_months(session: Session) -> None:
    opened = [ticket.opened_at for ticket in tickets_of(session)]

    assert min(opened) > NOW - timedelta(days=62)
    assert max(opened) <= NOW


def test_numbers_tell_the_local_day(session: Session) -> None:
    for ticket in tickets_of(session):
        assert ticket.number.startswith(ticket.opened_at.astimezone(ZONE).strftime("%y%m%d"))


def test_every_open_request_at_work_has_a_limit(session: Session) -> None:
    at_work = [ticket for ticket in tickets_of(session) if ticket.state in {State.DISPATCHED, State.HANDLING}]

    assert all(ticket.due_at and ticket.total_due_at for ticket in at_work)
    assert any(ticket.due_at < NOW for ticket in at_work if ticket.due_at)


def test_every_appeal_that_waits_has_a_limit(session: Session) -> None:
    waiting = set(session.scalars(select(Appeal.id).where(Appeal.state == AppealState.ASKED)))
    running = select(Clock).where(Clock.stage == Stage.APPEAL, Clock.state == ClockState.RUNNING)

    assert waiting
    assert {clock_facts.appeal_of(clock) for clock in session.scalars(running)} == waiting


def test_papers_for_lateness_go_to_late_units_alone(session: Session) -> None:
    overdue = select(SupervisionOrder).where(SupervisionOrder.reason_code == "overdue")
    clocks = [session.get(Clock, order.clock_id) if order.clock_id else None for order in session.scalars(overdue)]

    assert clocks
    assert all(clock is not None and clock.expired_at is not None for clock in clocks)


def test_callers_have_demo_numbers(session: Session) -> None:
    phones = [ticket.contact_phone for ticket in tickets_of(session) if ticket.type != "bad_mark" or ticket.contact_phone]

    assert all(phone.startswith("1990000") for phone in phones)


def test_emergencies_were_handed_over_with_a_receipt(session: Session) -> None:
    found = list(session.scalars(select(Transfer)))

    assert {transfer.state for transfer in found} == {TransferState.RECEIPTED}


def test_most_questions_had_a_sure_answer(session: Session) -> None:
    asked = dict(session.execute(select(AskedQuestion.outcome, func.count()).group_by(AskedQuestion.outcome)).all())

    assert asked[AskedOutcome.SURE] > sum(asked.values()) / 2


def test_every_article_that_was_used_was_shown_and_some_were_judged(session: Session) -> None:
    query = select(ArticleUse.kind, func.count()).group_by(ArticleUse.kind)
    uses = dict(session.execute(query).all())
    pairs = select(ArticleUse.contact_id, ArticleUse.article_id)
    shown = pairs.where(ArticleUse.kind == UseKind.SHOWN)
    used = pairs.where(ArticleUse.kind == UseKind.USED)

    assert set(session.execute(used)) <= set(session.execute(shown))
    assert uses[UseKind.SHOWN] > uses[UseKind.USED] > uses[UseKind.HELPFUL] > uses[UseKind.NOT_HELPFUL] > 0


def test_reference_data_is_there(session: Session) -> None:
    city = load_city()

    assert count(session, Area) == len(city.areas)
    assert count(session, Unit) == len(city.units)
    assert {article.id for article in city.articles} <= set(session.scalars(select(Article.code)))
    assert count(session, CatalogueEntry) == len(city.catalogue)
    assert count(session, Officer) > len(city.units)


def test_nothing_is_owed_to_anybody(session: Session) -> None:
    assert count(session, Delivery) == 0


def test_seeding_again_doubles_nothing(seeded: Database) -> None:
    tables = (Ticket, Assignment, Officer, Unit, Article, CatalogueEntry)
    with seeded.read() as session:
        before = [count(session, table) for table in tables]

    seed_city(seeded, scale=SCALE, now=NOW + timedelta(days=1))

    with seeded.read() as session:
        assert [count(session, table) for table in tables] == before


def test_another_city_is_left_alone(database: Database) -> None:
    with database.work() as uow:
        factories.area(uow.session, "88")

    with pytest.raises(AnotherCity):
        seed_city(database, now=NOW)
