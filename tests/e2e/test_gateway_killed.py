"""`kill -9` of a recognising process and of the gateway in the middle of three calls.

At most two seconds of words are lost, and none comes twice.
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import select

from asr import transcripts
from asr.gateways.client import AudioSocketCaller, GatewayUnreachable
from asr.models import CallRecording, RecordingState
from hotline.kernel.db import Database
from hotline.kernel.events import StoredEvent
from tests import beeps
from tests.e2e.stage import free_port
from tests.e2e.waiting import until
from web.supervisor import hotline_command

pytestmark = pytest.mark.e2e
SECONDS, KILLED_AT_S, LOST_AT_MOST_S = 8, 3.6, 2
CALLS = 3


@dataclass
class Gateway:
    """A gateway of its own: two recognising processes with an engine that hears which second it is."""

    folder: Path
    database_url: str
    port: int = field(default_factory=free_port)
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        settings = {
            "data_dir": str(self.folder / "data"),
            "database_url": self.database_url,
            "search_url": "null:",
            "asr_url": "beeps:",
            "asr_workers": "2",
            "audiosocket_port": str(self.port),
            "audio_stall_seconds": "10",
            "recordings_key": "a key of this test",
        }
        own = {f"HOTLINE_{name.upper()}": value for name, value in settings.items()} | {"PYTHONPATH": str(self.folder)}
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")} | own
        with (self.folder / "gateway.log").open("ab") as log:
            self.running = subprocess.Popen(hotline_command("gateway"), env=environment, stdout=log, stderr=log)  # noqa: S603
        until(lambda: self._answers() and len(self.workers()) == 2, what="the gateway and its two processes run")

    def workers(self) -> list[int]:
        assert self.running is not None
        children = psutil.Process(self.running.pid).children()
        return [child.pid for child in children if is_worker(child)]

    def kill(self) -> None:
        assert self.running is not None
        self.running.kill()
        self.running.wait()

    def stop(self) -> None:
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()
            self.running.wait(30)

    def _answers(self) -> bool:
        try:
            AudioSocketCaller("127.0.0.1", self.port, uuid.uuid4(), beeps.RATE).hang_up()
        except GatewayUnreachable:
            return False
        return True


def is_worker(process: psutil.Process) -> bool:
    """Whether it recognises; one that died meanwhile does not."""
    try:
        return "asr.worker" in process.cmdline()
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def gateway(tmp_path: Path, database: Database, database_url: str) -> Iterator[Gateway]:
    beeps.install(tmp_path)
    made = Gateway(tmp_path, database_url)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def play(port: int, calls: list[uuid.UUID], meanwhile: Callable[[], None]) -> None:
    """Let all speak at once; do something after KILLED_AT_S. Callers whose line breaks give up."""

    def speak(call_id: uuid.UUID) -> None:
        caller = AudioSocketCaller("127.0.0.1", port, call_id, beeps.RATE)
        with contextlib.suppress(GatewayUnreachable):
            list(caller.play(beeps.audio(SECONDS)))
        caller.hang_up()

    speaking = [threading.Thread(target=speak, args=(call_id,)) for call_id in calls]
    for one in speaking:
        one.start()
    time.sleep(KILLED_AT_S)
    meanwhile()
    for one in speaking:
        one.join()


def words(database: Database, call_id: uuid.UUID) -> list[str]:
    """As said: late words stand behind in the order of storing, in their place by their seconds."""
    with database.read() as session:
        found = transcripts.transcript(session, call_id)
    return [segment.text.rstrip("。") for segment in sorted(found, key=lambda segment: segment.start_s)]


def states(database: Database) -> list[RecordingState]:
    with database.read() as session:
        return list(session.scalars(select(CallRecording.state)))


def are_heard(database: Database) -> bool:
    found = states(database)
    return len(found) == CALLS and set(found) == {RecordingState.HEARD}


def endings(database: Database) -> Sequence[dict[str, Any]] | None:
    """What was told of the ends of all calls; a stream's end is told after its recording's."""
    with database.read() as session:
        found = session.scalars(select(StoredEvent.payload).where(StoredEvent.name == "audio-ended")).all()
    return found if len(found) >= CALLS else None


def check(found: list[str], seconds: float) -> None:
    """All words once and in order, but for the last ones before and after the kill."""
    assert len(set(found)) == len(found)
    assert found == [word for word in beeps.WORDS if word in found]
    assert len(found) >= int(seconds) - LOST_AT_MOST_S


def test_calls_go_on_with_their_words_when_a_recognising_process_is_killed(gateway: Gateway, database: Database) -> None:
    calls = [uuid.uuid4() for _ in range(CALLS)]

    play(gateway.port, calls, lambda: os.kill(gateway.workers()[0], signal.SIGKILL))
    until(lambda: are_heard(database), what="all three are heard")

    for call_id in calls:
        assert words(database, call_id) == list(beeps.WORDS[:SECONDS])
    until(lambda: len(gateway.workers()) == 2, what="the process is started again")


def test_what_a_killed_gateway_had_not_heard_is_heard_by_the_next_one(gateway: Gateway, database: Database) -> None:
    calls = [uuid.uuid4() for _ in range(CALLS)]

    play(gateway.port, calls, gateway.kill)
    gateway.start()
    until(lambda: are_heard(database), what="all three are heard")

    for call_id in calls:
        check(words(database, call_id), KILLED_AT_S)
    ends = until(lambda: endings(database), what="the end of each is told")
    assert sorted(end["call_id"] for end in ends) == sorted(str(call_id) for call_id in calls)
    assert {end["reason"] for end in ends} == {"lost"}
