"""The WebSocket door: takes calls' audio in the dialects of `asr.gateways.dialects` and answers those that want words.

Knows connections and limits; what messages mean is the dialects'. Peers are known by network and, where one is set, by a token.
"""

import asyncio
import contextlib
import functools
import hmac
import http
import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from asr.gateways.dialects.choosing import choose
from asr.gateways.dialects.port import Dialect, Hello, Message
from asr.gateways.doors import LOOPBACK, Door
from asr.gateways.line import Line
from asr.gateways.streams import End, Limits, OpenLeg, Over
from hotline.kernel import logs

LOG = logging.getLogger("asr.websocket")
GOODBYE_S = 1.0
ANSWERED = (http.HTTPStatus.SWITCHING_PROTOCOLS, http.HTTPStatus.UNAUTHORIZED)
"""Handshakes that were one; the second has its own line in the log."""
WRONG = {
    CloseCode.MESSAGE_TOO_BIG: "a message over the limit",
    CloseCode.INVALID_DATA: "text that is no text",
    CloseCode.PROTOCOL_ERROR: "frames that are no WebSocket frames",
}
"""What the library closes a connection for."""
CODES = {End.HANG_UP: CloseCode.NORMAL_CLOSURE, End.STOPPED: CloseCode.GOING_AWAY}
"""How we close; for what is not here, with a policy violation."""

# The library tells of every connection, and of each failed handshake with a traceback; we have a line of our own for each.
_LIBRARY = logging.getLogger("asr.websocket.library")
_LIBRARY.setLevel(logging.CRITICAL + 1)


class WebSocketServer:
    """`async with WebSocketServer(...)`: listens until left, then ends all streams."""

    def __init__(
        self, host: str, port: int, limits: Limits, open_leg: OpenLeg, *, allow: Sequence[str] = LOOPBACK, token: str = ""
    ) -> None:
        """An empty `token` asks for none."""
        self._host, self._port, self._limits, self._open_leg = host, port, limits, open_leg
        self._door = Door(LOG.name, allow, max_connections=limits.max_connections, max_per_address=limits.max_per_address)
        self._token = token
        self._server: Server | None = None
        self._is_stopping = False

    @property
    def port(self) -> int:
        """The port in use; the one the system chose when 0 was asked for."""
        return int(next(iter(self._server.sockets)).getsockname()[1]) if self._server else self._port

    @property
    def connections(self) -> int:
        """How many peers are connected."""
        return self._door.inside

    async def __aenter__(self) -> "WebSocketServer":
        self._server = await serve(
            self._serve,
            self._host,
            self._port,
            create_connection=functools.partial(_Guarded, door=self._door),  # type: ignore[arg-type]  # any factory will do
            process_request=self._check,
            select_subprotocol=_first_offered,
            max_size=self._limits.max_message_bytes,
            open_timeout=self._limits.hello_s,
            # A peer that is gone sends no audio, which the stall limit notices; clients in lock step may not answer a ping.
            ping_interval=None,
            close_timeout=GOODBYE_S,
            server_header=None,
            logger=_LIBRARY,
        )
        return self

    async def __aexit__(self, *reason: object) -> None:
        self._is_stopping = True
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    def _check(self, connection: ServerConnection, request: Request) -> Response | None:
        if not self._token or any(hmac.compare_digest(given.encode(), self._token.encode()) for given in _tokens(request)):
            return None
        self._door.refuse(_address(connection), "wrong token")
        return connection.respond(http.HTTPStatus.UNAUTHORIZED, "token?\n")

    async def _serve(self, connection: ServerConnection) -> None:
        line = Line(self._open_leg, self._limits, connection.send)
        talking = asyncio.create_task(_talk(line))
        over = Over(End.STOPPED)
        try:
            async with asyncio.timeout(self._limits.max_seconds):
                await self._listen(connection, line)
        except Over as reached:
            over = reached
        except TimeoutError:
            over = Over(End.TOO_LONG)
        except ConnectionClosed as closed:
            over = self._why(closed)
        except Exception as error:  # noqa: BLE001 the connection's edge: the library's own log of it is silent
            LOG.error("a connection failed: %s", logs.place_of(error))
            over = Over(End.LOST)
        finally:
            talking.cancel()
            _log(line, over)
            line.end(over.end)
        await connection.close(CODES.get(over.end, CloseCode.POLICY_VIOLATION), over.note or over.end.value)

    async def _listen(self, connection: ServerConnection, line: Line) -> None:
        first = await self._next(connection)
        hello = _hello(connection)
        dialect = choose(hello, first)(hello, line)
        await _take(dialect, first)
        while True:
            await _take(dialect, await self._next(connection))

    async def _next(self, connection: ServerConnection) -> Message:
        patience = asyncio.timeout(self._limits.stall_s)
        try:
            async with patience:
                return await connection.recv()
        except TimeoutError as error:
            if patience.expired():
                raise Over(End.STALLED) from error
            raise

    def _why(self, closed: ConnectionClosed) -> Over:
        if self._is_stopping:
            return Over(End.STOPPED)
        if isinstance(closed, ConnectionClosedOK):
            return Over(End.HANG_UP)
        if closed.sent is not None and closed.sent.code in WRONG:
            return Over(End.GARBAGE, WRONG[CloseCode(closed.sent.code)])
        return Over(End.LOST)


class _Guarded(ServerConnection):
    """Turns peers away before a handshake is read: a flood costs an accept each, no more."""

    def __init__(self, *parts: Any, door: Door, **options: Any) -> None:  # as the library hands them in
        super().__init__(*parts, **options)
        self._door = door
        self._entered = ""
        self._has_spoken = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        address = _address(self)
        if address and self._door.enter(address):
            self._entered = address
        else:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self._has_spoken = True
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._entered:
            self._door.leave(self._entered)
            # A port that is only probed (health checks) says nothing and is not worth a line.
            if self._has_spoken and (self.response is None or self.response.status_code not in ANSWERED):
                self._door.refuse(self._entered, "no WebSocket handshake")
        super().connection_lost(exc)


async def _talk(line: Line) -> None:
    with contextlib.suppress(ConnectionClosed):
        await line.talk()


async def _take(dialect: Dialect, message: Message) -> None:
    await (dialect.text(message) if isinstance(message, str) else dialect.audio(message))


def _hello(connection: ServerConnection) -> Hello:
    target = urlsplit(connection.request.path if connection.request else "/")
    return Hello(target.path, dict(parse_qsl(target.query)), connection.subprotocol or "")


def _tokens(request: Request) -> list[str]:
    """The tokens given: `token` in the query, `Authorization: Bearer …`."""
    query = dict(parse_qsl(urlsplit(request.path).query))
    bearers = [value.partition(" ")[2].strip() for value in request.headers.get_all("Authorization")]
    return [query.get("token", ""), *bearers]


def _first_offered(connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    # mod_audio_fork's name differs from build to build, and it hangs up when its own is not taken.
    return offered[0] if offered else None


def _address(connection: ServerConnection) -> str:
    peer = connection.transport.get_extra_info("peername")
    return str(peer[0]) if peer else ""


def _log(line: Line, over: Over) -> None:
    form, note = line.format, f": {over.note}" if over.note else ""
    if form is None:
        LOG.log(logging.INFO if over.note else logging.DEBUG, "connection without audio ended, %s%s", over.end, note)
        return
    took_s = line.took_s
    LOG.info(
        "call %s: %s audio ended, %s after %.1f s in %.1f s%s",
        *(form.call_id, form.gateway, over.end, line.audio_s, took_s, note),
    )
