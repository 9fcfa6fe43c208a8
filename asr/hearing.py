"""One party's audio through an engine: silence left out, times of the call, and an engine that died replaced where it stood.

Knows no threads and no database. Used by `asr.sessions` for live calls and by `asr.late` for what is heard afterwards.
"""

import math
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from asr.engine import SAMPLE_BYTES, AsrEngine, HeardWord, Hypothesis, RecognitionStream, seconds
from asr.speech_gate import SpeechGate
from hotline.kernel.errors import Unavailable

GATED = frozenset({"vosk", "sphinx"})
"""Engines that work as hard on silence as on speech, and for which it is left out."""
ROUNDED_S = 0.02
"""Engines round the end of a word by so much; its last bit of sound must not become a word of its own."""
LOST_AT_MOST = 3
"""Audio that killed so many recognisers in a row is left for later."""

KEPT_S = 60.0
"""Audio that is not final by then is not heard again; engines end an utterance long before."""

Say = Callable[[int, Hypothesis], None]
"""Takes the how-manieth final of the hearing, from 0, and what was heard; seconds from the hearing's start."""


class StreamLost(Unavailable):
    """The recogniser of a stream is gone, through no fault of the audio as far as is known: another may go on."""

    code = "recogniser-lost"


class NoRecogniser(StreamLost):
    """None could be had, as while processes are started anew: nothing is known of the audio."""

    code = "no-recogniser"


@dataclass(frozen=True)
class SilenceRule:
    """What of silence is still given to the engine: before speech, so that it hears the beginning; after it, so that it sees
    the end, and for longer while it has words that are not final."""

    before_s: float = 0.4
    after_s: float = 1.0
    unfinished_s: float = 2.5
    poll_s: float = 0.3


class Hearing:
    """Takes audio with its second in the call, ascending. `say` is called within `take` and `finish`."""

    def __init__(self, engine: AsrEngine, sample_rate_hz: int, say: Say, *, gated: frozenset[str] = GATED) -> None:
        self._engine, self._rate, self._say = engine, sample_rate_hz, say
        self._gate = Silence(sample_rate_hz, SilenceRule()) if engine.name in gated else None
        self._stream: RecognitionStream | None = None
        self._times = Times()
        self._kept: deque[tuple[float, bytes]] = deque()
        self._finals = self._finals_before = 0
        self._tries = self._deaths = 0
        self._is_unfinished = False
        self.heard_until_s = 0.0
        """Up to here everything is final."""
        self.losses = 0
        """How many recognisers died meanwhile."""

    def take(self, at_s: float, pcm: bytes) -> None:
        """Recognise audio that begins at that second. Raises StreamLost when recognisers keep dying of it, NoRecogniser when
        none of them heard it."""
        if self._gate is None:
            self._feed(at_s, pcm)
            return
        passed = self._gate.take(at_s, pcm, is_unfinished=self._is_unfinished)
        for piece in passed:
            self._feed(*piece)
        if passed or self._stream is None:
            return
        if self._is_unfinished:
            # Noise of the line may keep the engine from seeing the end of what was said.
            self.finish()
        elif self._gate.is_poll_due:
            self._feed(at_s, b"")

    def finish(self) -> None:
        """The last finals; afterwards audio from a later second may follow. Raises as `take` does."""
        while self._stream is not None:
            try:
                self._tell(self._stream.finish())
                break
            except StreamLost as lost:
                self._go_on(lost)
        self.close()
        self._kept.clear()
        if self._gate is not None:
            self._gate.reset()

    def close(self) -> None:
        """Give the recogniser back. Safe to call twice."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def _feed(self, at_s: float, pcm: bytes) -> None:
        if pcm:
            self._kept.append((at_s, pcm))
            while at_s - self._kept[0][0] > KEPT_S:
                self._kept.popleft()
        try:
            self._give(at_s, pcm)
        except StreamLost as lost:
            self._go_on(lost)

    def _give(self, at_s: float, pcm: bytes) -> None:
        if self._stream is None:
            self._stream = self._opened()
            self._times, self._finals_before, self._is_unfinished = Times(), self._finals, False
        if pcm:
            self._times.fed(at_s, seconds(pcm, self._rate))
        self._tell(self._stream.feed(pcm))

    def _opened(self) -> RecognitionStream:
        try:
            return self._engine.open_stream(self._rate)
        except StreamLost as lost:
            raise NoRecogniser(str(lost)) from lost

    def _go_on(self, lost: StreamLost) -> None:
        """Give a new recogniser what was not final when the old one died, until one survives it."""
        while True:
            self.close()
            self._tries += 1
            if not isinstance(lost, NoRecogniser):
                self.losses += 1
                self._deaths += 1
            if self._tries > LOST_AT_MOST:
                raise StreamLost("recognisers keep dying") if self._deaths else lost
            try:
                for piece in tuple(self._kept):
                    self._give(*piece)
            except StreamLost as again:
                lost = again
            else:
                return

    def _tell(self, found: Iterable[Hypothesis]) -> None:
        for one in found:
            moved = self._times.moved(one)
            if moved.replaces is not None:
                self._say(self._finals_before + moved.replaces, moved)
                continue
            number = self._finals
            self._is_unfinished = not moved.is_final
            if moved.is_final:
                self._finals += 1
                self._tries = self._deaths = 0
                self.heard_until_s = moved.end_s
                self._forget(moved.end_s + ROUNDED_S)
            self._say(number, moved)

    def _forget(self, until_s: float) -> None:
        """Keep only what was not final yet: the whole of it is heard again when the recogniser dies."""
        while self._kept:
            at_s, pcm = self._kept[0]
            if at_s + seconds(pcm, self._rate) <= until_s:
                self._kept.popleft()
                continue
            cut = math.ceil(max(0.0, until_s - at_s) * self._rate)
            if cut:
                self._kept[0] = (at_s + cut / self._rate, pcm[cut * SAMPLE_BYTES :])
            return


class Times:
    """Seconds of an engine's stream, from which silence was left out, turned into seconds of the call."""

    def __init__(self) -> None:
        self._engine_s: list[float] = []
        self._call_s: list[float] = []
        self._fed_s = 0.0

    def fed(self, at_s: float, length_s: float) -> None:
        """Note that audio of the call's second `at_s` was given to the engine."""
        expected = self._call_s[-1] + self._fed_s - self._engine_s[-1] if self._call_s else None
        if expected is None or abs(at_s - expected) > 0.001:
            self._engine_s.append(self._fed_s)
            self._call_s.append(at_s)
        self._fed_s += length_s

    def begin(self, engine_s: float) -> float:
        """The second of the call of something that begins there."""
        return self._at(engine_s, bisect_left(self._engine_s, engine_s + 1e-6) - 1)

    def end(self, engine_s: float) -> float:
        """The same of something that ends there: before silence that was left out, not after it."""
        return self._at(engine_s, bisect_left(self._engine_s, engine_s - 1e-6) - 1)

    def moved(self, found: Hypothesis) -> Hypothesis:
        """The hypothesis in seconds of the call."""
        words = tuple(
            HeardWord(word.word, self.begin(word.start_s), self.end(word.end_s), word.confidence) for word in found.words
        )
        return replace(found, start_s=self.begin(found.start_s), end_s=self.end(found.end_s), words=words)

    def _at(self, engine_s: float, mark: int) -> float:
        if not self._call_s:
            return engine_s
        mark = max(0, mark)
        return self._call_s[mark] + engine_s - self._engine_s[mark]


class Silence:
    """Decides which audio is worth the engine's time."""

    def __init__(self, sample_rate_hz: int, rule: SilenceRule) -> None:
        self._rate, self._rule = sample_rate_hz, rule
        self.reset()

    def reset(self) -> None:
        """Begin anew, as at the start of a call."""
        self._speech = SpeechGate(self._rate, silence_s=self._rule.before_s, longest_s=self._rule.poll_s * 100)
        self._held: deque[tuple[float, bytes]] = deque()
        self._held_s = 0.0
        self._quiet_s = self._rule.unfinished_s
        self._polled_s = 0.0
        self.is_poll_due = False

    def take(self, at_s: float, pcm: bytes, *, is_unfinished: bool) -> list[tuple[float, bytes]]:
        """What is to be given to the engine now; silence is held back, and its end given with the speech that follows."""
        length_s = seconds(pcm, self._rate)
        self._speech.feed(np.frombuffer(pcm, "<i2"))
        self._quiet_s = 0.0 if self._speech.is_open else self._quiet_s + length_s
        self._held.append((at_s, pcm))
        self._held_s += length_s
        self.is_poll_due = False
        if self._quiet_s <= (self._rule.unfinished_s if is_unfinished else self._rule.after_s):
            return list(self._let_go())
        while self._held_s - seconds(self._held[0][1], self._rate) >= self._rule.before_s:
            self._held_s -= seconds(self._held.popleft()[1], self._rate)
        self._polled_s += length_s
        if self._polled_s >= self._rule.poll_s:
            self._polled_s, self.is_poll_due = 0.0, True
        return []

    def _let_go(self) -> Iterator[tuple[float, bytes]]:
        while self._held:
            yield self._held.popleft()
        self._held_s = 0.0
