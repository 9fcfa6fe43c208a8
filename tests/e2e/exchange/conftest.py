"""The real exchange of these stories. Where it cannot be made, they are skipped with one line that says why."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.exchange.asterisk import Asterisk
from tests.e2e.exchange.asterisk_root import NoAsterisk, asterisk_root
from tests.e2e.exchange.phones import missing_phone
from tests.e2e.exchange.telephony import Telephony
from tests.e2e.stage import TOKEN, Stage


@pytest.fixture(scope="session")
def asterisk_files() -> Path:
    """The folder of Asterisk 22; telephones are there too."""
    missing = missing_phone()
    if missing:
        pytest.skip(f"no real exchange: {missing} is not installed")
    try:
        return asterisk_root()
    except NoAsterisk as reason:
        pytest.skip(f"no real exchange: {reason}")


@pytest.fixture
def telephony(asterisk_files: Path, stage: Stage, tmp_path: Path) -> Iterator[Telephony]:
    """Asterisk with the shipped dialplan, beside the stage; not started yet, so that a test may change its site."""
    site = {
        "DESK_API": f"{stage.address}/api/v1",
        "DESK_TOKEN": TOKEN,
        "DESK_AUDIOSOCKET": f"127.0.0.1:{stage.audio_port}",
    }
    websocket = f"ws://127.0.0.1:{stage.websocket_port}/asterisk"
    made = Telephony(Asterisk(asterisk_files, tmp_path / "asterisk", site, websocket), tmp_path)
    try:
        yield made
    finally:
        made.asterisk.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """With a failure, what Asterisk and the telephones said."""
    report = yield
    used = getattr(item, "funcargs", {}).get("telephony")
    if report.failed and isinstance(used, Telephony):
        report.sections.append(("exchange", used.logs()))
    return report
