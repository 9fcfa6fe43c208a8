"""`hotline gateway`: the speech gateway alone, as `hotline up` starts it or on a machine of its own."""

import click

from hotline.kernel.errors import HotlineError
from web import errors, texts
from web import gateway as process


@click.command("gateway")
def gateway() -> None:
    """Take calls' audio on HOTLINE_AUDIOSOCKET_PORT and turn it into words.

    \b
    HOTLINE_ASR_URL=vosk:///models/vosk-model-cn-0.22 hotline gateway
    """
    try:
        process.main()
    except HotlineError as error:
        raise click.ClickException(errors.message(error, texts.DEFAULT)) from error
