"""The AudioSocket server: takes calls' audio from Asterisk, the demo caller and the browser's microphone over TCP.

Knows frames and limits, nothing of recognition: each call's audio goes to the sink that `open_leg` returned. The protocol
has no authentication, so peers outside the allow list are turned away.
"""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from asr.engine import seconds, whole_samples
from asr.gateways.codings import open_heard
from asr.gateways.doors import LOOPBACK, Door
from asr.gateways.framing import HEADER_BYTES, RATES, Kind, header, silence
from asr.gateways.streams import AudioSink, End, Leg, Limits, OpenLeg, Over
from asr.session import CALLER
from hotline.kernel import logs

NAME = "audiosocket"
LOG = logging.getLogger("asr.audiosocket")
UUID_BYTES = 16
UNTOLD_RATE_HZ = 8000
"""Of what we send before the peer's first audio tells a rate: a party that is silent so far must not lose its line."""
MOST_UNKNOWN_IN_A_ROW = 50
MOST_UNREAD_BYTES = 64 * 1024


@dataclass
class _Stream:
    call_id: uuid.UUID
    sink: AudioSink | None = None
    rate: int = 0
    audio_s: float = 0.0
    unknown: int = 0


class AudioSocketServer:
    """`async with AudioSocketServer(...)`: listens until left, then ends all streams."""

    def __init__(self, host: str, port: int, limits: Limits, open_leg: OpenLeg, *, allow: Sequence[str] = LOOPBACK) -> None:
        self._host, self._port, self._limits, self._open_leg = host, port, limits, open_leg
        self._door = Door(LOG.name, allow, max_connections=limits.max_connections, max_per_address=limits.max_per_address)
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port in use; the one the system chose when 0 was asked for."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server else self._port

    @property
    def connections(self) -> int:
        """How many peers are connected."""
        return self._door.inside

    async def __aenter__(self) -> "AudioSocketServer":
        self._server = await asyncio.start_server(self._connected, self._host, self._port)
        return self

    async def __aexit__(self, *reason: object) -> None:
        if self._server:
            self._server.close()
        # One turn of the loop for those accepted just now to begin, one in the end for transports to let go of their sockets.
        await asyncio.sleep(0)
        left = dict(self._open)
        for call in left:
            call.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for writer in left.values():
            # Closing would wait for a peer that does not read; nothing we send is worth that.
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 asyncio runs every connection in a task of its own
        self._open[task] = writer
        try:
            await self._let_in(reader, writer, writer.get_extra_info("peername")[0])
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        finally:
            del self._open[task]

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> None:
        try:
            if self._door.enter(peer):
                try:
                    await self._serve(reader, writer)
                finally:
                    self._door.leave(peer)
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stream = _Stream(uuid.UUID(int=0))
        end = End.STOPPED
        answering = asyncio.create_task(self._answer(writer, stream))
        try:
            async with asyncio.timeout(self._limits.max_seconds):
                stream.call_id = await self._hello(reader)
                await self._listen(reader, stream)
        except Over as over:
            end = over.end
        except TimeoutError:
            end = End.TOO_LONG
        except Exception as error:  # noqa: BLE001 the connection's edge: one call must not be left without an end
            LOG.error("call %s: the connection failed: %s", stream.call_id, logs.place_of(error))
            end = End.LOST
        finally:
            answering.cancel()
            # A port that is only probed (health checks) says nothing and is not worth a line.
            level = logging.DEBUG if end is End.LOST and not stream.call_id.int else logging.INFO
            LOG.log(level, "call %s: audio ended, %s after %.1f s", stream.call_id, end, stream.audio_s)
            if stream.sink is not None:
                stream.sink.ended(end)

    async def _hello(self, reader: asyncio.StreamReader) -> uuid.UUID:
        kind, payload = await _read_frame(reader, self._limits.hello_s)
        if kind != Kind.CALL_ID or len(payload) != UUID_BYTES:
            raise Over(End.GARBAGE)
        return uuid.UUID(bytes=payload)

    async def _listen(self, reader: asyncio.StreamReader, stream: _Stream) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            kind, payload = await _read_frame(reader, self._limits.stall_s)
            await self._take(stream, kind, payload)
            if kind not in RATES or not payload:
                # Frames of nothing are read from memory without a pause: the others must get their turn.
                await asyncio.sleep(0)
            if stream.audio_s > self._limits.max_seconds:
                raise Over(End.TOO_LONG)
            ahead_s = stream.audio_s - (loop.time() - began) - self._limits.ahead_s
            if ahead_s > 0:
                await asyncio.sleep(ahead_s)

    async def _take(self, stream: _Stream, kind: int, payload: bytes) -> None:
        if kind == Kind.HANG_UP:
            raise Over(End.HANG_UP)
        if kind in RATES:
            await self._take_audio(stream, RATES[kind], whole_samples(payload))
        elif kind in (Kind.DIGIT, Kind.ERROR):
            LOG.debug("call %s: frame of type %#x", stream.call_id, kind)
        else:
            stream.unknown += 1
            if stream.unknown > MOST_UNKNOWN_IN_A_ROW:
                raise Over(End.GARBAGE)

    async def _take_audio(self, stream: _Stream, rate: int, pcm: bytes) -> None:
        if stream.sink is None:
            stream.rate, stream.sink = rate, await open_heard(self._open_leg, Leg(stream.call_id, CALLER, rate, NAME))
        if rate != stream.rate:
            raise Over(End.GARBAGE)
        stream.unknown = 0
        stream.audio_s += seconds(pcm, rate)
        stream.sink.audio(pcm)

    async def _answer(self, writer: asyncio.StreamWriter, stream: _Stream) -> None:
        while True:
            await asyncio.sleep(self._limits.silence_every_s)
            # Not drained: a peer that never reads must not stop us, nor fill our memory.
            if stream.call_id.int and writer.transport.get_write_buffer_size() < MOST_UNREAD_BYTES:
                writer.write(silence(stream.rate or UNTOLD_RATE_HZ))


async def _read_frame(reader: asyncio.StreamReader, patience_s: float) -> tuple[int, bytes]:
    patience = asyncio.timeout(patience_s)
    try:
        async with patience:
            kind, length = header(await reader.readexactly(HEADER_BYTES))
            return kind, await reader.readexactly(length)
    except (asyncio.IncompleteReadError, OSError) as error:
        if patience.expired():
            raise Over(End.STALLED) from error
        raise Over(End.LOST) from error
