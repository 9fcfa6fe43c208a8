"""What all tests share: one embedded PostgreSQL a run, a database a worker, the development data folder, the demo people."""

import os
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from sqlalchemy import text

from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers, recorder
from hotline.kernel.vault import Vault
from tests.fakes import FakeQueue
from web import embedded
from web.embedded import PostgresServer
from web.migrations import upgrade

ZONE = ZoneInfo("Asia/Shanghai")
TEMPLATE = "hotline_template"
SECRET = "the secret of the tests"
CONNECTIONS = 400
"""Several workers may each run a whole hotline."""
EMPTY = """
do $$
declare
  name text;
begin
  set local session_replication_role = replica;
  for name in select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version' loop
    execute format('delete from %I', name);
  end loop;
  perform setval(format('%I.%I', schemaname, sequencename), start_value, false) from pg_sequences where last_value is not null;
end $$
"""
"""Leaves no row and starts every number anew. To truncate eighty tables with their indexes takes longer than most tests."""

# A busy machine must not fail a property; how long an example takes is no property of ours.
settings.register_profile("hotline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hotline")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data folder. Its tests are skipped where it is absent, unless HOTLINE_TEST_REQUIRE_SHARED is set."""
    folder = Path(os.environ.get("HOTLINE_TEST_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if not folder.is_dir():
        if os.environ.get("HOTLINE_TEST_REQUIRE_SHARED"):
            pytest.fail(f"the development data folder is required and absent: {folder}")
        pytest.skip("the development data folder is absent")
    return folder


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """One server for all workers of this run, with a migrated template database; durability is off."""
    run = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        run = run.parent
    with FileLock(run / "postgres.lock"):
        server = embedded.start_postgres(run / "postgres")
        if not (run / "template-ready").exists():
            server.psql("alter system set fsync = off; alter system set synchronous_commit = off;")
            server.psql(f"alter system set max_connections = {CONNECTIONS};")
            server.stop()
            server.start()
            upgrade(embedded.create_database(server, TEMPLATE))
            (run / "template-ready").touch()
    yield server
    server.cleanup()


@pytest.fixture(scope="session")
def database_url(postgres: PostgresServer, worker_id: str) -> str:
    """A migrated database of this worker alone."""
    name = f"hotline_{worker_id}"
    postgres.psql(f"drop database if exists {name}; create database {name} template {TEMPLATE};")
    return str(postgres.get_uri(database=name)).replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture
def queue() -> FakeQueue:
    """Deliveries rung for, in order."""
    return FakeQueue()


@pytest.fixture
def subscribers() -> Subscribers:
    """Who reacts; a test module overrides it to hand in its own reactions."""
    return Subscribers()


@pytest.fixture
def database(database_url: str, queue: FakeQueue, subscribers: Subscribers) -> Iterator[Database]:
    """An empty, migrated database with `subscribers` listening."""
    opened = Database(database_url, recorder=recorder(subscribers), put=queue.put, zone=ZONE, vault=Vault([SECRET]))
    yield opened
    with opened.engine.begin() as connection:
        connection.execute(text(EMPTY))
    opened.close()
