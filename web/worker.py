"""The worker and beat processes: Celery's generic task rings the outbox, the timed task runs a row of the schedule."""

import logging
import socket

from celery import Celery

from hotline.kernel import outbox
from hotline.kernel.errors import Unavailable
from web import indexes
from web.bootstrap import Container
from web.queue import DELIVER, TIMED
from web.schedule import SCHEDULE, timed

LOG = logging.getLogger("hotline.worker")
THREADS = 4


def celery_of(container: Container) -> Celery:
    """The container's Celery with its two tasks and the schedule."""
    app = container.queue.celery

    @app.task(name=DELIVER)  # type: ignore[untyped-decorator]  # celery ships no types
    def deliver(delivery_id: int) -> None:
        settings = container.settings
        outbox.deliver(
            container.database,
            container.subscribers,
            delivery_id,
            lease_seconds=settings.outbox_lease_seconds,
            max_attempts=settings.outbox_max_attempts,
        )

    @app.task(name=TIMED)  # type: ignore[untyped-decorator]  # celery ships no types
    def run_timed(name: str) -> None:
        timed(name).run(container)

    app.conf.beat_schedule = {
        row.name: {
            "task": TIMED,
            "schedule": row.every_seconds,
            "args": [row.name],
            "options": {"expires": row.every_seconds * 2},
        }
        for row in SCHEDULE
    }
    return app


def run_worker(container: Container) -> None:
    """Work until told to stop. One process with threads, so that one writer holds the search index."""
    _ensure_indexes(container)
    name = f"hotline@{socket.gethostname()}"
    arguments = ["--quiet", "worker", "--pool=threads", f"--concurrency={THREADS}", f"--hostname={name}", "--without-gossip"]
    level = container.settings.log_level
    celery_of(container).worker_main([*arguments, "--without-mingle", f"--loglevel={level}"])


def _ensure_indexes(container: Container) -> None:
    """Build what is missing or damaged. Work goes on without search: it is a cache, and the rest is not."""
    try:
        indexes.ensure_all(container)
    except Unavailable as error:
        LOG.warning("no search until `hotline kb rebuild`: %s", error)


def run_beat(container: Container) -> None:
    """Send timed tasks until told to stop. Nothing is kept on disk: each row is due again at the start."""
    level = container.settings.log_level
    celery_of(container).start(["--quiet", "beat", "--scheduler=celery.beat:Scheduler", f"--loglevel={level}"])
