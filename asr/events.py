"""What happens to the audio of a call. Ids only: the words are in `transcript_segment`."""

from dataclasses import dataclass
from typing import ClassVar

from hotline.kernel.events import Event


@dataclass(frozen=True)
class AudioStarted(Event):
    """Audio of a call arrives. The call may be unknown so far."""

    name: ClassVar[str] = "audio-started"
    call_id: str
    role: str


@dataclass(frozen=True)
class SegmentHeard(Event):
    """A finished utterance was stored."""

    name: ClassVar[str] = "segment-heard"
    call_id: str
    seq: int


@dataclass(frozen=True)
class SegmentCorrected(Event):
    """A person set an utterance right; told beside `SegmentHeard`, for whoever reads along."""

    name: ClassVar[str] = "segment-corrected"
    call_id: str
    seq: int


@dataclass(frozen=True)
class AudioEnded(Event):
    """No more audio of that party comes. `reason` is one of `asr.gateways.streams.End`."""

    name: ClassVar[str] = "audio-ended"
    call_id: str
    role: str
    reason: str
    seconds: float
