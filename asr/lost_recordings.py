"""What a gateway that died left behind: recordings still called live, and files that no row names.

Each gateway claims its own every few seconds. What nobody claims is taken up by one that has the folder it lies in; several
machines may share a folder or have one each. Called by the gateway's duties and by the schedule.
"""

import logging
import uuid
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, select, update

from asr import transcripts
from asr.gaps import merged, of_lost
from asr.models import CallRecording, RecordingState, TranscriptSegment
from asr.recording import AudioMissing
from asr.recording_rows import gaps_of, is_here, set_gaps
from asr.recordings import Recordings, party_of, stream_of
from hotline.kernel.db import UnitOfWork
from hotline.kernel.vault import KeyUnknown

LOG = logging.getLogger("asr.lost_recordings")
LOST, ORPHAN = "lost", "orphan"
GONE_S = 86_400.0
"""After so long without a claim, the folder that no gateway brought back is taken for gone."""


def claim(uow: UnitOfWork, files: Collection[str]) -> None:
    """Say that this process is at these recordings and will note their end itself, however long they are quiet: on a full disk
    nothing is written, and an engine that is behind has words to come after the last audio."""
    change = update(CallRecording).where(CallRecording.state == RecordingState.LIVE, CallRecording.file.in_(files))
    uow.session.execute(change.values(claimed_at=func.now()).execution_options(synchronize_session=False))


def take_up_lost(uow: UnitOfWork, recordings: Recordings, quiet_s: float) -> int:
    """Close what a killed gateway left here: rows nobody claimed, and files nobody wrote to, for so long. Says how many.

    What had not been stored as final waits to be heard; the rest of the call's audio came, if at all, in another recording.
    """
    found = _unclaimed(uow, quiet_s, is_here(recordings))
    lost = [row for row in found if recordings.is_quiet(row.file, quiet_s)]
    for row in lost:
        _take_up(uow, row, recordings)
        _tell_end(uow, row)
    return len(lost)


def give_up_missing(uow: UnitOfWork, recordings: Recordings, quiet_s: float) -> int:
    """Mark as failed what nobody claims and nobody can hear: the file is gone from this folder, or its folder with all in it.
    Says how many."""
    in_this = and_(CallRecording.folder == recordings.mark, CallRecording.folder != "")
    found = {*_unclaimed(uow, quiet_s, in_this), *_unclaimed(uow, GONE_S)}
    missing = [row for row in found if recordings.is_missing(row.file)]
    for row in missing:
        LOG.warning("call %s: the recording of its %s is missing and given up", row.call_id, row.role)
        row.state, row.reason, row.ended_at = RecordingState.FAILED, AudioMissing.code, uow.now
        uow.session.flush()
        _tell_end(uow, row)
    return len(missing)


def adopt_orphans(uow: UnitOfWork, recordings: Recordings, files: Sequence[str]) -> int:
    """Give those of these files a row that none names; they wait to be heard when nothing was noted of that party. Says how
    many. `files` are those of the folder that nobody writes to any more, some hundreds at a time; ones that were brought here
    from another folder are of this one from now on."""
    parties = {file: party for file in files if (party := party_of(file)) is not None}
    calls = {call_id for call_id, _ in parties.values()}
    rows = uow.session.scalars(select(CallRecording).where(CallRecording.call_id.in_(calls))).all()
    for row in rows:
        if row.file in parties and recordings.mark:
            row.folder = recordings.mark
    known = {row.file for row in rows}
    return sum(_adopt(uow, file, recordings, *party) for file, party in parties.items() if file not in known)


def _unclaimed(uow: UnitOfWork, for_s: float, *which: ColumnElement[bool]) -> Sequence[CallRecording]:
    claimed_at = func.coalesce(CallRecording.claimed_at, CallRecording.started_at)
    is_old = claimed_at < func.now() - timedelta(seconds=for_s)
    query = select(CallRecording).where(CallRecording.state == RecordingState.LIVE, is_old, *which)
    return uow.session.scalars(query.with_for_update(skip_locked=True)).all()


def _take_up(uow: UnitOfWork, row: CallRecording, recordings: Recordings) -> None:
    seconds = _seconds(recordings, row.file)
    heard_until_s = _heard_until(uow, row)
    row.seconds, row.reason, row.ended_at = round(seconds, 2), LOST, uow.now
    row.state = RecordingState.WAITING
    set_gaps(row, of_lost(gaps_of(row), heard_until_s, seconds))
    uow.session.flush()


def _tell_end(uow: UnitOfWork, row: CallRecording) -> None:
    """Unless the party's audio goes on in another recording."""
    query = select(CallRecording.id).where(
        CallRecording.call_id == row.call_id, CallRecording.role == row.role, CallRecording.state == RecordingState.LIVE
    )
    if uow.session.scalars(query.limit(1)).one_or_none() is None:
        transcripts.note_end(uow, row.call_id, role=row.role, reason=LOST, seconds=row.seconds)


def _adopt(uow: UnitOfWork, file: str, recordings: Recordings, call_id: uuid.UUID, role: str) -> bool:
    try:
        seconds, rate, ended_at = recordings.seconds(file), recordings.rate(file), recordings.ended_at(file)
    except (AudioMissing, KeyUnknown) as error:
        LOG.debug("recording %s has no owner and cannot be read: %s", file, error)
        return False
    noted = select(func.count()).where(TranscriptSegment.call_id == call_id, TranscriptSegment.role == role)
    gaps = [] if uow.session.scalar(noted) else merged([(0.0, seconds)])
    row = CallRecording(call_id=call_id, role=role, gateway="", file=file, sample_rate_hz=rate, attempts=0, reason=ORPHAN)
    row.folder, row.is_sealed = recordings.mark, recordings.is_sealed(file)
    row.state, row.seconds, row.ended_at = RecordingState.WAITING, round(seconds, 2), ended_at
    row.started_at = ended_at - timedelta(seconds=seconds)
    set_gaps(row, gaps)
    uow.session.add(row)
    return True


def _heard_until(uow: UnitOfWork, row: CallRecording) -> float:
    named = TranscriptSegment.utterance.startswith(f"{stream_of(row.file)}-", autoescape=True)
    query = select(func.max(TranscriptSegment.end_s)).where(TranscriptSegment.call_id == row.call_id, named)
    return uow.session.scalar(query) or 0.0


def _seconds(recordings: Recordings, file: str) -> float:
    try:
        return recordings.seconds(file)
    except (AudioMissing, KeyUnknown):
        return 0.0
