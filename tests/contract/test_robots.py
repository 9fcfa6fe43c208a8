"""What every robot that rings requesters must do, over HTTP against a real server and without any robot.

A third party takes its own scheme instead of http.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from hotline.kernel import plugins
from hotline.kernel.errors import Invalid
from sla.robots import NoRobot, RobotCall, RobotCaller, RobotUnavailable

GROUP = "hotline.robots"
CALL = RobotCall(
    key="callback-7",
    callback_id=3,
    phone="19900000001",
    ticket_number="SX26111800001",
    script="您好，这里是12345热线。",
    levels=("satisfied", "fairly_satisfied", "dissatisfied"),
)
NOWHERE = "http://127.0.0.1:9"


@dataclass
class Robot:
    """A robot's server: keeps what it was asked, one call a key, and answers with `status`."""

    status: int = 202
    asked: dict[str, dict[str, object]] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)


@pytest.fixture
def robot() -> Iterator[tuple[Robot, str]]:
    told = Robot()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            told.asked[self.headers["Idempotency-Key"]] = {"path": self.path, **json.loads(self.rfile.read(length))}
            told.tokens.append(self.headers.get("Authorization", ""))
            self.send_response(told.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield told, f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def opened(url: str) -> RobotCaller:
    caller: RobotCaller = plugins.open_url(GROUP, url)
    return caller


def test_robot_is_told_no_more_than_it_needs(robot: tuple[Robot, str]) -> None:
    told, address = robot

    opened(f"http://{address}").place(CALL)

    (asked,) = told.asked.values()
    assert set(asked) == {"path", "key", "callback_id", "phone", "ticket_number", "script", "levels"}
    assert (asked["path"], asked["levels"]) == ("/calls", list(CALL.levels))


def test_same_key_again_is_one_call(robot: tuple[Robot, str]) -> None:
    told, address = robot
    caller = opened(f"http://{address}")

    caller.place(CALL)
    caller.place(CALL)

    assert list(told.asked) == [CALL.key]


def test_token_of_the_address_is_sent_as_bearer(robot: tuple[Robot, str]) -> None:
    told, address = robot

    opened(f"http://:geheim@{address}").place(CALL)

    assert told.tokens == ["Bearer geheim"]


@pytest.mark.parametrize("status", [500, 502, 503, 408, 429])
def test_robot_that_may_take_it_later_is_unavailable(robot: tuple[Robot, str], status: int) -> None:
    robot[0].status = status

    with pytest.raises(RobotUnavailable):
        opened(f"http://{robot[1]}").place(CALL)


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_robot_that_refuses_leaves_it_to_a_person(robot: tuple[Robot, str], status: int) -> None:
    robot[0].status = status

    with pytest.raises(NoRobot):
        opened(f"http://{robot[1]}").place(CALL)


def test_robot_that_does_not_answer_is_unavailable() -> None:
    with pytest.raises(RobotUnavailable):
        opened(f"{NOWHERE}?timeout_s=1").place(CALL)


def test_without_a_robot_every_call_is_a_persons() -> None:
    with pytest.raises(NoRobot):
        opened("null:").place(CALL)


@pytest.mark.parametrize("url", ["http://", "http://127.0.0.1:9?timeout_s=soon"])
def test_address_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        opened(url)
