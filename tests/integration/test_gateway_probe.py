"""The software telephone against both doors with a scripted engine: every dialect arrives, and words come back."""

import asyncio
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from asr.gateways.audiosocket import AudioSocketServer
from asr.gateways.client import GatewayUnreachable
from asr.gateways.legs import call_id_of
from asr.gateways.probes import PROBES, Target
from asr.gateways.streams import Limits
from asr.gateways.websocket import WebSocketServer
from tests.listening import HeardLegs
from web.cli.asr_probe import probe

CALL = uuid.UUID(int=61)
TONE = (8000 * np.sin(np.arange(24000) * 0.3)).astype("<i2").tobytes()
LIMITS = Limits(max_seconds=20, stall_s=5)


@dataclass
class Doors:
    """Both listeners in a thread of their own."""

    legs: HeardLegs = field(default_factory=lambda: HeardLegs(("路灯不亮",)))
    audiosocket: int = 0
    websocket: int = 0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, ready: threading.Event) -> None:
        async with (
            AudioSocketServer("127.0.0.1", 0, LIMITS, self.legs.open) as audiosocket,
            WebSocketServer("127.0.0.1", 0, LIMITS, self.legs.open, token="abc") as websocket,
        ):
            self.audiosocket, self.websocket = audiosocket.port, websocket.port
            ready.set()
            await self.stopping.wait()

    def port(self, name: str) -> int:
        return self.audiosocket if name == "audiosocket" else self.websocket


@pytest.fixture
def doors() -> Iterator[Doors]:
    opened, ready, loop = Doors(), threading.Event(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(opened.serve(ready),))
    thread.start()
    ready.wait(5)
    yield opened
    loop.call_soon_threadsafe(opened.stopping.set)
    thread.join(5)
    loop.close()


def at_once(seconds: float) -> None:
    return


@pytest.mark.parametrize("name", PROBES)
@pytest.mark.parametrize("rate", [8000, 16000])
def test_every_dialect_brings_the_recording_under_its_call(doors: Doors, name: str, rate: int) -> None:
    PROBES[name].play(Target("127.0.0.1", doors.port(name), TONE, rate, CALL, "abc", at_once))

    legs = asyncio.run(doors.legs.ended())

    assert {heard.leg.call_id for heard in legs} == {CALL} == {call_id_of(str(CALL))}
    assert (legs[0].pcm, legs[0].leg.role, legs[0].leg.gateway, legs[0].leg.sample_rate_hz) == (TONE, "caller", name, rate)
    assert [heard.leg.role for heard in legs[1:]] == (["agent"] if name == "audio-fork" else [])


@pytest.mark.parametrize("name", ["audio-fork", "audio-stream", "vosk"])
def test_dialects_with_answers_tell_words_and_when_they_came(doors: Doors, name: str) -> None:
    answers = PROBES[name].play(Target("127.0.0.1", doors.port(name), TONE, 8000, CALL, "abc"))

    assert answers.texts[0] == "路灯不亮"
    assert answers.first_word_s is not None
    assert answers.first_word_s < 3


@pytest.mark.parametrize(("token", "port"), [("wrong", 0), ("abc", 1)])
def test_a_gateway_that_does_not_let_us_in_is_told(doors: Doors, token: str, port: int) -> None:
    with pytest.raises(GatewayUnreachable):
        PROBES["vosk"].play(Target("127.0.0.1", port or doors.websocket, TONE, 8000, CALL, token))


def test_the_command_plays_and_reports(doors: Doors, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", np.zeros(9600), 8000)
    words = [str(tmp_path / "x.wav"), "--as", "vosk", "--port", str(doors.websocket), "--call", str(CALL)]

    good = CliRunner().invoke(probe, [*words, "--token", "abc"])
    bad = CliRunner().invoke(probe, [*words, "--token", "wrong"])

    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert "路灯不亮" in good.output
    assert str(CALL) in good.output
    assert len(bad.output.splitlines()) == 1
