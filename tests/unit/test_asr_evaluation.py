"""Measuring speech recognition: errors by character, names, numbers, steadiness, and the list of recordings."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from asr import evaluation, listening, manifests
from asr.engine import Hypothesis
from asr.evaluation import Edits, Found
from asr.telephone import RATE_HZ, as_telephone
from hotline.kernel.errors import Invalid

RATE = 16000


@pytest.mark.parametrize(
    ("truth", "heard", "wanted"),
    [
        ("河西路停水了", "河西路停水了", Edits(0, 0, 0, 6)),
        ("河西路停水了", "和西路停水", Edits(1, 0, 1, 6)),
        ("停水", "停水了吗", Edits(0, 2, 0, 2)),
        ("暖氣不熱！", "暖气 不热", Edits(0, 0, 0, 4)),
        ("12345热线", "一二三四五热线", Edits(0, 0, 0, 7)),
        ("", "有人", Edits(0, 2, 0, 0)),
    ],
)
def test_edits_are_counted_on_folded_texts(truth: str, heard: str, wanted: Edits) -> None:
    assert evaluation.edits(truth, heard) == wanted


def test_rate_of_no_truth_is_1_when_something_was_heard() -> None:
    assert Edits(0, 2, 0, 0).rate == 1.0
    assert Edits().rate == 0.0
    assert (Edits(1, 1, 0, 4) + Edits(0, 0, 1, 4)).rate == 3 / 8


@pytest.mark.parametrize(
    ("truth", "heard", "wanted"),
    [
        ("河西路小学门口", "河西路小学门口", Found(1, 1, 0)),
        ("河西路小学门口", "和西路小学门口", Found(1, 0, 0)),
        ("家门口停水", "河西路停水", Found(0, 0, 1)),
        ("河西路和翠湖花园", "河西路和翠湖花园河西路", Found(2, 2, 1)),
    ],
)
def test_names_count_once_each_and_shorter_ones_not_within_longer(truth: str, heard: str, wanted: Found) -> None:
    assert evaluation.names_found(truth, heard, ["河西路", "河西路小学", "翠湖花园", ""]) == wanted


def test_numbers_are_right_only_when_whole() -> None:
    truth = "电话一三八零零一三八零零零，工单20261122001"

    assert evaluation.numbers_found(truth, "电话13800138000工单20261122001") == Found(2, 2, 0)
    assert evaluation.numbers_found(truth, "电话1380013800工单20261122001") == Found(2, 1, 1)
    assert evaluation.numbers_found("三三两两", "三三两两") == Found()


def test_partials_are_steady_as_far_as_they_stay() -> None:
    assert evaluation.steadiness(["河西", "河西路停"], "河西路停水") == 1.0
    assert evaluation.steadiness(["和西", "河西路停"], "河西路停水") == 0.5
    assert evaluation.steadiness(["河西路停水了吧"], "河西路停水") == 5 / 7
    assert evaluation.steadiness([], "河西路停水") is None


def test_finals_heard_anew_take_the_place_of_the_first_ones() -> None:
    found = [
        Hypothesis("和西", False, 0, 0.5),
        Hypothesis("和西路", True, 0, 1),
        Hypothesis("停水", True, 1, 2),
        Hypothesis("河西路", True, 0, 1, replaces=0),
        Hypothesis("何处", True, 0, 1, replaces=9),
    ]

    assert [one.text for one in listening.settled(found)] == ["河西路", "停水"]


def test_speech_begins_and_ends_where_it_is_loud() -> None:
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype("<i2").tobytes()
    quiet = bytes(RATE)

    begins, ends = listening.speech_of(quiet + tone + quiet, RATE)

    assert begins == pytest.approx(0.5, abs=0.02)
    assert ends == pytest.approx(1.5, abs=0.02)
    assert listening.speech_of(b"", RATE) == (0.0, 0.0)


@pytest.mark.parametrize(("hertz", "passes"), [(100, False), (1000, True), (3000, True), (3800, False)])
def test_telephone_lets_only_its_band_through(hertz: int, passes: bool) -> None:
    loudness = loudness_left(hertz)

    assert bool(loudness > 0.9) is passes
    assert passes or loudness < 0.05  # the rest is the coding


def test_telephone_ends_its_band_as_gently_as_sox() -> None:
    assert 0.1 < loudness_left(240) < 0.4 < loudness_left(300) < 0.6 < loudness_left(360) < 0.9


def loudness_left(hertz: int) -> float:
    """Of a tone's loudness, after the telephone."""
    tone = (8000 * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)).astype("<i2").tobytes()
    heard = np.frombuffer(as_telephone(tone, RATE), "<i2").astype(float)
    assert len(heard) == RATE_HZ
    return float(np.sqrt(np.mean(heard[1000:-1000] ** 2)) / (8000 / np.sqrt(2)))


def listed(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "list.tsv"
    file.write_text(text, encoding="utf-8")
    return file


def test_list_gives_recordings_with_what_is_said(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((100, 2), np.int16), 8000, subtype="ULAW")

    samples = manifests.read(listed(tmp_path, 'file\ttranscript\tsource\na.wav\t"停水\tours\n'))

    assert [(one.transcript, one.source, one.rate, one.channels) for one in samples] == [('"停水', "ours", 8000, 2)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("file\tsource\n", "missing-column"),
        ("file\ttranscript\n", "empty"),
        ("file\ttranscript\nmissing.wav\t停水\n", "not-audio-in-line"),
        ("file\ttranscript\nlist.tsv\t停水\n", "not-audio-in-line"),
    ],
)
def test_bad_list_is_refused_by_what_is_wrong(tmp_path: Path, text: str, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        manifests.read(listed(tmp_path, text))

    assert refused.value.details["rule"] == rule
