"""`kill -9` of the process that writes the index, amid its work: nothing is lost, search answers, the lock is free."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select

from hotline.kernel import clock, outbox
from hotline.kernel.events import Delivery
from hotline.kernel.scope import Scope
from hotline.kernel.settings import Settings, as_environment, foreign_environment
from hotline.tickets import searching, tickets
from hotline.tickets.tickets import NewTicket
from tests.conftest import SECRET
from web import indexes
from web.bootstrap import Container, build

HOTLINE = Scope(officer_id=1, sees_all_units=True)
TICKETS, BEFORE_THE_KILL = 40, 12
WORKER = """
from hotline.kernel import clock, outbox
from hotline.kernel.settings import load
from web.bootstrap import build

container = build(load())
while True:
    with container.database.read() as session:
        owed = outbox.owed(session, clock.now())
    for delivery_id in owed:
        outbox.deliver(container.database, container.subscribers, delivery_id, lease_seconds=1, max_attempts=8)
        print(delivery_id, flush=True)
"""


def settings(parts: Container, folder: Path) -> Settings:
    return Settings(
        data_dir=parts.settings.data_dir,
        database_url=parts.settings.database_url,
        search_url=f"tantivy://{folder}",
        secret_key=SecretStr(SECRET),
    )


def open_many(container: Container) -> set[int]:
    found = set()
    for _ in range(TICKETS):
        with container.database.work() as uow:
            found.add(tickets.open_ticket(uow, NewTicket("phone", "complaint", "路灯不亮", "路口的路灯三天不亮")).id)
    return found


def found(container: Container) -> set[int]:
    with container.database.read() as session:
        return set(searching.found_ids(session, container.search, HOTLINE, "路灯"))


def deliver_all(container: Container) -> None:
    with container.database.read() as session:
        owed = outbox.owed(session, clock.now())
    for delivery_id in owed:
        outbox.deliver(container.database, container.subscribers, delivery_id, lease_seconds=60, max_attempts=8)


def test_a_worker_killed_among_its_updates_loses_none(parts: Container, tmp_path: Path) -> None:
    container = build(settings(parts, tmp_path))
    indexes.ensure_all(container)
    opened = open_many(container)
    environment = {**foreign_environment(), **as_environment(container.settings)}

    with subprocess.Popen([sys.executable, "-c", WORKER], stdout=subprocess.PIPE, text=True, env=environment) as worker:  # noqa: S603 - our own interpreter
        assert worker.stdout is not None
        for _ in range(BEFORE_THE_KILL):
            worker.stdout.readline()
        os.kill(worker.pid, signal.SIGKILL)
    some = found(container)
    time.sleep(1.1)  # until the lease of what it held is over
    deliver_all(container)

    assert 0 < len(some) < TICKETS
    assert found(container) == opened
    with container.database.read() as session:
        states = set(session.scalars(select(Delivery.state).where(Delivery.reaction == indexes.REACTION)))
    assert states == {"done"}
    container.close()
