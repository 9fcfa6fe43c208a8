"""What a live call had no recogniser for is heard afterwards: in its place, once, whatever dies in between."""

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from asr import lost_recordings, recording_rows, transcripts
from asr.engine import AsrEngine, Hypothesis
from asr.engines.scripted import Line, ScriptedEngine, ScriptedStream
from asr.hearing import StreamLost
from asr.late import LOCKS, LateHearing, LatePace
from asr.models import CallRecording, RecordingState, TranscriptSegment
from asr.recordings import Recordings
from asr.session import Ending, Kept, Party, Session
from asr.sessions import SessionLimits, Sessions
from asr.shown import Shown
from hotline.kernel import clock
from hotline.kernel.db import Database
from hotline.kernel.events import StoredEvent
from web.heard import Heard

RATE = 8000
PIECE = bytes(1600)
CALL = uuid.UUID(int=21)
CUT = text("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = :group")
LINES = (Line(0.2, 1.0, "喂你好"), Line(1.2, 2.0, "路灯不亮"), Line(2.2, 3.0, "好几天了"))


class NoPush:
    def partial(self, call_id: object, words: object) -> None:
        return

    def hearing(self, call_id: object, state: object) -> None:
        return


@dataclass
class Room:
    """Room as the test says; every question is counted."""

    engine: AsrEngine
    is_free: bool = True
    asked: int = 0
    heard_s: float = 0.0

    def may_hear_late(self) -> bool:
        self.asked += 1
        return self.is_free

    def heard_late(self, audio_s: float) -> None:
        self.heard_s += audio_s


@dataclass
class Told:
    texts: list[str] = field(default_factory=list)
    done: list[Party] = field(default_factory=list)

    def stored(self, party: Party, segment: TranscriptSegment) -> None:
        self.texts.append(segment.text)

    def caught_up(self, party: Party) -> None:
        self.done.append(party)


def shown(session: object, found: Hypothesis) -> Shown:
    return Shown(found.text)


def until(question: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def record(recordings: Recordings, database: Database, gaps: Sequence[tuple[float, float]], seconds: float = 4) -> Kept:
    """A recording that ended with these gaps."""
    recording = recordings.begin(str(CALL), RATE)
    recording.write(bytes(int(2 * RATE * seconds)))
    recording.close()
    kept = Kept(Party(CALL, "caller"), recording.file.name, "audiosocket", sample_rate_hz=RATE, is_sealed=False, engine="")
    with database.work() as uow:
        recording_rows.close(uow, kept, Ending("hang-up", seconds, tuple(gaps), is_recorded=True))
    return kept


def row(database: Database) -> CallRecording:
    with database.read() as session:
        return session.scalars(select(CallRecording)).one()


def said(database: Database) -> list[tuple[int, str, float]]:
    with database.read() as session:
        return [(one.seq, one.text, one.start_s) for one in transcripts.transcript(session, CALL)]


def hear(late: LateHearing, question: Callable[[], bool]) -> None:
    """Run until the question is answered with yes."""
    thread = threading.Thread(target=late.run)
    thread.start()
    try:
        until(question)
    finally:
        late.close()
        thread.join(10)


def late_of(database: Database, recordings: Recordings, room: Room, told: Told | None = None) -> LateHearing:
    return LateHearing(database, recordings, room, shown, told or Told(), pace=LatePace(idle_s=0.05, crowded_s=0.02))


def test_a_waiting_recording_is_heard_with_its_true_times_and_announced(database: Database, tmp_path: Path) -> None:
    recordings, told, room = Recordings(tmp_path), Told(), Room(ScriptedEngine([LINES]))
    record(recordings, database, [(0.0, 4.0)])

    hear(
        late_of(database, recordings, room, told),
        lambda: row(database).state is RecordingState.HEARD,
    )

    assert said(database) == [(1, "喂你好", 0.2), (2, "路灯不亮", 1.2), (3, "好几天了", 2.2)]
    assert told.texts == ["喂你好", "路灯不亮", "好几天了"]
    assert told.done == [Party(CALL, "caller")]
    with database.read() as session:
        names = session.scalars(select(StoredEvent.name)).all()
    assert names.count("segment-heard") == 3
    assert room.heard_s == pytest.approx(4.0), "its cost is not charged to those who speak"


def test_a_gap_in_the_middle_is_heard_at_its_seconds(database: Database, tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    record(recordings, database, [(1.5, 3.5)])

    hear(
        late_of(database, recordings, Room(ScriptedEngine([LINES]))),
        lambda: row(database).state is RecordingState.HEARD,
    )

    assert [start for _, _, start in said(database)] == [pytest.approx(1.7), pytest.approx(2.7)]


def test_nothing_is_heard_later_while_those_who_speak_need_the_machine(database: Database, tmp_path: Path) -> None:
    recordings, room = Recordings(tmp_path), Room(ScriptedEngine([LINES]), is_free=False)
    record(recordings, database, [(0.0, 4.0)])

    hear(late_of(database, recordings, room), lambda: room.asked > 3)

    assert row(database).state is RecordingState.WAITING


def test_one_that_is_stopped_in_the_middle_is_gone_on_with_and_says_nothing_twice(database: Database, tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    record(recordings, database, [(0.0, 4.0)])
    room = Room(ScriptedEngine([LINES, (Line(0.2, 0.9, "路灯不亮"), Line(1.0, 1.9, "好几天了"))]))

    class StopsAfterFirst(Told):
        def stored(self, party: Party, segment: TranscriptSegment) -> None:
            room.is_free = False

    hear(late_of(database, recordings, room, StopsAfterFirst()), lambda: len(said(database)) == 1)
    assert row(database).gaps == [[1.0, 4.0]]
    room.is_free = True
    hear(late_of(database, recordings, room), lambda: row(database).state is RecordingState.HEARD)

    assert [text for _, text, _ in said(database)] == ["喂你好", "路灯不亮", "好几天了"]


def test_two_threads_do_not_hear_the_same_recording(database: Database, tmp_path: Path) -> None:
    recordings, engine = Recordings(tmp_path), ScriptedEngine([LINES])
    record(recordings, database, [(0.0, 4.0)])
    second = late_of(database, recordings, Room(engine))
    thread = threading.Thread(target=second.run)
    thread.start()

    hear(late_of(database, recordings, Room(engine)), lambda: row(database).state is RecordingState.HEARD)
    second.close()
    thread.join(10)

    assert len(said(database)) == 3


@dataclass
class Cutting(Told):
    """Breaks the connections that hold a lock, once, as a database does that is started anew."""

    database: Database | None = None

    def stored(self, party: Party, segment: TranscriptSegment) -> None:
        super().stored(party, segment)
        if self.database is not None and len(self.texts) == 1:
            with self.database.work() as uow:
                uow.session.execute(CUT, {"group": LOCKS})


def test_a_database_that_was_started_anew_in_the_middle_ends_no_late_hearing(database: Database, tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    record(recordings, database, [(0.0, 4.0)])
    record(recordings, database, [(0.0, 4.0)])

    hear(
        late_of(database, recordings, Room(ScriptedEngine([LINES])), Cutting(database=database)),
        lambda: len(said(database)) == 6,
    )

    assert [text for _, text, _ in said(database)] == [line.text for line in LINES] * 2


def test_a_recording_that_breaks_the_engine_is_given_up_and_the_next_one_heard(database: Database, tmp_path: Path) -> None:
    class Breaks(ScriptedEngine):
        def open_stream(self, sample_rate_hz: int) -> ScriptedStream:
            raise RuntimeError("broken")

    recordings, told = Recordings(tmp_path), Told()
    record(recordings, database, [(0.0, 4.0)])

    hear(late_of(database, recordings, Room(Breaks([])), told), lambda: row(database).state is RecordingState.FAILED)

    assert (row(database).attempts, row(database).reason) == (3, "engine-failed")
    assert told.done == [Party(CALL, "caller")]


class NoWorkers(ScriptedEngine):
    """Has no process for a stream the first twenty times."""

    asked = 0

    def open_stream(self, sample_rate_hz: int) -> ScriptedStream:
        self.asked += 1
        if self.asked <= 20:
            raise StreamLost("no worker")
        return super().open_stream(sample_rate_hz)


def test_a_recording_waits_while_no_recogniser_can_be_had_and_is_not_given_up(database: Database, tmp_path: Path) -> None:
    recordings, engine = Recordings(tmp_path), NoWorkers([LINES])
    record(recordings, database, [(0.0, 4.0)])

    hear(late_of(database, recordings, Room(engine)), lambda: row(database).state is not RecordingState.WAITING)

    assert (row(database).state, row(database).attempts) == (RecordingState.HEARD, 0)


def test_a_recording_whose_file_is_gone_is_given_up(database: Database, tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    kept = record(recordings, database, [(0.0, 4.0)])
    recordings.delete(kept.file)

    hear(
        late_of(database, recordings, Room(ScriptedEngine([LINES]))),
        lambda: row(database).state is RecordingState.FAILED,
    )

    assert row(database).reason == "audio-missing"


def speak(session: Session, seconds: float) -> None:
    for _ in range(round(seconds * 10)):
        session.audio(PIECE)


def test_a_call_over_the_limit_waits_and_one_within_it_does_not(database: Database, tmp_path: Path) -> None:
    heard = Heard(database, NoPush())
    live = Sessions(ScriptedEngine([LINES]), heard, Recordings(tmp_path), SessionLimits(max_streams=1), register=heard)
    calls = [live.open(uuid.uuid4(), "caller", RATE) for _ in range(2)]
    for call in calls:
        speak(call, 4)
        call.ended("hang-up")
    live.wait(5)
    heard.close()

    with database.read() as session:
        rows = session.scalars(select(CallRecording).order_by(CallRecording.id)).all()

    assert [(one.state, one.gaps, one.seconds) for one in rows] == [
        (RecordingState.HEARD, [], 4.0),
        (RecordingState.WAITING, [[0.0, 4.0]], 4.0),
    ]


def test_what_was_recorded_before_the_recording_failed_is_heard_later(database: Database, tmp_path: Path) -> None:
    recordings, heard = Recordings(tmp_path), Heard(database, NoPush())
    live = Sessions(None, heard, recordings, SessionLimits(max_streams=1), register=heard)
    call = live.open(CALL, "caller", RATE)
    file = tmp_path / call.kept.file
    speak(call, 2)
    away = file.rename(tmp_path / "away")
    speak(call, 2)  # nothing can be written
    away.rename(file)
    call.ended("hang-up")
    live.wait(5)
    heard.close()

    found = row(database)
    assert (found.state, found.reason, found.gaps) == (RecordingState.WAITING, "not-recorded", [[0.0, 2.0]])
    hear(
        late_of(database, recordings, Room(ScriptedEngine([LINES]))),
        lambda: row(database).state is not RecordingState.WAITING,
    )
    assert [text for _, text, _ in said(database)] == ["喂你好", "路灯不亮"]


@dataclass
class States(NoPush):
    """Remembers what consoles are told of each call's hearing."""

    told: list[tuple[object, object]] = field(default_factory=list)

    def hearing(self, call_id: object, state: dict[str, object]) -> None:  # type: ignore[override]  # as Heard sends it
        self.told.append((call_id, state["state"]))


def test_a_call_for_which_room_came_is_told_to_its_console_and_the_rest_of_it_waits(database: Database, tmp_path: Path) -> None:
    states = States()
    heard = Heard(database, states)
    live = Sessions(ScriptedEngine([LINES]), heard, Recordings(tmp_path), SessionLimits(max_streams=1), register=heard)
    first, second = live.open(uuid.uuid4(), "caller", RATE), live.open(CALL, "caller", RATE)
    speak(second, 1)
    first.ended("hang-up")
    until(lambda: live.recognised == 0)
    live.admit_waiting()
    speak(second, 4)
    second.ended("hang-up")
    live.wait(5)
    heard.close()

    assert [state for call_id, state in states.told if call_id == CALL] == ["started", "no-room", "started", "ended"]
    with database.read() as session:
        said_first = transcripts.transcript(session, CALL)[0]
        found = session.scalars(select(CallRecording).where(CallRecording.call_id == CALL)).one()
    assert (said_first.start_s, said_first.engine) == (pytest.approx(1.2), "scripted")
    assert (found.state, found.gaps) == (RecordingState.WAITING, [[0.0, pytest.approx(1.0)]])
    assert recording_rows.unheard_because(found) == "waiting"


def test_what_a_killed_gateway_left_waits_from_its_last_final_on(database: Database, tmp_path: Path) -> None:
    recordings, heard = Recordings(tmp_path), Heard(database, NoPush())
    live = Sessions(ScriptedEngine([LINES]), heard, recordings, SessionLimits(max_streams=1), register=heard)
    speak(live.open(CALL, "caller", RATE), 2.5)  # and then nothing more happens: two seconds are on the disk
    until(lambda: len(said(database)) == 2)

    with database.work() as uow:
        assert lost_recordings.take_up_lost(uow, recordings, quiet_s=0) == 1
    heard.close()

    assert row(database).state is RecordingState.HEARD
    assert (row(database).reason, row(database).seconds) == ("lost", 2.0)


def test_a_call_whose_file_is_quiet_is_not_lost_while_its_gateway_goes_on(database: Database, tmp_path: Path) -> None:
    recordings, heard = Recordings(tmp_path), Heard(database, NoPush())
    live = Sessions(ScriptedEngine([LINES]), heard, recordings, SessionLimits(max_streams=1), register=heard)
    call = live.open(CALL, "caller", RATE)
    speak(call, 2.5)
    until(lambda: len(said(database)) == 2)

    with database.work() as uow:
        lost_recordings.claim(uow, heard.unfinished)
        assert lost_recordings.take_up_lost(uow, recordings, quiet_s=0) == 0
    call.ended("hang-up")
    live.wait(5)
    until(lambda: not heard.unfinished)
    heard.close()

    assert (row(database).state, row(database).reason) == (RecordingState.HEARD, "hang-up")


def test_a_file_without_a_row_is_adopted_once(database: Database, tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    recording = recordings.begin(f"{CALL}-agent", RATE)
    recording.write(bytes(16000 * 2))
    (tmp_path / "notes.wav").touch()

    for expected in (1, 0):
        with database.work() as uow:
            assert lost_recordings.adopt_orphans(uow, recordings, recordings.files(-1)) == expected

    found = row(database)
    assert (found.role, found.state, found.gaps) == ("agent", RecordingState.WAITING, [[0.0, 2.0]])
    assert found.ended_at is not None
    assert (found.ended_at - found.started_at, found.ended_at) == (timedelta(seconds=2), recordings.ended_at(found.file))


def test_recordings_are_deleted_when_their_days_are_over_and_their_rows_stay(database: Database, tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    kept = record(recordings, database, [])

    for days, expected in ((29, 0), (31, 1), (31, 0)):
        with database.work(now=clock.now() + timedelta(days=days)) as uow:
            assert recording_rows.delete_old(uow, recordings, keep_days=30) == expected

    assert row(database).state is RecordingState.DELETED
    assert not (tmp_path / kept.file).exists()
