"""Whisper in a stream of speech: finals after end points, and what the growing utterance says so far, at a bounded rate.

`whisper:///path[?beam=5&alternatives=0&silence_s=0.6&longest_s=15&workers=2&partials_per_s=0.5&sees_s=30]`. A
reading costs 0.9 seconds of a core however short the speech, so partials are made only while nothing else is being done.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from urllib.parse import SplitResult

import numpy as np
import soxr
from numpy.typing import NDArray

from asr.engine import Hypothesis, whole_samples
from asr.engines import options
from asr.engines.crew import Crew, Urgency
from asr.engines.whisper_model import MODEL_RATE_HZ, SEES_S, Effort, Reading, WhisperReader
from asr.speech_gate import FULL_SCALE, SpeechGate, Utterance

AFTER_S = 0.3
"""Quiet that stays at an utterance's end. Reading begins once there is that much, in the hope that it is the end."""
QUICKLY = Effort(beam=1, sees_s=10.0)


@dataclass(frozen=True)
class Manner:
    """What an operator may ask for in the URL."""

    effort: Effort
    silence_s: float
    longest_s: float
    partials_per_s: float


def open_engine(url: SplitResult) -> "WhisperEngine":
    """Raises ModelUnusable when the folder is no CTranslate2 model."""
    workers = int(options.number(url, "workers", 2))
    manner = Manner(
        Effort(
            int(options.number(url, "beam", 5)),
            int(options.amount(url, "alternatives", 0)),
            options.number(url, "sees_s", SEES_S),
        ),
        silence_s=options.number(url, "silence_s", 0.6),
        longest_s=options.number(url, "longest_s", 15),
        partials_per_s=options.amount(url, "partials_per_s", 0.5),
    )
    return WhisperEngine(WhisperReader(options.path(url), workers), manner, workers)


class WhisperEngine:
    """One model, `workers` utterances at once, each on one core."""

    name = "whisper"

    def __init__(self, reader: WhisperReader, manner: Manner, workers: int) -> None:
        self._reader, self.manner = reader, manner
        self._crew = Crew(workers, "whisper")

    @property
    def is_idle(self) -> bool:
        """Whether no stream has anything to be read."""
        return self._crew.is_idle

    def open_stream(self, sample_rate_hz: int) -> "WhisperStream":
        return WhisperStream(self, sample_rate_hz)

    def close(self) -> None:
        self._crew.close()

    def submit(self, utterance: Utterance, sample_rate_hz: int, urgency: Urgency) -> "Future[Reading]":
        """Have the utterance read in the background."""
        effort = QUICKLY if urgency is Urgency.PARTIAL else self.manner.effort
        return self._crew.submit(urgency, lambda: self._reader.read(as_model_audio(utterance, sample_rate_hz), effort))


@dataclass(frozen=True)
class _Asked:
    """An utterance that is being read."""

    utterance: Utterance
    reading: "Future[Reading]"
    urgency: Urgency

    @property
    def span(self) -> tuple[float, float]:
        return self.utterance.start_s, self.utterance.end_s

    def is_final_of(self, utterance: Utterance) -> bool:
        """Whether it reads just that, with all care."""
        return self.urgency is Urgency.SPECULATIVE and self.span == (utterance.start_s, utterance.end_s)


class WhisperStream:
    """Cuts the audio into utterances and hands out their texts in order, when they are ready."""

    def __init__(self, engine: WhisperEngine, sample_rate_hz: int) -> None:
        manner = engine.manner
        self._engine, self._rate = engine, sample_rate_hz
        self._gate = SpeechGate(
            sample_rate_hz, silence_s=manner.silence_s, longest_s=manner.longest_s, after_s=min(AFTER_S, manner.silence_s)
        )
        self._partial_gap_s = 1 / manner.partials_per_s if manner.partials_per_s else float("inf")
        self._waiting: list[_Asked] = []
        self._guess: _Asked | None = None
        self._guessed_until_s = 0.0
        self._shown = ""

    def feed(self, pcm: bytes) -> Sequence[Hypothesis]:
        for utterance in self._gate.feed(np.frombuffer(whole_samples(pcm), "<i2")):
            self._ask(utterance)
        heard: list[Hypothesis] = []
        while self._waiting and self._waiting[0].reading.done():
            heard.extend(_final(self._waiting.pop(0)))
        self._look_ahead()
        return [*heard, *self._partial()]

    def finish(self) -> Sequence[Hypothesis]:
        for utterance in self._gate.finish():
            self._ask(utterance)
        self._drop_guess()
        waiting, self._waiting = self._waiting, []
        return [hypothesis for asked in waiting for hypothesis in _final(asked)]

    def close(self) -> None:
        self._drop_guess()
        for asked in self._waiting:
            asked.reading.cancel()
        self._waiting = []

    def _ask(self, utterance: Utterance) -> None:
        guess, self._guess = self._guess, None
        self._shown = ""
        if guess is not None and guess.is_final_of(utterance):
            self._waiting.append(guess)
            return
        if guess is not None:
            guess.reading.cancel()
        self._waiting.append(self._asked(utterance, Urgency.FINAL))

    def _asked(self, utterance: Utterance, urgency: Urgency) -> _Asked:
        return _Asked(utterance, self._engine.submit(utterance, self._rate, urgency), urgency)

    def _look_ahead(self) -> None:
        """Read what is open while nobody waits: as the final if it may be one, else quickly for a partial."""
        open_now = self._gate.so_far()
        if open_now is None or not self._engine.is_idle:
            return
        if self._gate.is_pausing:
            if self._guess is None or not self._guess.is_final_of(open_now):
                self._guess_at(open_now, Urgency.SPECULATIVE)
        elif open_now.end_s - max(self._guessed_until_s, open_now.start_s) >= self._partial_gap_s:
            self._guess_at(open_now, Urgency.PARTIAL)

    def _guess_at(self, utterance: Utterance, urgency: Urgency) -> None:
        self._guessed_until_s = utterance.end_s
        self._guess = self._asked(utterance, urgency)

    def _partial(self) -> Iterator[Hypothesis]:
        guess = self._guess
        if guess is None or not guess.reading.done() or self._waiting:
            return
        text = guess.reading.result().text
        if text and text != self._shown:
            self._shown = text
            yield Hypothesis(text, False, *guess.span)

    def _drop_guess(self) -> None:
        guess, self._guess = self._guess, None
        if guess is not None:
            guess.reading.cancel()


def as_model_audio(utterance: Utterance, sample_rate_hz: int) -> NDArray[np.float32]:
    """The samples between -1 and 1 at the model's rate."""
    samples = utterance.samples.astype(np.float32) / np.float32(FULL_SCALE)
    resampled: NDArray[np.float32] = soxr.resample(samples, sample_rate_hz, MODEL_RATE_HZ)
    return resampled


def _final(asked: _Asked) -> Iterator[Hypothesis]:
    reading, (start_s, end_s) = asked.reading.result(), asked.span
    if reading.text:
        words = tuple(
            replace(word, start_s=start_s + word.start_s, end_s=min(end_s, start_s + word.end_s)) for word in reading.words
        )
        yield Hypothesis(reading.text, True, start_s, end_s, words, reading.alternatives)
