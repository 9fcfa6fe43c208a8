"""The months before the last weeks are told while the city is at work: found by search, whole, and never twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import Database
from hotline.kernel.events import Delivery, Event, Subscribers
from hotline.kernel.vault import Vault
from hotline.tickets import audit
from hotline.tickets.events import TicketOpened
from hotline.tickets.models import Assignment, Request, Ticket, TicketLink
from hotline.tickets.workflow import RequestKind, State
from tests.conftest import SECRET, TEMPLATE, ZONE
from web.demo.seed import INDEX, open_to_search, seed_past, seed_reference
from web.demo.shape import load_shape
from web.embedded import PostgresServer
from web.subscribers import WITHIN

SCALE = 0.03
NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)


def ignore(database: Database, delivery_id: int, event: Event) -> None:
    """Stands for a reaction; nobody works off what is owed here."""


@pytest.fixture(scope="module")
def seeded(postgres: PostgresServer, worker_id: str) -> Iterator[Database]:
    """The reference data and the older months, in a database of its own."""
    name = f"hotline_seed_past_{worker_id}"
    postgres.psql(f"drop database if exists {name}; create database {name} template {TEMPLATE};")
    url = str(postgres.get_uri(database=name)).replace("postgresql://", "postgresql+psycopg://", 1)
    table = Subscribers(within=WITHIN, after={TicketOpened: {INDEX: ignore, "push": ignore}})
    opened = open_to_search(url, table, ZONE, Vault([SECRET]))
    try:
        seed_reference(opened, now=NOW)
        assert seed_past(opened, scale=SCALE, now=NOW) > 0
        yield opened
    finally:
        opened.close()
    postgres.psql(f"drop database {name};")


@pytest.fixture
def session(seeded: Database) -> Iterator[Session]:
    with seeded.read() as session:
        yield session


def tickets_of(session: Session) -> list[Ticket]:
    return list(session.scalars(select(Ticket).order_by(Ticket.id)))


def test_all_are_older_than_the_last_weeks_and_over(session: Session) -> None:
    past = load_shape().past

    for ticket in tickets_of(session):
        assert timedelta(days=past.from_day - 1 - 20) < NOW - ticket.opened_at < timedelta(days=past.from_day + past.days + 1)
        assert not ticket.state.is_open


def test_every_chain_holds(session: Session) -> None:
    assert list(audit.broken_lines(session)) == []


def test_each_ticket_is_owed_to_the_index_and_to_nothing_else(session: Session) -> None:
    owed = dict(session.execute(select(Delivery.reaction, func.count()).group_by(Delivery.reaction)).all())

    assert owed == {INDEX: len(tickets_of(session))}


def test_a_surge_was_merged_answered_and_asked(session: Session) -> None:
    merged = [ticket for ticket in tickets_of(session) if ticket.merged_into_id]

    assert merged
    assert all(ticket.state is State.CLOSED and ticket.public_reply for ticket in merged)
    assert session.scalar(select(func.count()).where(TicketLink.kind == "merged")) == len(merged)


def test_a_wrong_unit_was_told_from_the_right_one(session: Session) -> None:
    returns = session.execute(
        select(Assignment.unit_id, Ticket.lead_unit_id, Request.data)
        .join(Assignment, Assignment.id == Request.assignment_id)
        .join(Ticket, Ticket.id == Request.ticket_id)
        .where(Request.kind == RequestKind.RETURN)
    ).all()
    named = [(wrong, right, data["competent_unit_id"]) for wrong, right, data in returns if data.get("competent_unit_id")]

    assert named
    assert all(wrong != competent for wrong, _, competent in named)
    assert any(right == competent for _, right, competent in named)


def test_telling_again_tells_nothing(seeded: Database) -> None:
    assert seed_past(seeded, scale=SCALE, now=NOW + timedelta(hours=2)) == 0
