"""The folder of recordings: sealed or plain, any second is read, also of a file whose writer was killed."""

import os
import uuid
from pathlib import Path

import pytest

from asr.recording import AudioMissing
from asr.recordings import Recordings, mark_of, party_of, stream_of
from asr.retention import read
from hotline.kernel.errors import Invalid
from hotline.kernel.vault import KeyUnknown, Vault

RATE = 8000
AUDIO = os.urandom(2 * RATE * 3 + 1000)
"""3 s and a bit."""


@pytest.fixture(params=["plain", "sealed"])
def recordings(request: pytest.FixtureRequest, tmp_path: Path) -> Recordings:
    return Recordings(tmp_path, Vault(["key"]) if request.param == "sealed" else None)


def record(recordings: Recordings, *, is_closed: bool = True) -> str:
    recording = recordings.begin("call", RATE)
    for at in range(0, len(AUDIO), 320):
        recording.write(AUDIO[at : at + 320])
    if is_closed:
        recording.close()
    return recording.file.name


@pytest.mark.parametrize(("from_s", "to_s"), [(0, 1), (0.5, 2.25), (2.9, 99), (1, 1), (50, 60)])
def test_any_part_is_read(recordings: Recordings, from_s: float, to_s: float) -> None:
    file = record(recordings)

    assert recordings.read(file, from_s, to_s) == AUDIO[round(from_s * RATE) * 2 : round(to_s * RATE) * 2]


def test_length_and_rate_are_known(recordings: Recordings) -> None:
    file = record(recordings)

    assert recordings.seconds(file) == pytest.approx(3 + 500 / RATE)
    assert recordings.rate(file) == RATE


def test_what_a_killed_writer_left_is_read_up_to_its_last_second(recordings: Recordings) -> None:
    file = record(recordings, is_closed=False)
    with (recordings.folder / file).open("ab") as torn:
        torn.write(b"half a piece" if recordings.vault else b"")

    assert recordings.seconds(file) == 3
    assert recordings.read(file, 0, 99) == AUDIO[: 3 * RATE * 2]


def test_pieces_follow_each_other_with_their_seconds(recordings: Recordings) -> None:
    found = list(recordings.pieces(record(recordings), 0.5, 2.5, 0.8))

    assert [at_s for at_s, _ in found] == pytest.approx([0.5, 1.3, 2.1])
    assert b"".join(pcm for _, pcm in found) == AUDIO[RATE : 5 * RATE]


def test_sealed_audio_is_unreadable_without_the_key(tmp_path: Path) -> None:
    file = record(Recordings(tmp_path, Vault(["key"])))

    assert AUDIO[:64] not in (tmp_path / file).read_bytes()
    with pytest.raises(KeyUnknown):
        Recordings(tmp_path).read(file, 0, 1)
    with pytest.raises(KeyUnknown):
        Recordings(tmp_path, Vault(["other"])).read(file, 0, 1)
    assert Recordings(tmp_path, Vault(["new", "key"])).read(file, 0, 1) == AUDIO[: 2 * RATE]


def test_seconds_that_were_exchanged_are_noticed(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path, Vault(["key"]))
    path = tmp_path / record(recordings)
    raw = path.read_bytes()
    head = 10
    size = 2 * RATE + 4 + 33
    path.write_bytes(raw[:head] + raw[head + size : head + 2 * size] + raw[head : head + size] + raw[head + 2 * size :])

    with pytest.raises(AudioMissing):
        recordings.read(path.name, 0, 1)


@pytest.mark.parametrize("file", ["gone.wav", "../secret.wav", "empty.wav"])
def test_a_file_that_is_none_is_told(tmp_path: Path, file: str) -> None:
    (tmp_path / "empty.wav").touch()

    with pytest.raises(AudioMissing):
        Recordings(tmp_path).read(file, 0, 1)


CALL = uuid.UUID(int=5)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (f"{CALL}.wav", (CALL, "caller")),
        (f"{CALL}-2.wav", (CALL, "caller")),
        (f"{CALL}.1d6b0382.wav", (CALL, "caller")),
        (f"{CALL}-agent-2.1d6b0382.sealed", (CALL, "agent")),
        (f"{CALL}-agent.sealed", (CALL, "agent")),
        (f"{CALL}-agent-2.wav", (CALL, "agent")),
        ("music.wav", None),
    ],
)
def test_the_name_of_a_file_says_whose_it_is(file: str, expected: object) -> None:
    assert party_of(file) == expected


def test_streams_of_a_call_have_names_of_their_own() -> None:
    assert len({stream_of(f"{CALL}{end}.wav") for end in ("", "-2", "-agent")}) == 3


def test_the_same_call_has_other_names_in_the_folder_of_another_machine(tmp_path: Path) -> None:
    here, there = Recordings(tmp_path / "here"), Recordings(tmp_path / "there")

    ours, theirs = (folder.begin(str(CALL), RATE).file.name for folder in (here, there))

    assert stream_of(ours) != stream_of(theirs)
    assert (mark_of(ours), mark_of(theirs)) == (here.mark, there.mark)
    assert Recordings(tmp_path / "here").mark == here.mark != ""


def test_only_a_file_of_a_folder_that_is_there_is_missing(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    file = record(recordings)

    assert not recordings.is_missing(file)
    assert recordings.is_missing("gone.wav")
    assert not Recordings(tmp_path / "not mounted").is_missing(file)


@pytest.mark.parametrize("value", [None, {}, {"keep_days": 0}, {"keep_days": "30"}, {"keep_days": True}])
def test_a_rule_of_days_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(Invalid):
        read({"speech.recordings": value})
