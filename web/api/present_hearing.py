"""From rows to shapes: what was said in a call, with times, corrections and gaps. Personal numbers are hidden from who may not
see contact data."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from asr import recording_rows, transcripts
from asr.models import RecordingState, TranscriptSegment
from asr.redaction import hide_numbers
from asr.wording.times import times
from hotline.kernel.scope import Scope
from web.api import present
from web.api.schemas import hearing as shapes

UNHEARD = (RecordingState.LIVE, RecordingState.WAITING, RecordingState.FAILED)
PLAIN = ("seq", "utterance", "role", "start_s", "end_s", "revision", "corrected_at")


def segments(session: Session, reader: Scope, call_id: UUID) -> list[shapes.Segment]:
    """What was said in a call."""
    found = transcripts.transcript(session, call_id)
    return [shapes.Segment(**row) for row in _rows(session, reader, found)]


def transcript(session: Session, reader: Scope, call_id: UUID, after_seq: int) -> shapes.Transcript:
    """What was said after that segment, and all gaps."""
    found = transcripts.transcript(session, call_id, after_seq)
    shown = [_detailed(row, segment, reader) for row, segment in zip(_rows(session, reader, found), found, strict=True)]
    return shapes.Transcript(call_id=call_id, segments=shown, gaps=_gaps(session, call_id))


def detail(session: Session, reader: Scope, segment: TranscriptSegment) -> shapes.SegmentDetail:
    """One utterance."""
    return _detailed(_rows(session, reader, [segment])[0], segment, reader)


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


def _gaps(session: Session, call_id: UUID) -> list[shapes.Gap]:
    rows = [row for row in recording_rows.of_call(session, call_id) if row.state in UNHEARD]
    return [
        shapes.Gap(role=row.role, from_s=from_s, to_s=to_s, state=row.state.value)
        for row in rows
        for from_s, to_s in recording_rows.gaps_of(row)
    ]
