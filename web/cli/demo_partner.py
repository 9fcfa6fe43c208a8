"""`hotline demo partner`: the stand-in partner of `web/demo/partner.py` as a process. Registered in the `demo` group."""

import signal
from pathlib import Path
from types import FrameType

import click

from hotline.kernel import settings
from web import texts
from web.demo.partner import Arrivals, Manner, PartnerServer


@click.command("partner")
@click.option(
    "--port", default=12350, show_default=True, type=click.IntRange(0, 65535), help="Port on 127.0.0.1; 0: a free one."
)
@click.option("--name", default="110", show_default=True, help="Whom it plays: 110, 119, 120, 122 or platform.")
@click.option("--delay", default=0.0, show_default=True, type=click.FloatRange(0, 600), help="Seconds before it answers.")
@click.option("--silent", "receipts", flag_value="never", default=False, help="Take matters but give no receipt.")
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="Folder of what arrived; default: the data folder."
)
def partner(port: int, name: str, delay: float, receipts: str | None, data: Path | None) -> None:
    """Play a partner that takes hand-overs; may be killed and started again.

    Point the hotline at it with HOTLINE_LINKAGE_URLS='{"110": "http://127.0.0.1:12350"}'.

    \b
    hotline demo partner --name 110 --port 12350
    """
    folder = data or settings.load().data_dir / "demo-partner"
    arrivals = Arrivals(folder / f"{name}.jsonl", name)
    try:
        server = PartnerServer(port, arrivals, Manner(delay, receipts or "at-once"), name)
    except OSError as error:
        raise click.ClickException(texts.text("demo-partner.port-taken", port=port)) from error
    signal.signal(signal.SIGTERM, _stop)
    try:
        with server:
            click.echo(texts.text("demo-partner.listening", name=name, address=f"http://127.0.0.1:{server.server_port}/"))
            server.serve_forever()
    except KeyboardInterrupt:
        return


def _stop(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
