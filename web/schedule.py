"""What runs by the clock: the one list, turned into Celery beat entries by `web.worker`."""

from collections.abc import Callable
from dataclasses import dataclass

from dispatch.linkage import sending
from hotline.kernel import outbox
from sla import sweep
from web.bootstrap import Container


@dataclass(frozen=True)
class Timed:
    """A job that runs every so many seconds; each must bear running twice at once."""

    name: str
    run: Callable[[Container], object]
    every_seconds: float


SCHEDULE = (
    Timed("outbox-sweep", lambda parts: outbox.sweep(parts.database, parts.queue.put), 10),
    Timed("sla-sweep", lambda parts: sweep.run(parts.database), 15),
    Timed(
        "transfers-overdue",
        lambda parts: sending.overdue(parts.database, parts.settings.linkage_receipt_seconds),
        5,
    ),
)
"""Seconds here are how often we look, not limits of the trade; those are data."""


def timed(name: str) -> Timed:
    """The row of that name."""
    return next(row for row in SCHEDULE if row.name == name)
