"""A lock between processes: a file the kernel of the system unlocks when its holder dies, however it dies."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from hotline.kernel.errors import Unavailable

POLL_S = 0.02


@contextmanager
def locked(path: Path, *, wait_s: float) -> Iterator[None]:
    """Hold the lock of that file. Raises Unavailable when somebody else still holds it after `wait_s` seconds, or when it
    cannot be opened."""
    with _opened(path) as file:
        _acquire(file.fileno(), path, time.monotonic() + wait_s)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("ab")
    except OSError as error:
        raise Unavailable(f"search index: {error.strerror}", part="search", lock=path.name) from error


def _acquire(descriptor: int, path: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > until:
                raise Unavailable("another process writes the index", part="search", lock=path.name) from error
            time.sleep(POLL_S)
        else:
            return
