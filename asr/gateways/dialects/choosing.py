"""The table of dialects: chosen by the path where it tells, else by the sub-protocol, else by the first message."""

from collections.abc import Callable
from dataclasses import dataclass

from asr.gateways.dialects import chan_websocket, vosk
from asr.gateways.dialects.freeswitch import MIX, RATE, AudioFork, AudioStream
from asr.gateways.dialects.port import Dialect, Hello, Message
from asr.gateways.line import Line

ANY = "*"


@dataclass(frozen=True)
class Row:
    """How one dialect is known. `begins` sees the first message of a connection whose path and sub-protocol tell nothing."""

    open: Callable[[Hello, Line], Dialect]
    path: str
    subprotocol: str
    begins: Callable[[Hello, Message], bool]


def _never(hello: Hello, first: Message) -> bool:
    return False


def _starts_media(hello: Hello, first: Message) -> bool:
    return chan_websocket.is_start(first)


def _speaks_vosk(hello: Hello, first: Message) -> bool:
    """A command, or bare audio: most modules configure nothing. A URL with rate or mix is mod_audio_stream's."""
    if isinstance(first, str):
        return vosk.is_command(first)
    return not any(hello.asked(name) for name in (*RATE, *MIX))


def _always(hello: Hello, first: Message) -> bool:
    return True


DIALECTS = (
    Row(chan_websocket.ChanWebSocket, "/asterisk", "media", _starts_media),
    Row(AudioFork, "/fork", ANY, _never),
    Row(vosk.Vosk, "/vosk", "", _speaks_vosk),
    Row(AudioStream, "/stream", "", _always),
)


def choose(hello: Hello, first: Message) -> Callable[[Hello, Line], Dialect]:
    """Who reads this connection."""
    for row in DIALECTS:
        if hello.path.rstrip("/") == row.path:
            return row.open
    if hello.subprotocol:
        return next(row.open for row in DIALECTS if row.subprotocol in (hello.subprotocol, ANY))
    return next(row.open for row in DIALECTS if row.begins(hello, first))
