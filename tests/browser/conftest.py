"""The stage of the browser tests: a small demo city with requests, real processes, Chromium with a recording as microphone."""

import math
import os
import shutil
import struct
import subprocess
import wave
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Playwright, ViewportSize, sync_playwright

from tests.browser.bends import Desk
from tests.browser.windows import DESK, Keys, Window, open_window
from tests.conftest import TEMPLATE
from tests.e2e.conftest import pytest_runtest_makereport as pytest_runtest_makereport
from tests.e2e.people import Officer
from tests.e2e.sharing import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler
from tests.e2e.stage import Stage
from web import embedded
from web.embedded import PostgresServer
from web.pages import DIST
from web.supervisor import hotline_command

SCALE = "0.5" if "HOTLINE_TEST_SCREENSHOTS" in os.environ else "0.05"
"""Pictures show a city at work; the tests need one request of a kind."""
CITY = "hotline_city"
MICROPHONE_RATE_HZ = 16_000
RECORDING_S = 30
TONE_HZ, LOUDNESS = 220, 3000
SCRIPT = (
    (1.0, 4.0, "你好，我要反映望江大道的工地夜间施工，半夜十二点还在打混凝土"),
    (4.5, 7.5, "吵得孩子睡不着觉，希望制止夜间施工，我姓陈"),
    (8.0, 13.0, "我住在望江大道二十六号，请尽快安排人来查一查"),
)
"""What the scripted engine hears: start and end in seconds, words."""
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
)

OpenWindow = Callable[..., Window]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, without a browser yet."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> str:
    """The system's Chromium, else Playwright's own. Skips without one, unless HOTLINE_TEST_REQUIRE_BROWSER is set."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or playwright.chromium.executable_path
    missing = "no browser" if not Path(found).exists() else "" if _is_built() else "the pages are not built"
    if missing and os.environ.get("HOTLINE_TEST_REQUIRE_BROWSER"):
        pytest.fail(f"{missing}, and HOTLINE_TEST_REQUIRE_BROWSER is set")
    if missing:
        pytest.skip(f"{missing}: install chromium and run `make setup`")
    return found


@pytest.fixture(scope="session")
def stage(chromium: str, postgres: PostgresServer, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Everything running, with requests in every state."""
    with staged(postgres, tmp_path_factory.mktemp("browser"), f"hotline_browser_{worker_id}", SCRIPT) as made:
        yield made


@contextmanager
def staged(postgres: PostgresServer, folder: Path, name: str, said: Sequence[tuple[float, float, str]]) -> Iterator[Stage]:
    """A seeded city in a database of that name, with all processes, in which every call says that."""
    script = folder / "call.tsv"
    script.write_text("".join(f"{start}\t{end}\t{text}\n" for start, end, text in said), encoding="utf-8")
    made = Stage(folder, _city(postgres, name, folder / "data"), script)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium whose microphone plays a recording once."""
    recording = tmp_path_factory.mktemp("microphone") / "caller.wav"
    _record(recording)
    microphone = f"--use-file-for-fake-audio-capture={recording}%noloop"
    launched = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, microphone])
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Whoever signed in so far."""
    return {}


@pytest.fixture
def window(browser: Browser, stage: Stage, keys: Keys) -> Iterator[OpenWindow]:
    """Opens windows; when the test is over, whatever went wrong on any of them fails it."""
    opened: list[Window] = []

    def open_one(size: ViewportSize = DESK) -> Window:
        opened.append(open_window(browser, stage.address, keys, size))
        return opened[-1]

    yield open_one
    troubles = [trouble for one in opened for trouble in one.troubles]
    for one in opened:
        one.close()
    assert troubles == []


@pytest.fixture(scope="session")
def desk(stage: Stage) -> Iterator[Desk]:
    """An agent and a dispatcher for the dull parts of the stories."""
    made = Desk(stage, Officer(stage, "agent2"), Officer(stage, "dispatcher2"))
    yield made
    made.agent.close()
    made.dispatcher.close()


def _is_built() -> bool:
    return (DIST / ".vite" / "manifest.json").exists()


def _city(postgres: PostgresServer, name: str, data: Path) -> str:
    """A copy of the demo city: its database by that name, its data folder there. It is told once a run."""
    folder = postgres.pgdata.parent / "city"
    with FileLock(f"{folder}.lock"):
        if not (folder / "told").exists():
            postgres.psql(f"drop database if exists {CITY}; create database {CITY} template {TEMPLATE};")
            _seed(Stage(folder, embedded.create_database(postgres, CITY), folder / "nothing is said"))
            (folder / "told").touch()
        postgres.psql(f"drop database if exists {name} with (force); create database {name} template {CITY};")
    shutil.copytree(folder / "data", data)
    return embedded.create_database(postgres, name)


def _seed(stage: Stage) -> None:
    command = hotline_command("demo", "seed", "--scale", SCALE)
    done = subprocess.run(command, env=stage.environment(), capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr


def _record(path: Path) -> None:
    """A tone, since the scripted engine listens to its length only."""
    samples = (
        int(LOUDNESS * math.sin(2 * math.pi * TONE_HZ * at / MICROPHONE_RATE_HZ))
        for at in range(RECORDING_S * MICROPHONE_RATE_HZ)
    )
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(MICROPHONE_RATE_HZ)
        target.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
