"""Two engines as one: what is told when, what happens when either fails or the second is slow."""

import threading
from collections.abc import Callable, Sequence

import pytest

from asr.engine import Hypothesis, seconds
from asr.engines.twostage import TwoStageEngine, TwoStageStream

RATE = 8000
SECOND = bytes(2 * RATE)


class SecondsEngine:
    """Hears one word a second, named after this engine; `fail` may raise when a second is over."""

    def __init__(self, name: str, fail: Callable[[int], None] = lambda second: None) -> None:
        self.name, self.fail = name, fail

    def open_stream(self, sample_rate_hz: int) -> "SecondsStream":
        return SecondsStream(self, sample_rate_hz)

    def close(self) -> None:
        return


class SecondsStream:
    def __init__(self, engine: SecondsEngine, rate: int) -> None:
        self._engine, self._rate, self._fed_s, self._told = engine, rate, 0.0, 0

    def feed(self, pcm: bytes) -> Sequence[Hypothesis]:
        self._fed_s += seconds(pcm, self._rate)
        heard = []
        while self._told + 1 <= self._fed_s:
            self._engine.fail(self._told)
            heard.append(Hypothesis(f"{self._engine.name}{self._told}", True, self._told, self._told + 1))
            self._told += 1
        return heard

    def finish(self) -> Sequence[Hypothesis]:
        return ()

    def close(self) -> None:
        return


def texts(heard: Sequence[Hypothesis]) -> list[tuple[str, int | None]]:
    return [(found.text, found.replaces) for found in heard]


def failing(number: int) -> Callable[[int], None]:
    """Fails once, when that second is over."""

    def fail(second: int) -> None:
        if second == number:
            raise RuntimeError("broken")

    return fail


def test_live_finals_come_first_and_are_replaced_in_order() -> None:
    stream = TwoStageEngine(SecondsEngine("live"), SecondsEngine("better")).open_stream(RATE)

    heard = [found for _ in range(2) for found in stream.feed(SECOND)] + list(stream.finish())

    replaced = [number for _, number in texts(heard) if number is not None]
    assert [text for text, number in texts(heard) if number is None] == ["live0", "live1"]
    assert replaced == [0, 1]
    assert all(found.text.startswith("better") for found in heard if found.replaces is not None)


def test_a_broken_second_pass_leaves_the_live_words() -> None:
    stream = TwoStageEngine(SecondsEngine("live"), SecondsEngine("better", failing(0))).open_stream(RATE)

    heard = [*stream.feed(SECOND), *stream.finish()]

    assert texts(heard) == [("live0", None)]


def test_a_broken_live_engine_is_followed_by_the_other_in_time() -> None:
    stream = TwoStageEngine(SecondsEngine("live", failing(1)), SecondsEngine("alone")).open_stream(RATE)
    heard = [found for _ in range(3) for found in stream.feed(SECOND)] + list(stream.finish())

    alone = [found for found in heard if found.text.startswith("alone") and found.replaces is None]

    assert [(found.start_s, found.end_s) for found in alone] == [(1, 2), (2, 3)]


def test_both_broken_is_told() -> None:
    stream = TwoStageEngine(SecondsEngine("live", failing(0)), SecondsEngine("alone", failing(0))).open_stream(RATE)

    with pytest.raises(RuntimeError):
        stream.feed(SECOND)


def test_under_load_live_words_stay_as_they_are() -> None:
    held = threading.Event()
    engine = TwoStageEngine(SecondsEngine("live"), SecondsEngine("better", lambda second: held.wait(10) and None), waiting=1)
    stream = TwoStageStream(engine, SecondsEngine("live").open_stream(RATE), RATE, monotonic=iter(range(0, 100, 2)).__next__)
    heard = [found for _ in range(3) for found in stream.feed(SECOND)]

    held.set()
    heard += stream.finish()

    assert [number for _, number in texts(heard) if number is not None] == [0]


def test_a_recording_that_is_fed_at_once_waits_for_its_second_passes() -> None:
    engine = TwoStageEngine(SecondsEngine("live"), SecondsEngine("better"), waiting=1)
    stream = TwoStageStream(engine, SecondsEngine("live").open_stream(RATE), RATE, monotonic=lambda: 0.0)

    heard = [*stream.feed(SECOND * 5), *stream.finish()]

    assert [number for _, number in texts(heard) if number is not None] == [0, 1, 2, 3, 4]
