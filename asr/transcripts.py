"""Use cases on transcripts: note what was said, read it again. Live recognition is `asr.sessions`'."""

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from asr.engine import Hypothesis
from asr.events import AudioEnded, AudioStarted, SegmentHeard
from asr.models import TranscriptSegment
from hotline.kernel.db import UnitOfWork


def note_start(uow: UnitOfWork, call_id: uuid.UUID, role: str) -> None:
    """Announce that a party's audio arrives."""
    uow.record(AudioStarted(call_id=str(call_id), role=role))


def note_segment(
    uow: UnitOfWork, call_id: uuid.UUID, hypothesis: Hypothesis, *, role: str, utterance: str
) -> TranscriptSegment:
    """Store a finished utterance under the call's next number and announce it.

    Safe to call twice with the same `utterance`. Raises Conflict on commit when another process stored at the same moment.
    """
    known = uow.session.scalars(
        select(TranscriptSegment).where(TranscriptSegment.call_id == call_id, TranscriptSegment.utterance == utterance)
    ).one_or_none()
    if known is not None:
        return known
    segment = TranscriptSegment(
        call_id=call_id,
        seq=last_seq(uow.session, call_id) + 1,
        utterance=utterance,
        role=role,
        start_s=hypothesis.start_s,
        end_s=hypothesis.end_s,
        text=hypothesis.text,
        is_final=True,
        at=uow.now,
    )
    uow.session.add(segment)
    uow.session.flush()
    uow.record(SegmentHeard(call_id=str(call_id), seq=segment.seq))
    return segment


def note_end(uow: UnitOfWork, call_id: uuid.UUID, *, role: str, reason: str, seconds: float) -> None:
    """Announce that no more audio of that party comes; all its segments are stored by then."""
    uow.record(AudioEnded(call_id=str(call_id), role=role, reason=reason, seconds=seconds))


def transcript(session: Session, call_id: uuid.UUID, after_seq: int = 0) -> Sequence[TranscriptSegment]:
    """What was said in the call, in the order of storing, from the segment after `after_seq` on."""
    query = select(TranscriptSegment).where(TranscriptSegment.call_id == call_id, TranscriptSegment.seq > after_seq)
    return session.scalars(query.order_by(TranscriptSegment.seq)).all()


def last_seq(session: Session, call_id: uuid.UUID) -> int:
    """The number of the call's newest segment; 0 when there is none."""
    found = session.scalar(select(func.max(TranscriptSegment.seq)).where(TranscriptSegment.call_id == call_id))
    return found or 0
