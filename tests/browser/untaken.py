"""A call that nobody took, laid down in the database and the folder of recordings; its agent's leg begins ten seconds later."""

import uuid
from datetime import timedelta

from asr import recording_rows, transcripts
from asr.engine import HeardWord, Hypothesis
from asr.models import RecordingState
from asr.recordings import Recordings, stream_of
from asr.session import AGENT, CALLER, Ending, Kept, Party
from hotline.intake import calls
from hotline.kernel.db import UnitOfWork
from tests.e2e.conftest import quiet
from tests.e2e.stage import Stage
from web.recordings import FOLDER

RATE_HZ, SECONDS = 8000, 20
AGENT_AFTER_S = 10.0
GAP = (5.0, 8.0)
"""In the agent's leg: given up, so that nothing comes of it while the test looks."""
SAID = (
    (CALLER, 0.5, 4.0, "你好我家楼下的路灯坏了"),
    (AGENT, 1.0, 3.0, "请问是哪一条路"),
    (CALLER, 12.0, 16.0, "在望江大道二十六号麻烦快点来修"),
)
"""Seconds of each party's leg."""


def lay_down(stage: Stage) -> uuid.UUID:
    """Make the call; gives its id."""
    call_id = uuid.uuid4()
    recordings = Recordings(stage.folder / "data" / FOLDER)
    database = quiet(stage.database_url)
    with database.work() as uow:
        calls.note_audio_started(uow, call_id)
        kept = {role: _recorded(uow, recordings, call_id, role) for role in (CALLER, AGENT)}
        for count, (role, start_s, end_s, text) in enumerate(SAID, start=1):
            step_s = (end_s - start_s) / len(text)
            words = tuple(
                HeardWord(character, start_s + at * step_s, start_s + (at + 1) * step_s) for at, character in enumerate(text)
            )
            heard = Hypothesis(text, is_final=True, start_s=start_s, end_s=end_s, words=words)
            utterance = f"{stream_of(kept[role].file)}-{count}"
            transcripts.note_segment(uow, call_id, heard, role=role, utterance=utterance)
        calls.note_audio_ended(uow, call_id, reason="hang-up", seconds=SECONDS)
    database.close()
    return call_id


def _recorded(uow: UnitOfWork, recordings: Recordings, call_id: uuid.UUID, role: str) -> Kept:
    recording = recordings.begin(f"{call_id}-{role}", RATE_HZ)
    recording.write(bytes(2 * RATE_HZ * SECONDS))
    recording.close()
    kept = Kept(Party(call_id, role), recording.file.name, "audiosocket", RATE_HZ, is_sealed=False, engine="vosk")
    row = recording_rows.begin(uow, kept)
    if role == AGENT:
        row.started_at += timedelta(seconds=AGENT_AFTER_S)
    recording_rows.close(uow, kept, Ending("hang-up", SECONDS, (GAP,) if role == AGENT else (), is_recorded=True))
    if role == AGENT:
        row.state = RecordingState.FAILED
    return kept
