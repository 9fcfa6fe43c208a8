"""`hotline demo call` against a played HTTP interface and a real speech gateway; `hotline asr` on recordings."""

import asyncio
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile

from asr.engine import Hypothesis
from asr.engines.scripted import Line, ScriptedEngine
from asr.gateways.audiosocket import AudioSocketServer
from asr.gateways.streams import Leg, Limits
from asr.recordings import Recordings
from asr.sessions import Party, Session, SessionLimits, Sessions, Trouble
from web.cli import main
from web.demo.call import Interface, NotAnswered, Refused, speak, wait_for_answer

ONE_SECOND = bytes(16000)


@dataclass
class PlayedHotline:
    """Answers the few requests of a caller; its words come from a gateway with the scripted engine."""

    port: int = 0
    state: str = "offered"
    segments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    call_id: str = ""

    def started(self, party: Party) -> None:
        return

    def heard(self, party: Party, utterance: str, hypothesis: Hypothesis) -> None:
        if hypothesis.is_final:
            words = {"seq": len(self.segments) + 1, "role": party.role, "text": hypothesis.text}
            self.segments.append(words | {"start_s": hypothesis.start_s, "end_s": hypothesis.end_s})

    def troubled(self, party: Party, trouble: Trouble) -> None:
        return

    def ended(self, party: Party, reason: str, seconds: float) -> None:
        self.state = "ended"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        body = json.loads(request.content or b"{}")
        match request.url.path.removeprefix("/api/v1").split("/")[1:]:
            case ["calls", "offer"]:
                assert request.headers["Authorization"] == "Bearer token"
                self.call_id = body["call_id"]
                return httpx.Response(201, json={"id": self.call_id, "state": self.state, "audio_port": self.port})
            case ["demo", "accounts"]:
                return httpx.Response(200, json={"items": [{"login": "agent1", "password": "demo"}]})
            case ["session"] if body == {"login": "agent1", "password": "demo"}:
                return httpx.Response(200, json={"csrf_token": "csrf"})
            case ["calls", _, "answer"] if request.headers.get("X-CSRF-Token") == "csrf":
                self.state = "talking"
                return httpx.Response(200, json={})
            case ["calls", _]:
                return httpx.Response(200, json={"state": self.state})
            case ["calls", _, "transcript"]:
                after = int(request.url.params["after"])
                return httpx.Response(200, json={"segments": [found for found in self.segments if found["seq"] > after]})
        return httpx.Response(401, json={"error": {"code": "unauthenticated", "message": "请先登录。"}})


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[PlayedHotline]:
    played, ready, loop, stopping = PlayedHotline(), threading.Event(), asyncio.new_event_loop(), asyncio.Event()
    engine = ScriptedEngine([(Line(0.2, 0.7, "喂你好"), Line(0.8, 1.4, "路灯不亮"))])
    sessions = Sessions(engine, played, Recordings(tmp_path / "recordings"), SessionLimits(max_streams=1))

    async def open_leg(leg: Leg) -> Session:
        return sessions.open(leg.call_id, leg.role, leg.sample_rate_hz)

    async def serve() -> None:
        limits = Limits(max_seconds=20, stall_s=5)
        async with AudioSocketServer("127.0.0.1", 0, limits, open_leg) as server:
            played.port = server.port
            ready.set()
            await stopping.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait(5)
    yield played
    loop.call_soon_threadsafe(stopping.set)
    thread.join(5)
    loop.close()


@pytest.fixture
def interface(hotline: PlayedHotline) -> Iterator[Interface]:
    opened = Interface("http://hotline.test", "token", httpx.MockTransport(hotline))
    yield opened
    opened.close()


def test_a_recording_is_offered_answered_played_and_read(interface: Interface) -> None:
    call_id = uuid.uuid4()
    ringing = interface.offer(call_id, "19900001234")
    interface.answer_as("agent1", call_id)
    wait_for_answer(interface, call_id, 5)
    shown: list[str] = []

    began = time.monotonic()
    outcome = speak(
        interface, ringing, ONE_SECOND, host="127.0.0.1", show=lambda words: shown.append(words["text"]), quiet_s=0.5
    )

    assert shown == ["喂你好", "路灯不亮"]
    assert outcome.text == "喂你好路灯不亮"
    assert outcome.error_rate("喂，你好。路灯不亮！") == 0
    assert outcome.first_word_s is not None
    assert 0.4 < outcome.first_word_s < 1.2
    assert 1.4 < time.monotonic() - began < 4


def test_a_call_that_nobody_takes_is_given_up(interface: Interface) -> None:
    with pytest.raises(NotAnswered):
        wait_for_answer(interface, uuid.uuid4(), 0.1)


def test_a_refusal_carries_the_hotlines_own_words(interface: Interface) -> None:
    with pytest.raises(Refused, match="请先登录。"):
        interface.answer_as("nobody", uuid.uuid4())


@dataclass
class Ran:
    """What a command printed, and its exit status."""

    output: str
    status: int


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run `hotline` with these words in an empty home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path))

    def hotline_command(*words: str) -> Ran:
        monkeypatch.setattr("sys.argv", ["hotline", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ran(printed.out + printed.err, int(ended.value.code or 0))

    return hotline_command


def sound(tmp_path: Path) -> str:
    file = tmp_path / "call.wav"
    soundfile.write(file, np.zeros(16000), 8000)
    return str(file)


def test_without_a_hotline_the_command_says_what_to_do(tmp_path: Path, run: Callable[..., Ran]) -> None:
    ran = run("demo", "call", sound(tmp_path), "--port", "1")

    assert ran.status == 1
    assert "make run" in ran.output


def test_a_file_that_is_no_sound_is_named(tmp_path: Path, run: Callable[..., Ran]) -> None:
    (tmp_path / "x.wav").write_text("no sound")

    ran = run("demo", "call", str(tmp_path / "x.wav"))

    assert ran.status == 1
    assert "x.wav" in ran.output


def test_transcribe_prints_times_words_and_the_error_rate(tmp_path: Path, run: Callable[..., Ran]) -> None:
    script = tmp_path / "call.tsv"
    script.write_text("0.1\t1.0\t路灯不亮\n", encoding="utf-8")

    ran = run("asr", "transcribe", sound(tmp_path), "--url", f"scripted://{script}", "--truth", "路灯不亮了")

    assert ran.status == 0
    assert "0.1 -    1.0  caller  路灯不亮" in ran.output
    assert "20.0%" in ran.output


def test_transcribe_with_a_wrong_engine_says_which_exist(tmp_path: Path, run: Callable[..., Ran]) -> None:
    ran = run("asr", "transcribe", sound(tmp_path), "--url", "magic:")

    assert ran.status == 1
    assert "scripted" in ran.output


def test_models_says_that_there_is_none(run: Callable[..., Ran]) -> None:
    ran = run("asr", "models")

    assert ran.status == 0
    assert "没有中文语音模型" in ran.output
