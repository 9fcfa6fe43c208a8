"""`hotline asr probe`: plays a recording to a gateway as an exchange would. Registered in the `asr` group."""

import sys
import uuid
from pathlib import Path

import click

from asr.audio import read_caller
from asr.gateways.probes import PROBES, Target
from hotline.kernel import settings
from hotline.kernel.errors import HotlineError
from web import errors, texts

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
AUDIOSOCKET = "audiosocket"
AFTER_S = 1.5
"""Silence after the recording, so that its last sentence ends while we still listen."""
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 compared, not listened on


@click.command("probe")
@click.argument("file", type=FILE)
@click.option("--as", "names", multiple=True, type=click.Choice(sorted(PROBES)), help="Dialect, repeatable; default: all.")
@click.option("--host", default="", help="Gateway; default: as HOTLINE_AUDIOSOCKET_HOST and HOTLINE_WEBSOCKET_HOST.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port; default: as the settings.")
@click.option("--rate", default="8000", show_default=True, type=click.Choice(["8000", "16000"]), help="Hz.")
@click.option("--call", "call_id", type=click.UUID, help="Id of a call that rings; default: a new one each.")
@click.option("--token", default="", help="Token of the gateway; default: HOTLINE_WEBSOCKET_TOKEN.")
def probe(
    file: Path, *, names: tuple[str, ...], host: str, port: int | None, rate: str, call_id: uuid.UUID | None, token: str
) -> None:
    """Play FILE in real time to a speech gateway in each dialect and say what came back.

    \b
    hotline asr probe recording.wav
    hotline asr probe recording.wav --as vosk --host 10.1.0.5 --port 9093
    """
    pcm = read_caller(file, int(rate)) + bytes(2 * int(AFTER_S * int(rate)))
    configured = settings.load()
    failures = 0
    for name in names or tuple(PROBES):
        is_audiosocket = name == AUDIOSOCKET
        at_port = port or (configured.audiosocket_port if is_audiosocket else configured.websocket_port)
        if not at_port:
            click.echo(texts.text("asr.probe-off", name=name), err=True)
            continue
        found = configured.audiosocket_host if is_audiosocket else configured.websocket_host
        target = Target(
            host or ("127.0.0.1" if found in EVERYWHERE else found),
            at_port,
            pcm,
            int(rate),
            call_id or uuid.uuid4(),
            token or configured.websocket_token.get_secret_value(),
        )
        failures += not _played(name, target)
    if failures:
        sys.exit(1)


def _played(name: str, target: Target) -> bool:
    try:
        answers = PROBES[name].play(target)
    except HotlineError as error:
        click.echo(f"{name}: {errors.message(error, texts.DEFAULT)} ({error})", err=True)
        return False
    seconds = len(target.pcm) / 2 / target.rate_hz
    click.echo(texts.text("asr.probe-played", name=name, call=target.call_id, seconds=f"{seconds:.1f}", blocks=answers.blocks))
    if answers.first_word_s is not None:
        click.echo(texts.text("demo-call.first-word", seconds=f"{answers.first_word_s:.1f}"))
        click.echo(texts.text("demo-call.heard", text=" ".join(answers.texts)))
    return True
