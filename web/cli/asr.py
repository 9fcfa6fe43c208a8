"""`hotline asr`: transcribe a recording, look at the speech models, fetch one."""

import click

from asr.model_fetch import fetch_model
from asr.models_check import (
    SMALL_CHINESE,
    ModelUnusable,
    NamedModel,
    check_model,
    find_models,
    model_bytes,
    model_places,
    named_models,
)
from hotline.kernel import settings
from web import texts
from web.cli import asr_evaluate, asr_probe, asr_transcribe

BYTES_A_MB = 1e6


@click.group("asr")
def asr() -> None:
    """Speech recognition: recordings and models."""


@asr.command("models")
@click.option("--fetch", "act", flag_value="fetch", default=None, help="Fetch the small Chinese Vosk model (44 MB).")
def models(*, act: str | None) -> None:
    """List the models that HOTLINE_ASR_URL names and the Chinese Vosk models found, those in use first, and say of each whether
    it is whole.

    \b
    hotline asr models --fetch
    """
    if act == "fetch":
        _fetch()
    found = _listed(settings.load().asr_url)
    damaged = [error for error in map(_damage, found) if error]
    if damaged:
        raise damaged[0]


def _listed(asr_url: str) -> list[NamedModel]:
    """Say which models there are, and where they are looked for."""
    if asr_url:
        click.echo(texts.text("asr.configured", url=asr_url))
    for place in model_places():
        click.echo(texts.text("asr.place", path=place))
    named = named_models(asr_url)
    lying = [NamedModel("vosk", folder) for folder in find_models(model_places())]
    found = [*named, *(model for model in lying if model not in named)]
    for model in found:
        click.echo(f"{model.engine}  {model.folder}  {model_bytes(model.folder) / BYTES_A_MB:.1f} MB")
    if not found:
        click.echo(texts.text("asr.no-model"))
    return found


def _damage(model: NamedModel) -> ModelUnusable | None:
    """Say that the model is whole, or give what is wrong with it."""
    try:
        check_model(model.folder, model.engine)
    except ModelUnusable as error:
        click.echo(str(error), err=True)
        return error
    click.echo(texts.text("asr.model-whole", path=model.folder))
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
