"""The port to a robot that rings requesters (智能回访): what it is told, what may go wrong. A null one, and one over HTTP.

Chosen by the scheme of the setting `robot_url`. What a call came to arrives later, at the address for partners. Called by the
after-reaction to RobotWanted, which may repeat: the same key must not ring twice.
"""

from dataclasses import asdict, dataclass
from typing import Protocol
from urllib.parse import SplitResult

import httpx

from hotline.kernel.errors import Conflict, Unavailable
from hotline.kernel.http_client import is_refusal, open_client


@dataclass(frozen=True)
class RobotCall:
    """One call to place: whom to ring, about which ticket, and the questions with their levels. No name, no matter.

    `key` is the same at every repeat; `callback_id` is what the result is sent back under.
    """

    key: str
    callback_id: int
    phone: str
    ticket_number: str
    script: str
    levels: tuple[str, ...]


class RobotUnavailable(Unavailable):
    """The robot did not answer, or not in a way that tells whether it took the call. Placing it again is safe."""

    code = "robot-unavailable"


class NoRobot(Conflict):
    """There is no robot, or it refused this call: a person has to ring."""

    code = "no-robot"


class RobotCaller(Protocol):
    """Something that rings people and asks them."""

    def place(self, call: RobotCall) -> None:
        """Take the call over. Repeating a key must not ring twice. Raises RobotUnavailable or NoRobot, nothing else."""


class NullRobot:
    """No robot: every call goes to a person."""

    def place(self, call: RobotCall) -> None:
        raise NoRobot("no robot is connected")


class HttpRobot:
    """A robot by HTTP and JSON: one POST to <address>/calls, repeated safely by its Idempotency-Key."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def place(self, call: RobotCall) -> None:
        try:
            answer = self._client.post("/calls", json=asdict(call), headers={"Idempotency-Key": call.key})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise RobotUnavailable(f"robot: {type(error).__name__}", part="robot") from error
        if answer.is_success:
            return
        if is_refusal(answer):
            raise NoRobot(f"robot: {answer.status_code}", status=answer.status_code)
        raise RobotUnavailable(f"robot: {answer.status_code}", part="robot", status=answer.status_code)


def open_null_robot(parts: SplitResult) -> NullRobot:
    """The factory of `null:`."""
    return NullRobot()


def open_http_robot(parts: SplitResult) -> HttpRobot:
    """The factory of http: and https:, as `http_client.open_client` reads them."""
    return HttpRobot(open_client(parts, "robot_url"))
