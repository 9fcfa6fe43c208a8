"""One party of a call while it lasts: records its audio, has it recognised in a thread of its own, tells who listens.

What it is told by and tells to are the ports here. Opened and counted by `asr.sessions`.
"""

import logging
import queue
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Protocol

from asr.engine import AsrEngine, Hypothesis, seconds, whole_samples
from asr.gaps import Gap, merged
from asr.hearing import Hearing
from asr.lateness import LiveText
from asr.meters import Meter
from asr.pace import Pace
from asr.recording import Recording
from asr.recordings import stream_of
from hotline.kernel import clock, logs

LOG = logging.getLogger("asr.session")
NOTHING_S = 1e-6
CALLER, AGENT = "caller", "agent"
"""The parties of a call; a conference names others."""


class Trouble(StrEnum):
    """Why a call goes on with fewer words, or unrecorded. Each is told once a session."""

    NO_ENGINE = "no-engine"
    NO_ROOM = "no-room"
    BEHIND = "behind"
    ENGINE_FAILED = "engine-failed"
    NOT_RECORDED = "not-recorded"


@dataclass(frozen=True)
class Party:
    """Whose audio it is."""

    call_id: uuid.UUID
    role: str


@dataclass(frozen=True)
class Kept:
    """A recording as it begins: its file's name below the folder, and the door by which the audio comes."""

    party: Party
    file: str
    gateway: str
    sample_rate_hz: int
    is_sealed: bool
    engine: str
    """By which it is heard; empty for one that is heard later."""
    begun_at: datetime = field(default_factory=clock.now)
    """When the audio began to come, which is where its seconds count from."""


@dataclass(frozen=True)
class Ending:
    """Why and after how much audio it ended, and what of it is still to be heard: of one whose recording failed, what was
    written until then."""

    reason: str
    seconds: float
    gaps: tuple[Gap, ...]
    is_recorded: bool


class Listener(Protocol):
    """Hears of all sessions, from many threads; must return at once."""

    def started(self, party: Party) -> None: ...

    def heard(self, party: Party, utterance: str, hypothesis: Hypothesis) -> None:
        """`utterance` is the same for all partials and the final of one utterance, and never used again but for a better final
        of the same."""

    def troubled(self, party: Party, trouble: Trouble) -> None: ...

    def ended(self, party: Party, reason: str, seconds: float) -> None:
        """After the last final of that party."""


class Register(Protocol):
    """Keeps account of recordings; called like a listener, before it."""

    def begun(self, kept: Kept) -> None: ...

    def admitted(self, kept: Kept) -> None:
        """One that began without a recogniser has one from now on."""

    def hindered(self, kept: Kept, trouble: Trouble) -> None:
        """It goes on with fewer words, or unrecorded."""

    def missed(self, kept: Kept, gap: Gap) -> None:
        """That part was recorded and not heard."""

    def closed(self, kept: Kept, ending: Ending) -> None: ...


class SessionObserver(Protocol):
    """Follows one session, as a client does that waits for answers. Called from any thread, returns at once."""

    def heard(self, utterance: str, hypothesis: Hypothesis) -> None:
        """As `Listener.heard`, with every partial."""

    def worked_off(self, audio_s: float) -> None:
        """Everything up to that second is heard, or left out for good; ascending."""

    def ended(self) -> None:
        """After the last final."""


@dataclass(frozen=True)
class Piece:
    """Audio from a second of the session on; without `pcm` where it was left out."""

    at_s: float
    length_s: float
    pcm: bytes


@dataclass(frozen=True)
class SessionParts:
    """What a session works with. `engine` is None for a call that gets none for now."""

    engine: AsrEngine | None
    recording: Recording
    listener: Listener
    register: Register
    pace: Pace
    meter: Meter
    observer: SessionObserver | None = None
    max_lag_s: float = 8.0
    feed_s: float = 0.1


@dataclass
class _Said:
    """What is told under which name, and the partial that waits for its turn."""

    stream: str
    held: tuple[str, Hypothesis] | None = None
    live: LiveText = field(default_factory=LiveText)

    def name(self, number: int) -> str:
        return f"{self.stream}-{number + 1}"


class Session:
    """`audio` and `ended` come from the gateway's loop and never wait; `run` is the session's thread."""

    def __init__(self, kept: Kept, parts: SessionParts) -> None:
        self.kept, self._parts = kept, parts
        self._rate, self._engine = kept.sample_rate_hz, parts.engine
        self._waiting: queue.SimpleQueue[Piece | None] = queue.SimpleQueue()
        self._gathered = b""
        self._received_s = self._handed_s = self._done_s = 0.0
        self._skipped_from: float | None = None if parts.engine else 0.0
        self._gaps: list[Gap] = []
        self._is_over = self._has_failed = False
        self._reason = ""
        self._told: set[Trouble] = set()
        self._said = _Said(stream_of(kept.file))

    @property
    def has_recogniser(self) -> bool:
        """Whether it counts as a stream."""
        return self._engine is not None and not self._has_failed

    @property
    def is_waiting(self) -> bool:
        """Whether audio comes that nobody hears, for want of room or of an engine when it began."""
        return self._engine is None and not self._reason

    @property
    def lag_s(self) -> float:
        """Audio that waits for the engine."""
        return max(0.0, self._handed_s - self._done_s)

    def admit(self, engine: AsrEngine) -> None:
        """Hear it from now on; what came before is heard from the recording, afterwards."""
        self.kept = replace(self.kept, engine=engine.name)
        self._engine = engine
        self._parts.register.admitted(self.kept)

    def audio(self, pcm: bytes) -> None:
        """Take audio of any length."""
        pcm = whole_samples(pcm)
        # The file is written once a second into the page cache: short enough for the loop.
        self._parts.recording.write(pcm)
        if self._parts.recording.has_failed:
            self.tell(Trouble.NOT_RECORDED)
        self._gathered += pcm
        # Who waits for answers sends nothing before they came: its audio is not gathered.
        if self._parts.observer is not None or seconds(self._gathered, self._rate) >= self._parts.feed_s:
            self._hand_over()

    def ended(self, reason: str) -> None:
        """No more audio comes. `reason` is one of `asr.gateways.streams.End`."""
        self._hand_over()
        self._parts.recording.close()
        self._reason = reason
        self._waiting.put(None)

    def run(self) -> None:
        """Recognise until the end, then say that it ended. An engine that fails leaves a call without words."""
        first = self._pass_over()
        if first is not None and self._engine is not None:
            self._recognise(self._engine, first)
        self._pass_over()
        self._end()

    def tell(self, trouble: Trouble) -> None:
        """Tell the register and the listener, once."""
        if trouble not in self._told:
            self._told.add(trouble)
            # A city without a model knows it, and would have a warning for every call.
            level = logging.INFO if trouble is Trouble.NO_ENGINE else logging.WARNING
            LOG.log(level, "call %s: %s", self.kept.party.call_id, trouble)
            self._parts.register.hindered(self.kept, trouble)
            self._parts.listener.troubled(self.kept.party, trouble)

    def _hand_over(self) -> None:
        pcm, self._gathered = self._gathered, b""
        piece = Piece(self._received_s, seconds(pcm, self._rate), pcm)
        self._received_s += piece.length_s
        if self._is_skipping(piece.at_s):
            self._waiting.put(Piece(piece.at_s, piece.length_s, b""))
        elif pcm:
            self._handed_s += piece.length_s
            self._waiting.put(piece)

    def _is_skipping(self, at_s: float) -> bool:
        """Once behind, the engine first finishes what it has: one long gap is better than many words cut in two."""
        if not self.has_recogniser:
            return True
        was_skipping = self._skipped_from is not None
        if self.lag_s > (NOTHING_S if was_skipping else self._parts.max_lag_s):
            if not was_skipping:
                self._skipped_from = at_s
            self.tell(Trouble.BEHIND)
            return True
        self._end_gap(at_s)
        return False

    def _end_gap(self, at_s: float) -> None:
        if self._skipped_from is not None:
            gap, self._skipped_from = (self._skipped_from, at_s), None
            self._gaps.append(gap)
            self._parts.register.missed(self.kept, gap)

    def _pass_over(self) -> Piece | None:
        """The next piece that is to be heard; None at the end."""
        for piece in iter(self._next, None):
            if piece.pcm and not self._has_failed:
                return piece
            self._worked(piece)
        return None

    def _recognise(self, engine: AsrEngine, first: Piece) -> None:
        hearing = Hearing(engine, self._rate, self._say)
        try:
            self._hear_all(hearing, chain((first,), iter(self._next, None)))
        except Exception as error:  # noqa: BLE001 the loop's edge: a broken engine must cost the words, not the call
            LOG.error("recognition of call %s failed: %s", self.kept.party.call_id, logs.place_of(error))
            self.tell(Trouble.ENGINE_FAILED)
            self._has_failed = True
            self._gaps.append((hearing.heard_until_s, float("inf")))
        finally:
            hearing.close()
            self._parts.meter.lost(hearing.losses)

    def _hear_all(self, hearing: Hearing, pieces: Iterable[Piece]) -> None:
        expected_s = 0.0
        for piece in pieces:
            try:
                if piece.pcm:
                    if piece.at_s - expected_s > self._parts.feed_s / 2:
                        hearing.finish()
                    expected_s = piece.at_s + piece.length_s
                    hearing.take(piece.at_s, piece.pcm)
                    self._tell_held()
            finally:
                self._worked(piece)
        hearing.finish()

    def _next(self) -> Piece | None:
        """The next piece; None at the end, however often it is asked."""
        if self._is_over:
            return None
        piece = self._waiting.get()
        self._is_over = piece is None
        return piece

    def _worked(self, piece: Piece) -> None:
        if piece.pcm:
            self._done_s += piece.length_s
            self._parts.meter.worked(piece.length_s)
        if self._parts.observer is not None:
            self._parts.observer.worked_off(piece.at_s + piece.length_s)

    def _say(self, number: int, found: Hypothesis) -> None:
        name = self._said.name(number)
        if self._parts.observer is not None:
            self._parts.observer.heard(name, found)
        if found.is_final:
            self._said.held = self._said.held if found.replaces is not None else None
            self._pass_on(name, found)
        else:
            self._said.held = (name, found)

    def _tell_held(self) -> None:
        if self._said.held is not None and self._parts.pace.is_due():
            held, self._said.held = self._said.held, None
            self._pass_on(*held)

    def _pass_on(self, name: str, found: Hypothesis) -> None:
        # A final heard anew was on the screen already: it says nothing of how late words come.
        if found.replaces is None:
            for late_s in self._said.live.shown(self._received_s, found):
                self._parts.meter.told(late_s, is_final=False)
            if found.is_final:
                self._parts.meter.told(self._received_s - found.end_s, is_final=True)
        self._parts.listener.heard(self.kept.party, name, found)

    def _end(self) -> None:
        if self._skipped_from is not None:
            self._gaps.append((self._skipped_from, self._received_s))
        total_s, recording = self._received_s, self._parts.recording
        kept_s = min(total_s, recording.written_s) if recording.has_failed else total_s
        gaps = merged((start, min(end, kept_s)) for start, end in self._gaps if start < kept_s)
        ending = Ending(self._reason, total_s, gaps, is_recorded=not recording.has_failed)
        self._parts.register.closed(self.kept, ending)
        if self._parts.observer is not None:
            self._parts.observer.worked_off(total_s)
            self._parts.observer.ended()
        self._parts.listener.ended(self.kept.party, self._reason, total_s)
