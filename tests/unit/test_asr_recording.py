"""Recordings: readable at every moment; a full disk ends them quietly."""

import wave
from pathlib import Path

from asr.recording import Recording
from asr.recordings import Recordings

SECOND = bytes(16000)


def frames(file: Path) -> int:
    with wave.open(str(file)) as opened:
        assert (opened.getframerate(), opened.getnchannels(), opened.getsampwidth()) == (8000, 1, 2)
        return opened.getnframes()


def test_a_recording_is_readable_before_it_is_closed(tmp_path: Path) -> None:
    recording = Recordings(tmp_path).begin("call", 8000)

    recording.write(SECOND)
    recording.write(SECOND[:100])

    assert frames(recording.file) == 8000


def test_close_writes_the_rest_and_half_samples_are_dropped(tmp_path: Path) -> None:
    recording = Recordings(tmp_path).begin("call", 8000)

    recording.write(SECOND + bytes(2))
    recording.write(b"\x01\x02\x03")
    recording.close()
    recording.close()

    assert frames(recording.file) == 8002


def test_a_second_stream_of_a_call_gets_its_own_file(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path / "new")

    names = [recordings.begin("call", 8000).file.name for _ in range(3)]

    assert names == [f"call{count}.{recordings.mark}.wav" for count in ("", "-2", "-3")]


def test_a_full_disk_stops_the_recording_and_nothing_else(tmp_path: Path) -> None:
    recording = Recording(Path("/dev/full"), 8000)

    recording.write(SECOND)
    recording.write(SECOND)
    recording.close()

    assert recording.has_failed


def test_a_folder_that_cannot_be_made_stops_the_recording(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    recording = Recordings(tmp_path / "file" / "folder").begin("call", 8000)

    recording.write(SECOND)

    assert recording.has_failed


def test_voices_are_readable_by_the_gateway_alone(tmp_path: Path) -> None:
    recording = Recordings(tmp_path / "voices").begin("call", 8000)
    recording.write(SECOND)
    recording.close()

    assert [path.stat().st_mode & 0o777 for path in (recording.file.parent, recording.file)] == [0o700, 0o600]
