"""Use cases on transcripts: note what was said, set it right, read it again. Live recognition is `asr.sessions`'."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from asr.engine import Hypothesis
from asr.events import AudioEnded, AudioStarted, SegmentCorrected, SegmentHeard
from asr.models import TranscriptSegment
from asr.shown import Shown
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound

BY_PERSON = "person"
"""The rule of a change that somebody made by hand."""


def note_start(uow: UnitOfWork, call_id: uuid.UUID, role: str) -> None:
    """Announce that a party's audio arrives."""
    uow.record(AudioStarted(call_id=str(call_id), role=role))


def note_segment(
    uow: UnitOfWork,
    call_id: uuid.UUID,
    hypothesis: Hypothesis,
    *,
    role: str,
    utterance: str,
    shown: Shown | None = None,
    engine: str = "",
) -> TranscriptSegment:
    """Store a finished utterance under the call's next number and announce it; without `shown` it is shown as heard.

    What comes again under the same `utterance` with other words replaces them and is announced again, unless a person set them
    right; with the same words nothing happens. Raises Conflict on commit when another process stored at the same moment.
    """
    text = shown or Shown(hypothesis.text)
    known = _by(uow.session, call_id, TranscriptSegment.utterance == utterance)
    if known is not None and (known.corrected_at is not None or known.raw == hypothesis.text):
        return known
    segment = known or TranscriptSegment(call_id=call_id, utterance=utterance, role=role, is_final=True, at=uow.now)
    if known is None:
        segment.seq, segment.revision = last_seq(uow.session, call_id) + 1, 0
        uow.session.add(segment)
    else:
        segment.revision += 1
    segment.start_s, segment.end_s = hypothesis.start_s, hypothesis.end_s
    segment.raw, segment.text, segment.engine = hypothesis.text, text.text, engine
    segment.words = [asdict(word) for word in hypothesis.words]
    segment.changes = [asdict(change) for change in text.changes]
    segment.suggestions = [asdict(suggestion) for suggestion in text.suggestions]
    uow.session.flush()
    uow.record(SegmentHeard(call_id=str(call_id), seq=segment.seq))
    return segment


def correct(uow: UnitOfWork, call_id: uuid.UUID, seq: int, text: str, *, officer_id: int, revision: int) -> TranscriptSegment:
    """Set an utterance right; engines no longer change it. What they heard stays in `raw`, as material to learn from.

    Raises NotFound, Invalid for an empty text, Conflict (reason stale) when it is not that revision any more.
    """
    wanted = text.strip()
    if not wanted:
        raise Invalid("text", "empty")
    segment = _by(uow.session, call_id, TranscriptSegment.seq == seq)
    if segment is None:
        raise NotFound("no such segment", thing="segment")
    if segment.revision != revision:
        raise Conflict("heard anew or corrected meanwhile", reason="stale")
    change = {"rule": BY_PERSON, "start": 0, "end": len(segment.text), "before": segment.text, "after": wanted}
    segment.changes = [*segment.changes, change]
    segment.text, segment.suggestions = wanted, []
    segment.revision += 1
    segment.corrected_by, segment.corrected_at = officer_id, uow.now
    uow.session.flush()
    uow.record(SegmentHeard(call_id=str(call_id), seq=seq))
    uow.record(SegmentCorrected(call_id=str(call_id), seq=seq))
    return segment


def note_end(uow: UnitOfWork, call_id: uuid.UUID, *, role: str, reason: str, seconds: float) -> None:
    """Announce that no more audio of that party comes; all its segments are stored by then."""
    uow.record(AudioEnded(call_id=str(call_id), role=role, reason=reason, seconds=seconds))


def transcript(session: Session, call_id: uuid.UUID, after_seq: int = 0) -> Sequence[TranscriptSegment]:
    """What was said in the call, in the order of storing, from the segment after `after_seq` on."""
    query = select(TranscriptSegment).where(TranscriptSegment.call_id == call_id, TranscriptSegment.seq > after_seq)
    return session.scalars(query.order_by(TranscriptSegment.seq)).all()


def segment(session: Session, call_id: uuid.UUID, seq: int) -> TranscriptSegment | None:
    """The call's segment of that number."""
    query = select(TranscriptSegment).where(TranscriptSegment.call_id == call_id, TranscriptSegment.seq == seq)
    return session.scalars(query).one_or_none()


def last_seq(session: Session, call_id: uuid.UUID) -> int:
    """The number of the call's newest segment; 0 when there is none."""
    found = session.scalar(select(func.max(TranscriptSegment.seq)).where(TranscriptSegment.call_id == call_id))
    return found or 0


def _by(session: Session, call_id: uuid.UUID, which: ColumnElement[bool]) -> TranscriptSegment | None:
    """Held until the end of the transaction: a better final and a person's correction must not cross."""
    query = select(TranscriptSegment).where(TranscriptSegment.call_id == call_id, which)
    return session.scalars(query.with_for_update()).one_or_none()
