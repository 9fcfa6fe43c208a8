"""Tables of speech: what was said in a call. The call itself is the core's; only its id is kept here."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.kernel.db import Base


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
    """Seconds from the first audio of that party."""
    end_s: Mapped[float]
    text: Mapped[str] = mapped_column(Text)
    is_final: Mapped[bool] = mapped_column(default=True)
    at: Mapped[datetime]
