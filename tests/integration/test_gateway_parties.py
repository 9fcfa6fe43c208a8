"""The whole gateway process: both parties of a call, by every road, end as one transcript; nobody's audio is dropped."""

import os
import signal
import socket
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asr import recording_rows, transcripts
from asr.events import AudioEnded, AudioStarted
from asr.gateways.legs import leg_id
from asr.gateways.probes import PROBES, Target
from hotline.intake import calls
from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers
from hotline.kernel.settings import Settings
from web import gateway
from web.heard import Heard
from web.legs import Legs
from web.reactions.calls import audio_ended, audio_started

CALL, TOLD = uuid.UUID(int=71), uuid.UUID(int=72)
PCM = bytes(24000)
SCRIPT = "0.2\t0.9\t喂你好\n"


class QuietPush:
    """Sends nowhere."""

    def partial(self, call_id: str | uuid.UUID, words: dict[str, Any]) -> None:
        return

    def hearing(self, call_id: str | uuid.UUID, state: dict[str, Any]) -> None:
        return


@pytest.fixture
def subscribers() -> Subscribers:
    return Subscribers(within={AudioStarted: (audio_started,), AudioEnded: (audio_ended,)})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def gateway_hears(database: Database, folder: Path, act: Callable[[Settings], None]) -> None:
    """Run the gateway until `act` is done, then stop it as its supervisor does."""
    script, ready = folder / "call.tsv", threading.Event()
    script.write_text(SCRIPT, encoding="utf-8")
    ports = {"audiosocket_port": free_port(), "websocket_port": free_port(), "websocket_token": "abc"}
    settings = Settings(**ports, data_dir=folder, asr_url=f"scripted://{script}", asr_fetch=False)  # type: ignore[arg-type]

    def play() -> None:
        ready.wait(20)
        try:
            act(settings)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    peers = threading.Thread(target=play)
    peers.start()
    heard = Heard(database, QuietPush())
    gateway.run(settings, heard, ready, resolve=Legs(database))
    peers.join()
    heard.close()


def played(settings: Settings, name: str, call_id: uuid.UUID) -> None:
    port = settings.audiosocket_port if name == "audiosocket" else settings.websocket_port
    PROBES[name].play(Target("127.0.0.1", port, PCM, 8000, call_id, "abc"))


def said(database: Database, call_id: uuid.UUID) -> list[tuple[str, str]]:
    with database.read() as session:
        return sorted((segment.role, segment.raw) for segment in transcripts.transcript(session, call_id))


@pytest.mark.parametrize("agents_id", [leg_id(CALL, "agent"), TOLD], ids=["made from the call's id", "told with the offer"])
def test_two_streams_of_a_call_are_its_two_parties(database: Database, tmp_path: Path, agents_id: uuid.UUID) -> None:
    with database.work() as uow:
        calls.name_legs(uow, calls.offer(uow, call_id=CALL), {"agent": TOLD})

    def both(settings: Settings) -> None:
        agent = threading.Thread(target=played, args=(settings, "audiosocket", agents_id))
        agent.start()
        played(settings, "chan-websocket", CALL)
        agent.join()

    gateway_hears(database, tmp_path, both)

    assert said(database, CALL) == [("agent", "喂你好"), ("caller", "喂你好")]


def test_stereo_is_two_parties_with_a_recording_each(database: Database, tmp_path: Path) -> None:
    gateway_hears(database, tmp_path, lambda settings: played(settings, "audio-fork", CALL))

    assert said(database, CALL) == [("agent", "喂你好"), ("caller", "喂你好")]
    with database.read() as session:
        rows = recording_rows.of_call(session, CALL)
        assert {(row.role, row.gateway) for row in rows} == {("agent", "audio-fork"), ("caller", "audio-fork")}


@pytest.mark.parametrize("name", ["audiosocket", "chan-websocket", "audio-stream", "vosk"])
def test_audio_of_a_call_nobody_announced_is_kept(database: Database, tmp_path: Path, name: str) -> None:
    gateway_hears(database, tmp_path, lambda settings: played(settings, name, CALL))

    assert said(database, CALL) == [("caller", "喂你好")]
    with database.read() as session:
        assert calls.get(session, CALL).origin == "audio"
