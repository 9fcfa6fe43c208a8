"""The whole web application on the test database with a real Valkey, for the tests that need all of its rules at once."""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from apiflask import APIFlask
from pydantic import SecretStr

from hotline.kernel.db import Database
from hotline.kernel.settings import Settings
from hotline.people.models import Unit
from sla import defaults
from tests import factories
from tests.conftest import SECRET
from tests.integration.people import Person, SignIn
from web import auth, embedded
from web.app import create_app
from web.bootstrap import Container, build
from web.limits import limiter


@dataclass(frozen=True)
class SharedApp:
    """An application with what it was made from and its configuration then."""

    app: APIFlask
    shape: tuple[object, ...]
    counts: object
    config: dict[str, Any]

    @classmethod
    def made(cls, parts: Container) -> "SharedApp":
        app = create_app(parts)
        return cls(app, shape_of(parts), limiter.storage, dict(app.config))

    def fits(self, parts: Container) -> bool:
        """Whether it would be made the same, and no application since lets the one limiter of the process count elsewhere."""
        return self.shape == shape_of(parts) and self.counts is limiter.storage

    def around(self, parts: Container) -> APIFlask:
        """As new, with these parts."""
        self.app.config.clear()
        self.app.config.update(self.config)
        self.app.extensions["hotline"] = parts
        auth.forget_superiors()
        return self.app


def shape_of(parts: Container) -> tuple[object, ...]:
    """What `create_app` takes from the parts once and for all."""
    given = parts.settings
    return parts.secret_key, parts.broker.redis_url, given.secure_cookies, given.upload_max_bytes, given.trusted_proxies


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A real Valkey; gives the data folder whose `embedded:` it is."""
    folder = tmp_path_factory.mktemp("bad")
    opened = embedded.open_embedded_broker(urlsplit("embedded:"), data_dir=folder)
    with subprocess.Popen(opened.command, stdout=subprocess.DEVNULL) as running:  # noqa: S603 our own command
        client = redis.Redis.from_url(opened.redis_url)
        deadline = time.monotonic() + 20
        while not _pings(client) and time.monotonic() < deadline:
            time.sleep(0.05)
        client.close()
        yield folder
        running.terminate()


@pytest.fixture
def parts(broker: Path, database: Database, database_url: str) -> Iterator[Container]:
    """Everything a web process has, on the empty test database, with an agent's city of two units."""
    settings = Settings(
        data_dir=broker,
        database_url=database_url,
        search_url="null:",
        rate_submission="1000 per hour",
        secret_key=SecretStr(SECRET),
    )
    made = build(settings)
    with redis.Redis.from_url(made.broker.redis_url) as client:
        client.flushall()
    with made.database.work() as uow:
        defaults.install_defaults(uow)
        factories.category(uow.session, "0402")
        for code in ("U1", "U2"):
            factories.unit(uow.session, code)
    yield made
    made.close()


@pytest.fixture(scope="session")
def applications() -> list[SharedApp]:
    """The application that the tests of this worker share, once there is one."""
    return []


@pytest.fixture
def whole_app(parts: Container, applications: list[SharedApp]) -> APIFlask:
    """The application around these parts. Routes take longer to register than most tests: made anew only if it must be."""
    if not (applications and applications[0].fits(parts)):
        applications[:] = [SharedApp.made(parts)]
    return applications[0].around(parts)


@pytest.fixture
def citizen(whole_app: APIFlask) -> Person:
    return Person(whole_app.test_client())


@pytest.fixture
def sign_in(whole_app: APIFlask, parts: Container) -> SignIn:
    def signed_in(role: str, unit_code: str = "", locale: str = "zh-CN") -> Person:
        with parts.database.work() as uow:
            place = uow.session.query(Unit).filter_by(code=unit_code).one() if unit_code else None
            officer = factories.officer(uow.session, f"{role}-{unit_code}-{locale}", roles=(role,), in_unit=place)
            officer.locale = locale
            officer_id = officer.id
        client = whole_app.test_client()
        with client.session_transaction() as cookie:
            cookie["officer_id"] = officer_id
        person = Person(client)
        person.csrf = person.done("GET", "/session")["csrf_token"]
        return person

    return signed_in


def _pings(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
