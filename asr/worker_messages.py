"""What the gateway and its recognising processes say to each other: one kind byte, a stream number, then audio or JSON.   Pure.

Framing is that of `multiprocessing.connection.Connection` (length, then bytes).
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import asdict
from enum import IntEnum

from asr.engine import HeardWord, Hypothesis

HEAD = struct.Struct("<BI")


class Ask(IntEnum):
    """To a worker. OPEN carries the rate in Hz as text, FEED audio."""

    OPEN = 1
    FEED = 2
    FINISH = 3
    CLOSE = 4


class Told(IntEnum):
    """From a worker: it loaded (its engine's name), what was heard, or that the engine failed (in words for the log)."""

    READY = 1
    HEARD = 2
    FAILED = 3


def message(kind: int, stream: int, payload: bytes = b"") -> bytes:
    """One message."""
    return HEAD.pack(kind, stream) + payload


def parts(raw: bytes) -> tuple[int, int, bytes]:
    """Kind, stream and payload."""
    kind, stream = HEAD.unpack_from(raw)
    return kind, stream, raw[HEAD.size :]


def packed(found: Sequence[Hypothesis]) -> bytes:
    """Hypotheses as they travel."""
    return json.dumps([asdict(one) for one in found], ensure_ascii=False).encode()


def unpacked(payload: bytes) -> list[Hypothesis]:
    """Hypotheses as they were."""
    return [
        Hypothesis(
            **(one | {"words": tuple(HeardWord(**word) for word in one["words"]), "alternatives": tuple(one["alternatives"])})
        )
        for one in json.loads(payload)
    ]
