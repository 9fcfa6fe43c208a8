"""`hotline asr transcribe` over files, and what is kept of a recording as a call."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from asr import recording_rows, transcripts
from asr.batch import Spoken, Transcript
from asr.engine import Hypothesis
from asr.events import AudioEnded, AudioStarted
from asr.recordings import Recordings
from hotline.intake import calls
from hotline.intake.models import CallState
from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers
from web.cli.asr_transcribe import transcribe
from web.heard_text import show_plainly
from web.reactions.calls import audio_ended, audio_started
from web.stored_recordings import StoredCall

SCRIPT = "0.1\t1.0\t路灯不亮\n"
Run = Callable[..., Result]


@pytest.fixture
def subscribers() -> Subscribers:
    return Subscribers(within={AudioStarted: (audio_started,), AudioEnded: (audio_ended,)})


@pytest.fixture
def run(tmp_path: Path) -> Run:
    script = tmp_path / "call.tsv"
    script.write_text(SCRIPT, encoding="utf-8")
    return lambda *words: CliRunner().invoke(transcribe, [*map(str, words), "--url", f"scripted://{script}"])


def sound(file: Path, seconds: float = 1.5, channels: int = 1) -> Path:
    soundfile.write(file, np.zeros((int(8000 * seconds), channels)), 8000)
    return file


def test_both_parties_of_a_stereo_recording_are_written_down(tmp_path: Path, run: Run) -> None:
    ran = run(sound(tmp_path / "x.wav", channels=2), "--out", tmp_path / "texts")

    assert ran.exit_code == 0
    told = json.loads((tmp_path / "texts" / "x.wav.json").read_text(encoding="utf-8"))
    assert [(said["role"], said["text"]) for said in told["segments"]] == [("agent", "路灯不亮"), ("caller", "路灯不亮")]
    assert told["seconds"] == 1.5
    assert "caller  路灯不亮" in (tmp_path / "texts" / "x.wav.txt").read_text(encoding="utf-8")
    srt = (tmp_path / "texts" / "x.wav.srt").read_text(encoding="utf-8")
    assert srt.startswith("1\n00:00:00,100 --> 00:00:01,000\nagent: 路灯不亮\n\n2\n")


def test_a_file_that_is_no_sound_is_one_line_and_the_others_go_on(tmp_path: Path, run: Run) -> None:
    (tmp_path / "bad.wav").write_text("no sound")

    ran = run(tmp_path / "bad.wav", sound(tmp_path / "good.wav"))

    assert ran.exit_code == 1
    assert ran.output.count("bad.wav") == 2  # once as the name of the file, once in the sentence
    assert "路灯不亮" in ran.output


def test_a_length_that_lies_is_told(tmp_path: Path, run: Run) -> None:
    file = sound(tmp_path / "x.wav")
    raw = bytearray(file.read_bytes())
    at = raw.index(b"data") + 4
    raw[at : at + 4] = (16000 * 3600).to_bytes(4, "little")
    file.write_bytes(raw)

    ran = run(file)

    assert ran.exit_code == 0
    assert "3600.0" in ran.output
    assert "1.5" in ran.output


def test_a_recording_is_kept_as_a_call_that_is_over(database: Database, tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    told = Transcript((Spoken("caller", Hypothesis("二十号", True, 0.1, 0.9)),), 1.0)

    with StoredCall(database, recordings, show_plainly, engine="scripted") as call:
        call.audio(("agent", "caller"), (bytes(16000), bytes(16000)), 8000)
        call.keep(told)

    with database.read() as session:
        assert [(said.role, said.raw) for said in transcripts.transcript(session, call.call_id)] == [("caller", "二十号")]
        rows = recording_rows.of_call(session, call.call_id)
        assert {(row.role, row.gateway, row.state.value, row.seconds) for row in rows} == {
            ("agent", "file", "heard", 1.0),
            ("caller", "file", "heard", 1.0),
        }
        assert calls.get(session, call.call_id).state is CallState.ABANDONED
    assert {len(recordings.read(row.file, 0, 9)) for row in rows} == {16000}


def test_a_recording_that_cannot_be_heard_to_the_end_leaves_nothing(database: Database, tmp_path: Path) -> None:
    with StoredCall(database, Recordings(tmp_path), show_plainly, engine="scripted") as call:
        call.audio(("caller",), (bytes(160000),), 8000)

    assert list(tmp_path.glob("*.wav")) == []
    with database.read() as session:
        assert recording_rows.of_call(session, call.call_id) == []
