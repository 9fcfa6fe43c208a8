"""Use cases on the rows of recordings: begun, missed, closed, lost, deleted. The files themselves are `asr.recordings`'.

Called by the gateway for live calls, by `asr.late`, by the schedule for retention, by views that let a word be heard.
"""

import logging
import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from asr import transcripts
from asr.gaps import Gap, merged, of_lost
from asr.models import CallRecording, RecordingState, TranscriptSegment
from asr.recording import AudioMissing
from asr.recordings import Recordings, party_of, stream_of
from asr.session import Ending, Kept
from hotline.kernel.db import UnitOfWork
from hotline.kernel.vault import KeyUnknown

LOG = logging.getLogger("asr.recording_rows")
BATCH = 200
LOST, ORPHAN = "lost", "orphan"


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
        is_sealed=kept.is_sealed,
        sample_rate_hz=kept.sample_rate_hz,
        seconds=0.0,
        gaps=[],
        attempts=0,
        reason="",
        started_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def miss(uow: UnitOfWork, kept: Kept, gap: Gap) -> None:
    """A part went by unheard. Safe to call twice."""
    row = begin(uow, kept)
    row.gaps = _stored(merged([*gaps_of(row), gap]))


def close(uow: UnitOfWork, kept: Kept, ending: Ending) -> None:
    """No more comes; what was not heard waits. Safe to call twice."""
    row = begin(uow, kept)
    row.seconds, row.reason, row.ended_at = round(ending.seconds, 2), ending.reason, uow.now
    row.gaps = _stored(ending.gaps) if ending.is_recorded else []
    row.state = RecordingState.WAITING if row.gaps else RecordingState.HEARD


def take_up_lost(uow: UnitOfWork, recordings: Recordings, quiet_s: float, *, but: Collection[str] = ()) -> int:
    """Close what a killed gateway left: rows still live whose file nobody wrote to for so long. Says how many.

    `but` names files whose end this process will note itself, however long they are quiet: on a full disk nothing is written,
    and an engine that is behind has words to come after the last audio. What a lost one had not stored as final waits to be
    heard; the rest of the call's audio came, if at all, in another recording.
    """
    query = select(CallRecording).where(CallRecording.state == RecordingState.LIVE).with_for_update(skip_locked=True)
    lost = [row for row in uow.session.scalars(query).all() if row.file not in but and recordings.is_quiet(row.file, quiet_s)]
    for row in lost:
        _take_up(uow, row, recordings)
        if not _is_live(uow.session, row):
            transcripts.note_end(uow, row.call_id, role=row.role, reason=LOST, seconds=row.seconds)
    return len(lost)


def adopt_orphans(uow: UnitOfWork, recordings: Recordings, files: Sequence[str]) -> int:
    """Give those of these files a row that none names; they wait to be heard when nothing was noted of that party. Says how
    many. `files` are those nobody writes to any more, some hundreds at a time."""
    parties = {file: party for file in files if (party := party_of(file)) is not None}
    calls = {call_id for call_id, _ in parties.values()}
    known = set(uow.session.scalars(select(CallRecording.file).where(CallRecording.call_id.in_(calls))))
    return sum(_adopt(uow, file, recordings, *party) for file, party in parties.items() if file not in known)


def delete_old(uow: UnitOfWork, recordings: Recordings, keep_days: int) -> int:
    """Delete the files of recordings that ended so many days ago, and are not to be kept longer; the row says that there was
    one. Says how many. Safe to call twice: a file that is gone is no error."""
    before = uow.now - timedelta(days=keep_days)
    query = select(CallRecording).where(
        CallRecording.state.notin_([RecordingState.LIVE, RecordingState.DELETED]),
        CallRecording.ended_at < before,
        or_(CallRecording.keep_until.is_(None), CallRecording.keep_until < uow.now),
    )
    rows = uow.session.scalars(query.order_by(CallRecording.id).limit(BATCH).with_for_update(skip_locked=True)).all()
    for row in rows:
        recordings.delete(row.file)
        row.state, row.gaps = RecordingState.DELETED, []
    return len(rows)


def waiting(session: Session, limit: int = 20) -> Sequence[int]:
    """Recordings with parts to be heard, oldest first."""
    query = select(CallRecording.id).where(CallRecording.state == RecordingState.WAITING)
    return session.scalars(query.order_by(CallRecording.started_at, CallRecording.id).limit(limit)).all()


def count_waiting(session: Session) -> int:
    """How many there are."""
    count = select(func.count()).select_from(CallRecording).where(CallRecording.state == RecordingState.WAITING)
    return session.scalar(count) or 0


def of_call(session: Session, call_id: uuid.UUID) -> Sequence[CallRecording]:
    """All recordings of a call, in the order in which they began."""
    query = select(CallRecording).where(CallRecording.call_id == call_id)
    return session.scalars(query.order_by(CallRecording.started_at, CallRecording.id)).all()


def of_segment(session: Session, segment: TranscriptSegment) -> CallRecording | None:
    """The recording from which those words were heard; its seconds are the segment's."""
    stream = segment.utterance.partition("-")[0]
    return next((row for row in of_call(session, segment.call_id) if stream_of(row.file) == stream), None)


def gaps_of(row: CallRecording) -> tuple[Gap, ...]:
    """What of it was not heard."""
    return tuple((float(start), float(end)) for start, end in row.gaps)


def set_gaps(row: CallRecording, gaps: Iterable[Gap]) -> None:
    """Lay down what is still to be heard; nothing left means that all was."""
    row.gaps = _stored(gaps)
    if not row.gaps and row.state is RecordingState.WAITING:
        row.state = RecordingState.HEARD


def _take_up(uow: UnitOfWork, row: CallRecording, recordings: Recordings) -> None:
    seconds = _seconds(recordings, row.file)
    heard_until_s = _heard_until(uow.session, row.call_id, row.file)
    row.seconds, row.reason, row.ended_at = round(seconds, 2), LOST, uow.now
    row.state = RecordingState.WAITING
    set_gaps(row, of_lost(gaps_of(row), heard_until_s, seconds))
    uow.session.flush()


def _adopt(uow: UnitOfWork, file: str, recordings: Recordings, call_id: uuid.UUID, role: str) -> bool:
    try:
        seconds, rate = recordings.seconds(file), recordings.rate(file)
    except (AudioMissing, KeyUnknown) as error:
        LOG.debug("recording %s has no owner and cannot be read: %s", file, error)
        return False
    noted = select(func.count()).where(TranscriptSegment.call_id == call_id, TranscriptSegment.role == role)
    gaps = [] if uow.session.scalar(noted) else merged([(0.0, seconds)])
    row = CallRecording(call_id=call_id, role=role, gateway="", file=file, sample_rate_hz=rate, attempts=0, reason=ORPHAN)
    row.is_sealed = recordings.is_sealed(file)
    row.seconds, row.started_at, row.ended_at, row.state = round(seconds, 2), uow.now, uow.now, RecordingState.WAITING
    set_gaps(row, gaps)
    uow.session.add(row)
    return True


def _heard_until(session: Session, call_id: uuid.UUID, file: str) -> float:
    named = TranscriptSegment.utterance.startswith(f"{stream_of(file)}-", autoescape=True)
    query = select(func.max(TranscriptSegment.end_s)).where(TranscriptSegment.call_id == call_id, named)
    return session.scalar(query) or 0.0


def _seconds(recordings: Recordings, file: str) -> float:
    try:
        return recordings.seconds(file)
    except (AudioMissing, KeyUnknown):
        return 0.0


def _is_live(session: Session, row: CallRecording) -> bool:
    query = select(CallRecording.id).where(
        CallRecording.call_id == row.call_id, CallRecording.role == row.role, CallRecording.state == RecordingState.LIVE
    )
    return session.scalars(query.limit(1)).one_or_none() is not None


def _stored(gaps: Iterable[Gap]) -> list[list[float]]:
    return [[round(start, 3), round(end, 3)] for start, end in gaps]
