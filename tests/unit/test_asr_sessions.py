"""Live sessions: words in order, limits, and calls that survive whatever the engine does."""

import threading
import time
import uuid
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from asr.engine import AsrEngine, Hypothesis
from asr.engines.null import NullEngine
from asr.engines.scripted import Line, ScriptedEngine
from asr.recordings import Recordings
from asr.session import Ending, Kept
from asr.sessions import NoRegister, Party, Session, SessionLimits, Sessions, Trouble

RATE = 8000
PIECE = bytes(1600)
"""0.1 s."""
CALL = uuid.UUID(int=7)
LIMITS = SessionLimits(max_streams=2, partials_per_s=1e9)


@dataclass
class Heard:
    """A listener that remembers."""

    words: list[tuple[str, Hypothesis]] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    ends: list[tuple[str, float]] = field(default_factory=list)
    starts: list[Party] = field(default_factory=list)

    def started(self, party: Party) -> None:
        self.starts.append(party)

    def heard(self, party: Party, utterance: str, hypothesis: Hypothesis) -> None:
        self.words.append((utterance, hypothesis))

    def troubled(self, party: Party, trouble: Trouble) -> None:
        self.troubles.append(trouble)

    def ended(self, party: Party, reason: str, seconds: float) -> None:
        self.ends.append((reason, seconds))

    @property
    def finals(self) -> list[Hypothesis]:
        return [found for _, found in self.words if found.is_final]


@dataclass
class FakeStream:
    """Answers each piece by calling `answer` with the seconds it has taken."""

    answer: Callable[[float], Sequence[Hypothesis]]
    taken: int = 0
    is_closed: bool = False

    def feed(self, pcm: bytes) -> Sequence[Hypothesis]:
        self.taken += len(pcm)
        return self.answer(self.taken / 2 / RATE)

    def finish(self) -> Sequence[Hypothesis]:
        return self.answer(-1)

    def close(self) -> None:
        self.is_closed = True


@dataclass
class FakeEngine:
    """Every stream answers alike."""

    answer: Callable[[float], Sequence[Hypothesis]]
    name: str = "fake"
    streams: list[FakeStream] = field(default_factory=list)

    def open_stream(self, sample_rate_hz: int) -> FakeStream:
        self.streams.append(FakeStream(self.answer))
        return self.streams[-1]

    def close(self) -> None:
        return


@dataclass
class Admissions(NoRegister):
    """A register that remembers who got a recogniser late, why words are missing, and what is left of each call."""

    admitted_to: list[str] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)

    def admitted(self, kept: Kept) -> None:
        self.admitted_to.append(kept.engine)

    def hindered(self, kept: Kept, trouble: Trouble) -> None:
        self.troubles.append(trouble)

    def closed(self, kept: Kept, ending: Ending) -> None:
        self.endings.append(ending)


def until(question: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def sessions(engine: AsrEngine, folder: Path, limits: SessionLimits = LIMITS) -> tuple[Sessions, Heard]:
    heard = Heard()
    return Sessions(engine, heard, Recordings(folder), limits), heard


def speak(session: Session, seconds: float) -> None:
    for _ in range(round(seconds * 10)):
        session.audio(PIECE)


def final(text: str, start_s: float, end_s: float) -> Hypothesis:
    return Hypothesis(text, True, start_s, end_s)


def test_words_come_in_order_and_the_end_comes_last(tmp_path: Path) -> None:
    live, heard = sessions(ScriptedEngine([(Line(0, 1, "你好"), Line(1, 2, "路灯"))]), tmp_path)
    session = live.open(CALL, "caller", RATE)

    speak(session, 2.5)
    session.ended("hang-up")
    live.wait(5)

    assert heard.starts == [Party(CALL, "caller")]
    assert heard.finals == [final("你好", 0, 1), final("路灯", 1, 2)]
    assert heard.ends == [("hang-up", pytest.approx(2.5))]
    assert live.recognised == 0


def test_partials_and_final_of_an_utterance_share_a_name_that_is_never_used_again(tmp_path: Path) -> None:
    live, heard = sessions(ScriptedEngine([(Line(0, 1, "你好"), Line(1, 2, "路灯"))]), tmp_path)
    session = live.open(CALL, "caller", RATE)

    speak(session, 2.5)
    session.ended("hang-up")
    live.wait(5)

    names = {found.text: name for name, found in heard.words}
    assert names["你"] == names["你好"]
    assert names["路"] == names["路灯"]
    assert names["你好"] != names["路灯"]


def test_partials_are_held_back_and_finals_are_not(tmp_path: Path) -> None:
    limits = SessionLimits(max_streams=1, partials_per_s=0.001)
    live, heard = sessions(ScriptedEngine([(Line(0, 2, "一二三四五"), Line(2, 3, "六"))]), tmp_path, limits)
    session = live.open(CALL, "caller", RATE)

    speak(session, 3.5)
    session.ended("hang-up")
    live.wait(5)

    assert [found.text for _, found in heard.words] == ["一", "一二三四五", "六"]


def test_the_audio_is_recorded_as_it_came(tmp_path: Path) -> None:
    live, _ = sessions(ScriptedEngine([()]), tmp_path)
    session = live.open(CALL, "caller", RATE)

    session.audio(b"\x01\x02" * 100 + b"\x03")
    session.ended("hang-up")
    live.wait(5)

    (file,) = tmp_path.glob("*.wav")
    with wave.open(str(file)) as recorded:
        assert recorded.readframes(1000) == b"\x01\x02" * 100


def test_over_the_limit_a_call_goes_on_without_words(tmp_path: Path) -> None:
    live, heard = sessions(ScriptedEngine([(Line(0, 1, "喂"),)]), tmp_path, SessionLimits(max_streams=1))
    first, second = (live.open(uuid.uuid4(), "caller", RATE) for _ in range(2))

    for session in (first, second):
        speak(session, 2)
        session.ended("hang-up")
    live.wait(5)

    assert heard.troubles == [Trouble.NO_ROOM]
    assert len(heard.finals) == 1
    assert len(heard.ends) == 2
    assert len(list(tmp_path.glob("*.wav"))) == 2


def test_a_place_is_free_again_when_a_call_ended(tmp_path: Path) -> None:
    live, heard = sessions(ScriptedEngine([()]), tmp_path, SessionLimits(max_streams=1))

    for _ in range(3):
        live.open(uuid.uuid4(), "caller", RATE).ended("hang-up")
        live.wait(5)

    assert heard.troubles == []


def test_a_call_that_began_when_all_was_full_is_heard_from_the_moment_there_is_room(tmp_path: Path) -> None:
    register, heard = Admissions(), Heard()
    engine = ScriptedEngine([(Line(0.5, 1.5, "路灯不亮"),)])
    live = Sessions(engine, heard, Recordings(tmp_path), SessionLimits(max_streams=1), register=register)
    first, second = (live.open(uuid.uuid4(), "caller", RATE) for _ in range(2))
    speak(second, 2)
    live.admit_waiting()
    assert not second.has_recogniser

    first.ended("hang-up")
    until(lambda: live.recognised == 0)
    live.admit_waiting()
    speak(second, 2)
    second.ended("hang-up")
    live.wait(5)

    assert [(found.text, found.start_s, found.end_s) for found in heard.finals] == [
        ("路灯不亮", pytest.approx(2.5), pytest.approx(3.5))
    ]
    assert register.admitted_to == ["scripted"]
    assert [list(map(pytest.approx, ending.gaps)) for ending in register.endings] == [[], [(0.0, 2.0)]]


def test_a_call_that_began_without_an_engine_is_heard_from_the_moment_there_is_one(tmp_path: Path) -> None:
    register, heard = Admissions(), Heard()
    live = Sessions(None, heard, Recordings(tmp_path), LIMITS, register=register)
    session = live.open(CALL, "caller", RATE)
    speak(session, 2)
    live.admit_waiting()
    assert not session.has_recogniser
    assert live.standing().engine == "none"

    live.use(ScriptedEngine([(Line(0.5, 1.5, "路灯不亮"),)]))
    live.admit_waiting()
    speak(session, 2)
    session.ended("hang-up")
    live.wait(5)

    assert [(found.text, found.start_s) for found in heard.finals] == [("路灯不亮", pytest.approx(2.5))]
    assert register.admitted_to == ["scripted"]
    assert [list(map(pytest.approx, ending.gaps)) for ending in register.endings] == [[(0.0, 2.0)]]
    assert heard.troubles == register.troubles == [Trouble.NO_ENGINE]


def test_a_city_that_wants_no_words_is_told_so_with_each_call(tmp_path: Path) -> None:
    live, heard = sessions(NullEngine(), tmp_path)

    live.open(CALL, "caller", RATE).ended("hang-up")
    live.wait(5)

    assert heard.troubles == [Trouble.NO_ENGINE]


def test_a_call_that_is_over_waits_for_no_room(tmp_path: Path) -> None:
    live, _ = sessions(ScriptedEngine([()]), tmp_path, SessionLimits(max_streams=1))
    first, second = (live.open(uuid.uuid4(), "caller", RATE) for _ in range(2))
    for session in (second, first):
        session.ended("hang-up")

    live.admit_waiting()
    live.wait(5)

    assert not second.has_recogniser


def test_an_engine_that_breaks_costs_the_words_and_not_the_call(tmp_path: Path) -> None:
    def breaks(taken_s: float) -> Sequence[Hypothesis]:
        raise RuntimeError("broken")

    engine = FakeEngine(breaks)
    live, heard = sessions(engine, tmp_path)
    session = live.open(CALL, "caller", RATE)

    speak(session, 1)
    session.ended("hang-up")
    live.wait(5)

    assert heard.troubles == [Trouble.ENGINE_FAILED]
    assert heard.ends == [("hang-up", pytest.approx(1.0))]
    assert [stream.is_closed for stream in engine.streams] == [True]


def test_an_engine_that_breaks_at_the_very_end_still_lets_the_call_end(tmp_path: Path) -> None:
    def breaks_on_finish(taken_s: float) -> Sequence[Hypothesis]:
        if taken_s < 0:
            raise RuntimeError("broken")
        return ()

    live, heard = sessions(FakeEngine(breaks_on_finish), tmp_path)
    session = live.open(CALL, "caller", RATE)

    speak(session, 1)
    session.ended("hang-up")
    live.wait(5)

    assert heard.ends == [("hang-up", pytest.approx(1.0))]


def test_an_engine_that_cannot_follow_skips_audio_and_keeps_the_times_true(tmp_path: Path) -> None:
    may_go_on = threading.Event()

    def slow(taken_s: float) -> Sequence[Hypothesis]:
        may_go_on.wait(5)
        return [final("词", 0, 0.1)] if 0 < taken_s < 0.15 else ()

    engine = FakeEngine(slow)
    live, heard = sessions(engine, tmp_path, SessionLimits(max_streams=1, max_lag_s=1.0))
    session = live.open(CALL, "caller", RATE)

    speak(session, 5)  # 1 s waits, the rest is skipped
    may_go_on.set()
    until(lambda: bool(engine.streams) and engine.streams[0].taken == 11 * len(PIECE))
    speak(session, 1)
    session.ended("hang-up")
    live.wait(5)

    assert heard.troubles == [Trouble.BEHIND]
    assert [found.start_s for found in heard.finals] == [0, pytest.approx(5.0, abs=0.11)]
    assert heard.ends == [("hang-up", pytest.approx(6.0))]


def test_a_recording_that_fails_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    live, heard = sessions(ScriptedEngine([(Line(0, 1, "喂"),)]), tmp_path / "file")
    session = live.open(CALL, "caller", RATE)

    speak(session, 4)
    session.ended("hang-up")
    live.wait(5)

    assert heard.troubles == [Trouble.NOT_RECORDED]
    assert len(heard.finals) == 1
