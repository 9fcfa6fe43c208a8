"""Who may come in: networks that are allowed, and how many connections in all and from one address.   One Door a listener."""

import ipaddress
import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence

LOOPBACK = ("127.0.0.0/8", "::1")
TELL_EVERY_S = 60.0


class Door:
    """Counts who is in. Called in the server's loop only."""

    def __init__(
        self,
        name: str,
        allow: Sequence[str],
        *,
        max_connections: int,
        max_per_address: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`name` is the listener's, for the log. Raises ValueError for what is no network."""
        self._log = logging.getLogger(name)
        self._allow = [ipaddress.ip_network(network.strip()) for network in allow]
        self._most, self._most_each, self._monotonic = max_connections, max_per_address, monotonic
        self._inside: Counter[str] = Counter()
        self._told: dict[str, tuple[float, int]] = {}

    @property
    def inside(self) -> int:
        """How many peers are connected."""
        return self._inside.total()

    def enter(self, address: str) -> bool:
        """Let the peer in, or say why not. Whoever was let in must leave."""
        reason = self._refusal(address)
        if reason:
            self.refuse(address, reason)
            return False
        self._inside[address] += 1
        return True

    def leave(self, address: str) -> None:
        """The peer is gone."""
        self._inside[address] -= 1
        if self._inside[address] <= 0:
            del self._inside[address]

    def refuse(self, address: str, reason: str) -> None:
        """Log it: one line a minute and reason, with how many more there were, so that no flood fills the log."""
        now = self._monotonic()
        at, kept_back = self._told.get(reason, (-math.inf, 0))
        if now - at < TELL_EVERY_S:
            self._told[reason] = (at, kept_back + 1)
            return
        self._told[reason] = (now, 0)
        more = f" ({kept_back} more since the last such line)" if kept_back else ""
        self._log.warning("connection from %s refused: %s%s", address, reason, more)

    def _refusal(self, address: str) -> str:
        peer = ipaddress.ip_address(address)
        if not any(peer in network for network in self._allow):
            return "not on the allow list"
        if self.inside >= self._most:
            return "too many connections"
        return "too many connections from one address" if self._inside[address] >= self._most_each else ""
