"""How often a call's words are told while they are spoken: the newest partial is kept and told when its time comes."""

import math
import threading
import time
from collections.abc import Callable


class Pace:
    """One for both parties of a call."""

    def __init__(self, per_s: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._gap_s, self._monotonic = 1 / per_s, monotonic
        self._last = -math.inf
        self._lock = threading.Lock()

    def is_due(self) -> bool:
        """Whether a partial may go out now; the answer yes counts as one that did."""
        with self._lock:
            now = self._monotonic()
            if now - self._last < self._gap_s:
                return False
            self._last = now
            return True
