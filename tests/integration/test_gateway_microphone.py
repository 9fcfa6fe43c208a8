"""The browser's microphone: from Socket.IO to an AudioSocket server, with every wrong turn refused."""

import asyncio
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask_socketio import SocketIO, SocketIOTestClient

from asr.gateways.audiosocket import AudioSocketServer
from asr.gateways.streams import Leg, Limits
from hotline.intake.models import Call, CallState
from hotline.kernel.db import Database
from hotline.kernel.settings import Settings
from hotline.people.models import Officer
from web import microphone

CALL = uuid.UUID(int=21)
FRAME = b"\x01\x02" * 320


@dataclass
class Gateway:
    """A real AudioSocket server in a thread, remembering what came."""

    port: int = 0
    pcm: dict[uuid.UUID, bytes] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, leg: Leg) -> SimpleNamespace:
        def audio(pcm: bytes) -> None:
            self.pcm[leg.call_id] = self.pcm.get(leg.call_id, b"") + pcm

        return SimpleNamespace(audio=audio, ended=lambda reason: self.ended.set())

    async def serve(self, ready: threading.Event) -> None:
        async with AudioSocketServer("127.0.0.1", 0, Limits(max_seconds=20, stall_s=5), self.open) as server:
            self.port = server.port
            ready.set()
            await self.stopping.wait()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    serving, ready, loop = Gateway(), threading.Event(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(serving.serve(ready),))
    thread.start()
    ready.wait(5)
    yield serving
    loop.call_soon_threadsafe(serving.stopping.set)
    thread.join(5)
    loop.close()


@dataclass
class Browser:
    """A page, perhaps signed in."""

    client: SocketIOTestClient

    def ask(self, *message: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.emit(*message, callback=True)
        return answer


def browser(database: Database, port: int, officer_id: int | None) -> Browser:
    app = Flask("test")
    app.secret_key = "not secret"
    app.add_url_rule("/enter", "enter", lambda: "")
    socketio = SocketIO(app, async_mode="threading", async_handlers=False)
    container: Any = SimpleNamespace(settings=Settings(audiosocket_port=port), database=database)  # all that is used
    microphone.register(socketio, container)
    page = app.test_client()
    if officer_id is not None:
        with page.session_transaction() as session:
            session["officer_id"] = officer_id
    return Browser(socketio.test_client(app, flask_test_client=page))


@pytest.fixture
def agent_id(database: Database) -> int:
    return agent(database, "agent9")


def agent(database: Database, login: str) -> int:
    with database.work() as uow:
        officer = Officer(login=login, name="甲", password_hash="")
        uow.session.add(officer)
        uow.session.flush()
        return officer.id


def ring(database: Database, state: CallState = CallState.OFFERED, agent_id: int | None = None) -> None:
    with database.work() as uow:
        uow.session.add(Call(id=CALL, state=state, origin="browser", offered_at=datetime.now(UTC), agent_id=agent_id))


def test_frames_reach_the_gateway_in_order_under_the_call_id(database: Database, gateway: Gateway, agent_id: int) -> None:
    ring(database, CallState.TALKING, agent_id)
    page = browser(database, gateway.port, agent_id)

    answers = [page.ask("mic.start", {"call_id": str(CALL), "sample_rate": 16000})]
    answers += [page.ask("mic.frame", str(CALL), bytes([count, 0]) * 320) for count in range(20)]
    answers.append(page.ask("mic.stop", {"call_id": str(CALL)}))
    gateway.ended.wait(5)

    assert answers == [{"ok": True}] * 22
    assert gateway.pcm[CALL] == b"".join(bytes([count, 0]) * 320 for count in range(20))


def test_a_browser_that_goes_away_hangs_up(database: Database, gateway: Gateway, agent_id: int) -> None:
    ring(database)
    page = browser(database, gateway.port, agent_id)
    page.ask("mic.start", {"call_id": str(CALL), "sample_rate": 16000})
    page.ask("mic.frame", str(CALL), FRAME)

    page.client.disconnect()

    assert gateway.ended.wait(5)


@pytest.mark.parametrize(
    ("message", "code", "rule"),
    [
        (("mic.start", {"call_id": "x", "sample_rate": 16000}), "invalid", "not-a-uuid"),
        (("mic.start", {"call_id": str(CALL), "sample_rate": 11025}), "invalid", "not-one-of"),
        (("mic.start", {"call_id": str(CALL), "sample_rate": "fast"}), "invalid", "not-a-number"),
        (("mic.start", {"call_id": str(CALL)}), "invalid", "not-a-number"),
        (("mic.start", "now"), "invalid", "not-an-object"),
        (("mic.start", {"call_id": str(uuid.UUID(int=99)), "sample_rate": 16000}), "not-found", None),
        (("mic.frame", str(CALL), FRAME), "not-found", None),
        (("mic.frame", str(CALL), "text"), "invalid", "not-bytes"),
        (("mic.frame", str(CALL), bytes(65536)), "too-large", None),
        (("mic.stop", []), "invalid", "not-an-object"),
    ],
)
def test_a_wrong_message_is_answered_with_its_error(
    database: Database, gateway: Gateway, agent_id: int, message: tuple[Any, ...], code: str, rule: str | None
) -> None:
    ring(database)

    error = browser(database, gateway.port, agent_id).ask(*message)["error"]

    assert (error["code"], error["details"].get("rule")) == (code, rule)


@pytest.mark.parametrize(
    ("state", "mine", "code"),
    [(CallState.ENDED, True, "conflict"), (CallState.TALKING, False, "forbidden")],
)
def test_a_call_that_is_over_or_somebody_elses_is_refused(
    database: Database, gateway: Gateway, agent_id: int, state: CallState, mine: bool, code: str
) -> None:
    ring(database, state, agent_id)

    page = browser(database, gateway.port, agent_id if mine else agent(database, "agent8"))

    assert page.ask("mic.start", {"call_id": str(CALL), "sample_rate": 16000})["error"]["code"] == code


def test_without_a_session_nobody_speaks(database: Database, gateway: Gateway) -> None:
    ring(database)

    answer = browser(database, gateway.port, None).ask("mic.start", {"call_id": str(CALL), "sample_rate": 16000})

    assert answer["error"]["code"] == "unauthenticated"


def test_a_gateway_that_is_away_is_told(database: Database, gateway: Gateway, agent_id: int) -> None:
    ring(database)

    answer = browser(database, 1, agent_id).ask("mic.start", {"call_id": str(CALL), "sample_rate": 16000})

    assert answer["error"]["code"] == "speech-gateway-unreachable"
