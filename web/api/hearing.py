"""Speech of calls over HTTP: an utterance set right, a stretch of audio to listen to, calls nobody took and what becomes of
them."""

import io
import wave
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response
from sqlalchemy.orm import Session

from asr import recording_rows, transcripts
from asr.engine import SAMPLE_BYTES
from asr.models import CallRecording, RecordingState
from asr.recording import AudioMissing
from hotline.intake import calls
from hotline.people import access_log
from hotline.people.permissions import CONTACT_ROLES
from web.api import present_hearing, present_intake
from web.api.calls import AGENTS
from web.api.schemas.base import Page
from web.api.schemas.contacts import Contact, UntakenCall
from web.api.schemas.hearing import AudioQuery, Correction, SegmentDetail
from web.auth import allowed
from web.contact_access import OVERSEERS, check_own_call, open_call
from web.recordings import recordings_of
from web.requests import asks, container, reading, scope, takes, working

api = APIBlueprint("hearing", __name__, url_prefix="/api/v1", tag="Calls")

READERS = tuple(sorted(CONTACT_ROLES))


@api.get("/calls/unassigned")
@api.output(Page[UntakenCall])
@allowed(*OVERSEERS)
def list_unassigned() -> Page[UntakenCall]:
    """Calls whose audio came without an offer and that nobody took, newest first; all they say is in their transcripts."""
    with reading() as session:
        found = present_intake.untaken(session, container(), scope(), calls.unassigned(session))
        return Page[UntakenCall](items=found)


@api.post("/calls/<uuid:call_id>/contact")
@api.output(Contact, status_code=201)
@allowed(*OVERSEERS)
def take_up_call(call_id: UUID) -> Contact:
    """Open the contact of a call that nobody took; its words fill a first draft. The same again is the same contact."""
    with working() as uow:
        contact_id = calls.take_up(uow, scope(), call_id).id
    return present_intake.shown_contact(contact_id)


@api.put("/calls/<uuid:call_id>/transcript/<int:seq>")
@takes(api, Correction)
@api.output(SegmentDetail)
@allowed(*AGENTS)
def correct_segment(call_id: UUID, seq: int, body: Correction) -> SegmentDetail:
    """Set an utterance right; engines change it no more, and the drafts fill anew. 409 when it was changed meanwhile."""
    with working() as uow:
        check_own_call(uow.session, scope(), call_id)
        officer_id = scope().officer_id or 0
        row = transcripts.correct(uow, call_id, seq, body.text, officer_id=officer_id, revision=body.revision)
        return present_hearing.detail(uow.session, scope(), row)


@api.get("/calls/<uuid:call_id>/audio")
@asks(api, AudioQuery)
@allowed(*READERS)
def listen(call_id: UUID, query: AudioQuery) -> Response:
    """That stretch of a party's audio as WAV, at most five minutes, and a line in the log of looks at personal data."""
    with working() as uow:
        open_call(uow.session, scope(), call_id)
        row = _recording(uow.session, call_id, query)
        sound = _wav(row, query.from_s, query.to_s)
        access_log.note_listening(uow, scope(), call_id, role=row.role, from_s=query.from_s, to_s=query.to_s)
    return Response(sound, mimetype="audio/wav", headers={"Cache-Control": "private, no-store"})


def _recording(session: Session, call_id: UUID, query: AudioQuery) -> CallRecording:
    segment = transcripts.segment(session, call_id, query.seq) if query.seq else None
    if segment is not None:
        found = recording_rows.of_segment(session, segment)
    else:
        found = next((row for row in recording_rows.of_call(session, call_id) if row.role == query.role), None)
    if found is None or found.state is RecordingState.DELETED:
        raise AudioMissing("no recording", thing="audio")
    return found


def _wav(row: CallRecording, from_s: float, to_s: float) -> bytes:
    pcm = recordings_of(container().settings).read(row.file, from_s, to_s)
    if not pcm:
        raise AudioMissing("no audio there", thing="audio")
    sound = io.BytesIO()
    with wave.open(sound, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(SAMPLE_BYTES)
        target.setframerate(row.sample_rate_hz)
        target.writeframes(pcm)
    return sound.getvalue()
