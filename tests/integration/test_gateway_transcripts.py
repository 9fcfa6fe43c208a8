"""Transcripts in the database: numbered without gaps, stored once, announced without the words."""

import uuid

import pytest
from sqlalchemy import select

from asr import transcripts
from asr.engine import HeardWord, Hypothesis
from asr.models import TranscriptSegment
from asr.shown import Shown
from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Invalid, NotFound
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


def only(database: Database) -> TranscriptSegment:
    with database.read() as session:
        return transcripts.transcript(session, CALL)[0]


def heard_events(database: Database) -> int:
    with database.read() as session:
        return len(session.scalars(select(StoredEvent).where(StoredEvent.name == "segment-heard")).all())


def test_raw_words_and_what_was_made_of_them_are_both_kept(database: Database) -> None:
    heard = Hypothesis("喂 你好", True, 1.0, 2.0, (HeardWord("喂", 1.0, 1.2, 0.9), HeardWord("你好", 1.3, 2.0)))
    with database.work() as uow:
        transcripts.note_segment(uow, CALL, heard, role="caller", utterance="a-1", shown=Shown("喂你好"), engine="vosk")

    segment = only(database)

    assert (segment.raw, segment.text, segment.engine, segment.revision) == ("喂 你好", "喂你好", "vosk", 0)
    assert segment.words[0] == {"word": "喂", "start_s": 1.0, "end_s": 1.2, "confidence": 0.9}


def test_a_better_final_replaces_the_first_under_its_number_and_is_announced(database: Database) -> None:
    assert [note(database, "路等不亮", "a-1"), note(database, "路灯不亮", "a-1")] == [1, 1]

    assert (only(database).text, only(database).revision) == ("路灯不亮", 1)
    assert heard_events(database) == 2


def test_what_a_person_set_right_is_not_replaced(database: Database) -> None:
    note(database, "陆登不亮", "a-1")
    with database.work() as uow:
        transcripts.correct(uow, CALL, 1, " 路灯不亮 ", officer_id=7, revision=0)
    note(database, "路等不亮", "a-1")

    segment = only(database)

    assert (segment.text, segment.raw, segment.revision, segment.corrected_by) == ("路灯不亮", "陆登不亮", 1, 7)
    assert segment.changes[-1]["rule"] == "person"
    assert heard_events(database) == 2


def test_a_correction_of_words_that_changed_meanwhile_is_refused(database: Database) -> None:
    note(database, "陆登不亮", "a-1")
    note(database, "路等不亮", "a-1")

    with pytest.raises(Conflict) as refused, database.work() as uow:
        transcripts.correct(uow, CALL, 1, "路灯不亮", officer_id=7, revision=0)

    assert refused.value.details["reason"] == "stale"


@pytest.mark.parametrize(("seq", "text", "error"), [(2, "路灯", NotFound), (1, "  ", Invalid)])
def test_a_correction_of_nothing_or_to_nothing_is_refused(
    database: Database, seq: int, text: str, error: type[Exception]
) -> None:
    note(database, "陆登不亮", "a-1")

    with pytest.raises(error), database.work() as uow:
        transcripts.correct(uow, CALL, seq, text, officer_id=7, revision=0)
