"""The software telephone: plays a recording to a gateway as each kind of exchange does, and times the answers.

What a site engineer holds against a gateway, and what tests hold against ours. One class a dialect, in `PROBES`.
"""

import contextlib
import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from asr.engine import SAMPLE_BYTES
from asr.gateways.client import AudioSocketCaller, GatewayUnreachable

FRAME_S = 0.02
VOSK_BYTES = 3200
"""The blocks of FreeSWITCH's mod_vosk and Asterisk's res_speech_vosk."""
ANSWER_S = 30.0


@dataclass(frozen=True)
class Target:
    """The gateway, and what is played to it: 16-bit mono PCM of 8000 or 16000 Hz, under that id."""

    host: str
    port: int
    pcm: bytes
    rate_hz: int
    call_id: uuid.UUID = field(default_factory=uuid.uuid4)
    token: str = ""
    sleep: Callable[[float], None] = time.sleep

    def url(self, path: str, **query: str) -> str:
        """Where a WebSocket dialect knocks."""
        asked = {"call": str(self.call_id), **query} | ({"token": self.token} if self.token else {})
        return f"ws://{self.host}:{self.port}{path}?" + "&".join(f"{name}={quote(value)}" for name, value in asked.items())

    def blocks(self, size: int) -> Iterator[bytes]:
        """The audio in blocks, each when a telephone would have spoken it; kept to the beginning, so that no delay adds up."""
        began, second = time.monotonic(), self.rate_hz * SAMPLE_BYTES
        for at in range(0, len(self.pcm), size):
            yield self.pcm[at : at + size]
            self.sleep(max(0.0, began + (at + size) / second - time.monotonic()))


@dataclass
class Answers:
    """What came back. Dialects that return no text leave it empty: their words are on the console."""

    texts: list[str] = field(default_factory=list)
    first_word_s: float | None = None
    """From the first audio to the first word, partial or final."""
    blocks: int = 0
    began: float = field(default_factory=time.monotonic)

    def word(self) -> None:
        """A word came."""
        if self.first_word_s is None:
            self.first_word_s = time.monotonic() - self.began


class Probe(Protocol):
    """Plays once. Raises GatewayUnreachable when nobody listens, or the gateway hangs up."""

    name: str

    def play(self, target: Target) -> Answers: ...


class AudioSocketProbe:
    """Asterisk's AudioSocket."""

    name = "audiosocket"

    def play(self, target: Target) -> Answers:
        answers = Answers()
        caller = AudioSocketCaller(target.host, target.port, target.call_id, target.rate_hz)
        try:
            for _ in caller.play(target.pcm, sleep=target.sleep):
                answers.blocks += 1
        finally:
            caller.hang_up()
        return answers


class ChanWebSocketProbe:
    """Asterisk's chan_websocket, with its control messages as plain words."""

    name = "chan-websocket"

    def play(self, target: Target) -> Answers:
        size = round(target.rate_hz * FRAME_S) * SAMPLE_BYTES
        start = (
            f"MEDIA_START connection_id:probe channel:WebSocket/probe/0x1 channel_id:{target.call_id} "
            f"format:slin{'16' if target.rate_hz == 16000 else ''} optimal_frame_size:{size} ptime:20"
        )
        answers = Answers()
        with _connected(target.url("/asterisk"), "media") as line:
            line.send(start)
            for block in target.blocks(size):
                line.send(block)
                answers.blocks += 1
        return answers


class AudioForkProbe:
    """FreeSWITCH's mod_audio_fork in stereo: the recording is the caller, the agent is silent."""

    name = "audio-fork"

    def play(self, target: Target) -> Answers:
        about = {"call_id": str(target.call_id), "rate": target.rate_hz, "mix": "stereo"}
        with _connected(target.url("/fork", words="1"), "audio.drachtio.org") as line:
            line.send(json.dumps(about))
            return _streamed(line, target, _beside_silence)


class AudioStreamProbe:
    """FreeSWITCH's mod_audio_stream: no metadata, everything in the address."""

    name = "audio-stream"

    def play(self, target: Target) -> Answers:
        with _connected(target.url("/stream", rate=str(target.rate_hz), mix="mono", words="1")) as line:
            return _streamed(line, target, bytes)


class VoskProbe:
    """A client of vosk-server: sends and reads in lock step."""

    name = "vosk"

    def play(self, target: Target) -> Answers:
        answers = Answers()
        with _connected(target.url("/vosk")) as line:
            line.send(f'{{ "config" : {{ "sample_rate" : {float(target.rate_hz)} }} }}')
            for block in target.blocks(VOSK_BYTES):
                line.send(block)
                answers.blocks += 1
                self._take(str(line.recv(ANSWER_S)), answers)
            line.send('{"eof" : 1}')
            self._take(str(line.recv(ANSWER_S)), answers)
        return answers

    def _take(self, message: str, answers: Answers) -> None:
        said = json.loads(message)
        if said.get("text") or said.get("partial"):
            answers.word()
        if said.get("text"):
            answers.texts.append(said["text"])


_ALL: tuple[Probe, ...] = (AudioSocketProbe(), ChanWebSocketProbe(), AudioForkProbe(), AudioStreamProbe(), VoskProbe())
PROBES = {probe.name: probe for probe in _ALL}


@contextlib.contextmanager
def _connected(url: str, subprotocol: str = "") -> Iterator[ClientConnection]:
    offered = [Subprotocol(subprotocol)] if subprotocol else None
    try:
        with connect(url, subprotocols=offered, proxy=None) as line:
            yield line
    except (OSError, WebSocketException, TimeoutError) as error:
        raise GatewayUnreachable(type(error).__name__) from error


def _streamed(line: ClientConnection, target: Target, shape: Callable[[bytes], bytes]) -> Answers:
    """As both modules of FreeSWITCH do: frames out, finals back between them."""
    answers = Answers()
    for block in target.blocks(round(target.rate_hz * FRAME_S) * SAMPLE_BYTES):
        line.send(shape(block))
        answers.blocks += 1
        _events(line, answers)
    return answers


def _beside_silence(mono: bytes) -> bytes:
    return b"".join(mono[at : at + SAMPLE_BYTES] + bytes(SAMPLE_BYTES) for at in range(0, len(mono), SAMPLE_BYTES))


def _events(line: ClientConnection, answers: Answers) -> None:
    """Take the finals that came by now."""
    with contextlib.suppress(TimeoutError):
        while True:
            event = json.loads(line.recv(timeout=0))
            if event.get("type") == "transcription":
                answers.word()
                answers.texts.append(event["data"]["text"])
