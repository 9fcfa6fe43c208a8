"""What gateways leave each other: a call is its gateway's while that lives, its file the machine's that has it."""

import logging
import os
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from asr import lost_recordings, recording_rows
from asr.lost_recordings import GONE_S
from asr.models import CallRecording, RecordingState
from asr.recordings import Recordings
from asr.session import Ending, Kept, Party
from hotline.kernel import clock
from hotline.kernel.db import Database
from hotline.kernel.events import StoredEvent

RATE = 8000
CALL = uuid.UUID(int=41)
MINUTE = timedelta(minutes=1)
QUIET_S = 20.0


@pytest.fixture
def here(tmp_path: Path) -> Recordings:
    return folder(tmp_path / "here")


@pytest.fixture
def there(tmp_path: Path) -> Recordings:
    """Another machine's."""
    return folder(tmp_path / "there")


def folder(path: Path) -> Recordings:
    recordings = Recordings(path)
    recordings.begin(str(uuid.uuid4()), RATE)
    return recordings


def begin(database: Database, recordings: Recordings, claimed_before: timedelta = MINUTE) -> Kept:
    """A call that goes on, last claimed so long ago; its file is quiet."""
    recording = recordings.begin(str(CALL), RATE)
    recording.write(bytes(2 * RATE * 3))
    long_ago = time.time() - 3600
    os.utime(recording.file, (long_ago, long_ago))
    kept = Kept(Party(CALL, "caller"), recording.file.name, "audiosocket", sample_rate_hz=RATE, is_sealed=False, engine="vosk")
    with database.work() as uow:
        recording_rows.begin(uow, kept).claimed_at = clock.now() - claimed_before
    return kept


def look(database: Database, recordings: Recordings) -> tuple[int, int]:
    """How many a gateway with that folder takes up, and gives up."""
    with database.work() as uow:
        taken = lost_recordings.take_up_lost(uow, recordings, QUIET_S)
        return taken, lost_recordings.give_up_missing(uow, recordings, QUIET_S)


def state(database: Database) -> tuple[RecordingState, str]:
    with database.read() as session:
        row = session.scalars(select(CallRecording)).one()
    return row.state, row.reason


def ends(database: Database) -> list[str]:
    with database.read() as session:
        found = session.scalars(select(StoredEvent.payload).where(StoredEvent.name == "audio-ended")).all()
    return [end["reason"] for end in found]


def test_a_lost_call_is_taken_up_by_the_machine_that_has_its_file(
    database: Database, here: Recordings, there: Recordings
) -> None:
    begin(database, there)

    assert look(database, here) == (0, 0)
    assert state(database) == (RecordingState.LIVE, "")
    assert look(database, there) == (1, 0)
    assert state(database) == (RecordingState.WAITING, "lost")


def test_what_waits_is_heard_by_the_machine_that_has_its_file(database: Database, here: Recordings, there: Recordings) -> None:
    begin(database, there)
    look(database, there)

    with database.read() as session:
        assert recording_rows.waiting(session, here) == []
        assert len(recording_rows.waiting(session, there)) == 1
        assert recording_rows.count_waiting(session) == 1


def test_a_quiet_call_of_a_gateway_that_lives_is_not_taken_up_by_another_with_the_same_folder(
    database: Database, here: Recordings
) -> None:
    kept = begin(database, here)
    with database.work() as uow:
        lost_recordings.claim(uow, [kept.file])

    assert look(database, here) == (0, 0)
    assert state(database) == (RecordingState.LIVE, "")


def test_a_call_whose_file_is_gone_fails_with_a_line(
    database: Database, here: Recordings, caplog: pytest.LogCaptureFixture
) -> None:
    here.delete(begin(database, here).file)

    with caplog.at_level(logging.WARNING, "asr.lost_recordings"):
        assert look(database, here) == (0, 1)

    assert state(database) == (RecordingState.FAILED, "audio-missing")
    assert ends(database) == ["lost"]
    assert caplog.messages == [f"call {CALL}: the recording of its caller is missing and given up"]


@pytest.mark.parametrize(
    ("claimed_before", "expected"),
    [(timedelta(seconds=GONE_S) - MINUTE, RecordingState.LIVE), (timedelta(seconds=GONE_S) + MINUTE, RecordingState.FAILED)],
)
def test_a_machine_that_does_not_come_back_within_a_day_is_taken_for_gone(
    database: Database, here: Recordings, there: Recordings, claimed_before: timedelta, expected: RecordingState
) -> None:
    begin(database, there, claimed_before)

    look(database, here)

    assert state(database)[0] is expected


def test_audio_is_deleted_by_the_machine_that_has_it(database: Database, here: Recordings, there: Recordings) -> None:
    kept = begin(database, there)
    with database.work() as uow:
        recording_rows.close(uow, kept, Ending("hang-up", 3.0, (), is_recorded=True))

    for recordings, expected in ((here, 0), (there, 1)):
        with database.work(now=clock.now() + timedelta(days=31)) as uow:
            assert recording_rows.delete_old(uow, recordings, keep_days=30) == expected

    assert not (there.folder / kept.file).exists()


def test_files_brought_from_another_machine_are_of_the_folder_they_are_in(
    database: Database, here: Recordings, there: Recordings
) -> None:
    kept = begin(database, there)
    look(database, there)
    (there.folder / kept.file).rename(here.folder / kept.file)

    with database.work() as uow:
        assert lost_recordings.adopt_orphans(uow, here, [kept.file]) == 0

    with database.read() as session:
        assert len(recording_rows.waiting(session, here)) == 1
