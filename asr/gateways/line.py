"""One WebSocket connection's audio: its legs are opened with the first of it, each gets its channel, limits are kept.

Dialects say what the audio is and hand it in; the server says when it is over.
"""

import asyncio
import contextlib
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from asr.engine import Hypothesis
from asr.gateways.codings import SAMPLE_BYTES, SLIN, open_heard, parties
from asr.gateways.streams import AudioSink, End, Leg, Limits, OpenLeg, Over
from asr.session import AGENT, CALLER, SessionObserver

FEED_S = 0.1
"""Sessions gather about so much before the engine hears it."""
MOST_UNTOLD = 100


@dataclass(frozen=True)
class Format:
    """What the audio of a connection is. With two channels the first is the caller's, the second the agent's."""

    call_id: uuid.UUID
    gateway: str
    rate_hz: int
    role: str = CALLER
    channels: int = 1
    coding: str = SLIN

    @property
    def roles(self) -> tuple[str, ...]:
        """The parties, in the order of the channels."""
        return (self.role,) if self.channels == 1 else (CALLER, AGENT)

    def seconds(self, raw: bytes) -> float:
        """How long that audio lasts."""
        return len(raw) / (SAMPLE_BYTES[self.coding] * self.channels * self.rate_hz)


Observe = Callable[[str], SessionObserver]
"""Makes the observer of a party, by its role."""


class Line:
    """Belongs to one connection; used in the server's loop only."""

    def __init__(self, open_leg: OpenLeg, limits: Limits, say: Callable[[str], Awaitable[None]]) -> None:
        """`say` sends a text to the peer."""
        self.limits, self.say = limits, say
        self.format: Format | None = None
        self.audio_s = 0.0
        self._open_leg = open_leg
        self._sinks: list[AudioSink] = []
        self._began = asyncio.get_running_loop().time()
        self._to_tell: asyncio.Queue[str] = asyncio.Queue(MOST_UNTOLD)

    @property
    def took_s(self) -> float:
        """Seconds since the first audio."""
        return asyncio.get_running_loop().time() - self._began

    async def audio(self, form: Format, raw: bytes, observe: Observe | None = None) -> None:
        """Hand the audio on. The first decides what it is. Raises Over when there was too much of it."""
        if self.format is None:
            self.format, self._began = form, asyncio.get_running_loop().time()
        if not self._sinks:
            await self._open(form, observe)
        for sink, pcm in zip(self._sinks, parties(raw, form.coding, form.channels), strict=True):
            sink.audio(pcm)
        self.audio_s += form.seconds(raw)
        if self.audio_s > self.limits.max_seconds:
            raise Over(End.TOO_LONG)

    async def pace(self) -> None:
        """Let audio that came faster than real time wait in the network."""
        ahead_s = self.audio_s - self.took_s - self.limits.ahead_s
        if ahead_s > 0:
            await asyncio.sleep(ahead_s)

    def tell(self, event: str) -> None:
        """Say something that no message asked for; thrown away while the peer does not read."""
        with contextlib.suppress(asyncio.QueueFull):
            self._to_tell.put_nowait(event)

    async def talk(self) -> None:
        """Say what is told, until cancelled or the peer is gone."""
        while True:
            await self.say(await self._to_tell.get())

    def end(self, reason: End) -> None:
        """No more audio comes, or it comes as other legs. Safe to call twice."""
        sinks, self._sinks = self._sinks, []
        for sink in sinks:
            sink.ended(reason)

    async def _open(self, form: Format, observe: Observe | None) -> None:
        for role in form.roles:
            observer = observe(role) if observe else None
            leg = Leg(form.call_id, role, form.rate_hz, form.gateway, observer)
            self._sinks.append(await open_heard(self._open_leg, leg))


class Words:
    """What is heard of one leg, brought from the session's threads into the loop. The observer of dialects that answer."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._done_s = 0.0
        self._is_over = False
        self.partial = ""
        self.finals: deque[Hypothesis] = deque()

    def heard(self, utterance: str, hypothesis: Hypothesis) -> None:
        self._soon(self._note, hypothesis)

    def worked_off(self, audio_s: float) -> None:
        self._soon(self._done, audio_s)

    def ended(self) -> None:
        self._soon(self._over)

    async def until(self, seconds: float, patience_s: float) -> None:
        """Wait until so much of the audio is worked off, at most `patience_s`."""
        await self._wait(lambda: self._is_over or self._done_s >= seconds - 1e-3, patience_s)

    async def last(self, patience_s: float) -> None:
        """Wait until nothing more comes, at most `patience_s`."""
        await self._wait(lambda: self._is_over, patience_s)

    async def _wait(self, is_reached: Callable[[], bool], patience_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while not is_reached():
                    self._changed.clear()
                    await self._changed.wait()

    def _note(self, hypothesis: Hypothesis) -> None:
        # A final heard anew by a better engine was answered already; clients of this kind cannot take it back.
        if hypothesis.replaces is not None:
            return
        self.partial = "" if hypothesis.is_final else hypothesis.text
        if hypothesis.is_final and hypothesis.text:
            self.finals.append(hypothesis)

    def _done(self, seconds: float) -> None:
        self._done_s = max(self._done_s, seconds)

    def _over(self) -> None:
        self._is_over = True

    def _soon(self, note: Callable[..., None], *values: object) -> None:
        def change() -> None:
            note(*values)
            self._changed.set()

        # The loop may be gone when a session says its last words.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(change)
