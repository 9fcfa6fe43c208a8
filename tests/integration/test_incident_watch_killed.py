"""`kill -9` of the worker that watches, and two workers at once: every call is in one incident, which is warned of once."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import func, select

from hotline.insight import incidents
from hotline.insight.models import Incident, IncidentTicket
from hotline.kernel.settings import Settings, as_environment, foreign_environment
from hotline.people.models import Notice
from tests import factories
from tests.conftest import SECRET
from tests.integration.incident_scene import calls
from web.bootstrap import Container, build

SECONDS = 60
WATCHER = """
from hotline.kernel.settings import load
from web.bootstrap import build

container = build(load())
print("ready", flush=True)
while True:
    container.incidents.look(container.database)
"""


def settings(parts: Container) -> Settings:
    return Settings(
        data_dir=parts.settings.data_dir,
        database_url=parts.settings.database_url,
        search_url="null:",
        secret_key=SecretStr(SECRET),
    )


def ring(parts: Container, first: int, last: int) -> list[int]:
    return calls(parts.database, range(first, last), address="", area_code="990101")


def found_areas(parts: Container) -> None:
    with parts.database.work() as uow:
        for code, parent, level in (("9901", "99", "district"), ("990101", "9901", "street")):
            factories.area(uow.session, code, parent_code=parent, level=level)


def kept(parts: Container) -> tuple[int, list[int], int]:
    """How many incidents, which tickets are in one, and how many warnings."""
    with parts.database.read() as session:
        rows = list(session.scalars(select(IncidentTicket.ticket_id).where(incidents.IN).order_by(IncidentTicket.ticket_id)))
        warned = session.scalar(select(func.count()).where(Notice.code == "incident-spotted")) or 0
        return session.query(Incident).count(), rows, warned


def test_a_watcher_killed_amid_the_calls_loses_and_doubles_nothing(parts: Container, tmp_path: Path) -> None:
    found_areas(parts)
    environment = {**foreign_environment(), **as_environment(settings(parts))}
    command = [sys.executable, "-c", WATCHER]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as watcher:  # noqa: S603 our own
        try:
            assert watcher.stdout is not None
            assert watcher.stdout.readline() == "ready\n"
            opened = ring(parts, 0, 20)
            deadline = time.monotonic() + SECONDS
            while not kept(parts)[1] and time.monotonic() < deadline:
                time.sleep(0.01)
        finally:
            os.kill(watcher.pid, signal.SIGKILL)
    opened += ring(parts, 20, 30)

    parts.incidents.look(parts.database)

    assert kept(parts) == (1, opened, 1)


def test_two_watchers_at_once_spot_one_incident(parts: Container) -> None:
    found_areas(parts)
    opened = ring(parts, 0, 20)
    other = build(settings(parts))
    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda one: one.incidents.look(one.database), (parts, other)))
        parts.incidents.look(parts.database)
    finally:
        other.close()

    assert kept(parts) == (1, opened, 1)
