"""`hotline asr`: transcribe a recording, look at the speech model, fetch it."""

import click

from asr.model_fetch import fetch_model
from asr.models_check import SMALL_CHINESE, check_model, find_model, model_places
from web import texts
from web.cli import asr_evaluate, asr_probe, asr_transcribe


@click.group("asr")
def asr() -> None:
    """Speech recognition: recordings and models."""


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


asr.add_command(asr_transcribe.transcribe)
asr.add_command(asr_probe.probe)
asr.add_command(asr_evaluate.evaluate)
