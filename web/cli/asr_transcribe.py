"""`hotline asr transcribe`: hears recordings in batch. Registered in the `asr` group."""

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import click

from asr import batch
from asr.batch import Transcript
from asr.decoding import Sound, open_sound
from asr.engine import AsrEngine, open_engine
from asr.models_check import NO_ENGINE, choose_url, model_places
from asr.session import CALLER
from asr.text import character_error_rate
from hotline.kernel import settings
from hotline.kernel.errors import HotlineError
from web import bootstrap, errors, texts
from web.heard_text import HeardText
from web.recordings import recordings_of
from web.stored_recordings import StoredCall

LIES_ABOVE_S = 1.0
"""A head that tells more or less than there is by so much is worth a line."""
STEREO = {"right": batch.AGENT_LEFT, "left": tuple(reversed(batch.AGENT_LEFT))}
FILES = click.Path(exists=True, dir_okay=False, path_type=Path)

Keep = Callable[[], StoredCall] | None


@dataclass(frozen=True)
class Job:
    """What every file is done by."""

    engine: AsrEngine
    rate_hz: int
    stereo: tuple[str, ...]
    out: Path | None
    store: Keep


@click.command("transcribe")
@click.argument("files", nargs=-1, required=True, type=FILES)
@click.option("--url", default="", help="Engine, as HOTLINE_ASR_URL; default: the one in use.")
@click.option(
    "--rate", default="16000", show_default=True, type=click.Choice(["8000", "16000"]), help="Hz; 8000: as telephone."
)
@click.option("--caller", default="right", show_default=True, type=click.Choice(sorted(STEREO)), help="Channel of the caller.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for NAME.json, .txt and .srt of each file."
)
@click.option(
    "--store", "kept", flag_value="store", default=None, help="Keep each as a call of unknown number, with its audio."
)
@click.option("--truth", default="", help="What the caller really says, to measure the character error rate.")
def transcribe(
    files: tuple[Path, ...], *, url: str, rate: str, caller: str, out: Path | None, kept: str | None, truth: str
) -> None:
    """Hear FILES (WAV, FLAC, OGG, MP3, M4A, AMR; stereo: both parties) and print or write what is said.

    \b
    hotline asr transcribe recording.wav --url vosk:///models/vosk-model-cn-0.22
    hotline asr transcribe november/*.mp3 --rate 8000 --out texts --store
    """
    chosen = url or choose_url(settings.load().asr_url, model_places())
    with ExitStack() as stack:
        engine = stack.enter_context(closing(open_engine(chosen)))
        job = Job(engine, int(rate), STEREO[caller], out, _store(stack, engine) if kept else None)
        told = [_one(job, file) for file in files]
    if chosen == NO_ENGINE:
        click.echo(texts.text("asr.no-model"), err=True)
    if truth:
        said = "".join(said.heard.text for found in told if found for said in found.spoken if said.role == CALLER)
        click.echo(texts.text("demo-call.error-rate", percent=f"{100 * character_error_rate(truth, said):.1f}"))
    if None in told:
        sys.exit(1)


def _store(stack: ExitStack, engine: AsrEngine) -> Keep:
    container = bootstrap.build(settings.load())
    stack.callback(container.close)
    show, recordings = HeardText(container.database.zone), recordings_of(container.settings)
    return lambda: StoredCall(container.database, recordings, show, engine=engine.name)


def _one(job: Job, file: Path) -> Transcript | None:
    """Hear one file; what is wrong with it is one line, and the others go on."""
    try:
        with open_sound(file) as sound:
            told = _heard(job, file, sound)
            told_s = sound.told_s
    except HotlineError as error:
        click.echo(f"{file}: {errors.message(error, texts.DEFAULT)}", err=True)
        return None
    if told_s is not None and abs(told_s - told.seconds) > LIES_ABOVE_S:
        click.echo(texts.text("asr.wrong-length", path=file, told=f"{told_s:.1f}", real=f"{told.seconds:.1f}"), err=True)
    _write(job, file, told)
    return told


def _heard(job: Job, file: Path, sound: Sound) -> Transcript:
    roles = (CALLER,) if sound.channels == 1 else job.stereo
    with ExitStack() as stack:
        bar = stack.enter_context(click.progressbar(length=max(1, int(sound.told_s or 0)), label=file.name, file=sys.stderr))
        call = stack.enter_context(job.store()) if job.store else None

        def went(done_s: float, channels: Sequence[bytes]) -> None:
            bar.update(int(done_s) - bar.pos)
            if call is not None:
                call.audio(roles, channels, job.rate_hz)

        told = batch.transcribe(job.engine, sound, job.rate_hz, stereo=job.stereo, went=went)
        if call is not None:
            call.keep(told)
    if call is not None:
        click.echo(texts.text("asr.stored", path=file, call=call.call_id))
    return told


def _write(job: Job, file: Path, told: Transcript) -> None:
    if job.out is None:
        click.echo("\n".join(batch.as_lines(told)))
        return
    job.out.mkdir(parents=True, exist_ok=True)
    written = {
        ".json": batch.as_json(file.name, job.engine.name, told),
        ".txt": "\n".join(batch.as_lines(told)) + "\n",
        ".srt": batch.as_srt(told),
    }
    for ending, text in written.items():
        (job.out / f"{file.name}{ending}").write_text(text, encoding="utf-8")
