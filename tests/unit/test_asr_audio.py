"""Recordings as PCM: channel, rate, codings; and the true text of a manifest."""

from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from asr.audio import read_caller, true_text
from hotline.kernel.errors import Invalid


def level(pcm: bytes) -> int:
    return int(np.abs(np.frombuffer(pcm, "<i2")).max())


@pytest.mark.parametrize("coding", ["PCM_16", "ULAW", "ALAW", "PCM_24"])
def test_every_coding_of_telephony_is_read(tmp_path: Path, coding: str) -> None:
    soundfile.write(tmp_path / "x.wav", np.full(8000, 0.25), 8000, subtype=coding)

    pcm = read_caller(tmp_path / "x.wav", 8000)

    assert len(pcm) == 16000
    assert level(pcm) == pytest.approx(8192, rel=0.05)


def test_the_caller_is_the_right_channel(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", np.stack([np.full(8000, 0.5), np.full(8000, 0.1)], axis=1), 8000)

    assert level(read_caller(tmp_path / "x.wav", 8000)) == pytest.approx(3277, abs=2)


def test_another_rate_is_resampled(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", np.zeros(44100), 44100)

    assert len(read_caller(tmp_path / "x.wav", 8000)) == 16000


@pytest.mark.parametrize(("content", "rule"), [(b"", "not-audio"), (b"RIFF....WAVEgarbage", "not-audio")])
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes, rule: str) -> None:
    (tmp_path / "x.wav").write_bytes(content)

    with pytest.raises(Invalid, match=rule):
        read_caller(tmp_path / "x.wav", 8000)


def test_an_empty_recording_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", np.zeros(0), 8000)

    with pytest.raises(Invalid, match="audio-length"):
        read_caller(tmp_path / "x.wav", 8000)


def test_what_only_ffmpegs_library_knows_is_read_as_well(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "x.m4a"), "w") as out:
        stream = out.add_stream("aac", rate=16000)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(np.full((1, 16000), 8000, np.int16), format="s16", layout="mono")
        frame.sample_rate = 16000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)

    assert len(read_caller(tmp_path / "x.m4a", 8000)) == pytest.approx(16000, rel=0.2)


def test_the_true_text_is_found_by_the_file(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.tsv"
    manifest.write_text("file\ttranscript\ta/x.wav\na/x.wav\t路灯不亮\nb.wav\t好\n", encoding="utf-8")

    assert true_text(manifest, tmp_path / "a" / "x.wav") == "路灯不亮"
    assert true_text(manifest, tmp_path / "c.wav") == ""


def test_of_an_assembled_call_only_the_callers_turns_count(tmp_path: Path) -> None:
    (tmp_path / "call.turns.tsv").write_text(
        "channel\tstart\tend\ttext\nagent(left)\t0\t1\t您好\ncaller(right)\t1\t2\t路灯\ncaller(right)\t3\t4\t不亮\n",
        encoding="utf-8",
    )

    assert true_text(tmp_path / "manifest.tsv", tmp_path / "call.wav") == "路灯不亮"
