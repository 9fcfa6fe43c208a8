"""Celery as a doorbell: one task that delivers an outbox row, one that runs a row of the schedule.

The database is the truth; a message lost here is rung again by the sweep, so `put` never fails the caller.
"""

import logging
from dataclasses import dataclass

from celery import Celery
from kombu.exceptions import OperationalError

LOG = logging.getLogger("hotline.queue")
DELIVER = "hotline.deliver"
TIMED = "hotline.timed"


def make_celery(broker_url: str) -> Celery:
    """A Celery application without result backend: late acknowledgement, prefetch 1, JSON only, short redelivery."""
    app = Celery("hotline", broker=broker_url)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": 120,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_connect_timeout": 2,
        },
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        enable_utc=True,
    )
    return app


@dataclass(frozen=True)
class CeleryQueue:
    """Rings a worker for a delivery."""

    celery: Celery

    def put(self, delivery_id: int) -> None:
        """Ring once; when the broker does not answer the sweep will."""
        try:
            self.celery.send_task(DELIVER, args=[delivery_id], retry=False)
        except (OperationalError, OSError) as error:
            LOG.warning("broker away, delivery %s waits for the sweep: %s", delivery_id, type(error).__name__)
