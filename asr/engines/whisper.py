"""Whisper through faster-whisper, utterance by utterance: `whisper:///path[?beam=5&silence_s=0.6&longest_s=15&workers=2]`.

It cannot stream: a final comes about a second after its end point, and there are no partials. The Mandarin engine of the
tests, and the second opinion where Vosk's model is small.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from urllib.parse import SplitResult

import numpy as np
import soxr
from faster_whisper import WhisperModel
from numpy.typing import NDArray

from asr.engine import Hypothesis, whole_samples
from asr.engines import options
from asr.models_check import ModelUnusable
from asr.speech_gate import FULL_SCALE, SpeechGate, Utterance
from asr.text import fold, simplified

MODEL_RATE_HZ = 16000
# Makes the model write simplified characters: without it, 18 of 40 test sentences came back in traditional ones.
PROMPT = "以下是普通话的句子，简体中文。"
SILENT_ABOVE = 0.6
SURE_ABOVE = -1.0


def open_engine(url: SplitResult) -> "WhisperEngine":
    """Raises ModelUnusable when the folder is no CTranslate2 model."""
    return WhisperEngine(
        options.path(url),
        beam=int(options.number(url, "beam", 5)),
        silence_s=options.number(url, "silence_s", 0.6),
        longest_s=options.number(url, "longest_s", 15),
        workers=int(options.number(url, "workers", 2)),
    )


class WhisperEngine:
    """One model, `workers` utterances at once, each on one core."""

    name = "whisper"

    def __init__(self, folder: Path, *, beam: int, silence_s: float, longest_s: float, workers: int) -> None:
        try:
            self._model = WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=1, num_workers=workers, local_files_only=True
            )
        except (RuntimeError, OSError, ValueError) as error:
            raise ModelUnusable(folder, "unreadable") from error
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="whisper")
        self._beam, self._silence_s, self._longest_s = beam, silence_s, longest_s

    def open_stream(self, sample_rate_hz: int) -> "WhisperStream":
        gate = SpeechGate(sample_rate_hz, silence_s=self._silence_s, longest_s=self._longest_s)
        return WhisperStream(self, gate, sample_rate_hz)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def submit(self, utterance: Utterance, sample_rate_hz: int) -> "Future[str]":
        """Have the utterance recognised in the background; the result is empty when nothing was said."""
        return self._pool.submit(self._recognise, utterance, sample_rate_hz)

    def _recognise(self, utterance: Utterance, sample_rate_hz: int) -> str:
        segments, _ = self._model.transcribe(
            as_model_audio(utterance, sample_rate_hz),
            language="zh",
            beam_size=self._beam,
            initial_prompt=PROMPT,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        texts = [found.text for found in segments if not _is_made_up(found.no_speech_prob, found.avg_logprob)]
        text = simplified("".join(texts)).strip()
        # On noise the model likes to repeat what it was prompted with.
        return "" if fold(text) in fold(PROMPT) else text


class WhisperStream:
    """Cuts the audio into utterances and hands out their texts in order, when they are ready."""

    def __init__(self, engine: WhisperEngine, gate: SpeechGate, sample_rate_hz: int) -> None:
        self._engine, self._gate, self._rate = engine, gate, sample_rate_hz
        self._waiting: list[tuple[Utterance, Future[str]]] = []

    def feed(self, pcm: bytes) -> Sequence[Hypothesis]:
        self._submit(self._gate.feed(np.frombuffer(whole_samples(pcm), "<i2")))
        heard: list[Hypothesis] = []
        while self._waiting and self._waiting[0][1].done():
            heard.extend(_final(*self._waiting.pop(0)))
        return heard

    def finish(self) -> Sequence[Hypothesis]:
        self._submit(self._gate.finish())
        waiting, self._waiting = self._waiting, []
        return [hypothesis for utterance, future in waiting for hypothesis in _final(utterance, future)]

    def close(self) -> None:
        for _, future in self._waiting:
            future.cancel()
        self._waiting = []

    def _submit(self, utterances: list[Utterance]) -> None:
        self._waiting.extend((utterance, self._engine.submit(utterance, self._rate)) for utterance in utterances)


def as_model_audio(utterance: Utterance, sample_rate_hz: int) -> NDArray[np.float32]:
    """The samples between -1 and 1 at the model's rate."""
    samples = utterance.samples.astype(np.float32) / np.float32(FULL_SCALE)
    resampled: NDArray[np.float32] = soxr.resample(samples, sample_rate_hz, MODEL_RATE_HZ)
    return resampled


def _final(utterance: Utterance, future: "Future[str]") -> list[Hypothesis]:
    text = future.result()
    return [Hypothesis(text, True, utterance.start_s, utterance.end_s)] if text else []


def _is_made_up(no_speech: float, logprob: float) -> bool:
    return no_speech > SILENT_ABOVE and logprob < SURE_ABOVE
