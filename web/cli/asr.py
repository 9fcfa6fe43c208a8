"""`hotline asr`: transcribe a recording, look at the speech model, fetch it."""

from pathlib import Path

import click

from asr.model_fetch import fetch_model
from asr.models_check import SMALL_CHINESE, ModelUnusable, check_model, find_models, model_bytes, model_places
from web import texts
from web.cli import asr_evaluate, asr_probe, asr_transcribe

BYTES_A_MB = 1e6


@click.group("asr")
def asr() -> None:
    """Speech recognition: recordings and models."""


@asr.command("models")
@click.option("--fetch", "act", flag_value="fetch", default=None, help="Fetch the small Chinese Vosk model (44 MB).")
def models(*, act: str | None) -> None:
    """List the Chinese Vosk models found, the one in use first, and say whether each is whole.

    \b
    hotline asr models --fetch
    """
    if act == "fetch":
        _fetch()
    for place in model_places():
        click.echo(texts.text("asr.place", path=place))
    found = find_models(model_places())
    for folder in found:
        click.echo(f"{folder}  {model_bytes(folder) / BYTES_A_MB:.1f} MB")
    if not found:
        click.echo(texts.text("asr.no-model"))
    damaged = [error for error in map(_damage, found) if error]
    if damaged:
        raise damaged[0]


def _damage(folder: Path) -> ModelUnusable | None:
    """Say that the model is whole, or give what is wrong with it."""
    try:
        check_model(folder)
    except ModelUnusable as error:
        click.echo(str(error), err=True)
        return error
    click.echo(texts.text("asr.model-whole", path=folder))
    return None


def _fetch() -> None:
    with click.progressbar(length=1, label=SMALL_CHINESE) as bar:

        def progress(here: int, whole: int) -> None:
            bar.length = whole
            bar.update(here - bar.pos)

        fetch_model(model_places()[-1], progress)


asr.add_command(asr_transcribe.transcribe)
asr.add_command(asr_probe.probe)
asr.add_command(asr_evaluate.evaluate)
