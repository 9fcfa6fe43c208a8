"""Transcripts in the database: numbered without gaps, stored once, announced without the words."""

import uuid

from sqlalchemy import select

from asr import transcripts
from asr.engine import Hypothesis
from hotline.kernel.db import Database
from hotline.kernel.events import StoredEvent

CALL = uuid.UUID(int=9)


def note(database: Database, text: str, utterance: str, call_id: uuid.UUID = CALL) -> int:
    with database.work() as uow:
        heard = Hypothesis(text, True, 1.0, 2.0)
        return transcripts.note_segment(uow, call_id, heard, role="caller", utterance=utterance).seq


def test_segments_are_numbered_per_call(database: Database) -> None:
    other = uuid.UUID(int=10)

    assert [note(database, "喂", "a-1"), note(database, "你好", "a-2"), note(database, "喂", "b-1", other)] == [1, 2, 1]


def test_an_utterance_is_stored_once_however_often_it_is_noted(database: Database) -> None:
    assert [note(database, "喂", "a-1"), note(database, "喂", "a-1")] == [1, 1]


def test_a_transcript_is_read_from_a_number_on(database: Database) -> None:
    for count, text in enumerate(("喂", "你好", "路灯不亮"), start=1):
        note(database, text, f"a-{count}")

    with database.read() as session:
        found = transcripts.transcript(session, CALL, after_seq=1)

    assert [segment.text for segment in found] == ["你好", "路灯不亮"]


def test_events_carry_the_numbers_and_not_the_words(database: Database) -> None:
    with database.work() as uow:
        transcripts.note_start(uow, CALL, "caller")
    note(database, "喂", "a-1")
    with database.work() as uow:
        transcripts.note_end(uow, CALL, role="caller", reason="hang-up", seconds=2.5)

    with database.read() as session:
        stored = session.scalars(select(StoredEvent).order_by(StoredEvent.id)).all()
        events = [(event.name, event.payload) for event in stored]

    assert events == [
        ("audio-started", {"call_id": str(CALL), "role": "caller"}),
        ("segment-heard", {"call_id": str(CALL), "seq": 1}),
        ("audio-ended", {"call_id": str(CALL), "role": "caller", "reason": "hang-up", "seconds": 2.5}),
    ]
