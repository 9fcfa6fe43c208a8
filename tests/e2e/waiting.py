"""Waiting with a deadline: no test of this folder sleeps for a fixed time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE_S = 120.0
LOOK_S = 0.1


def until(question: Callable[[], T | None], *, what: str, seconds: float = PATIENCE_S) -> T:
    """Ask until the answer is true and return it. Raises AssertionError naming `what` after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(LOOK_S)
    return answer
