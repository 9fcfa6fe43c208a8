"""Words of danger on sentences still being spoken: raised at once, taken back when the whole sentence calms them."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from asr.session import Party
from hotline.kernel.errors import Unavailable
from web.growing_alarms import GrowingAlarms
from web.push import call_room

CALL = uuid.UUID(int=21)
CALLER, AGENT = Party(CALL, "caller"), Party(CALL, "agent")


@dataclass
class AwayDatabase:
    """Is away; counts how often it was asked."""

    asked: int = 0

    @contextmanager
    def read(self) -> Iterator[Any]:
        self.asked += 1
        raise Unavailable("away")
        yield


@dataclass
class KeptPush:
    """Keeps what was pushed."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    rooms: list[list[str]] = field(default_factory=list)

    def emit(self, name: str, data: dict[str, Any], rooms: list[str]) -> None:
        assert name == "danger"
        self.sent.append(data)
        self.rooms.append(rooms)

    def told(self) -> list[tuple[str, str, str]]:
        return [(data["utterance"], data["word"], data["state"]) for data in self.sent]


@pytest.fixture
def database() -> AwayDatabase:
    return AwayDatabase()


@pytest.fixture
def push() -> KeptPush:
    return KeptPush()


@pytest.fixture
def alarms(database: AwayDatabase, push: KeptPush) -> GrowingAlarms:
    return GrowingAlarms(database, push)  # type: ignore[arg-type]  # reading is all it needs


def test_a_word_of_danger_is_told_once_a_sentence_while_it_grows(alarms: GrowingAlarms, push: KeptPush) -> None:
    for text in ("喂", "喂我们这里", "喂我们这里着火了", "喂我们这里着火了快来人"):
        alarms.partial(CALLER, "a-1", text)

    assert push.told() == [("a-1", "着火", "raised")]
    assert push.sent[0] | {"level": "critical", "partner": "119"} == push.sent[0]
    assert push.rooms == [[call_room(CALL), "role:shift_leader"]]


def test_what_the_whole_sentence_means_stays_and_what_it_calms_is_taken_back(alarms: GrowingAlarms, push: KeptPush) -> None:
    alarms.partial(CALLER, "a-1", "喂我们这里着火了")
    alarms.final(CALLER, "a-1", "喂我们这里着火了烟很大")
    alarms.partial(CALLER, "a-2", "这里着火了")
    alarms.final(CALLER, "a-2", "我想问一下消防演习几点开始")

    assert push.told() == [("a-1", "着火", "raised"), ("a-2", "着火", "raised"), ("a-2", "着火", "calmed")]


def test_the_end_of_the_call_takes_back_what_no_sentence_finished(alarms: GrowingAlarms, push: KeptPush) -> None:
    alarms.partial(CALLER, "a-1", "有人触电了")

    alarms.ended(AGENT, "b")
    alarms.ended(CALLER, "a")
    alarms.ended(CALLER, "a")

    assert push.told() == [("a-1", "触电", "raised"), ("a-1", "触电", "calmed")]


def test_the_end_of_one_stream_leaves_what_grows_in_another_of_the_same_call(alarms: GrowingAlarms, push: KeptPush) -> None:
    alarms.begun(CALLER, "a")
    alarms.begun(CALLER, "c")
    alarms.partial(CALLER, "c-1", "有人触电了")

    alarms.ended(CALLER, "a")
    alarms.partial(CALLER, "c-1", "有人触电了快来")
    assert push.told() == [("c-1", "触电", "raised")]

    alarms.ended(CALLER, "c")
    assert push.told()[1:] == [("c-1", "触电", "calmed")]


def test_an_agents_words_raise_nothing(alarms: GrowingAlarms, push: KeptPush) -> None:
    alarms.partial(AGENT, "b-1", "您那里着火了是吗")

    assert push.sent == []


def test_rules_are_read_when_a_caller_begins_and_those_of_the_package_hold_while_the_database_is_away(
    alarms: GrowingAlarms, database: AwayDatabase, push: KeptPush
) -> None:
    alarms.begun(AGENT, "b")
    alarms.begun(CALLER, "a")
    for text in ("我们这里", "我们这里着火了"):
        alarms.partial(CALLER, "a-1", text)
    alarms.final(CALLER, "a-1", "我们这里着火了")

    assert database.asked == 1
    assert [data["word"] for data in push.sent] == ["着火"]
