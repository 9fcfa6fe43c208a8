"""Use cases on the rows of recordings: begun, hindered, missed, closed, deleted. What a killed gateway left is
`asr.lost_recordings`', the files themselves are `asr.recordings`'.

Called by the gateway for live calls, by `asr.late`, by the schedule for retention, by views that let a word be heard.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from asr.gaps import Gap, merged
from asr.models import CallRecording, RecordingState, TranscriptSegment
from asr.recordings import Recordings, mark_of, stream_of, stream_of_utterance
from asr.session import Ending, Kept, Trouble
from hotline.kernel.db import UnitOfWork

BATCH = 200
UNTIL_ADMITTED = frozenset({Trouble.NO_ENGINE, Trouble.NO_ROOM})


def begin(uow: UnitOfWork, kept: Kept) -> CallRecording:
    """A party's audio is kept from now on. Safe to call twice."""
    known = next((row for row in of_call(uow.session, kept.party.call_id) if row.file == kept.file), None)
    if known is not None:
        return known
    row = CallRecording(
        call_id=kept.party.call_id,
        role=kept.party.role,
        gateway=kept.gateway,
        state=RecordingState.LIVE,
        file=kept.file,
        folder=mark_of(kept.file),
        is_sealed=kept.is_sealed,
        sample_rate_hz=kept.sample_rate_hz,
        seconds=0.0,
        gaps=[],
        attempts=0,
        reason="",
        trouble="",
        started_at=kept.begun_at,
        claimed_at=func.now(),
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def hinder(uow: UnitOfWork, kept: Kept, trouble: Trouble) -> None:
    """It goes on with fewer words. Of one that is not recorded any more that is what counts, whatever comes after: nothing of
    it can be heard later. Safe to call twice."""
    row = begin(uow, kept)
    if row.trouble != Trouble.NOT_RECORDED:
        row.trouble = trouble.value


def admit(uow: UnitOfWork, kept: Kept) -> None:
    """It is heard from now on. Safe to call twice."""
    row = begin(uow, kept)
    if row.trouble in UNTIL_ADMITTED:
        row.trouble = ""


def miss(uow: UnitOfWork, kept: Kept, gap: Gap) -> None:
    """A part went by unheard. Safe to call twice."""
    row = begin(uow, kept)
    row.gaps = _stored(merged([*gaps_of(row), gap]))


def close(uow: UnitOfWork, kept: Kept, ending: Ending) -> None:
    """No more comes; what was not heard waits, also of one that was recorded only in part. Safe to call twice."""
    row = begin(uow, kept)
    reason = ending.reason if ending.is_recorded else Trouble.NOT_RECORDED.value
    row.seconds, row.reason, row.ended_at = round(ending.seconds, 2), reason, uow.now
    row.gaps = _stored(ending.gaps)
    row.state = RecordingState.WAITING if row.gaps else RecordingState.HEARD


def delete_old(uow: UnitOfWork, recordings: Recordings, keep_days: int) -> int:
    """Delete the files of recordings in this folder that ended so many days ago, and are not to be kept longer; the row says
    that there was one. Says how many. Safe to call twice: a file that is gone is no error."""
    before = uow.now - timedelta(days=keep_days)
    query = select(CallRecording).where(
        CallRecording.state.notin_([RecordingState.LIVE, RecordingState.DELETED]),
        CallRecording.ended_at < before,
        is_here(recordings),
        or_(CallRecording.keep_until.is_(None), CallRecording.keep_until < uow.now),
    )
    rows = uow.session.scalars(query.order_by(CallRecording.id).limit(BATCH).with_for_update(skip_locked=True)).all()
    for row in rows:
        recordings.delete(row.file)
        row.state, row.gaps = RecordingState.DELETED, []
    return len(rows)


def is_here(recordings: Recordings) -> ColumnElement[bool]:
    """Those whose files are in this folder; those from before folders had marks may be."""
    return CallRecording.folder.in_({recordings.mark, ""})


def waiting(session: Session, recordings: Recordings, limit: int = 20) -> Sequence[int]:
    """Recordings of this folder with parts to be heard, oldest first."""
    query = select(CallRecording.id).where(CallRecording.state == RecordingState.WAITING, is_here(recordings))
    return session.scalars(query.order_by(CallRecording.started_at, CallRecording.id).limit(limit)).all()


def count_waiting(session: Session) -> int:
    """How many there are, in all folders."""
    count = select(func.count()).select_from(CallRecording).where(CallRecording.state == RecordingState.WAITING)
    return session.scalar(count) or 0


def of_call(session: Session, call_id: uuid.UUID) -> Sequence[CallRecording]:
    """All recordings of a call, in the order in which they began."""
    query = select(CallRecording).where(CallRecording.call_id == call_id)
    return session.scalars(query.order_by(CallRecording.started_at, CallRecording.id)).all()


def of_segment(session: Session, segment: TranscriptSegment) -> CallRecording | None:
    """The recording from which those words were heard; its seconds are the segment's."""
    stream = stream_of_utterance(segment.utterance)
    return next((row for row in of_call(session, segment.call_id) if stream_of(row.file) == stream), None)


def gaps_of(row: CallRecording) -> tuple[Gap, ...]:
    """What of it was not heard."""
    return tuple((float(start), float(end)) for start, end in row.gaps)


def unheard_because(row: CallRecording) -> str:
    """Why not all of it is heard as it is spoken or, when it is over, why something waits to be heard: a Trouble, or `waiting`
    where none is known. Empty when all was heard, and when nothing will be heard any more."""
    if row.state is RecordingState.LIVE:
        return row.trouble
    return row.trouble or row.state.value if row.state is RecordingState.WAITING else ""


def set_gaps(row: CallRecording, gaps: Iterable[Gap]) -> None:
    """Lay down what is still to be heard; nothing left means that all was."""
    row.gaps = _stored(gaps)
    if not row.gaps and row.state is RecordingState.WAITING:
        row.state = RecordingState.HEARD


def _stored(gaps: Iterable[Gap]) -> list[list[float]]:
    return [[round(start, 3), round(end, 3)] for start, end in gaps]
