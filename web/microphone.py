"""The browser's microphone as a caller's telephone: Socket.IO frames go on to the speech gateway over AudioSocket.

So browser and telephone take the same road. `register` is called where the Socket.IO server is made; that server must run
its handlers in order (`async_handlers=False`), or frames overtake each other.
"""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import request, session
from flask_socketio import SocketIO
from sqlalchemy.orm import Session

from asr.gateways.client import AudioSocketCaller
from asr.gateways.framing import MOST_PAYLOAD_BYTES, TYPES
from hotline.intake.models import Call, CallState
from hotline.kernel.errors import Conflict, Forbidden, HotlineError, Invalid, NotFound, TooLarge, Unauthenticated
from web import auth, errors
from web.bootstrap import Container
from web.requests import locale

Ack = dict[str, Any]  # JSON values: {"ok": true} or the error shape


@dataclass
class _Line:
    caller: AudioSocketCaller
    lock: threading.Lock = field(default_factory=threading.Lock)


class Microphones:
    """The lines of all browsers of this process: one for each browser and call."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._lock = threading.Lock()
        self._lines: dict[tuple[str, uuid.UUID], _Line] = {}

    def start(self, browser: str, call_id: uuid.UUID, sample_rate_hz: int) -> None:
        """Open the line; one that was open already is closed. Raises Invalid for a rate AudioSocket does not have, Unavailable
        when the gateway does not answer."""
        if sample_rate_hz not in TYPES:
            raise Invalid("sample_rate", "not-one-of", known=sorted(TYPES))
        line = _Line(AudioSocketCaller(self._host, self._port, call_id, sample_rate_hz))
        self.stop(browser, call_id)
        with self._lock:
            self._lines[browser, call_id] = line

    def frame(self, browser: str, call_id: uuid.UUID, pcm: bytes) -> None:
        """Send on. Raises NotFound without a line, TooLarge, and Unavailable (the line is then closed)."""
        if len(pcm) > MOST_PAYLOAD_BYTES:
            raise TooLarge(field="frame", limit_bytes=MOST_PAYLOAD_BYTES)
        line = self._lines.get((browser, call_id))
        if line is None:
            raise NotFound("no such line")
        try:
            with line.lock:
                line.caller.send(pcm)
        except HotlineError:
            self.stop(browser, call_id)
            raise

    def stop(self, browser: str, call_id: uuid.UUID) -> None:
        """Hang up. Safe to call without a line."""
        with self._lock:
            line = self._lines.pop((browser, call_id), None)
        if line is not None:
            with line.lock:
                line.caller.hang_up()

    def drop(self, browser: str) -> None:
        """Hang up all lines of a browser that went away."""
        for owner, call_id in tuple(self._lines):
            if owner == browser:
                self.stop(browser, call_id)


def register(socketio: SocketIO, container: Container, closed: Callable[[str], None] = lambda browser: None) -> Microphones:
    """Handle `mic.start`, `mic.frame`, `mic.stop` and, as the one who does, `disconnect`; `closed` hears of that too."""
    microphones = Microphones(container.settings.audiosocket_host, container.settings.audiosocket_port)

    def start(asked: object) -> Ack:
        return _answer(lambda: _start(container, microphones, asked))

    def frame(call_id: object, pcm: object) -> Ack:
        return _answer(lambda: microphones.frame(_browser(), _call_id(call_id), _bytes(pcm)))

    def stop(asked: object) -> Ack:
        return _answer(lambda: microphones.stop(_browser(), _call_id(_fields(asked).get("call_id"))))

    def gone(reason: object = None) -> None:
        microphones.drop(_browser())
        closed(_browser())

    socketio.on_event("mic.start", start)
    socketio.on_event("mic.frame", frame)
    socketio.on_event("mic.stop", stop)
    socketio.on_event("disconnect", gone)
    return microphones


def check_line(opened: Session, call_id: uuid.UUID, officer_id: int) -> None:
    """A browser may speak in a call that is on and that nobody else answered. Raises NotFound, Conflict, Forbidden."""
    call = opened.get(Call, call_id)
    if call is None:
        raise NotFound("no such call")
    if call.state not in (CallState.OFFERED, CallState.TALKING):
        raise Conflict("the call is over", reason="call-over")
    if call.agent_id not in (None, officer_id):
        raise Forbidden("somebody else's call")


def _start(container: Container, microphones: Microphones, asked: object) -> None:
    given = _fields(asked)
    call_id, rate = _call_id(given.get("call_id")), given.get("sample_rate")
    if not isinstance(rate, int):
        raise Invalid("sample_rate", "not-a-number")
    with container.database.read() as opened:
        officer = auth.signed_in(opened, session)
        if officer is None:
            raise Unauthenticated("no session")
        check_line(opened, call_id, officer.id)
    microphones.start(_browser(), call_id, rate)


def _answer(act: Callable[[], None]) -> Ack:
    try:
        act()
    except HotlineError as error:
        return errors.body(error, locale())
    return {"ok": True}


def _browser() -> str:
    return str(request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO adds it


def _fields(asked: object) -> dict[str, Any]:  # JSON values
    if not isinstance(asked, dict):
        raise Invalid("message", "not-an-object")
    return asked


def _call_id(given: object) -> uuid.UUID:
    try:
        return uuid.UUID(str(given))
    except ValueError as error:
        raise Invalid("call_id", "not-a-uuid") from error


def _bytes(given: object) -> bytes:
    if not isinstance(given, bytes | bytearray):
        raise Invalid("frame", "not-bytes")
    return bytes(given)
