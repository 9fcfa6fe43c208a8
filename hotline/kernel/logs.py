"""Logging: one line a record, time in UTC, to standard error. Callers log ids, never names, numbers or texts of people."""

import logging
import sys
import time

CHATTY = (
    *("httpx", "httpcore", "werkzeug", "engineio.server", "socketio.server"),
    *("kombu", "amqp", "celery.beat", "celery.app.trace", "celery.worker.strategy", "alembic.runtime.migration"),
)
"""Loggers that say a line a message; only their warnings are kept."""


def configure(level: str, process: str) -> None:
    """Set up the root logger of this process; safe to call twice."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter(f"%(asctime)sZ {process} %(levelname)s %(name)s: %(message)s")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
