"""The speech gateway from the socket to the database and the push, with the scripted engine."""

import os
import signal
import socket
import threading
import uuid
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from asr import recording_rows, transcripts
from asr.engine import Hypothesis
from asr.engines.scripted import Line, ScriptedEngine
from asr.gateways.client import AudioSocketCaller
from asr.models import RecordingState
from asr.recordings import Recordings, stream_of, stream_of_utterance
from asr.sessions import Party, SessionLimits, Sessions
from hotline.kernel.db import SYSTEM, Actor, Database, UnitOfWork
from hotline.kernel.errors import Conflict, Unavailable
from hotline.kernel.settings import Settings
from web import gateway
from web.audio_doors import PortTaken
from web.heard import Heard

CALL = uuid.UUID(int=11)
PARTY = Party(CALL, "caller")
SCRIPT = "0.1\t0.6\t喂你好\n0.7\t1.2\t号码幺九九零零零零幺二三四\n"


@dataclass
class FakePush:
    """Keeps what was pushed."""

    words: list[dict[str, Any]] = field(default_factory=list)
    states: list[str] = field(default_factory=list)

    def partial(self, call_id: str | uuid.UUID, words: dict[str, Any]) -> None:
        self.words.append({"call_id": call_id, **words})

    def hearing(self, call_id: str | uuid.UUID, state: dict[str, Any]) -> None:
        self.states.append(state["state"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configured(folder: Path, **changes: Any) -> Settings:
    script = folder / "call.tsv"
    script.write_text(SCRIPT, encoding="utf-8")
    values = {"data_dir": folder, "asr_url": f"scripted://{script}", "audiosocket_port": free_port(), "asr_fetch": False}
    return Settings(**(values | changes))


def play(port: int, ready: threading.Event, calls: list[uuid.UUID]) -> None:
    """Play 1.5 s for each call, then stop the gateway as its supervisor does."""
    ready.wait(10)
    for call_id in calls:
        caller = AudioSocketCaller("127.0.0.1", port, call_id, 8000)
        list(caller.play(bytes(16000 * 3 // 2)))
        caller.hang_up()
    os.kill(os.getpid(), signal.SIGTERM)


def run_gateway(settings: Settings, database: Database, calls: list[uuid.UUID]) -> FakePush:
    push, ready = FakePush(), threading.Event()
    heard = Heard(database, push)
    caller = threading.Thread(target=play, args=(settings.audiosocket_port, ready, calls))
    caller.start()
    gateway.run(settings, heard, ready)
    caller.join()
    heard.close()
    return push


def texts(database: Database, call_id: uuid.UUID = CALL) -> list[str]:
    with database.read() as session:
        return [segment.text for segment in transcripts.transcript(session, call_id)]


def test_words_are_pushed_while_spoken_and_stored_when_final(database: Database, tmp_path: Path) -> None:
    push = run_gateway(configured(tmp_path), database, [CALL])

    assert texts(database) == ["喂你好", "号码19900001234"]
    assert push.states == ["started", "ended"]
    assert push.words[0]["text"] == "喂"
    assert push.words[0]["seq"] is None
    assert [(words["seq"], words["text"]) for words in push.words if words["final"]] == [
        (1, "喂你好"),
        (2, "号码19900001234"),
    ]
    (file,) = (tmp_path / "recordings").glob(f"{CALL}.*.wav")
    with wave.open(str(file)) as recorded:
        assert recorded.getnframes() == 12000


def test_a_model_that_is_missing_leaves_a_gateway_that_records(database: Database, tmp_path: Path) -> None:
    push = run_gateway(configured(tmp_path, asr_url="vosk:///nowhere"), database, [CALL])

    assert texts(database) == []
    assert push.states == ["started", "no-engine", "ended"]
    with database.read() as session:
        (row,) = recording_rows.of_call(session, CALL)
    assert (row.state, recording_rows.unheard_because(row)) == (RecordingState.WAITING, "no-engine")
    assert len(list((tmp_path / "recordings").glob(f"{CALL}.*.wav"))) == 1


def test_a_taken_port_is_told_with_its_number(tmp_path: Path) -> None:
    settings = configured(tmp_path)
    with socket.create_server(("127.0.0.1", settings.audiosocket_port)), pytest.raises(PortTaken) as refused:
        gateway.run(settings, Heard(FlakyDatabase([]), FakePush()))  # type: ignore[arg-type]  # nothing is stored

    told = {"host": "127.0.0.1", "port": settings.audiosocket_port, "setting": "HOTLINE_AUDIOSOCKET_PORT"}
    assert refused.value.details == told


@dataclass
class FlakyDatabase:
    """Fails as told, then lets the real database work."""

    failures: list[Exception]
    real: Database | None = None

    @contextmanager
    def work(self, actor: Actor = SYSTEM) -> Iterator[UnitOfWork]:
        if self.failures:
            raise self.failures.pop(0)
        assert self.real is not None
        with self.real.work(actor) as uow:
            yield uow


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        ([Unavailable("away")] * 9, ["喂", "你好"]),
        ([Conflict("taken")] * 2, ["喂", "你好"]),
        ([Conflict("taken")] * 5, ["你好"]),
        ([ValueError("broken")], ["你好"]),
    ],
)
def test_what_was_said_survives_a_database_that_stumbles(
    database: Database, failures: list[Exception], expected: list[str]
) -> None:
    push = FakePush()
    heard = Heard(FlakyDatabase(list(failures), database), push, retry_s=0.01)  # type: ignore[arg-type]  # work is all it needs
    waiter = threading.Timer(0.5, heard.close)
    waiter.start()
    for count, text in enumerate(("喂", "你好")):
        heard.heard(PARTY, f"a-{count}", Hypothesis(text, True, count, count + 1))
    waiter.join()

    assert texts(database) == expected
    assert [words["text"] for words in push.words] == expected


def test_partials_that_cannot_be_pushed_in_time_are_replaced_by_newer_ones() -> None:
    pushes, may_push = threading.Event(), threading.Event()

    class SlowPush(FakePush):
        def partial(self, call_id: str | uuid.UUID, words: dict[str, Any]) -> None:
            super().partial(call_id, words)
            pushes.set()
            may_push.wait(5)

    push = SlowPush()
    heard = Heard(FlakyDatabase([]), push)  # type: ignore[arg-type]  # nothing is stored
    heard.heard(PARTY, "a-1", Hypothesis("喂", False, 0, 1))
    pushes.wait(5)
    for text in ("喂你", "喂你好"):
        heard.heard(PARTY, "a-1", Hypothesis(text, False, 0, 1))
    may_push.set()
    heard.close()

    assert [words["text"] for words in push.words] == ["喂", "喂你好"]


@dataclass
class ReadingPush(FakePush):
    """Reads the call's only leg whenever it is told of it, as a console does."""

    database: Database | None = None
    read: list[tuple[str, str]] = field(default_factory=list)

    def hearing(self, call_id: str | uuid.UUID, state: dict[str, Any]) -> None:
        assert self.database is not None
        with self.database.read() as session:
            (row,) = recording_rows.of_call(session, CALL)
        self.read.append((state["state"], recording_rows.unheard_because(row)))


def test_why_a_party_is_not_heard_can_be_read_as_soon_as_it_is_told(database: Database, tmp_path: Path) -> None:
    push = ReadingPush(database=database)
    heard = Heard(database, push)
    live = Sessions(None, heard, Recordings(tmp_path), SessionLimits(4), register=heard)
    session = live.open(CALL, "caller", 8000)
    for _ in range(10):
        session.audio(bytes(1600))
    session.ended("hang-up")
    live.wait(5)
    heard.close()

    assert push.read[1:] == [("no-engine", "no-engine"), ("ended", "no-engine")]


@dataclass
class Alarms:
    """Remembers in which thread what was told of which stream."""

    told: list[tuple[str, str, str]] = field(default_factory=list)

    def _note(self, what: str, stream: str) -> None:
        self.told.append((what, stream, threading.current_thread().name.partition("_")[0]))

    def begun(self, party: Party, stream: str) -> None:
        self._note("begun", stream)

    def partial(self, party: Party, utterance: str, text: str) -> None:
        self._note("partial", stream_of_utterance(utterance))

    def final(self, party: Party, utterance: str, text: str) -> None:
        self._note("final", stream_of_utterance(utterance))

    def ended(self, party: Party, stream: str) -> None:
        self._note("ended", stream)


def test_alarms_are_told_of_each_stream_and_wait_for_the_database_only_where_words_are_stored(
    database: Database, tmp_path: Path
) -> None:
    alarms = Alarms()
    heard = Heard(database, FakePush(), alarms=alarms)
    live = Sessions(
        ScriptedEngine([(Line(0.1, 0.6, "喂你好"),)]), heard, Recordings(tmp_path), SessionLimits(4), register=heard
    )
    broken, again = live.open(CALL, "caller", 8000), live.open(CALL, "caller", 8000)
    broken.ended("stalled")
    for _ in range(10):
        again.audio(bytes(1600))
    again.ended("hang-up")
    live.wait(5)
    heard.close()

    first, second = (stream_of(session.kept.file) for session in (broken, again))
    assert [told for told in alarms.told if told[1] == first] == [("begun", first, "store"), ("ended", first, "push")]
    of_second = [(what, thread) for what, stream, thread in alarms.told if stream == second]
    assert {thread for what, thread in of_second if what == "begun"} == {"store"}
    assert {thread for what, thread in of_second if what != "begun"} == {"push"}
    assert [what for what, _ in of_second[-2:]] == ["final", "ended"]
