"""Logging: one line a record, time in UTC, to standard error. Callers log ids, never names, numbers or texts of people."""

import logging
import sys
import time
import traceback
from pathlib import PurePath

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


def place_of(error: BaseException) -> str:
    """What kind of error it is and where it arose, innermost last: for those whose message may quote what people said."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " > ".join(f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} ({places})" if places else type(error).__name__
