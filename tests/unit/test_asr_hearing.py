"""A party's audio through an engine: silence left out with true times, and recognisers that die replaced."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from asr.engine import HeardWord, Hypothesis
from asr.hearing import LOST_AT_MOST, Hearing, NoRecogniser, StreamLost, Times

RATE = 8000
PIECE_S = 0.1
QUIET = bytes(1600)
LOUD = (8000 * np.sin(np.arange(800) * 2 * np.pi * 300 / RATE)).astype("<i2").tobytes()


@dataclass
class CountingStream:
    """Says each second it was given as a final, with the seconds of its own stream; dies when told."""

    may_live: Callable[[], bool]
    taken: list[bytes] = field(default_factory=list)
    polls: int = 0
    said: int = 0
    is_closed: bool = False

    def feed(self, pcm: bytes) -> Sequence[Hypothesis]:
        if not self.may_live():
            raise StreamLost("dead")
        if not pcm:
            self.polls += 1
            return ()
        self.taken.append(pcm)
        whole = len(self.taken) * PIECE_S
        if whole < self.said + 1 - 1e-9:
            return [Hypothesis("…", False, float(self.said), whole)]
        self.said += 1
        start = float(self.said - 1)
        return [Hypothesis("词", True, start, start + 1, (HeardWord("词", start, start + 1),))]

    def finish(self) -> Sequence[Hypothesis]:
        return ()

    def close(self) -> None:
        self.is_closed = True


@dataclass
class CountingEngine:
    name: str = "vosk"
    deaths: list[int] = field(default_factory=list)
    """At which feeds, of all streams together, a stream dies."""
    streams: list[CountingStream] = field(default_factory=list)
    fed: int = 0

    def open_stream(self, sample_rate_hz: int) -> CountingStream:
        self.streams.append(CountingStream(self._may_live))
        return self.streams[-1]

    def close(self) -> None:
        return

    def _may_live(self) -> bool:
        self.fed += 1
        return self.fed not in self.deaths


@dataclass
class Said:
    finals: list[tuple[int, float, float]] = field(default_factory=list)

    def __call__(self, number: int, found: Hypothesis) -> None:
        if found.is_final:
            self.finals.append((number, round(found.start_s, 2), round(found.end_s, 2)))


def take(hearing: Hearing, pcm: bytes, from_s: float, to_s: float) -> None:
    for count in range(round(from_s / PIECE_S), round(to_s / PIECE_S)):
        hearing.take(count * PIECE_S, pcm)


def test_silence_is_left_out_and_times_stay_those_of_the_call() -> None:
    engine, said = CountingEngine(), Said()
    hearing = Hearing(engine, RATE, said)

    take(hearing, QUIET, 0, 10)
    take(hearing, LOUD, 10, 12)
    take(hearing, QUIET, 12, 30)
    take(hearing, LOUD, 30, 31)

    fed_s = len(engine.streams[0].taken) * PIECE_S
    assert fed_s < 8
    assert said.finals[0][1] == pytest.approx(9.7, abs=0.21)
    assert all(start < 16 or start > 29 for _, start, _ in said.finals)


def test_an_engine_that_does_not_pay_for_silence_gets_all_of_it() -> None:
    engine = CountingEngine(name="scripted")
    hearing = Hearing(engine, RATE, Said())

    take(hearing, QUIET, 0, 3)

    assert len(engine.streams[0].taken) == 30


def test_while_silence_is_left_out_the_engine_may_hand_out_what_is_ready() -> None:
    engine = CountingEngine()
    hearing = Hearing(engine, RATE, Said())

    take(hearing, LOUD, 0, 1)
    take(hearing, QUIET, 1, 10)

    assert engine.streams[0].polls >= 15


def test_words_whose_end_the_engine_does_not_see_are_finished_when_silence_goes_on() -> None:
    engine = CountingEngine()
    hearing = Hearing(engine, RATE, Said())
    take(hearing, LOUD, 0, 0.5)
    engine.streams[0].feed = lambda pcm: [Hypothesis("嗯", False, 0, 1)]  # type: ignore[method-assign]  # hears noise as words

    take(hearing, QUIET, 0.5, 6)

    assert [stream.is_closed for stream in engine.streams] == [True]


def test_after_a_death_what_was_not_final_is_heard_again_under_the_next_number() -> None:
    engine, said = CountingEngine(name="scripted", deaths=[16]), Said()
    hearing = Hearing(engine, RATE, said)

    take(hearing, LOUD, 0, 3)

    assert said.finals == [(0, 0, 1), (1, 1, 2), (2, 2, 3)]
    assert [stream.is_closed for stream in engine.streams] == [True, False]
    assert hearing.losses == 1


def test_recognisers_that_cannot_be_had_are_no_fault_of_the_audio() -> None:
    class NoneReady(CountingEngine):
        def open_stream(self, sample_rate_hz: int) -> CountingStream:
            raise StreamLost("no worker")

    hearing = Hearing(NoneReady(), RATE, Said())

    with pytest.raises(NoRecogniser):
        take(hearing, LOUD, 0, 1)

    assert hearing.losses == 0


def test_audio_that_kills_every_recogniser_is_given_up() -> None:
    engine = CountingEngine(name="scripted", deaths=list(range(15, 100)))
    hearing = Hearing(engine, RATE, Said())

    with pytest.raises(StreamLost) as raised:
        take(hearing, LOUD, 0, 3)

    assert not isinstance(raised.value, NoRecogniser)
    assert len(engine.streams) == 1 + LOST_AT_MOST
    assert hearing.heard_until_s == pytest.approx(1)


def test_a_better_final_is_told_under_the_number_of_the_one_it_replaces_also_after_a_death() -> None:
    engine, told = CountingEngine(name="scripted"), list[tuple[int, str]]()
    hearing = Hearing(engine, RATE, lambda number, found: told.append((number, found.text)))
    take(hearing, LOUD, 0, 2)
    hearing.finish()
    take(hearing, LOUD, 5, 6)
    engine.streams[1].feed = lambda pcm: [Hypothesis("更好", True, 0, 1, replaces=0)]  # type: ignore[method-assign]  # says it late

    take(hearing, LOUD, 6, 6.1)

    assert told[-1] == (2, "更好")


def test_times_before_and_after_what_was_left_out_are_told_apart() -> None:
    times = Times()
    times.fed(0.0, 2.0)
    times.fed(2.0, 1.0)
    times.fed(10.0, 2.0)

    assert (times.begin(2.5), times.end(3.0), times.begin(3.0), times.end(4.0)) == (2.5, 3.0, 10.0, 11.0)
