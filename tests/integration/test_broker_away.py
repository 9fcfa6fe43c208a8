"""The broker is away: people sign in, requests are taken, and nobody waits for it; health says what is down."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from hotline.kernel import clock, outbox
from hotline.kernel.db import Database
from hotline.kernel.settings import Settings
from hotline.people import officers
from hotline.people.permissions import Role
from sla import defaults
from tests import factories
from tests.integration.people import TICKET, Person
from web import health
from web.app import create_app
from web.bootstrap import Container, build

NOT_NOTICED_S = 2.0
PASSWORD = "long enough"
SUBMISSION = {"text": "听涛路的路灯三天没有亮了", "phone": "19900000123", "submission_key": "a-key-of-the-page"}


@pytest.fixture
def parts(database: Database, database_url: str, tmp_path: Path) -> Iterator[Container]:
    """A web process whose broker nobody has started."""
    made = build(
        Settings(data_dir=tmp_path, database_url=database_url, redis_url=f"unix://{tmp_path}/none.sock", search_url="null:")
    )
    with made.database.work() as uow:
        defaults.install_defaults(uow)
        factories.category(uow.session, "0402")
        officer = officers.create_officer(uow, login="agent", name="甲", password=PASSWORD)
        unit = factories.unit(uow.session, "U1")
        officers.add_role(uow, officer, unit.id, Role.AGENT)
    yield made
    made.close()


@pytest.fixture
def person(parts: Container) -> Person:
    return Person(create_app(parts).test_client())


def answered(ask: Callable[[], TestResponse]) -> tuple[int, bool]:
    """The status, and whether it came before anybody noticed that something is down."""
    began = time.monotonic()
    status = ask().status_code
    return status, time.monotonic() - began < NOT_NOTICED_S


def test_officer_signs_in_and_opens_a_ticket_at_once(person: Person) -> None:
    assert answered(lambda: person.ask("POST", "/session", json={"login": "agent", "password": PASSWORD})) == (201, True)
    person.csrf = person.done("GET", "/session")["csrf_token"]

    assert answered(lambda: person.ask("POST", "/tickets", json=TICKET)) == (201, True)


def test_citizen_submits_at_once_and_what_follows_is_owed(person: Person, parts: Container) -> None:
    assert answered(lambda: person.ask("POST", "/public/tickets", json=SUBMISSION)) == (201, True)
    with parts.database.read() as session:
        assert outbox.owed(session, clock.now()), "kept for the sweep"


def test_push_is_given_up_at_once(parts: Container) -> None:
    began = time.monotonic()
    parts.push.emit("ticket", {}, ["role:agent", "role:manager", "unit:1"])

    assert time.monotonic() - began < NOT_NOTICED_S


def test_health_names_the_broker_and_the_worker_as_down(person: Person, parts: Container) -> None:
    status, soon = answered(lambda: person.client.get("/healthz"))

    assert (status, soon) == (503, True)
    up = {part.name: part.up for part in health.parts(parts)}
    assert (up["database"], up["broker"], up["worker"]) == (True, False, False)
