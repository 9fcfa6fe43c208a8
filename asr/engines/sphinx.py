"""CMU Sphinx, truly streaming: `sphinx:///folder/of/model[?silence_s=0.45&grammar=/path/digits.gram&partials_per_s=4]`.

The folder has one acoustic model (a folder with `mdef`), one dictionary (`*.dic`) and one language model (`*.arpa`, `*.lm`).
Far behind today's accuracy: it lets tests see partials, end points and grammars on Mandarin telephone audio.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult

import numpy as np
import soxr
from pocketsphinx import Decoder, Endpointer

from asr.engine import HeardWord, Hypothesis, seconds, whole_samples
from asr.engines import options
from asr.engines.blocks import Blocks
from asr.models_check import PARTS, ModelUnusable, find_part
from asr.text import join_words

MODEL_RATE_HZ = 8000
FRAMES_PER_S = 100
BLOCK_S = 0.03
SPEECH_SHARE = 0.9
"""Of the end pointer's window that must be speech to begin an utterance, and quiet to end one."""
FILLERS = ("<s>", "</s>", "<sil>", "[NOISE]", "[COUGH]", "++")


@dataclass(frozen=True)
class Model:
    """The files of a model, and a JSGF grammar that takes the place of its language model."""

    acoustic: Path
    dictionary: Path
    language: Path
    grammar: Path | None = None


def open_engine(url: SplitResult) -> "SphinxEngine":
    """Raises ModelUnusable when the folder is no model."""
    return SphinxEngine(
        read_model(options.path(url), options.file(url, "grammar")),
        silence_s=options.number(url, "silence_s", 0.45),
        partials_per_s=options.number(url, "partials_per_s", 4),
    )


def read_model(folder: Path, grammar: Path | None = None) -> Model:
    """Find the model's parts by their names. Raises ModelUnusable with what is missing."""
    mdef, dictionary, language = (find_part(folder, *patterns) for patterns in PARTS["sphinx"])
    return Model(mdef.parent, dictionary, language, grammar)


class SphinxEngine:
    """Loading a decoder takes a second, so those of closed streams are kept for the next ones."""

    name = "sphinx"

    def __init__(self, model: Model, *, silence_s: float, partials_per_s: float) -> None:
        self._model, self._silence_s, self._partial_gap_s = model, silence_s, 1 / partials_per_s
        self._free: list[Any] = []
        self._lock = threading.Lock()
        decoder = self.take()
        self._first_means = decoder.get_cmn(False)
        self.give(decoder)

    def open_stream(self, sample_rate_hz: int) -> "SphinxStream":
        ends = Endpointer(self._silence_s, SPEECH_SHARE, 0, MODEL_RATE_HZ, BLOCK_S)
        return SphinxStream(self, ends, sample_rate_hz, self._partial_gap_s)

    def close(self) -> None:
        with self._lock:
            self._free.clear()

    def take(self) -> Any:
        """A decoder that belongs to the caller until it is given back; pocketsphinx ships no types."""
        with self._lock:
            if self._free:
                return self._free.pop()
        return self._load()

    def give(self, decoder: Any) -> None:
        """Take a decoder back, with no utterance open."""
        with self._lock:
            self._free.append(decoder)

    def forget(self, decoder: Any) -> None:
        """Have the decoder hear as if it had heard nothing yet: it adapts to the channel while it hears."""
        decoder.set_cmn(self._first_means)

    def _load(self) -> Any:
        model = self._model
        narrowed = {"jsgf": str(model.grammar)} if model.grammar else {"lm": str(model.language)}
        try:
            # Its second pass took 1.4 s of CPU at the end of a sentence and heard no better (60 % against 62 % wrong).
            return Decoder(
                hmm=str(model.acoustic),
                dict=str(model.dictionary),
                samprate=MODEL_RATE_HZ,
                fwdflat=False,
                loglevel="FATAL",
                **narrowed,
            )
        except (RuntimeError, ValueError) as error:
            raise ModelUnusable(model.acoustic.parent, "unreadable") from error


class SphinxStream:
    """Audio at the model's rate goes through the end pointer; what is speech goes through the decoder."""

    def __init__(self, engine: SphinxEngine, ends: Any, sample_rate_hz: int, partial_gap_s: float) -> None:
        self._engine, self._ends, self._partial_gap_s = engine, ends, partial_gap_s
        self._decoder: Any = engine.take()
        engine.forget(self._decoder)
        self._to_model = soxr.ResampleStream(sample_rate_hz, MODEL_RATE_HZ, 1, dtype="float32")
        self._blocks = Blocks(MODEL_RATE_HZ, BLOCK_S)
        self._is_speaking = False
        self._start_s = self._spoken_s = self._asked_s = 0.0
        self._shown = ""

    def feed(self, pcm: bytes) -> Sequence[Hypothesis]:
        heard = list(self._hear(self._at_model_rate(pcm)))
        return [found for place, found in enumerate(heard) if found.is_final or place == len(heard) - 1]

    def finish(self) -> Sequence[Hypothesis]:
        if self._decoder is None:
            return ()
        heard = [found for found in self._hear(self._at_model_rate(b"", is_last=True)) if found.is_final]
        rest = self._blocks.rest()
        heard.extend(self._take(self._ends.end_stream(rest)) if rest else ())
        heard.extend(self._end())
        self.close()
        return [found for found in heard if found.is_final]

    def close(self) -> None:
        decoder, self._decoder = self._decoder, None
        if decoder is not None:
            if self._is_speaking:
                decoder.end_utt()
            self._engine.give(decoder)

    def _at_model_rate(self, pcm: bytes, *, is_last: bool = False) -> bytes:
        # In floating point: the resampler dithers what it rounds itself, so that pieces of other sizes gave other words.
        samples = np.frombuffer(whole_samples(pcm), "<i2").astype(np.float32)
        resampled = self._to_model.resample_chunk(samples, last=is_last).round().clip(-32768, 32767)
        rounded: bytes = resampled.astype("<i2").tobytes()
        return rounded

    def _hear(self, audio: bytes) -> Iterator[Hypothesis]:
        for block in self._blocks.cut(audio):
            yield from self._take(self._ends.process(block))

    def _take(self, speech: bytes | None) -> Iterator[Hypothesis]:
        if speech:  # the end pointer may end with nothing, which the decoder does not take
            self._begin()
            self._decoder.process_raw(speech, no_search=False, full_utt=False)
            self._spoken_s += seconds(speech, MODEL_RATE_HZ)
        if self._is_speaking and not self._ends.in_speech:
            yield from self._end()
        elif self._is_speaking and self._spoken_s - self._asked_s >= self._partial_gap_s:
            self._asked_s = self._spoken_s
            yield from self._partial()

    def _begin(self) -> None:
        if not self._is_speaking:
            self._is_speaking, self._start_s = True, self._ends.speech_start
            self._spoken_s = self._asked_s = 0.0
            self._decoder.start_utt()

    def _partial(self) -> Iterator[Hypothesis]:
        found = self._decoder.hyp()
        text = join_words(found.hypstr) if found else ""
        if text and text != self._shown:
            self._shown = text
            yield Hypothesis(text, False, self._start_s, self._start_s + self._spoken_s)

    def _end(self) -> Iterator[Hypothesis]:
        if not self._is_speaking:
            return
        self._decoder.end_utt()
        self._is_speaking, self._shown = False, ""
        words = tuple(self._words())
        if words:
            text = join_words(" ".join(word.word for word in words))
            yield Hypothesis(text, True, words[0].start_s, words[-1].end_s, words)

    def _words(self) -> Iterator[HeardWord]:
        for part in self._decoder.seg() or ():
            if not part.word.startswith(FILLERS):
                start_s = self._start_s + part.start_frame / FRAMES_PER_S
                # A frame may reach past the audio that was there.
                end_s = min(self._start_s + (part.end_frame + 1) / FRAMES_PER_S, self._start_s + self._spoken_s)
                # A word may be said in several ways: "会(2)" is the second.
                yield HeardWord(part.word.split("(")[0], start_s, end_s)
