"""What a dialect is: a reader of one connection's messages that tells a Line what audio they are.   No sockets here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from asr.gateways.streams import ROLES, End, Over
from asr.session import CALLER

Message = str | bytes
MIXES = {"mono": 1, "mixed": 1, "stereo": 2}
LEAST_HZ, MOST_HZ = 8000, 192000


@dataclass(frozen=True)
class Hello:
    """How a connection was opened. `query` has the last value of each name."""

    path: str = "/"
    query: Mapping[str, str] | None = None
    subprotocol: str = ""

    def asked(self, name: str) -> str:
        """A value of the query; empty when there is none."""
        return (self.query or {}).get(name, "")


class Dialect(Protocol):
    """Reads one connection, in order. Raises Over when the stream ends or makes no sense."""

    async def text(self, message: str) -> None: ...

    async def audio(self, message: bytes) -> None: ...


def fields_of(message: str) -> dict[str, Any] | None:
    """The fields of a JSON object; None for anything else, also for brackets too deep to be read."""
    try:
        found = json.loads(message)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def rate_of(given: object) -> int:
    """A sample rate in Hz as it comes: 8000, "16000.0", "16k". Raises Over for what no telephone sends."""
    spelling = str(given).lower()
    try:
        rate = float(spelling.removesuffix("k")) * (1000 if spelling.endswith("k") else 1)
    except ValueError as error:
        raise Over(End.GARBAGE, "no sample rate") from error
    if not LEAST_HZ <= rate <= MOST_HZ:
        raise Over(End.GARBAGE, f"a sample rate outside {LEAST_HZ} to {MOST_HZ} Hz")
    return int(rate)


def channels_of(given: object) -> int:
    """How many channels a mix has. Raises Over for an unknown one."""
    mix = str(given)
    if mix not in MIXES:
        raise Over(End.GARBAGE, f"a mix that is none of {', '.join(MIXES)}")
    return MIXES[mix]


def role_of(given: str) -> str:
    """Whose audio a stream of one channel is; the caller's unless said. Raises Over for an unknown role."""
    if given and given not in ROLES:
        raise Over(End.GARBAGE, f"a role that is none of {', '.join(ROLES)}")
    return given or CALLER
