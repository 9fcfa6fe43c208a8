"""The door of a listener: networks, caps, and a log that no flood fills."""

import logging

import pytest

from asr.gateways.doors import Door

OURS, OTHERS = "10.1.0.7", "192.0.2.1"


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def door(*, most: int = 3, each: int = 3, clock: Clock | None = None) -> Door:
    return Door("asr.door", ["10.1.0.0/16", " ::1"], max_connections=most, max_per_address=each, monotonic=clock or Clock())


@pytest.mark.parametrize(("address", "expected"), [(OURS, True), ("::1", True), (OTHERS, False), ("10.2.0.1", False)])
def test_only_listed_networks_come_in(address: str, expected: bool) -> None:
    assert door().enter(address) is expected


def test_what_is_no_network_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        Door("asr.door", ["everywhere"], max_connections=1, max_per_address=1)


def test_a_place_is_free_again_when_its_peer_left() -> None:
    opened = door(most=1)

    assert [opened.enter(OURS), opened.enter("::1")] == [True, False]
    opened.leave(OURS)
    assert opened.enter("::1")


def test_one_address_cannot_take_all_places() -> None:
    opened = door(most=3, each=2)

    assert [opened.enter(OURS) for _ in range(3)] == [True, True, False]
    assert opened.enter("10.1.0.8")


def test_ten_thousand_refusals_are_two_lines_with_a_count(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    opened = door(clock=clock)

    for second in range(10_000):
        clock.now = second * 0.01
        opened.enter(OTHERS)

    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "connection from 192.0.2.1 refused: not on the allow list",
        "connection from 192.0.2.1 refused: not on the allow list (5999 more since the last such line)",
    ]
    assert opened.inside == 0
