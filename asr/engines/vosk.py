"""Kaldi recognition through Vosk, streaming. The only module that knows vosk; a model is named by its path, never by language.

`vosk:///path/to/model[?pause_s=0.5&silence_s=0.5&renew_s=180&alternatives=5&phrases=/path/list.txt]`. A recogniser grows
without end (121 MB after 33 s), so another takes its place at an end point every few minutes. Partials carry no word times:
asking Vosk for them held the live words back by 1.3 s. What Vosk's JSON means is `vosk_results`.
"""

import ctypes
import json
import logging
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult

import numpy as np
import vosk

from asr.engine import Hypothesis, seconds
from asr.engines import options, vosk_results
from asr.engines.blocks import Blocks
from asr.engines.vosk_model import link_model, takes_phrases
from asr.engines.vosk_warm import NOISE_S, Warm
from asr.models_check import ModelUnusable, check_model
from asr.speech_gate import SpeechGate
from hotline.kernel.errors import Invalid

LOG = logging.getLogger("asr.engines.vosk")
RENEW_S = 180.0
PAUSE_S = 0.5
LONGEST_S = 60.0
BLOCK_S = 0.1
ANYTHING_ELSE = "[unk]"


@dataclass(frozen=True)
class Wishes:
    """What an operator may ask for in the URL.

    A pause of `pause_s` ends a sentence without waiting for the model to see it, which takes 1.4 s more; speakers are then
    got used to anew for each sentence. 0 leaves the end to the model, and `silence_s` to its rule.
    With `alternatives` above 0 Vosk gives the likeliest path instead of the words it is surest of: a little less accurate,
    and word confidences are reckoned from the readings. `phrases` narrows what can be heard; it lifts no word.
    """

    renew_s: float = RENEW_S
    pause_s: float = PAUSE_S
    silence_s: float | None = None
    alternatives: int = 0
    phrases: tuple[str, ...] = ()


def open_engine(url: SplitResult) -> "VoskEngine":
    """Raises ModelUnusable when files of the model are missing or damaged."""
    listed = options.file(url, "phrases")
    wishes = Wishes(
        renew_s=options.number(url, "renew_s", RENEW_S),
        pause_s=options.amount(url, "pause_s", PAUSE_S),
        silence_s=options.number(url, "silence_s", 0.5) if options.text(url, "silence_s") else None,
        alternatives=int(options.amount(url, "alternatives", 0)),
        phrases=tuple(listed.read_text(encoding="utf-8").split("\n")) if listed else (),
    )
    return VoskEngine(options.path(url), wishes)


class VoskEngine:
    """One model for all streams; recognition releases the interpreter lock, so threads really run beside each other."""

    name = "vosk"

    def __init__(self, folder: Path, wishes: Wishes) -> None:
        check_model(folder)
        if wishes.phrases and not takes_phrases(folder):
            raise Invalid("asr_url", "model-takes-no-phrases", path=str(folder))
        vosk.SetLogLevel(-1)
        with tempfile.TemporaryDirectory(prefix="hotline-model-") as copy:
            link_model(folder, Path(copy), silence_s=wishes.silence_s)
            try:
                self._model: Any = vosk.Model(copy)  # vosk ships no types
            except Exception as error:  # vosk raises bare Exception for whatever Kaldi could not read
                raise ModelUnusable(folder, "unreadable") from error
        self._wishes = wishes
        self._grammar = self._known_phrases() if wishes.phrases else ""
        self._warm = Warm(self._fresh, _hear_out)

    def open_stream(self, sample_rate_hz: int) -> "VoskStream":
        return VoskStream(self._warm, sample_rate_hz, self._wishes)

    def close(self) -> None:
        self._warm.close()
        self._model = None
        _give_memory_back()

    def _fresh(self, sample_rate_hz: int) -> Any:
        narrowed = (self._grammar,) if self._grammar else ()
        recogniser = vosk.KaldiRecognizer(self._model, sample_rate_hz, *narrowed)
        recogniser.SetWords(True)
        if self._wishes.alternatives:
            recogniser.SetMaxAlternatives(self._wishes.alternatives + 1)  # the likeliest is counted, too
        return recogniser

    def _known_phrases(self) -> str:
        phrases = [phrase.strip() for phrase in self._wishes.phrases if phrase.strip()]
        unknown = sorted({word for phrase in phrases for word in phrase.split() if self._model.vosk_model_find_word(word) < 0})
        if unknown:
            LOG.warning("the model cannot hear %s words of the phrase list, such as %s", len(unknown), unknown[:5])
        possible = [phrase for phrase in phrases if not set(phrase.split()) & set(unknown)]
        if not possible:
            raise Invalid("asr_url", "no-phrase-can-be-heard", unknown=len(unknown))
        return json.dumps([*possible, ANYTHING_ELSE], ensure_ascii=False)


class VoskStream:
    """One recogniser at a time; its times are moved by the audio its predecessors took."""

    def __init__(self, warm: Warm[Any], sample_rate_hz: int, wishes: Wishes) -> None:
        self._warm, self._rate, self._wishes = warm, sample_rate_hz, wishes
        self._blocks = Blocks(sample_rate_hz, BLOCK_S)
        self._gate = SpeechGate(sample_rate_hz, silence_s=wishes.pause_s or PAUSE_S, longest_s=LONGEST_S)
        self._begun_s = 0.0
        self._shown = ""
        self._recogniser, self._taken_s, self._base_s = warm.take(sample_rate_hz), NOISE_S, -NOISE_S

    def feed(self, pcm: bytes) -> Sequence[Hypothesis]:
        heard = [found for block in self._blocks.cut(pcm) for found in self._take(block)]
        newest = len(heard) - 1
        return [found for place, found in enumerate(heard) if found.is_final or place == newest]

    def finish(self) -> Sequence[Hypothesis]:
        if self._recogniser is None:
            return ()
        heard = [found for found in self._take(self._blocks.rest()) if found.is_final]
        heard.extend(self._final(self._recogniser.FinalResult()))
        self.close()
        return heard

    def close(self) -> None:
        if self._recogniser is not None:
            self._recogniser = None
            _give_memory_back()

    def _take(self, block: bytes) -> Iterator[Hypothesis]:
        if not block:
            return
        self._taken_s += seconds(block, self._rate)
        pauses = self._pauses(block)
        if self._recogniser.AcceptWaveform(block):
            yield from self._final(self._recogniser.Result())
        elif pauses:
            yield from self._final(self._recogniser.FinalResult())
        else:
            yield from self._partial()
            return
        if self._taken_s >= self._wishes.renew_s:
            self._renew()

    def _pauses(self, block: bytes) -> bool:
        """Whether a sentence ended with this block, by loudness."""
        was_open = self._gate.is_open
        self._gate.feed(np.frombuffer(block, np.int16))
        if self._gate.is_open and not was_open:
            self._begun_s = max(self._begun_s, self._base_s + self._taken_s - seconds(block, self._rate))
        return bool(self._wishes.pause_s) and was_open and not self._gate.is_open

    def _renew(self) -> None:
        now_s = self._base_s + self._taken_s
        self._recogniser = None
        _give_memory_back()
        self._recogniser, self._taken_s, self._base_s = self._warm.take(self._rate), NOISE_S, now_s - NOISE_S

    def _partial(self) -> Iterator[Hypothesis]:
        found = vosk_results.partial(self._recogniser.PartialResult(), self._begun_s, self._base_s + self._taken_s)
        if found and found.text != self._shown:
            self._shown = found.text
            yield found

    def _final(self, answer: str) -> Iterator[Hypothesis]:
        self._shown = ""
        found = vosk_results.final(answer, self._base_s, self._base_s + self._taken_s)
        self._begun_s = self._base_s + self._taken_s
        if found:
            yield found


def _hear_out(recogniser: Any, pcm: bytes) -> None:
    recogniser.AcceptWaveform(pcm)
    recogniser.FinalResult()


def _give_memory_back() -> None:
    # A freed recogniser stays in the allocator's cache until it is trimmed (vosk-api issue 209); glibc only.
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)
