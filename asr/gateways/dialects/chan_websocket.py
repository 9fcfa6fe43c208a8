"""Asterisk's `chan_websocket`: sub-protocol media, MEDIA_START as words or JSON, then audio as binary messages.

Source: docs.asterisk.org, "WebSocket" channel driver (20.16, 21.11, 22.6, 23.0).
"""

from typing import Any

from asr.gateways.codings import ALAW, SLIN, ULAW
from asr.gateways.dialects.port import Hello, Message, fields_of, role_of
from asr.gateways.legs import call_id_of
from asr.gateways.line import Format, Line
from asr.gateways.streams import End, Over

NAME = "chan-websocket"
START = "MEDIA_START"
FORMATS = {
    "ulaw": (ULAW, 8000),
    "alaw": (ALAW, 8000),
    "slin": (SLIN, 8000),
    **{f"slin{thousands}": (SLIN, rate) for thousands, rate in ((12, 12000), (16, 16000), (24, 24000), (32, 32000))},
    **{f"slin{thousands}": (SLIN, rate) for thousands, rate in ((44, 44100), (48, 48000), (96, 96000), (192, 192000))},
}
"""Asterisk's names of formats that need no decoder."""
VARIABLE = "HOTLINE_CALL"
"""A channel variable that names the call, where the URL does not."""


def is_start(message: Message) -> bool:
    """Whether this is how Asterisk begins."""
    return isinstance(message, str) and _event(message).get("event") == START


class ChanWebSocket:
    """The call is named by `call` in the URL, by the variable HOTLINE_CALL, else by Asterisk's own name of the channel."""

    def __init__(self, hello: Hello, line: Line) -> None:
        self._hello, self._line = hello, line
        self._form: Format | None = None

    async def text(self, message: str) -> None:
        """Digits, MEDIA_XOFF and states are none of our business: we send no media."""
        event = _event(message)
        if event.get("event") == START and self._form is None:
            self._form = self._started(event)

    async def audio(self, message: bytes) -> None:
        if self._form is None:
            raise Over(End.GARBAGE, f"audio before {START}")
        await self._line.audio(self._form, message)
        await self._line.pace()

    def _started(self, event: dict[str, Any]) -> Format:
        name = str(event.get("format", ""))
        if name not in FORMATS:
            raise Over(End.GARBAGE, f"a format that is none of {', '.join(FORMATS)}")
        coding, rate = FORMATS[name]
        variables = event.get("channel_variables")
        named = variables.get(VARIABLE) if isinstance(variables, dict) else None
        call = self._hello.asked("call") or named or event.get("channel_id") or event.get("channel")
        if not call:
            raise Over(End.GARBAGE, "a start that names no channel")
        return Format(call_id_of(str(call)), NAME, rate, role_of(self._hello.asked("role")), coding=coding)


def _event(message: str) -> dict[str, Any]:
    """The event's fields, of either spelling; none when it is neither."""
    if message.lstrip().startswith("{"):
        return fields_of(message) or {}
    name, *fields = message.split()[:32] or [""]
    return {"event": name, **dict(field.split(":", 1) for field in fields if ":" in field)}
