"""Whisper over one stretch of speech: text, other readings, words with times. The only module that knows faster-whisper.

Nothing here is random: the same samples always give the same words. Cutting and order are `asr.engines.whisper`'s.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from numpy.typing import NDArray

from asr.engine import HeardWord
from asr.models_check import ModelUnusable
from asr.text import fold, simplified

MODEL_RATE_HZ = 16000
SEES_S = 30.0
"""The encoder was trained on so much audio; what is missing is silence. It can be shown less, for half the work."""
TAIL_S = 0.5
MOST_SPEECH_S = 29.0
"""What is longer is left out; the end pointer cuts far sooner."""
FRAMES_PER_S = 100
FRAME = MODEL_RATE_HZ // FRAMES_PER_S
STEP_S = 0.02
"""Length of one place of the encoder's output: two frames."""
SILENT_ABOVE = 0.6
SURE_ABOVE = -1.0
REPEATS_ABOVE = 2.4
"""Text that compresses better than that goes round in circles (the bound of OpenAI's own decoder)."""
TOKENS_PER_S, FEWEST_TOKENS = 12, 24
"""Bounds of what a text may be: quick speech has about 7 characters a second, a character up to 2 tokens."""
IN_FIGURES = re.compile(r"[0-9%]")

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """What was read; empty text when nothing was said. Seconds from the first sample."""

    text: str = ""
    words: tuple[HeardWord, ...] = ()
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True)
class Effort:
    """How much work a reading is worth: the beam's width, other readings told, least audio the encoder is shown."""

    beam: int
    alternatives: int = 0
    sees_s: float = SEES_S


class WhisperReader:
    """One model for several threads, each reading on one core."""

    def __init__(self, folder: Path, threads: int) -> None:
        try:
            self._model = WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=1, num_workers=threads, local_files_only=True
            )
        except (RuntimeError, OSError, ValueError) as error:
            raise ModelUnusable(folder, "unreadable") from error
        self._tokens = Tokenizer(self._model.hf_tokenizer, True, task="transcribe", language="zh")
        tokens = self._tokens
        # No prompt: one that asks for simplified characters costs accuracy, and characters are simplified afterwards.
        self._prompt = [*tokens.sot_sequence, tokens.no_timestamps]
        special = (tokens.transcribe, tokens.translate, tokens.sot, tokens.sot_prev, tokens.sot_lm)
        self._never = sorted({*tokens.non_speech_tokens, *special, *self._figures()})

    def read(self, samples: Samples, effort: Effort) -> Reading:
        """Samples between -1 and 1 at the model's rate."""
        samples = samples[: int(MOST_SPEECH_S * MODEL_RATE_HZ)]
        seen = self._model.encode(self._features(samples, effort.sees_s))
        found = self._generate(seen, len(samples), effort)
        readings = list(dict.fromkeys(text for text in map(self._text, found.sequences_ids) if text))
        if not readings or _is_made_up(found) or not fold(readings[0]):
            return Reading()
        # Characters' times are worth their pass through the decoder only for a text that stays.
        words = tuple(self._words(seen, found.sequences_ids[0], len(samples))) if effort.beam > 1 else ()
        return Reading(readings[0], words, tuple(readings[1 : 1 + effort.alternatives]))

    def _features(self, samples: Samples, sees_s: float) -> NDArray[np.float32]:
        sees_s = min(SEES_S, max(sees_s, len(samples) / MODEL_RATE_HZ + TAIL_S))
        # Silence as sound and not as empty features, which the model never met in training.
        seen = np.zeros(round(sees_s * FRAMES_PER_S) * FRAME, np.float32)
        seen[: len(samples)] = samples
        features: NDArray[np.float32] = self._model.feature_extractor(seen, padding=0)
        return features

    def _generate(self, seen: Any, samples: int, effort: Effort) -> Any:
        most = FEWEST_TOKENS + round(TOKENS_PER_S * samples / MODEL_RATE_HZ)

        def once(no_repeat: int) -> Any:
            return self._model.model.generate(
                seen,
                [self._prompt],
                beam_size=effort.beam,
                num_hypotheses=min(effort.beam, 1 + effort.alternatives),
                max_length=min(448, len(self._prompt) + most),
                suppress_tokens=self._never,
                no_repeat_ngram_size=no_repeat,
                return_scores=True,
                return_no_speech_prob=True,
            )[0]

        found = once(0)
        return once(3) if _goes_in_circles(self._text(found.sequences_ids[0])) else found

    def _text(self, tokens: Sequence[int]) -> str:
        return simplified(self._tokens.decode([token for token in tokens if token < self._tokens.eot])).strip()

    def _words(self, seen: Any, sequence: Sequence[int], samples: int) -> Iterator[HeardWord]:
        """Each character, or word of another script, with its time, from where the decoder looked while writing it."""
        tokens = [token for token in sequence if token < self._tokens.eot]
        length_s = samples / MODEL_RATE_HZ
        frames = round(length_s * FRAMES_PER_S)
        found = self._model.model.align(seen, self._tokens.sot_sequence, [tokens], [frames], median_filter_width=7)[0]
        first = np.diff([place[0] for place in found.alignments], prepend=-1) > 0
        times = (np.array([place[1] for place in found.alignments])[first] * STEP_S).clip(0, length_s)
        characters, grouped = self._tokens.split_to_word_tokens([*tokens, self._tokens.eot])
        bounds = np.cumsum([0, *(len(group) for group in grouped[:-1])])
        for text, (begin, end) in zip(characters, pairwise(bounds), strict=False):
            word = simplified(text).strip()
            if fold(word) and end < len(times):
                sure = float(np.mean(found.text_token_probs[begin:end]))
                yield HeardWord(word, float(times[begin]), float(times[end]), min(1.0, sure))

    def _figures(self) -> Iterator[int]:
        """Tokens with digits: spoken numbers are written as they were said, our own rules make figures of them."""
        for text, token in self._model.hf_tokenizer.get_vocab().items():
            if token < self._tokens.eot and IN_FIGURES.search(text):
                yield token


def _is_made_up(found: Any) -> bool:
    return bool(found.no_speech_prob > SILENT_ABOVE and found.scores[0] < SURE_ABOVE)


def _goes_in_circles(text: str) -> bool:
    written = text.encode()
    return len(written) > REPEATS_ABOVE * len(zlib.compress(written))
