"""What the gateway does beside its calls: a call is lost only when its audio does not come back."""

import os
import time
import uuid
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from asr import recording_rows
from asr.engines.null import NullEngine
from asr.models import CallRecording, RecordingState
from asr.recordings import Recordings
from asr.session import Kept, Party
from asr.sessions import SessionLimits, Sessions
from hotline.kernel import clock
from hotline.kernel.db import Database
from web.heard import Heard
from web.heard_text import show_plainly
from web.recordings import FOLDER
from web.speech_duties import Duties

CALL = uuid.UUID(int=31)
RATE = 8000


class NoPush:
    """Sends nowhere."""

    def partial(self, call_id: object, words: object) -> None:
        return

    def hearing(self, call_id: object, state: object) -> None:
        return


def leave_a_call(database: Database, folder: Path) -> None:
    """What a gateway leaves that was killed a minute ago."""
    recording = Recordings(folder).begin(str(CALL), RATE)
    recording.write(bytes(2 * RATE * 3))
    a_minute_ago = time.time() - 60
    os.utime(recording.file, (a_minute_ago, a_minute_ago))
    kept = Kept(Party(CALL, "caller"), recording.file.name, "audiosocket", sample_rate_hz=RATE, is_sealed=False, engine="vosk")
    with database.work() as uow:
        recording_rows.begin(uow, kept).claimed_at = clock.now() - timedelta(minutes=1)


@pytest.mark.parametrize(("return_s", "expected"), [(0.0, RecordingState.WAITING), (60.0, RecordingState.LIVE)])
def test_a_killed_gateways_call_is_lost_when_the_exchange_had_time_to_come_back(
    database: Database, tmp_path: Path, return_s: float, expected: RecordingState
) -> None:
    leave_a_call(database, tmp_path / FOLDER)
    settings = SimpleNamespace(
        data_dir=tmp_path,
        recordings_key=SimpleNamespace(get_secret_value=lambda: ""),
        audio_stall_seconds=15,
        audiosocket_host="127.0.0.1",
        audiosocket_port=9092,
    )
    broker = SimpleNamespace(redis_url="redis://127.0.0.1:1/0")
    heard = Heard(database, NoPush())
    sessions = Sessions(NullEngine(), heard, Recordings(tmp_path), SessionLimits(1))
    container = SimpleNamespace(database=database, settings=settings, broker=broker)

    with Duties(container, heard, show_plainly, return_s)(sessions):  # type: ignore[arg-type]  # the parts that duties use
        time.sleep(0.5)
    heard.close()

    with database.read() as session:
        assert session.scalars(select(CallRecording)).one().state is expected
