"""`hotline asr evaluate`: how well an engine hears recordings whose words are known. The acceptance test of an operator.

Reads a list of recordings; touches neither the city's database nor its calls.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import click

from asr import audio, evaluation, listening, manifests, shown
from asr.engine import AsrEngine, Hypothesis, open_engine, seconds
from asr.evaluation import NARROW, TELEPHONE, WIDE, Found, Group, Live, Outcome, Sample
from asr.models_check import choose_url, model_places
from asr.quantiles import quantile
from asr.telephone import RATE_HZ, as_telephone
from asr.wording import text_rules
from asr.wording.lexicon import Lexicon
from hotline.kernel import settings
from sla import packaged
from web import texts
from web.cli import asr_report

T = TypeVar("T")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
WIDE_HZ = 16000


@dataclass(frozen=True)
class Report:
    """All that was measured: outcomes in the list's order, and what was seen live."""

    engine: str
    outcomes: tuple[Outcome, ...]
    live: tuple[Live, ...]
    names_raw: Found
    names_shown: Found
    numbers: Found
    cpu_s: float

    @property
    def seconds(self) -> float:
        """How much audio was heard."""
        return sum(one.seconds for one in self.outcomes)

    @property
    def bands(self) -> list[Group]:
        """Errors by band, the widest first."""
        return sorted(evaluation.groups(self.outcomes, "band"), key=lambda one: one.name)


@click.command("evaluate")
@click.argument("manifest", type=FILE)
@click.option("--url", default="", help="Engine, as HOTLINE_ASR_URL; default: the one in use.")
@click.option(
    "--telephone", "band", flag_value=TELEPHONE, default="", help="Hear each recording as a telephone sends it (8 kHz)."
)
@click.option("--names", type=FILE, help="Names of the city, one a line: how many are heard, before and after correction.")
@click.option(
    "--live",
    "live_count",
    default=10,
    show_default=True,
    type=click.IntRange(0),
    help="So many are heard again at the pace of speech, for delays.",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a report with the worst ones side by side, and their sound.",
)
@click.option("--json", "form", flag_value="json", default="table", help="One object instead of tables.")
def evaluate(manifest: Path, *, url: str, band: str, names: Path | None, live_count: int, html: Path | None, form: str) -> None:
    """Print how many characters are heard wrong of the recordings in MANIFEST, and names, numbers, delays.

    MANIFEST is tab-separated with a header: file (relative to it) and transcript; source is used where it is there.

    \b
    hotline asr evaluate ../shared/audio/manifest.tsv --url whisper:///models/whisper-base-ct2-int8
    hotline asr evaluate recordings.tsv --telephone --names roads.txt --html report.html
    """
    samples = manifests.read(manifest)
    chosen = url or choose_url(settings.load().asr_url, model_places())
    known = [line.strip() for line in names.read_text(encoding="utf-8").splitlines() if line.strip()] if names else []
    with closing(open_engine(chosen)) as engine:
        report = _measured(engine, samples, band, known, live_count)
    if html is not None:
        html.write_text(asr_report.html(report.outcomes, band), encoding="utf-8")
    for line in [_json(report)] if form == "json" else _lines(report):
        click.echo(line)


def _measured(engine: AsrEngine, samples: Sequence[Sample], band: str, names: list[str], live_count: int) -> Report:
    lexicon = Lexicon.of(names, text_rules.read(packaged.rule_values()))
    before = time.process_time()
    outcomes = tuple(_with_progress("", samples, lambda sample: _outcome(engine, sample, band, lexicon), at_once=2))
    cpu_s = time.process_time() - before
    some = samples[:: max(1, len(samples) // live_count)][:live_count] if live_count else []
    live = tuple(_with_progress("live", some, lambda sample: _heard_live(engine, sample, band), at_once=1))
    return Report(
        engine.name,
        outcomes,
        live,
        _names(outcomes, names, lambda one: one.raw),
        _names(outcomes, names, lambda one: one.shown),
        sum((evaluation.numbers_found(one.sample.transcript, one.raw) for one in outcomes), Found()),
        cpu_s,
    )


def _with_progress(label: str, samples: Sequence[Sample], work: Callable[[Sample], T], *, at_once: int) -> list[T]:
    done = list[T]()
    with ThreadPoolExecutor(at_once) as pool, click.progressbar(length=len(samples), label=label, file=sys.stderr) as bar:
        for one in pool.map(work, samples):
            done.append(one)
            bar.update(1)
    return done


def _outcome(engine: AsrEngine, sample: Sample, band: str, lexicon: Lexicon) -> Outcome:
    heard, length_s = list[Hypothesis](), 0.0
    for pcm, rate in voices(sample, band):
        heard += listening.finals(engine, pcm, rate)
        length_s += seconds(pcm, rate)
    heard.sort(key=lambda one: one.start_s)
    raw = "".join(one.text for one in heard)
    corrected = "".join(shown.show(one.text, lexicon, alternatives=one.alternatives, words=one.words).text for one in heard)
    native = WIDE if sample.rate >= WIDE_HZ else NARROW
    return Outcome(sample, band or native, length_s, raw, corrected, evaluation.edits(sample.transcript, raw))


def _heard_live(engine: AsrEngine, sample: Sample, band: str) -> Live:
    pcm, rate = voices(sample, band)[-1]
    return listening.live(engine, pcm, rate)


def voices(sample: Sample, band: str) -> list[tuple[bytes, int]]:
    """The sample's channels as PCM with its rate, made to sound like a telephone where the band says so."""
    rate = WIDE_HZ if sample.rate >= WIDE_HZ else RATE_HZ
    channels = audio.read_channels(sample.file, rate)
    return [(as_telephone(pcm, rate), RATE_HZ) if band == TELEPHONE else (pcm, rate) for pcm in channels]


def _names(outcomes: Sequence[Outcome], names: Sequence[str], heard: Callable[[Outcome], str]) -> Found:
    return sum((evaluation.names_found(one.sample.transcript, heard(one), names) for one in outcomes), Found())


def _lines(report: Report) -> Iterator[str]:
    for band in report.bands:
        yield f"CER {band.edits.rate:.3f} ({band.name}, n={band.count})"
    whole = evaluation.total(report.outcomes)
    kinds = {"substituted": whole.substituted, "inserted": whole.inserted, "deleted": whole.deleted, "length": whole.length}
    yield texts.text("asr.evaluated_edits", **kinds)
    for by, head in (("source", texts.text("asr.evaluated_by_source")), ("rate", texts.text("asr.evaluated_by_rate"))):
        yield head
        yield from (f"  {one.edits.rate:.3f}  n={one.count:<4} {one.name}" for one in evaluation.groups(report.outcomes, by))
    if report.names_raw.said or report.names_shown.false:
        yield texts.text("asr.evaluated_names", **_told(report.names_raw, "raw_"), **_told(report.names_shown, "shown_"))
    yield texts.text("asr.evaluated_numbers", **_told(report.numbers, ""))
    yield texts.text(
        "asr.evaluated_cost", rtf=f"{report.cpu_s / max(report.seconds, 1e-9):.3f}", minutes=f"{report.seconds / 60:.1f}"
    )
    if report.live:
        yield texts.text("asr.evaluated_live", **_live(report.live))


def _told(found: Found, prefix: str) -> dict[str, int]:
    return {f"{prefix}{name}": value for name, value in asdict(found).items()}


def _live(found: Sequence[Live]) -> dict[str, str]:
    figures = {
        "first_50": quantile((one.first_s for one in found), 0.5),
        "first_95": quantile((one.first_s for one in found), 0.95),
        "final_50": quantile((one.final_s for one in found), 0.5),
        "final_95": quantile((one.final_s for one in found), 0.95),
        "steady": quantile((one.steadiness for one in found), 0.5),
    }
    return {"count": str(len(found))} | {name: "-" if value is None else f"{value:.2f}" for name, value in figures.items()}


def _json(report: Report) -> str:
    told = {
        "engine": report.engine,
        "bands": _groups(report.bands),
        "sources": _groups(evaluation.groups(report.outcomes, "source")),
        "names": {"raw": asdict(report.names_raw), "shown": asdict(report.names_shown)},
        "numbers": asdict(report.numbers),
        "rtf": report.cpu_s / max(report.seconds, 1e-9),
        "live": [asdict(one) for one in report.live],
        "files": [_file(one) for one in report.outcomes],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _groups(found: Sequence[Group]) -> list[dict[str, object]]:
    return [{"name": one.name, "count": one.count, "cer": one.edits.rate, **asdict(one.edits)} for one in found]


def _file(one: Outcome) -> dict[str, object]:
    said = {"truth": one.sample.transcript, "raw": one.raw, "shown": one.shown}
    return {"file": str(one.sample.file), "cer": one.edits.rate, **said}
