"""`hotline demo call`: plays a recording as a citizen who calls. Registered in the `demo` group."""

import uuid
from pathlib import Path

import click

from asr.audio import read_caller, true_text
from hotline.kernel import settings
from hotline.kernel.settings import Settings
from web import texts
from web.demo import call as demo
from web.keys import kept_secret

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("call")
@click.argument("file", type=EXISTING)
@click.option("--number", default="19900001234", show_default=True, help="Caller's number; demo numbers are 1990000xxxx.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the hotline; default: HOTLINE_PORT.")
@click.option("--answer-as", metavar="LOGIN", help="Take the call as this demo account instead of waiting for an agent.")
@click.option("--wait", default=120.0, show_default=True, type=click.FloatRange(0, 3600), help="Seconds to ring.")
@click.option("--truth", default="", help="What is really said, to measure the character error rate.")
@click.option("--manifest", type=EXISTING, help="Table (file, transcript) that tells what is really said.")
def call(
    file: Path,
    *,
    number: str,
    port: int | None,
    answer_as: str | None,
    wait: float,
    truth: str,
    manifest: Path | None,
) -> None:
    """Play FILE (stereo: the right channel) in real time as a caller, and print the words as they are heard.

    \b
    hotline demo call recording.wav --answer-as agent1 --truth 路灯不亮了
    """
    configured = settings.load()
    truth = truth or (true_text(manifest, file) if manifest else "")
    interface = demo.Interface(
        f"http://{configured.host}:{port or configured.port}",
        kept_secret(configured.integrator_token, configured.data_dir, "integrator_token"),
    )
    try:
        pcm = read_caller(file, demo.CALL_RATE_HZ)
        ringing = _answered(interface, number, answer_as, wait)
        outcome = demo.speak(interface, ringing, pcm, host=_gateway_host(configured), show=_show)
    finally:
        interface.close()
    _report(outcome, truth)


def _answered(interface: demo.Interface, number: str, answer_as: str | None, wait_s: float) -> demo.Words:
    call_id = uuid.uuid4()
    ringing = interface.offer(call_id, number)
    click.echo(texts.text("demo-call.ringing", number=number))
    if answer_as:
        interface.answer_as(answer_as, call_id)
    demo.wait_for_answer(interface, call_id, wait_s)
    click.echo(texts.text("demo-call.answered"))
    return ringing


def _gateway_host(configured: Settings) -> str:
    everywhere = configured.audiosocket_host in ("0.0.0.0", "::")  # noqa: S104 compared, not listened on
    return "127.0.0.1" if everywhere else configured.audiosocket_host


def _show(words: demo.Words) -> None:
    mark = " …" if words.get("final") is False else ""
    click.echo(f"{words['start_s']:7.1f} - {words['end_s']:6.1f}  {words['text']}{mark}")


def _report(outcome: demo.Outcome, truth: str) -> None:
    click.echo(texts.text("demo-call.heard", text=outcome.text or texts.text("demo-call.nothing")))
    if truth:
        click.echo(texts.text("demo-call.truth", text=truth))
        click.echo(texts.text("demo-call.error-rate", percent=f"{100 * outcome.error_rate(truth):.1f}"))
    if outcome.first_word_s is not None:
        click.echo(texts.text("demo-call.first-word", seconds=f"{outcome.first_word_s:.1f}"))
