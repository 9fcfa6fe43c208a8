"""Two engines: a streaming one for words at once, a better one that hears each finished segment anew.

`twostage:?live=vosk:///model&final=whisper:///model[&waiting=8&workers=1]`, both URLs percent-encoded. A live final is told
at once; what the better engine makes of it follows with `replaces`. If one of the two fails, the other goes on alone.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace
from urllib.parse import SplitResult

from asr.engine import SAMPLE_BYTES, AsrEngine, Hypothesis, RecognitionStream, whole_samples
from asr.engine import open_engine as open_named
from asr.engines import options
from asr.engines.crew import Crew, Urgency
from asr.text import join_words
from hotline.kernel import logs
from hotline.kernel.errors import HotlineError, Invalid

LOG = logging.getLogger("asr.engines.twostage")
MARGIN_S = 0.4
"""Audio around a segment that the better engine hears too; never of the segment before."""
KEPT_S = 60.0
"""Audio kept for a segment that is still growing."""
AHEAD_S = 1.0
"""A stream fed so much faster than speech is a recording: it waits for second passes instead of leaving them out."""


def open_engine(url: SplitResult) -> AsrEngine:
    """Raises Invalid when one of the two is not named, and the second's error when neither can be loaded."""
    named = {stage: options.text(url, stage) for stage in ("live", "final")}
    if missing := [stage for stage, engine in named.items() if not engine]:
        raise Invalid("asr_url", "stage-missing", stages=missing)
    waiting, workers = int(options.number(url, "waiting", 8)), int(options.number(url, "workers", 1))
    try:
        live = open_named(named["live"])
    except HotlineError as error:
        LOG.error("no live words, only those of finished sentences: %s", error)
        return open_named(named["final"])
    try:
        return TwoStageEngine(live, open_named(named["final"]), waiting=waiting, workers=workers)
    except HotlineError as error:
        LOG.error("nothing is heard a second time: %s", error)
        return live


class TwoStageEngine:
    """At most `waiting` segments of all streams wait for the second pass; under more load live words stay as they are."""

    name = "twostage"

    def __init__(self, live: AsrEngine, final: AsrEngine, *, waiting: int = 8, workers: int = 1) -> None:
        self._live, self.final = live, final
        self._crew = Crew(workers, "second-pass")
        self._waiting = waiting

    def open_stream(self, sample_rate_hz: int) -> "TwoStageStream":
        return TwoStageStream(self, self._live.open_stream(sample_rate_hz), sample_rate_hz)

    def close(self) -> None:
        self._crew.close()
        self._live.close()
        self.final.close()

    @property
    def is_full(self) -> bool:
        """Whether another second pass would wait too long."""
        return self._crew.unfinished >= self._waiting

    def hear_again(self, pcm: bytes, sample_rate_hz: int) -> "Future[list[Hypothesis]]":
        """The finals of that audio alone, by the better engine, in the background."""
        return self._crew.submit(Urgency.FINAL, lambda: _finals(self.final, pcm, sample_rate_hz))


@dataclass(frozen=True)
class _Pass:
    """A second pass over a live final, the stream's `number`-th, whose audio begins at `from_s`."""

    live: Hypothesis
    number: int
    from_s: float
    heard: "Future[list[Hypothesis]]"


class TwoStageStream:
    """Live words come first; each is replaced at most once, in order."""

    def __init__(
        self,
        engine: TwoStageEngine,
        live: RecognitionStream,
        sample_rate_hz: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._live, self._rate, self._monotonic = engine, live, sample_rate_hz, monotonic
        self._has_live_failed = False
        self._live_from_s = 0.0
        self._audio = _Kept(sample_rate_hz)
        self._begun = monotonic()
        self._finals = 0
        self._heard_until_s = 0.0
        self._passes: deque[_Pass] = deque()

    def feed(self, pcm: bytes) -> Sequence[Hypothesis]:
        audio = whole_samples(pcm)
        self._audio.add(audio)
        heard = list(self._say(self._live_words(lambda stream: stream.feed(audio))))
        return [*heard, *self._ready()]

    def finish(self) -> Sequence[Hypothesis]:
        heard = list(self._say(self._live_words(lambda stream: stream.finish())))
        while self._passes:
            heard.extend(_better(self._passes.popleft()))
        return heard

    def close(self) -> None:
        self._live.close()
        while self._passes:
            self._passes.popleft().heard.cancel()

    def _live_words(self, ask: Callable[[RecognitionStream], Sequence[Hypothesis]]) -> Sequence[Hypothesis]:
        try:
            return [_moved(found, self._live_from_s) for found in ask(self._live)]
        except Exception as error:
            if self._has_live_failed:
                raise
            LOG.warning("the live engine failed; the other hears this stream alone: %s", logs.place_of(error))
        return self._go_on_alone(ask)

    def _go_on_alone(self, ask: Callable[[RecognitionStream], Sequence[Hypothesis]]) -> Sequence[Hypothesis]:
        """Let the better engine hear from the last live final on."""
        self._has_live_failed = True
        self._live.close()
        self._live = self._engine.final.open_stream(self._rate)
        self._live_from_s, missed = self._audio.since(self._heard_until_s)
        heard = [*self._live.feed(missed)]
        self._audio.forget_until(self._audio.until_s)
        # What was being fed is among the missed; nothing is said twice.
        heard.extend(ask(_OnlyEnds(self._live)))
        return [_moved(found, self._live_from_s) for found in heard]

    def _say(self, hypotheses: Sequence[Hypothesis]) -> Iterator[Hypothesis]:
        for found in hypotheses:
            yield found
            if found.is_final:
                self._hear_again(found)
                self._finals += 1
                self._heard_until_s = found.end_s

    def _hear_again(self, live: Hypothesis) -> None:
        if self._has_live_failed or not self._has_room():
            return
        from_s, pcm = self._audio.cut(max(self._heard_until_s, live.start_s - MARGIN_S), live.end_s + MARGIN_S)
        self._audio.forget_until(live.end_s)
        self._passes.append(_Pass(live, self._finals, from_s, self._engine.hear_again(pcm, self._rate)))

    def _has_room(self) -> bool:
        is_recording = self._audio.until_s > self._monotonic() - self._begun + AHEAD_S
        if self._engine.is_full and is_recording and self._passes:
            self._passes[0].heard.exception()  # waits; what went wrong is told when the pass is handed out
            return True
        return is_recording or not self._engine.is_full

    def _ready(self) -> Iterator[Hypothesis]:
        while self._passes and self._passes[0].heard.done():
            yield from _better(self._passes.popleft())


class _OnlyEnds:
    """A stream that was fed already: feeding it again does nothing."""

    def __init__(self, stream: RecognitionStream) -> None:
        self._stream = stream

    def feed(self, pcm: bytes) -> Sequence[Hypothesis]:
        return ()

    def finish(self) -> Sequence[Hypothesis]:
        return self._stream.finish()

    def close(self) -> None:
        self._stream.close()


class _Kept:
    """The stream's latest audio, by its seconds."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate = sample_rate_hz
        self._pcm = bytearray()
        self._from = 0
        """How many samples were forgotten."""

    @property
    def until_s(self) -> float:
        return (self._from + len(self._pcm) // SAMPLE_BYTES) / self._rate

    def add(self, pcm: bytes) -> None:
        self._pcm += pcm
        self.forget_until(self.until_s - KEPT_S)

    def since(self, from_s: float) -> tuple[float, bytes]:
        return self.cut(from_s, self.until_s)

    def cut(self, from_s: float, to_s: float) -> tuple[float, bytes]:
        """Where the audio found begins, and that audio."""
        first = max(0, round(from_s * self._rate) - self._from)
        last = max(first, round(to_s * self._rate) - self._from)
        return (self._from + first) / self._rate, bytes(self._pcm[first * SAMPLE_BYTES : last * SAMPLE_BYTES])

    def forget_until(self, at_s: float) -> None:
        samples = min(len(self._pcm) // SAMPLE_BYTES, max(0, round(at_s * self._rate) - self._from))
        del self._pcm[: samples * SAMPLE_BYTES]
        self._from += samples


def _finals(engine: AsrEngine, pcm: bytes, sample_rate_hz: int) -> list[Hypothesis]:
    stream = engine.open_stream(sample_rate_hz)
    try:
        return [found for found in (*stream.feed(pcm), *stream.finish()) if found.is_final]
    finally:
        stream.close()


def _better(second: _Pass) -> Iterator[Hypothesis]:
    """What takes the live final's place, at the live one's time; nothing where the second pass failed or heard the same."""
    try:
        heard = second.heard.result()
    except CancelledError:
        return
    except Exception as error:  # noqa: BLE001 a worse second opinion must not take the first one along
        LOG.error("the second pass failed; the live words stay: %s", logs.place_of(error))
        return
    text = join_words(" ".join(found.text for found in heard))
    if not text or text == second.live.text:
        return
    moved = [_moved(found, second.from_s) for found in heard]
    yield replace(
        second.live,
        text=text,
        words=tuple(word for found in moved for word in found.words),
        alternatives=moved[0].alternatives if len(moved) == 1 else (),
        replaces=second.number,
    )


def _moved(found: Hypothesis, by_s: float) -> Hypothesis:
    if not by_s:
        return found
    words = tuple(replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s) for word in found.words)
    return replace(found, start_s=found.start_s + by_s, end_s=found.end_s + by_s, words=words)
