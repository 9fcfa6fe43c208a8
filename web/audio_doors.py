"""The doors by which calls' audio comes in, opened as the settings say: AudioSocket always, WebSocket where a port is set.

Started by the gateway process; what happens to the audio is its `open_leg`.
"""

import contextlib
import errno
import logging
from collections.abc import AsyncIterator, Iterator

from asr.gateways.audiosocket import AudioSocketServer
from asr.gateways.streams import Limits, OpenLeg
from asr.gateways.websocket import WebSocketServer
from hotline.kernel.errors import Invalid, Unavailable
from hotline.kernel.settings import Settings

LOG = logging.getLogger("web.gateway")


class PortTaken(Unavailable):
    """Somebody else listens there; `details` has `host`, `port` and the `setting` that names another."""

    code = "port-taken"


@contextlib.asynccontextmanager
async def open_doors(configured: Settings, open_leg: OpenLeg) -> AsyncIterator[None]:
    """Listen until left, then end all streams. Raises PortTaken, and Invalid for networks that are none."""
    async with contextlib.AsyncExitStack() as doors:
        with _told(configured.audiosocket_host, configured.audiosocket_port, "AUDIOSOCKET"):
            audiosocket = await doors.enter_async_context(_audiosocket(configured, open_leg))
        LOG.info("listening on %s:%s", configured.audiosocket_host, audiosocket.port)
        if configured.websocket_port:
            with _told(configured.websocket_host, configured.websocket_port, "WEBSOCKET"):
                websocket = await doors.enter_async_context(_websocket(configured, open_leg))
            LOG.info("listening for WebSockets on %s:%s", configured.websocket_host, websocket.port)
        yield


def _audiosocket(configured: Settings, open_leg: OpenLeg) -> AudioSocketServer:
    limits = _limits(configured, configured.audiosocket_max_connections)
    host, port = configured.audiosocket_host, configured.audiosocket_port
    return AudioSocketServer(host, port, limits, open_leg, allow=configured.audiosocket_allow.split(","))


def _websocket(configured: Settings, open_leg: OpenLeg) -> WebSocketServer:
    limits = _limits(configured, configured.websocket_max_connections)
    host, port = configured.websocket_host, configured.websocket_port
    token = configured.websocket_token.get_secret_value()
    return WebSocketServer(host, port, limits, open_leg, allow=configured.websocket_allow.split(","), token=token)


def _limits(configured: Settings, max_connections: int) -> Limits:
    return Limits(
        max_seconds=configured.audio_max_seconds,
        stall_s=configured.audio_stall_seconds,
        max_connections=max_connections,
        max_per_address=configured.audio_max_per_address,
        max_message_bytes=configured.websocket_max_message_bytes,
    )


@contextlib.contextmanager
def _told(host: str, port: int, door: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise Invalid(f"HOTLINE_{door}_ALLOW", "networks") from error
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortTaken(f"{host}:{port}", host=host, port=port, setting=f"HOTLINE_{door}_PORT") from error
