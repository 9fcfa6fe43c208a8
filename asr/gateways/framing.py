"""AudioSocket, byte by byte (docs.asterisk.org, "AudioSocket"): type, 16-bit big-endian length, payload.   Pure."""

import uuid
from enum import IntEnum

HEADER_BYTES = 3
MOST_PAYLOAD_BYTES = 0xFFFF
FRAME_S = 0.02


class Kind(IntEnum):
    """Types with a meaning for us; all others are skipped by their length. Audio types are in RATES."""

    HANG_UP = 0x00
    CALL_ID = 0x01
    DIGIT = 0x03
    ERROR = 0xFF


RATES = {
    0x10: 8000,
    0x11: 12000,
    0x12: 16000,
    0x13: 24000,
    0x14: 32000,
    0x15: 44100,
    0x16: 48000,
    0x17: 96000,
    0x18: 192000,
}
"""Audio types and their sample rate in Hz; the payload is signed 16-bit little-endian mono."""
TYPES = {rate: kind for kind, rate in RATES.items()}


def frame(kind: int, payload: bytes = b"") -> bytes:
    """One message. Raises ValueError when the payload does not fit."""
    if len(payload) > MOST_PAYLOAD_BYTES:
        raise ValueError(f"{len(payload)} bytes do not fit a frame")
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload


def header(raw: bytes) -> tuple[int, int]:
    """Type and payload length of the three bytes."""
    return raw[0], int.from_bytes(raw[1:HEADER_BYTES], "big")


def call_id_frame(call_id: uuid.UUID) -> bytes:
    """The first message of a connection."""
    return frame(Kind.CALL_ID, call_id.bytes)


def frame_bytes(sample_rate_hz: int) -> int:
    """How many bytes of audio one frame of 20 ms has."""
    return 2 * round(sample_rate_hz * FRAME_S)


def silence(sample_rate_hz: int) -> bytes:
    """A message with 20 ms of silence."""
    return frame(TYPES[sample_rate_hz], bytes(frame_bytes(sample_rate_hz)))
