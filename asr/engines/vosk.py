"""Kaldi recognition through Vosk, streaming: `vosk:///path/to/model[?renew_s=180]`. The only module that knows vosk.

The model is loaded from a run-time copy whose configuration has no dither, so that the same audio always gives the same
words. A recogniser grows without end (121 MB after 33 s), so it is made anew at an end point every few minutes.
"""

import ctypes
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult

import vosk

from asr.engine import Hypothesis, seconds, whole_samples
from asr.engines import options
from asr.models_check import ModelUnusable, check_model
from asr.text import join_words

RENEW_S = 180.0
NO_DITHER = "--dither=0"


def open_engine(url: SplitResult) -> "VoskEngine":
    """Raises ModelUnusable when files of the model are missing or damaged."""
    return VoskEngine(options.path(url), renew_s=options.number(url, "renew_s", RENEW_S))


class VoskEngine:
    """One model for all streams; recognition releases the interpreter lock, so threads really run beside each other."""

    name = "vosk"

    def __init__(self, folder: Path, *, renew_s: float = RENEW_S) -> None:
        check_model(folder)
        vosk.SetLogLevel(-1)
        with tempfile.TemporaryDirectory(prefix="hotline-model-") as copy:
            link_model(folder, Path(copy))
            try:
                self._model: Any = vosk.Model(copy)  # vosk ships no types
            except Exception as error:  # vosk raises bare Exception for whatever Kaldi could not read
                raise ModelUnusable(folder, "unreadable") from error
        self._renew_s = renew_s

    def open_stream(self, sample_rate_hz: int) -> "VoskStream":
        return VoskStream(self._model, sample_rate_hz, self._renew_s)

    def close(self) -> None:
        self._model = None
        _give_memory_back()


class VoskStream:
    """One recogniser at a time; its times are moved by the audio its predecessors took."""

    def __init__(self, model: Any, sample_rate_hz: int, renew_s: float) -> None:
        self._model = model
        self._rate = sample_rate_hz
        self._renew_s = renew_s
        self._base_s = 0.0
        self._taken_s = 0.0
        self._shown = ""
        self._recogniser: Any = self._fresh()

    def feed(self, pcm: bytes) -> Sequence[Hypothesis]:
        audio = whole_samples(pcm)
        if not audio:
            return ()
        self._taken_s += seconds(audio, self._rate)
        if not self._recogniser.AcceptWaveform(audio):
            return list(self._partial())
        heard = list(self._final(self._recogniser.Result()))
        if self._taken_s >= self._renew_s:
            self._renew()
        return heard

    def finish(self) -> Sequence[Hypothesis]:
        if self._recogniser is None:
            return ()
        heard = list(self._final(self._recogniser.FinalResult()))
        self.close()
        return heard

    def close(self) -> None:
        if self._recogniser is not None:
            self._recogniser = None
            _give_memory_back()

    def _fresh(self) -> Any:
        recogniser = vosk.KaldiRecognizer(self._model, self._rate)
        recogniser.SetWords(True)
        recogniser.SetPartialWords(True)
        return recogniser

    def _renew(self) -> None:
        self._base_s, self._taken_s = self._base_s + self._taken_s, 0.0
        self._recogniser = None
        _give_memory_back()
        self._recogniser = self._fresh()

    def _partial(self) -> Iterator[Hypothesis]:
        found = json.loads(self._recogniser.PartialResult())
        text = join_words(found.get("partial", ""))
        if text and text != self._shown:
            self._shown = text
            yield self._hypothesis(text, found.get("partial_result"), is_final=False)

    def _final(self, result: str) -> Iterator[Hypothesis]:
        self._shown = ""
        found = json.loads(result)
        text = join_words(found.get("text", ""))
        if text:
            yield self._hypothesis(text, found.get("result"), is_final=True)

    def _hypothesis(self, text: str, words: list[dict[str, Any]] | None, *, is_final: bool) -> Hypothesis:
        if not words:
            return Hypothesis(text, is_final, self._base_s, self._base_s + self._taken_s)
        return Hypothesis(text, is_final, self._base_s + words[0]["start"], self._base_s + words[-1]["end"])


def link_model(folder: Path, copy: Path) -> None:
    """Make `copy` the model: links to its files, own configuration with dither off."""
    for entry in folder.iterdir():
        if entry.name != "conf":
            (copy / entry.name).symlink_to(entry.resolve())
    shutil.copytree(folder / "conf", copy / "conf")
    features = copy / "conf" / "mfcc.conf"
    kept = [line for line in features.read_text().splitlines() if not line.startswith("--dither")]
    features.write_text("\n".join([*kept, NO_DITHER, ""]))


def _give_memory_back() -> None:
    # A freed recogniser stays in the allocator's cache until it is trimmed (vosk-api issue 209); glibc only.
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)
