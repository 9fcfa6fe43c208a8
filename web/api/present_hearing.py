"""From rows to shapes: what was said in a call, with times, corrections and gaps. Personal numbers are hidden from who may not
see contact data."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from asr import recording_rows, transcripts
from asr.models import CallRecording, RecordingState, TranscriptSegment
from asr.recordings import stream_of
from asr.redaction import hide_numbers
from asr.wording.times import times
from hotline.kernel.scope import Scope
from web.api import present
from web.api.schemas import hearing as shapes

UNHEARD = (RecordingState.LIVE, RecordingState.WAITING, RecordingState.FAILED)
FIRST_SEGMENTS, FIRST_CHARACTERS = 6, 120
"""How much of a call tells what it is about."""
PLAIN = ("seq", "utterance", "role", "start_s", "end_s", "revision", "corrected_at")


def segments(session: Session, reader: Scope, call_id: UUID) -> list[shapes.Segment]:
    """What was said in a call."""
    found = transcripts.transcript(session, call_id)
    return [shapes.Segment(**row) for row in _rows(session, reader, found)]


def transcript(session: Session, reader: Scope, call_id: UUID, after_seq: int) -> shapes.Transcript:
    """What was said after that segment, and all gaps."""
    found = transcripts.transcript(session, call_id, after_seq)
    shown = [_detailed(row, segment, reader) for row, segment in zip(_rows(session, reader, found), found, strict=True)]
    rows = recording_rows.of_call(session, call_id)
    return shapes.Transcript(call_id=call_id, segments=shown, legs=_legs(rows), gaps=_gaps(rows))


def detail(session: Session, reader: Scope, segment: TranscriptSegment) -> shapes.SegmentDetail:
    """One utterance."""
    return _detailed(_rows(session, reader, [segment])[0], segment, reader)


def beginnings(session: Session, reader: Scope, call_ids: Collection[UUID]) -> dict[UUID, str]:
    """How what was said in each call begins; calls without words are left out."""
    query = select(TranscriptSegment).where(TranscriptSegment.call_id.in_(call_ids), TranscriptSegment.seq <= FIRST_SEGMENTS)
    said: dict[UUID, str] = {}
    for segment in session.scalars(query.order_by(TranscriptSegment.seq)):
        said[segment.call_id] = f"{said.get(segment.call_id, '')} {segment.text}".lstrip()
    return {
        call_id: (text if reader.sees_contact_data else hide_numbers(text))[:FIRST_CHARACTERS] for call_id, text in said.items()
    }


def _rows(session: Session, reader: Scope, found: Sequence[TranscriptSegment]) -> list[dict[str, Any]]:  # fields of Segment
    names = present.officer_names(session, (segment.corrected_by for segment in found))
    return [
        {name: getattr(segment, name) for name in PLAIN}
        | _words(segment, reader)
        | {"corrected_by_name": names.get(segment.corrected_by or 0)}
        for segment in found
    ]


def _words(segment: TranscriptSegment, reader: Scope) -> dict[str, Any]:  # fields of Segment
    span = (segment.start_s, segment.end_s)
    if not reader.sees_contact_data:
        hidden = hide_numbers(segment.text)
        return {"text": hidden, "times": [asdict(said) for said in times("", hidden, [], [], span)], "suggestions": []}
    said = times(segment.raw, segment.text, segment.words, segment.changes, span)
    return {"text": segment.text, "times": [asdict(one) for one in said], "suggestions": segment.suggestions}


def _detailed(row: dict[str, Any], segment: TranscriptSegment, reader: Scope) -> shapes.SegmentDetail:  # fields of Segment
    if not reader.sees_contact_data:
        return shapes.SegmentDetail(**row, raw="", words=[], changes=[])
    return shapes.SegmentDetail(**row, raw=segment.raw, words=segment.words, changes=segment.changes)


def _legs(rows: Sequence[CallRecording]) -> list[shapes.Leg]:
    return [
        shapes.Leg(
            stream=stream_of(row.file),
            role=row.role,
            offset_s=round((row.started_at - rows[0].started_at).total_seconds(), 2),  # they come in the order they began
            trouble=recording_rows.unheard_because(row),
        )
        for row in rows
    ]


def _gaps(rows: Sequence[CallRecording]) -> list[shapes.Gap]:
    return [
        shapes.Gap(stream=stream_of(row.file), role=row.role, from_s=from_s, to_s=to_s, state=row.state.value)
        for row in rows
        if row.state in UNHEARD
        for from_s, to_s in recording_rows.gaps_of(row)
    ]
