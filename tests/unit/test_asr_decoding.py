"""Recordings of every kind, whole and piece by piece, and files that lie or would blow up."""

import struct
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from asr import decoding
from asr.decoding import open_sound, told_seconds
from hotline.kernel.errors import Invalid

TONE = (8000 * np.sin(np.arange(16000) * 0.2)).astype(np.int16)


def read(file: Path, rate: int = 8000) -> list[bytes]:
    """Each channel as a whole."""
    with open_sound(file) as sound:
        pieces = list(sound.pieces(rate))
    return [b"".join(channels) for channels in zip(*pieces, strict=True)]


def level(pcm: bytes) -> float:
    return float(np.abs(np.frombuffer(pcm, "<i2")).mean())


RECORDERS = [
    *(("wav", coding) for coding in ("PCM_16", "ULAW", "ALAW", "GSM610", "IMA_ADPCM")),
    *(("flac", "PCM_16"), ("ogg", "VORBIS"), ("mp3", "MPEG_LAYER_III")),
]


@pytest.mark.parametrize(("ending", "subtype"), RECORDERS)
def test_every_coding_of_recorders_is_read(tmp_path: Path, ending: str, subtype: str) -> None:
    file = tmp_path / f"x.{ending}"
    soundfile.write(file, TONE, 16000, subtype=subtype)

    (pcm,) = read(file)

    assert len(pcm) == pytest.approx(16000, rel=0.2)
    assert level(pcm) == pytest.approx(level(TONE.tobytes()), rel=0.2)


def write_m4a(file: Path) -> None:
    with av.open(str(file), "w") as out:
        stream = out.add_stream("aac", rate=16000)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(TONE.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 16000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)


def test_what_libsndfile_does_not_know_is_read_by_ffmpegs_library(tmp_path: Path) -> None:
    write_m4a(tmp_path / "x.m4a")

    (pcm,) = read(tmp_path / "x.m4a")

    assert len(pcm) == pytest.approx(16000, rel=0.2)
    assert level(pcm) == pytest.approx(level(TONE.tobytes()), rel=0.2)


def test_what_goes_wrong_with_the_reader_is_not_laid_on_the_file(tmp_path: Path) -> None:
    write_m4a(tmp_path / "x.m4a")

    with pytest.raises(OSError, match="No space left"), open_sound(tmp_path / "x.m4a"):
        raise OSError("No space left on device")


def test_two_channels_stay_apart(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", np.stack([TONE, np.zeros_like(TONE)], axis=1), 16000)

    left, right = read(tmp_path / "x.wav")

    assert level(left) > 1000 > 1 > level(right)


@pytest.mark.parametrize("content", [b"", b"RIFF....WAVEgarbage", b"\x00" * 5000, b"text\n" * 100, b"ID3\x04" + b"\xff" * 400])
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.wav").write_bytes(content)

    with pytest.raises(Invalid, match="not-audio|audio-length"):
        read(tmp_path / "x.wav")


def wav(told_bytes: int, held_bytes: int, rate: int = 8000, channels: int = 1) -> bytes:
    described = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * 2 * channels, 2 * channels, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", 36 + told_bytes & 0xFFFFFFFF, b"WAVE")
        + described
        + struct.pack("<4sI", b"data", told_bytes)
        + bytes(held_bytes)
    )


@pytest.mark.parametrize(
    ("told_bytes", "told_s"), [(16000 * 3600, 3600.0), (0xFFFFFFFF, None), (16000, 1.0), (0, None), (0x7FFFFFFF, 134217.7)]
)
def test_a_length_that_lies_is_noticed_and_what_is_there_is_read(tmp_path: Path, told_bytes: int, told_s: float | None) -> None:
    file = tmp_path / "x.wav"
    file.write_bytes(wav(told_bytes, 16000))

    assert told_seconds(file) == (told_s if told_s is None else pytest.approx(told_s, rel=0.01))
    if told_bytes:
        assert [len(pcm) for pcm in read(file)] == [16000]


@pytest.mark.parametrize(("rate", "channels", "rule"), [(100, 1, "audio-rate"), (8000, 6, "audio-channels")])
def test_what_no_telephone_records_is_refused(tmp_path: Path, rate: int, channels: int, rule: str) -> None:
    (tmp_path / "x.wav").write_bytes(wav(4800, 4800, rate, channels))

    with pytest.raises(Invalid, match=rule):
        read(tmp_path / "x.wav")


def test_a_small_file_that_would_blow_up_is_stopped_on_its_way(tmp_path: Path) -> None:
    file = tmp_path / "bomb.flac"
    with soundfile.SoundFile(file, "w", 8000, 1) as out:
        for _ in range(5):
            out.write(np.zeros(8000 * 3600, np.int16))
    assert file.stat().st_size < 1_000_000

    with open_sound(file) as sound, pytest.raises(Invalid, match="audio-length"):
        assert max(len(piece[0]) for piece in sound.pieces(8000)) <= decoding.BLOCK_S * 16000
