"""Tables of speech: what was said in a call, and the audio it was heard from. The call itself is the core's; only its id is
kept here."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from hotline.kernel.db import Base, Word


class RecordingState(StrEnum):
    """What has become of a party's audio: being heard; all heard; parts still to be heard later; given up; deleted by rule."""

    LIVE = "live"
    HEARD = "heard"
    WAITING = "waiting"
    FAILED = "failed"
    DELETED = "deleted"


class TranscriptSegment(Base):
    """One finished utterance. `seq` counts from 1 in the order of storing, without gaps within a call."""

    __tablename__ = "transcript_segment"
    __table_args__ = (UniqueConstraint("call_id", "seq"), UniqueConstraint("call_id", "utterance"))

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    call_id: Mapped[uuid.UUID]
    seq: Mapped[int]
    utterance: Mapped[str] = mapped_column(String(64))
    """Given by the live session; what makes storing it twice harmless."""
    role: Mapped[str] = mapped_column(String(16))
    """caller or agent."""
    start_s: Mapped[float]
    """Seconds from the first audio of the recording it was heard from; a party whose audio came again begins anew."""
    end_s: Mapped[float]
    text: Mapped[str] = mapped_column(Text)
    """As shown: numbers, punctuation and names set right. What a person corrected replaces it."""
    raw: Mapped[str] = mapped_column(Text, default="")
    """As the engine heard it."""
    words: Mapped[list[Any]] = mapped_column(default=list)
    """Of `raw`, each {word, start_s, end_s, confidence}; none where the engine gives no times."""
    changes: Mapped[list[Any]] = mapped_column(default=list)
    """How `raw` became `text`, in order, each {rule, start, end, before, after}; characters of the text it was done to."""
    suggestions: Mapped[list[Any]] = mapped_column(default=list)
    """Names that may be meant, each {start, end, name, likeness}; characters of `text`."""
    engine: Mapped[str] = mapped_column(String(32), default="")
    is_final: Mapped[bool] = mapped_column(default=True)
    revision: Mapped[int] = mapped_column(default=0)
    """How often a better engine or a person said it anew."""
    corrected_by: Mapped[int | None]
    """The officer who set it right; such segments are what engines are trained and measured with."""
    corrected_at: Mapped[datetime | None]
    at: Mapped[datetime]


class CallRecording(Base):
    """The audio of one party of a call, on disk, and what of it is still to be heard (`gaps`: [from_s, to_s] each)."""

    __tablename__ = "call_recording"
    __table_args__ = (
        Index("ix_call_recording_waiting", "started_at", postgresql_where=sql("state = 'waiting'")),
        Index("ix_call_recording_live", "file", postgresql_where=sql("state = 'live'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    call_id: Mapped[uuid.UUID] = mapped_column(index=True)
    role: Mapped[str] = mapped_column(String(16))
    gateway: Mapped[str] = mapped_column(String(32))
    """By which door it came: audiosocket, chan-websocket, audio-fork, audio-stream, vosk, microphone, file."""
    state: Mapped[RecordingState] = mapped_column(Word(RecordingState))
    file: Mapped[str] = mapped_column(String(255))
    """Below the folder of recordings; no two folders have the same name."""
    folder: Mapped[str] = mapped_column(String(16), default="")
    """The mark of that folder, as machines that share none have one each; empty from before there were marks."""
    is_sealed: Mapped[bool] = mapped_column(default=False)
    """Encrypted at rest."""
    sample_rate_hz: Mapped[int]
    seconds: Mapped[float] = mapped_column(default=0.0)
    gaps: Mapped[list[Any]] = mapped_column(default=list)
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(32), default="")
    """Why it ended, or why it failed."""
    trouble: Mapped[str] = mapped_column(String(32), default="")
    """Why not all of it was heard as it was spoken (`asr.session.Trouble`); empty where all was, or is now."""
    started_at: Mapped[datetime]
    """Second 0 of the audio; of one that was found without a row, as its file tells it."""
    ended_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    """When its gateway last said that it is at it, by the database's clock: those of machines differ."""
    keep_until: Mapped[datetime | None] = mapped_column(index=True)
