"""A recording as a caller: offers the call, waits for an agent, plays in real time and reads the words as they appear.

A program outside the hotline like an exchange: it knows the HTTP interface and the speech gateway's port, nothing else.
Called by `hotline demo call`.
"""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from asr.gateways.client import AudioSocketCaller
from asr.text import character_error_rate
from hotline.kernel.errors import HotlineError, Unavailable
from web.demo.overhearing import overheard

CALL_RATE_HZ = 8000
POLL_S = 0.2
QUIET_S = 3.0
"""Silence after the recording, so that the last sentence gets its end point before the caller hangs up."""
LAST_WORDS_S = 30.0
TALKING, OVER = "talking", ("ended", "abandoned")

Words = dict[str, Any]  # a segment of the transcript, as the interface gives it


class HotlineUnreachable(Unavailable):
    """No web server of the hotline answers there."""

    code = "hotline-unreachable"


class Refused(HotlineError):
    """The hotline answered with an error; `details` has what it `said`."""

    code = "demo-call-refused"


class NotAnswered(HotlineError):
    """Nobody took the call; `details` has `wait_s`."""

    code = "demo-call-not-answered"


@dataclass
class Outcome:
    """What came of the call. Seconds of `first_word_s` from the moment the caller began to speak."""

    call_id: uuid.UUID
    audio_s: float
    segments: list[Words] = field(default_factory=list)
    first_word_s: float | None = None

    @property
    def text(self) -> str:
        """All that was heard."""
        return "".join(segment["text"] for segment in self.segments)

    def error_rate(self, truth: str) -> float:
        """Character error rate against the true text."""
        return character_error_rate(truth, self.text)


class Interface:
    """The few calls of the HTTP interface that a caller needs."""

    def __init__(self, address: str, token: str, transport: httpx.BaseTransport | None = None) -> None:
        self.address = address
        known = {"Authorization": f"Bearer {token}"}
        self._machine = httpx.Client(base_url=address, headers=known, timeout=10, transport=transport)
        self._agent = httpx.Client(base_url=address, timeout=10, transport=transport)

    def close(self) -> None:
        self._machine.close()
        self._agent.close()

    def offer(self, call_id: uuid.UUID, number: str) -> Words:
        """Ring. Returns the call."""
        return _asked(self._machine, "POST", "/calls/offer", {"call_id": str(call_id), "number": number, "origin": "sim"})

    def answer_as(self, login: str, call_id: uuid.UUID) -> None:
        """Sign in as a demo account and take the call."""
        accounts = _asked(self._agent, "GET", "/demo/accounts")["items"]
        password = accounts[0]["password"] if accounts else ""  # all demo accounts have the same
        me = _asked(self._agent, "POST", "/session", {"login": login, "password": password})
        self._agent.headers["X-CSRF-Token"] = me["csrf_token"]
        _asked(self._agent, "POST", f"/calls/{call_id}/answer", {})

    @property
    def cookie(self) -> str:
        """The session of the agent who answered, for a Cookie header; empty without one."""
        return "; ".join(f"{name}={value}" for name, value in self._agent.cookies.items())

    def state(self, call_id: uuid.UUID) -> str:
        """Where the call stands."""
        return str(_asked(self._machine, "GET", f"/calls/{call_id}")["state"])

    def words(self, call_id: uuid.UUID, after: int) -> list[Words]:
        """Finished segments after that number."""
        found: list[Words] = _asked(self._machine, "GET", f"/calls/{call_id}/transcript?after={after}")["segments"]
        return found


def wait_for_answer(interface: Interface, call_id: uuid.UUID, wait_s: float) -> None:
    """Return when an agent talks. Raises NotAnswered."""
    deadline = time.monotonic() + wait_s
    while interface.state(call_id) != TALKING:
        if time.monotonic() > deadline:
            raise NotAnswered(wait_s=wait_s)
        time.sleep(POLL_S)


def speak(
    interface: Interface, call: Words, pcm: bytes, *, host: str, show: Callable[[Words], None], quiet_s: float = QUIET_S
) -> Outcome:
    """Play the recording into an answered call; `show` is told all words as they appear, partial ones only when this
    program answered the call itself. Raises GatewayUnreachable."""
    call_id = uuid.UUID(call["id"])
    caller = AudioSocketCaller(host, call["audio_port"], call_id, CALL_RATE_HZ)
    following = Following(interface, Outcome(call_id, len(pcm) / 2 / CALL_RATE_HZ), show)
    try:
        with following, overheard(interface.address, interface.cookie, call_id, following.partial):
            for _ in caller.play(pcm + bytes(int(quiet_s * CALL_RATE_HZ) * 2)):
                following.check()
            caller.hang_up()
            following.wait()
    finally:
        caller.hang_up()
    return following.outcome


class Following:
    """Reads the transcript in a thread of its own, so that a slow answer never makes the caller stammer."""

    def __init__(self, interface: Interface, outcome: Outcome, show: Callable[[Words], None]) -> None:
        self.outcome = outcome
        self._interface, self._show = interface, show
        self._began = time.monotonic()
        self._stopping, self._lock = threading.Event(), threading.Lock()
        self._failures: list[HotlineError] = []
        self._thread = threading.Thread(target=self._read, name="follow", daemon=True)

    def __enter__(self) -> "Following":
        self._thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._stopping.set()
        self._thread.join()

    def partial(self, words: Words) -> None:
        """Words that are still growing."""
        if not words["final"]:
            self._note(words)
            self._show(words)

    def check(self) -> None:
        """Raise what made the reading fail, if it did."""
        if self._failures:
            raise self._failures[0]

    def wait(self) -> None:
        """Until the call is over and its last words are read, or LAST_WORDS_S have passed."""
        deadline = time.monotonic() + LAST_WORDS_S
        while self._interface.state(self.outcome.call_id) not in OVER and time.monotonic() < deadline:
            time.sleep(POLL_S)
        self._take()

    def _read(self) -> None:
        try:
            while not self._stopping.wait(POLL_S):
                self._take()
        except HotlineError as error:
            self._failures.append(error)

    def _take(self) -> None:
        with self._lock:
            after = self.outcome.segments[-1]["seq"] if self.outcome.segments else 0
            for words in self._interface.words(self.outcome.call_id, after):
                self._note(words)
                self.outcome.segments.append(words)
                self._show(words)

    def _note(self, words: Words) -> None:
        if self.outcome.first_word_s is None:
            self.outcome.first_word_s = time.monotonic() - self._began - words["start_s"]


def _asked(client: httpx.Client, method: str, path: str, body: Words | None = None) -> Words:
    try:
        answer = client.request(method, f"/api/v1{path}", json=body)
        found: Words = answer.json()
    except httpx.HTTPError as error:
        raise HotlineUnreachable(str(error), address=str(client.base_url)) from error
    except ValueError as error:
        raise Refused(f"{method} {path}: {answer.status_code}", said=str(answer.status_code)) from error
    if answer.is_error:
        said = str(found.get("error", {}).get("message", answer.status_code))
        raise Refused(f"{method} {path}: {said}", said=said)
    return found
