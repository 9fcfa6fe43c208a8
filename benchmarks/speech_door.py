"""From the telephone's socket to the screen: the first word of a call, and a word of danger until its banner.

`python -m benchmarks.speech_door [--size small|full] [--engine URL] [--audio FOLDER]`: calls through AudioSocket, one by one.
First words are by the engine (default: Vosk, a Korean model), danger by a script, as only then the word's second is known.
What the broker and the browser add is not in it."""

import asyncio
import queue
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import click

from asr.audio import read_caller
from asr.engine import Hypothesis
from asr.gateways.audiosocket import AudioSocketServer
from asr.gateways.client import AudioSocketCaller
from asr.gateways.streams import Leg, Limits
from asr.listening import speech_of
from asr.models_check import model_url
from asr.recordings import Recordings
from asr.session import Party, Session, Trouble
from asr.sessions import SessionLimits, Sessions
from benchmarks.frame import Row, table
from benchmarks.speech import KOREAN
from benchmarks.speech_frame import bursts, share
from hotline.kernel.errors import Unavailable
from web.gateway import open_in_place
from web.growing_alarms import GrowingAlarms

LIMIT_S = 1.0
"""The desk's promise: words within a second."""
RATE_HZ = 8000
CALLS = {"small": 1, "full": 20}
DANGER = "喂我们这里着火了快来人"
WORD_ENDS = DANGER.index("了") / len(DANGER)
SPOKEN_S = (0.3, 3.0)
LAST_WORDS_S = 10.0


class AwayDatabase:
    """The shipped words of danger are used."""

    def read(self) -> NoReturn:
        raise Unavailable("away")


@dataclass
class Screen:
    """When something of a call first came to the screen."""

    words_at: float | None = None
    banner_at: float | None = None
    over: threading.Event = field(default_factory=threading.Event)


class Desk:
    """Hears the gateway's words of all calls, and raises the banners as `web.heard` does."""

    def __init__(self) -> None:
        self.screens: dict[uuid.UUID, Screen] = {}
        self._alarms = GrowingAlarms(AwayDatabase(), self)  # type: ignore[arg-type]  # reading is all it needs

    def emit(self, name: str, data: dict[str, object], rooms: list[str]) -> None:
        screen = self.screens[uuid.UUID(str(data["call_id"]))]
        screen.banner_at = screen.banner_at or time.monotonic()

    def started(self, party: Party) -> None:
        return

    def heard(self, party: Party, utterance: str, hypothesis: Hypothesis) -> None:
        screen = self.screens[party.call_id]
        screen.words_at = screen.words_at or time.monotonic()
        if not hypothesis.is_final:
            self._alarms.partial(party, utterance, hypothesis.text)

    def troubled(self, party: Party, trouble: Trouble) -> None:
        return

    def ended(self, party: Party, reason: str, seconds: float) -> None:
        self.screens[party.call_id].over.set()


@dataclass(frozen=True)
class Line:
    """An exchange's line to the gateway."""

    port: int
    desk: Desk

    def play(self, pcm: bytes) -> tuple[Screen, float]:
        """One call at the pace of speech: its screen, and when it began."""
        call_id, screen = uuid.uuid4(), Screen()
        self.desk.screens[call_id] = screen
        caller = AudioSocketCaller("127.0.0.1", self.port, call_id, RATE_HZ)
        began = time.monotonic()
        for _ in caller.play(pcm):
            pass
        caller.hang_up()
        screen.over.wait(LAST_WORDS_S)
        return screen, began


def run(size: str = "full", engine: str = "", audio: Path | None = None) -> list[Row]:
    """The delays of that many calls, beside the second that is promised."""
    recordings = sorted(audio.rglob("*.wav"))[: CALLS[size]] if audio else []
    spoken = [read_caller(path, RATE_HZ) for path in recordings] or [bursts(4.0, RATE_HZ)] * CALLS[size]
    with tempfile.TemporaryDirectory(prefix="hotline-door-") as folder:
        first = list(_first_words(engine or model_url(KOREAN), Path(folder), spoken))
        banners = list(_banners(Path(folder), CALLS[size]))
    return [*_rows("first word after speech began", first), *_rows("word of danger to banner", banners)]


def _first_words(url: str, folder: Path, spoken: list[bytes]) -> Iterator[float]:
    with _gateway(url, folder) as line:
        for pcm in spoken:
            screen, began = line.play(pcm)
            if screen.words_at is not None:
                yield screen.words_at - began - speech_of(pcm, RATE_HZ)[0]


def _banners(folder: Path, calls: int) -> Iterator[float]:
    script = folder / "danger.tsv"
    script.write_text("\t".join((*map(str, SPOKEN_S), DANGER)), encoding="utf-8")
    said_s = SPOKEN_S[0] + (SPOKEN_S[1] - SPOKEN_S[0]) * WORD_ENDS
    with _gateway(f"scripted://{script}", folder) as line:
        for _ in range(calls):
            screen, began = line.play(bytes(2 * round(RATE_HZ * (SPOKEN_S[1] + 0.5))))
            assert screen.banner_at is not None
            yield screen.banner_at - began - said_s


@contextmanager
def _gateway(url: str, folder: Path) -> Iterator[Line]:
    """A gateway in a thread of its own."""
    desk, engine = Desk(), open_in_place(url, 1)
    sessions = Sessions(engine, desk, Recordings(folder / "recordings"), SessionLimits(max_streams=10))
    loop, stopping, ports = asyncio.new_event_loop(), asyncio.Event(), queue.SimpleQueue[int]()

    async def open_leg(leg: Leg) -> Session:
        return sessions.open(leg.call_id, leg.role, leg.sample_rate_hz, gateway=leg.gateway)

    async def serve() -> None:
        async with AudioSocketServer("127.0.0.1", 0, Limits(max_seconds=60, stall_s=10), open_leg) as server:
            ports.put(server.port)
            await stopping.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        yield Line(ports.get(timeout=LAST_WORDS_S), desk)
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join()
        loop.close()
        sessions.wait(LAST_WORDS_S)
        engine.close()


def _rows(what: str, delays: list[float]) -> list[Row]:
    return [
        Row(f"{what}, p{round(part * 100)}", share(delays, part), "s", "limit", LIMIT_S, f"{len(delays)} calls")
        for part in (0.5, 0.95)
        if delays
    ]


@click.command()
@click.option("--size", default="full", show_default=True, type=click.Choice(list(CALLS)))
@click.option("--engine", default="", help="Engine URL, as HOTLINE_ASR_URL.")
@click.option("--audio", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder with WAV files of speech.")
def main(*, size: str, engine: str, audio: Path | None) -> None:
    """Print the table."""
    click.echo(table(run(size, engine, audio)))


if __name__ == "__main__":
    main()
