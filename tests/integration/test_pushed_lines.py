"""Lines that a person set right, in the other windows that watch the call."""

import uuid
from typing import Any

from sqlalchemy import select

from asr import transcripts
from asr.engine import HeardWord, Hypothesis
from asr.events import SegmentCorrected
from hotline.kernel.db import Database
from hotline.kernel.events import StoredEvent
from tests import factories
from web.push import Push, call_room
from web.reactions.pushing import Pushing

CALL = uuid.UUID(int=9)


class Told(Push):
    """Keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any], list[str]]] = []

    def emit(self, name: str, data: dict[str, Any], rooms: Any) -> None:
        self.sent.append((name, data, list(rooms)))


def test_line_set_right_is_pushed_to_whoever_watches_the_call(database: Database) -> None:
    with database.work() as uow:
        officer = factories.officer(uow.session, "li", roles=("agent",))
        words = (HeardWord("陆登", 1.0, 1.5), HeardWord("不亮", 1.5, 2.0))
        heard = Hypothesis("陆登 不亮", is_final=True, start_s=1.0, end_s=2.0, words=words)
        transcripts.note_segment(uow, CALL, heard, role="caller", utterance="a-1")
        transcripts.correct(uow, CALL, 1, "路灯不亮", officer_id=officer.id, revision=0)
        name = officer.name
    told = Told()

    Pushing(told).segment_corrected(database, 1, SegmentCorrected(call_id=str(CALL), seq=1))

    ((event, line, rooms),) = told.sent
    assert (event, rooms) == ("transcript", [call_room(CALL)])
    assert {key: line[key] for key in ("seq", "utterance", "text", "final", "revision", "corrected_by_name")} == {
        "seq": 1, "utterance": "a-1", "text": "路灯不亮", "final": True, "revision": 1, "corrected_by_name": name,
    }  # fmt: skip
    assert line["times"][-1]["to_s"] == 2.0


def test_correction_is_announced_beside_the_words(database: Database) -> None:
    with database.work() as uow:
        heard = Hypothesis("陆登不亮", is_final=True, start_s=1.0, end_s=2.0)
        transcripts.note_segment(uow, CALL, heard, role="caller", utterance="a-1")
        transcripts.correct(uow, CALL, 1, "路灯不亮", officer_id=7, revision=0)

    with database.read() as session:
        names = list(session.scalars(select(StoredEvent.name).order_by(StoredEvent.id)))

    assert names == ["segment-heard", "segment-heard", "segment-corrected"]


def test_line_that_is_gone_is_not_pushed(database: Database) -> None:
    told = Told()

    Pushing(told).segment_corrected(database, 1, SegmentCorrected(call_id=str(CALL), seq=1))

    assert told.sent == []
