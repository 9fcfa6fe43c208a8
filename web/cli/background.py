"""`hotline worker` and `hotline beat`: what is done behind the requests."""

import click

from hotline.kernel import logs, settings
from web.bootstrap import build
from web.worker import run_beat, run_worker


@click.command("worker")
def worker() -> None:
    """Run a worker alone: reactions and timed jobs.

    \b
    hotline worker
    """
    configured = settings.load()
    logs.configure(configured.log_level, "worker")
    run_worker(build(configured))


@click.command("beat")
def beat() -> None:
    """Run the timetable alone; one in the whole installation.

    \b
    hotline beat
    """
    configured = settings.load()
    logs.configure(configured.log_level, "beat")
    run_beat(build(configured))
