"""Audio that comes and goes, told to the core: calls follow their audio in the same transaction."""

from asr.events import AudioEnded, AudioStarted
from asr.session import CALLER
from hotline.intake import calls
from hotline.kernel.db import UnitOfWork


def audio_started(uow: UnitOfWork, event: AudioStarted) -> None:
    """Audio of a call nobody announced becomes a call of unknown number, never nothing."""
    calls.note_audio_started(uow, event.call_id)


def audio_ended(uow: UnitOfWork, event: AudioEnded) -> None:
    """Note how much was heard of the caller and why it ended; an agent who closes the microphone ends no call."""
    if event.role != CALLER:
        return
    calls.note_audio_ended(uow, event.call_id, reason=event.reason, seconds=event.seconds)
