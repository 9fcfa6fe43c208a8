"""Celery as a doorbell: one task that delivers an outbox row, one that runs a row of the schedule.

The database is the truth; a message lost here is rung again by the sweep, so `put` never fails the caller.
"""

import logging
import time
from collections.abc import Callable

import redis
from celery import Celery
from kombu.exceptions import OperationalError

LOG = logging.getLogger("hotline.queue")
DELIVER = "hotline.deliver"
TIMED = "hotline.timed"
ANSWERS_WITHIN_S = 2.0
"""A broker that takes longer to connect or answer counts as away; a worker's own waits for messages are shorter."""
QUIET_S = 1.0
"""How long an absent broker is not rung: whoever waits for an answer must not wait for the broker, call after call."""


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
            "socket_connect_timeout": ANSWERS_WITHIN_S,
            "socket_timeout": ANSWERS_WITHIN_S,
            "max_retries": 0,  # kombu would try for six seconds inside `put`; workers reconnect by rules of their own
        },
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        enable_utc=True,
    )
    return app


class CeleryQueue:
    """Rings a worker for a delivery."""

    def __init__(self, celery: Celery, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.celery = celery
        self._monotonic = monotonic
        self._quiet_until = 0.0

    def put(self, delivery_id: int) -> None:
        """Ring once; when the broker does not answer the sweep will, and for QUIET_S nobody tries."""
        if self._monotonic() < self._quiet_until:
            return
        try:
            self.celery.send_task(DELIVER, args=[delivery_id], retry=False)
        except (OperationalError, OSError, redis.RedisError) as error:
            self._quiet_until = self._monotonic() + QUIET_S
            LOG.warning("broker away, delivery %s waits for the sweep: %s", delivery_id, type(error).__name__)
