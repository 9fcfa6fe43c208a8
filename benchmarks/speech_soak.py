"""Calls that come and go for an hour: what the processes of recognition hold must stay flat.

`python -m benchmarks.speech_soak [--size small|full] [--streams N] [--seconds S] [--engine URL] [--audio FOLDER]`.
`benchmarks.speech` tells how many streams this machine bears; four fifths of them are meant.
"""

import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
import psutil

from asr.models_check import model_url
from benchmarks.frame import Row, table
from benchmarks.speech import KOREAN
from benchmarks.speech_frame import audio_of
from benchmarks.speech_ours import Ours

CALL_S = 30.0
ROUNDS_LEAST = 3


@dataclass(frozen=True)
class Size:
    """So many streams at once, for so long in all."""

    streams: int
    seconds: float


SIZES = {"small": Size(1, 4.5), "full": Size(4, 3600.0)}
KEPT = {"memory": "MB", "threads": "threads", "files": "files", "sockets": "sockets"}


def run(size: str = "full") -> list[Row]:
    """What is held after the first third and at the end."""
    return soak(SIZES[size])


def soak(size: Size, engine: str = "", audio: Path | None = None) -> list[Row]:
    """Rounds of calls, by Vosk with the Korean model and made bursts unless told otherwise."""
    taken: list[dict[str, float]] = []
    call_s = min(CALL_S, size.seconds / ROUNDS_LEAST)
    with (
        tempfile.TemporaryDirectory(prefix="hotline-speech-") as folder,
        closing(Ours(engine or model_url(KOREAN), Path(folder), audio_of(audio))) as ours,
    ):
        ends = time.monotonic() + size.seconds
        while len(taken) < ROUNDS_LEAST or time.monotonic() < ends:
            ours.hear(size.streams, call_s)
            ours.sessions.wait(call_s)
            taken.append(_kept_by(ours.pids))
            for file in Path(folder).iterdir():
                file.unlink()
    early, last = taken[len(taken) // 3], taken[-1]
    note = f"{len(taken)} rounds of {size.streams} calls of {call_s:g} s; peer column: after the first third"
    return [Row(name, last[name], unit, "earlier", early[name], note) for name, unit in KEPT.items()]


def _kept_by(pids: Sequence[int]) -> dict[str, float]:
    found = [psutil.Process(pid) for pid in pids]
    return {
        "memory": sum(one.memory_full_info().uss for one in found) / 1e6,
        "threads": sum(one.num_threads() for one in found),
        "files": sum(one.num_fds() for one in found),
        "sockets": sum(len(one.net_connections("all")) for one in found),
    }


@click.command()
@click.option("--size", default="full", show_default=True, type=click.Choice(list(SIZES)))
@click.option("--streams", type=int, help="Calls at once.")
@click.option("--seconds", type=float, help="How long in all.")
@click.option("--engine", default="", help="Engine URL, as HOTLINE_ASR_URL.")
@click.option("--audio", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder with WAV files of speech.")
def main(*, size: str, streams: int | None, seconds: float | None, engine: str, audio: Path | None) -> None:
    """Print the table."""
    given = Size(streams or SIZES[size].streams, seconds or SIZES[size].seconds)
    click.echo(table(soak(given, engine, audio)))


if __name__ == "__main__":
    main()
