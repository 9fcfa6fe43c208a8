"""What every gateway hands on and keeps to: one leg of a call, where its audio goes, why it ended, what a peer may do.

The protocols are in modules of their own; who opens the sessions is the gateway process.
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from asr.session import AGENT, CALLER, SessionObserver

ROLES = (CALLER, AGENT)


class End(StrEnum):
    """Why a stream ended."""

    HANG_UP = "hang-up"
    LOST = "lost"
    """The connection broke, or closed without a hang-up; Asterisk's usual way to end."""
    STALLED = "stalled"
    TOO_LONG = "too-long"
    GARBAGE = "garbage"
    STOPPED = "stopped"
    """The gateway itself was stopped."""
    RENEWED = "renewed"
    """A client asked to begin anew; its stream goes on as another."""


class Over(Exception):
    """The stream is over, and why; raised by whoever notices, caught where the connection is served."""

    def __init__(self, end: End, note: str = "") -> None:
        super().__init__(end)
        self.end = end
        self.note = note
        """For the log: what was wrong. No personal data."""


class AudioSink(Protocol):
    """Where one leg's audio goes. Called in the server's loop: must not wait."""

    def audio(self, pcm: bytes) -> None: ...

    def ended(self, reason: str) -> None: ...


@dataclass(frozen=True)
class Leg:
    """One party's audio as it is announced: 16-bit mono PCM of `sample_rate_hz` follows.

    `call_id` is the exchange's name of it: of the call, or of the leg alone (`asr.gateways.legs`).
    """

    call_id: uuid.UUID
    role: str
    sample_rate_hz: int
    gateway: str
    observer: SessionObserver | None = None


OpenLeg = Callable[[Leg], Awaitable[AudioSink]]
"""Called with the first audio of a leg."""


@dataclass(frozen=True)
class Limits:
    """What a peer may do; the operator's settings fill all that have no default."""

    max_seconds: float
    stall_s: float
    max_connections: int = 100
    max_per_address: int = 100
    hello_s: float = 5.0
    silence_every_s: float = 0.5
    """Asterisk hangs up when nothing at all passes for two seconds."""
    ahead_s: float = 2.0
    """Audio that came faster than real time by more than that waits in the network."""
    max_message_bytes: int = 256 * 1024
    answer_s: float = 5.0
    """Longest wait for the words of one message; who sends in lock step would else hang on an engine that is behind."""
    last_words_s: float = 30.0
    """Longest wait for the words after the last message."""
