"""Who acts in the stories: officers with a browser's two connections (HTTP, Socket.IO), and the exchange."""

import threading
from collections.abc import Callable
from typing import Any

import httpx
import socketio

from tests.e2e.stage import TOKEN, Stage
from tests.e2e.waiting import until
from web.demo.reference import DEMO_PASSWORD

EVENTS = ("call", "transcript", "cards", "draft", "alert", "ticket", "assignment", "transfer", "notice", "board")
AWAY = (502, 503)
Json = Any  # what an answer holds


class Client:
    """Asks over HTTP, and asks again while the server is away, as a person who presses the button again."""

    def __init__(self, stage: Stage, headers: dict[str, str] | None = None) -> None:
        self._http = httpx.Client(base_url=f"{stage.address}/api/v1", headers=headers, timeout=20)

    def try_once(self, method: str, path: str, body: Json = None, **more: Any) -> httpx.Response:
        """One request, whatever comes of it. Raises httpx.TransportError."""
        return self._http.request(method, path, json=body, **more)

    def ask(self, method: str, path: str, body: Json = None, *, status: int | None = None, **more: Any) -> Json:
        """The answer's JSON. Fails unless it has that status (any good one by default)."""
        answer = until(lambda: self._answer(method, path, body, **more), what=f"an answer to {method} {path}")
        good = answer.status_code == status if status else answer.is_success
        assert good, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def get(self, path: str) -> Json:
        """GET it."""
        return self.ask("GET", path)

    def post(self, path: str, body: Json = None, **more: Any) -> Json:
        """POST it."""
        return self.ask("POST", path, body, **more)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _answer(self, method: str, path: str, body: Json, **more: Any) -> httpx.Response | None:
        try:
            answer = self.try_once(method, path, body, **more)
        except httpx.TransportError:
            return None
        return None if answer.status_code in AWAY else answer


class Officer(Client):
    """Somebody signed in, with a page open that hears events."""

    def __init__(self, stage: Stage, login: str) -> None:
        super().__init__(stage)
        self.heard: list[tuple[str, Json]] = []
        self._lock = threading.Lock()
        self.me = self.post("/session", {"login": login, "password": DEMO_PASSWORD})
        self._http.headers["X-CSRF-Token"] = self.me["csrf_token"]
        cookie = "; ".join(f"{name}={value}" for name, value in self._http.cookies.items())
        self._socket = socketio.Client(reconnection_delay=0.2, reconnection_delay_max=1, request_timeout=20)
        for name in EVENTS:
            self._socket.on(name, self._hears(name))
        self._socket.connect(stage.address, headers={"Cookie": cookie}, transports=["websocket"], wait_timeout=20, retry=True)

    def watch(self, call_id: str) -> Json:
        """Hear the words of a call."""
        return self._socket.call("call.watch", {"call_id": call_id})

    def events(self, name: str) -> list[Json]:
        """What came of that name so far."""
        with self._lock:
            return [data for found, data in self.heard if found == name]

    def hears(self, name: str, fits: Callable[[Json], bool]) -> Json:
        """Wait for an event that fits."""
        return until(lambda: next((data for data in self.events(name) if fits(data)), None), what=f"the event {name}")

    def close(self) -> None:
        self._socket.disconnect()
        super().close()

    def _hears(self, name: str) -> Callable[[Json], None]:
        def hear(data: Json) -> None:
            with self._lock:
                self.heard.append((name, data))

        return hear


def exchange(stage: Stage) -> Client:
    """The telephone exchange, which offers calls with its token."""
    return Client(stage, {"Authorization": f"Bearer {TOKEN}"})


def citizen(stage: Stage) -> Client:
    """Somebody on the portal."""
    return Client(stage)
