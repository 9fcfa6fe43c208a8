"""`hotline asr`: transcribe a recording, look at the speech model, fetch it."""

from pathlib import Path

import click

from asr.audio import read_caller
from asr.engine import AsrEngine, Hypothesis, open_engine
from asr.model_fetch import fetch_model
from asr.models_check import NO_ENGINE, SMALL_CHINESE, check_model, choose_url, find_model, model_places
from asr.text import character_error_rate
from hotline.kernel import settings
from web import texts
from web.cli import asr_evaluate

PIECE_S = 0.1


@click.group("asr")
def asr() -> None:
    """Speech recognition: recordings and models."""


@asr.command("transcribe")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", default="", help="Engine, as HOTLINE_ASR_URL; default: the one in use.")
@click.option("--rate", default=16000, show_default=True, type=click.Choice(["8000", "16000"]), help="Hz; 8000: as telephone.")
@click.option("--truth", default="", help="What is really said, to measure the character error rate.")
def transcribe(file: Path, *, url: str, rate: str, truth: str) -> None:
    """Print what is said in FILE (stereo: the right channel).

    \b
    hotline asr transcribe recording.wav --url vosk:///models/vosk-model-cn-0.22
    """
    chosen = url or choose_url(settings.load().asr_url, model_places())
    pcm = read_caller(file, int(rate))
    engine = open_engine(chosen)
    heard = _recognise(engine, pcm, int(rate))
    engine.close()
    for found in heard:
        click.echo(f"{found.start_s:7.1f} - {found.end_s:6.1f}  {found.text}")
    if chosen == NO_ENGINE:
        click.echo(texts.text("asr.no-model"), err=True)
    if truth:
        rate_percent = 100 * character_error_rate(truth, "".join(found.text for found in heard))
        click.echo(texts.text("demo-call.error-rate", percent=f"{rate_percent:.1f}"))


@asr.command("models")
@click.option("--fetch", "act", flag_value="fetch", default=None, help="Fetch the small Chinese Vosk model (44 MB).")
def models(*, act: str | None) -> None:
    """Say which speech model is used and whether it is whole.

    \b
    hotline asr models --fetch
    """
    if act == "fetch":
        _fetch()
    for place in model_places():
        click.echo(texts.text("asr.place", path=place))
    folder = find_model(model_places())
    if folder is None:
        click.echo(texts.text("asr.no-model"))
        return
    check_model(folder)
    click.echo(texts.text("asr.model-whole", path=folder))


def _fetch() -> None:
    with click.progressbar(length=1, label=SMALL_CHINESE) as bar:

        def progress(here: int, whole: int) -> None:
            bar.length = whole
            bar.update(here - bar.pos)

        fetch_model(model_places()[-1], progress)


def _recognise(engine: AsrEngine, pcm: bytes, rate: int) -> list[Hypothesis]:
    size = 2 * int(rate * PIECE_S)
    stream = engine.open_stream(rate)
    heard = [found for at in range(0, len(pcm), size) for found in stream.feed(pcm[at : at + size])]
    heard.extend(stream.finish())
    stream.close()
    return [found for found in heard if found.is_final]


asr.add_command(asr_evaluate.evaluate)
