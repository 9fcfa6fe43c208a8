"""A caller on AudioSocket: what Asterisk is to the gateway. Used by the demo call, the browser's microphone and tests."""

import contextlib
import select
import socket
import time
import uuid
from collections.abc import Callable, Iterator

from asr.gateways.framing import FRAME_S, TYPES, Kind, call_id_frame, frame, frame_bytes
from hotline.kernel.errors import Unavailable

CONNECT_S = 5.0
UNREAD_BYTES = 64 * 1024


class GatewayUnreachable(Unavailable):
    """Nobody listens there, or the connection broke."""

    code = "speech-gateway-unreachable"


class AudioSocketCaller:
    """One call. Frames go out when `send` is called; what the gateway sends back is thrown away."""

    def __init__(self, host: str, port: int, call_id: uuid.UUID, sample_rate_hz: int) -> None:
        """Connects. Raises GatewayUnreachable."""
        self._type = TYPES[sample_rate_hz]
        self._rate = sample_rate_hz
        with _translated():
            self._socket = socket.create_connection((host, port), timeout=CONNECT_S)
            try:
                self._socket.sendall(call_id_frame(call_id))
            except OSError:
                self._socket.close()
                raise
        self._answers = select.poll()
        self._answers.register(self._socket, select.POLLIN)

    def send(self, pcm: bytes) -> None:
        """Send audio of up to 65535 bytes as one frame. Raises GatewayUnreachable when the gateway hung up."""
        with _translated():
            self._socket.sendall(frame(self._type, pcm))
            self._drop_answers()

    def play(
        self, pcm: bytes, *, sleep: Callable[[float], None] = time.sleep, monotonic: Callable[[], float] = time.monotonic
    ) -> Iterator[float]:
        """Send in real time; yields the seconds played after each frame of 20 ms, for the caller to go on."""
        size = frame_bytes(self._rate)
        began = monotonic()
        for count, at in enumerate(range(0, len(pcm), size), start=1):
            self.send(pcm[at : at + size])
            # From the beginning, not from frame to frame: so that no delay adds up.
            sleep(max(0.0, began + count * FRAME_S - monotonic()))
            yield count * FRAME_S

    def hang_up(self) -> None:
        """Say goodbye and close. Safe to call twice."""
        with contextlib.suppress(OSError):
            self._socket.sendall(frame(Kind.HANG_UP))
        self._socket.close()

    def _drop_answers(self) -> None:
        # Asked first, because reading from a socket with a timeout would wait for the gateway's next silence.
        if self._answers.poll(0) and not self._socket.recv(UNREAD_BYTES):
            raise ConnectionResetError("the gateway hung up")


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise GatewayUnreachable(str(error)) from error
