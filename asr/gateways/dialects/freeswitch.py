"""FreeSWITCH's `mod_audio_fork` (jambonz `listen` too) and `mod_audio_stream`: metadata as a first text, then 16-bit PCM.

Nothing on the wire tells the rate or the mix: they stand in the metadata or in the URL's query. Sources: drachtio's and
amigniter's module READMEs. In stereo the first channel is the caller's.
"""

import asyncio
import contextlib
import json
import uuid
from typing import Any

from asr.engine import Hypothesis
from asr.gateways.dialects.port import Hello, channels_of, fields_of, rate_of, role_of
from asr.gateways.legs import call_id_of
from asr.gateways.line import Format, Line, Observe
from asr.gateways.streams import End, Over

FORK, STREAM = "audio-fork", "audio-stream"
CALL = ("call_id", "call", "callSid", "callId", "uuid")
"""Names of the call's id in metadata: ours, and jambonz's."""
RATE, MIX, ROLE = ("rate", "sampleRate", "sample_rate"), ("mix", "mixType"), ("role",)
DEFAULT_RATE_HZ = 8000


class AudioFork:
    """One connection of either module; later texts (digits, `send_text`) are passed over."""

    name = FORK

    def __init__(self, hello: Hello, line: Line) -> None:
        self._hello, self._line = hello, line
        self._about: dict[str, Any] | None = None
        self._form: Format | None = None
        self._observe: Observe | None = self._told if hello.asked("words") else None

    async def text(self, message: str) -> None:
        if self._about is not None or self._form is not None:
            return
        self._about = fields_of(message)
        if self._about is None:
            raise Over(End.GARBAGE, "metadata that is no JSON object")

    async def audio(self, message: bytes) -> None:
        if self._form is None:
            self._form = self._described()
        await self._line.audio(self._form, message, self._observe)
        await self._line.pace()

    def _described(self) -> Format:
        call = self._value(CALL)
        return Format(
            call_id_of(str(call)) if call else uuid.uuid4(),
            self.name,
            rate_of(self._value(RATE) or DEFAULT_RATE_HZ),
            role_of(str(self._value(ROLE))),
            channels_of(self._value(MIX) or "mono"),
        )

    def _value(self, names: tuple[str, ...]) -> object:
        given = (self._hello.asked(name) or (self._about or {}).get(name) for name in names)
        return next((value for value in given if value), "")

    def _told(self, role: str) -> "_Told":
        return _Told(role, self._line)


class AudioStream(AudioFork):
    """The same; only its name differs, and that metadata often lacks."""

    name = STREAM


class _Told:
    """Sends finals back as events that the module hands to the dialplan (`mod_audio_fork::transcription`)."""

    def __init__(self, role: str, line: Line) -> None:
        self._role, self._line = role, line
        self._loop = asyncio.get_running_loop()

    def heard(self, utterance: str, hypothesis: Hypothesis) -> None:
        if hypothesis.is_final:
            said = {"role": self._role, "text": hypothesis.text, "start_s": hypothesis.start_s, "end_s": hypothesis.end_s}
            event = json.dumps({"type": "transcription", "data": said}, ensure_ascii=False)
            with contextlib.suppress(RuntimeError):  # the loop may be gone when a session says its last words
                self._loop.call_soon_threadsafe(self._line.tell, event)

    def worked_off(self, audio_s: float) -> None:
        return

    def ended(self) -> None:
        return
