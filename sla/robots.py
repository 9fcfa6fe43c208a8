"""The port to a robot that rings requesters (智能回访): what it is told, what may go wrong. A null one, and one over HTTP.

Chosen by the scheme of the setting `robot_url`. What a call came to arrives later, at the address for partners. Called by the
after-reaction to RobotWanted, which may repeat: the same key must not ring twice.
"""

from dataclasses import asdict, dataclass
from typing import Protocol
from urllib.parse import SplitResult, parse_qs, urlunsplit

import httpx

from hotline.kernel.errors import Conflict, Invalid, Unavailable

DEFAULT_TIMEOUT_S = 5.0
TRY_LATER = frozenset({408, 425, 429})


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

    def __init__(self, address: str, *, token: str = "", timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # Not the environment's proxies: only settings say where we connect to.
        self._client = httpx.Client(base_url=address, headers=headers, timeout=timeout_s, trust_env=False)

    def place(self, call: RobotCall) -> None:
        try:
            answer = self._client.post("/calls", json=asdict(call), headers={"Idempotency-Key": call.key})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise RobotUnavailable(f"robot: {type(error).__name__}", part="robot") from error
        if answer.is_success:
            return
        if answer.is_client_error and answer.status_code not in TRY_LATER:
            raise NoRobot(f"robot: {answer.status_code}", status=answer.status_code)
        raise RobotUnavailable(f"robot: {answer.status_code}", part="robot", status=answer.status_code)


def open_null_robot(parts: SplitResult) -> NullRobot:
    """The factory of `null:`."""
    return NullRobot()


def open_http_robot(parts: SplitResult) -> HttpRobot:
    """The factory of http: and https:.

    A token is written as the password (https://:token@host); ?timeout_s=2 shortens the wait.
    Raises Invalid for an address without host or a wait that is no number.
    """
    if not parts.hostname:
        raise Invalid("robot_url", "host-missing")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    netloc = f"{host}:{parts.port}" if parts.port else host
    address = urlunsplit((parts.scheme, netloc, parts.path, "", ""))
    given = parse_qs(parts.query).get("timeout_s", [str(DEFAULT_TIMEOUT_S)])[0]
    try:
        return HttpRobot(address, token=parts.password or "", timeout_s=float(given))
    except ValueError as error:
        raise Invalid("robot_url", "timeout-not-a-number", given=given) from error
