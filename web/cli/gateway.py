"""`hotline gateway`: the speech gateway."""

import click

from web import gateway as speech


@click.command("gateway")
def gateway() -> None:
    """Run the speech gateway alone.

    \b
    HOTLINE_ASR_URL=vosk:///srv/models/vosk-model-cn-0.22 hotline gateway
    """
    speech.main()
