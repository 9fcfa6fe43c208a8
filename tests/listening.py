"""Sinks that remember a gateway's audio, for tests of what comes in: nothing is recognised but what a test says."""

import asyncio
import uuid
from dataclasses import dataclass, field

from asr.engine import Hypothesis, seconds
from asr.gateways.streams import Leg, Limits
from asr.session import Party, Trouble

LIMITS = Limits(max_seconds=5, stall_s=0.3, hello_s=0.3, ahead_s=60, answer_s=1, last_words_s=1)


@dataclass
class HeardLeg:
    """One leg, as it came. With `script` it says the n-th text when the n-th second has passed."""

    leg: Leg
    script: tuple[str, ...] = ()
    is_behind: bool = False
    pcm: bytes = b""
    end: str = ""
    _said: int = 0

    def audio(self, pcm: bytes) -> None:
        self.pcm += pcm
        if self.leg.observer is not None:
            self._speak(seconds(self.pcm, self.leg.sample_rate_hz))

    def ended(self, reason: str) -> None:
        self.end = reason
        if self.leg.observer is not None:
            self._speak(len(self.script))
            self.leg.observer.ended()

    def _speak(self, passed_s: float) -> None:
        observer = self.leg.observer
        assert observer is not None
        while self._said < min(len(self.script), int(passed_s)):
            observer.heard(f"u-{self._said}", Hypothesis(self.script[self._said], True, self._said, self._said + 1))
            self._said += 1
        if self._said < len(self.script) and passed_s > self._said:
            observer.heard(f"u-{self._said}", Hypothesis(self.script[self._said][:1], False, self._said, passed_s))
        if not self.is_behind:
            observer.worked_off(passed_s)


@dataclass
class HeardLegs:
    """All legs of a test, in the order they were opened."""

    script: tuple[str, ...] = ()
    is_behind: bool = False
    legs: list[HeardLeg] = field(default_factory=list)

    async def open(self, leg: Leg) -> HeardLeg:
        self.legs.append(HeardLeg(leg, self.script, self.is_behind))
        return self.legs[-1]

    async def ended(self, count: int = 1) -> list[HeardLeg]:
        """Wait until so many have ended."""
        async with asyncio.timeout(5):
            while len([leg for leg in self.legs if leg.end]) < count:
                await asyncio.sleep(0.005)
        return self.legs

    def named(self, call_id: uuid.UUID) -> list[HeardLeg]:
        """The legs of a call."""
        return [heard for heard in self.legs if heard.leg.call_id == call_id]


class QuietListener:
    """Listens to sessions and keeps nothing: for tests of what comes back on the line."""

    def started(self, party: Party) -> None:
        return

    def heard(self, party: Party, utterance: str, hypothesis: Hypothesis) -> None:
        return

    def troubled(self, party: Party, trouble: Trouble) -> None:
        return

    def ended(self, party: Party, reason: str, seconds: float) -> None:
        return
