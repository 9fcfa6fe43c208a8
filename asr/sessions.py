"""Live recognition: one session per party of a call, each with its own thread, so that no engine ever stops the audio.

A session records what comes, recognises it and tells its `Listener`. The gateways open sessions; storing and pushing are
the listener's.
"""

import logging
import math
import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from asr.engine import AsrEngine, Hypothesis, seconds, whole_samples
from asr.engines.null import NullEngine
from asr.recording import Recording, reserve

LOG = logging.getLogger("asr.sessions")
CALLER = "caller"

Piece = tuple[float, bytes]
"""Audio and the second, from the session's start, at which it begins."""


class Trouble(StrEnum):
    """Why a call goes on with fewer words, or unrecorded. Each is told once a session."""

    NO_ROOM = "no-room"
    BEHIND = "behind"
    ENGINE_FAILED = "engine-failed"
    NOT_RECORDED = "not-recorded"


@dataclass(frozen=True)
class Party:
    """Whose audio it is."""

    call_id: uuid.UUID
    role: str


class Listener(Protocol):
    """Hears of all sessions, from many threads; must return at once."""

    def started(self, party: Party) -> None: ...

    def heard(self, party: Party, utterance: str, hypothesis: Hypothesis) -> None:
        """`utterance` is the same for all partials and the final of one utterance, and never used again."""

    def troubled(self, party: Party, trouble: Trouble) -> None: ...

    def ended(self, party: Party, reason: str, seconds: float) -> None:
        """After the last final of that party."""


@dataclass(frozen=True)
class SessionLimits:
    """Set by the operator or, in tests, by the test."""

    max_streams: int
    max_lag_s: float = 8.0
    """Audio waiting for the engine; more is recorded and not recognised."""
    partials_per_s: float = 4.0
    feed_s: float = 0.1
    """Audio is handed to the engine in pieces of that length: smaller ones cost more and show nothing sooner."""


class Sessions:
    """Opens sessions and counts those that are recognised: over `max_streams` a call goes on without words."""

    def __init__(self, engine: AsrEngine, listener: Listener, recordings: Path, limits: SessionLimits) -> None:
        self._engine, self._listener, self._recordings, self._limits = engine, listener, recordings, limits
        self._lock = threading.Lock()
        self._deaf = NullEngine()
        self._recognised = 0
        self._threads: set[threading.Thread] = set()

    @property
    def recognised(self) -> int:
        """How many streams have a recogniser now."""
        return self._recognised

    def use(self, engine: AsrEngine) -> None:
        """Recognise calls that begin from now on with another engine, as when a model arrived late."""
        self._engine = engine

    def open(self, call_id: uuid.UUID, role: str, sample_rate_hz: int, *, gateway: str = "audiosocket") -> "Session":
        """Start a session; does not wait for the engine. `gateway` is the door its audio came by (`CallRecording.gateway`)."""
        party = Party(call_id, role)
        stem = str(call_id) if role == CALLER else f"{call_id}-{role}"
        recording = Recording(reserve(self._recordings, stem), sample_rate_hz)
        self._listener.started(party)
        LOG.debug("call %s: %s by %s", call_id, role, gateway)
        engine = self._engine_for(party)
        session = Session(party, sample_rate_hz, engine, recording, self._listener, limits=self._limits)
        thread = threading.Thread(target=self._run, args=(session,), name=f"asr-{call_id}", daemon=True)
        self._threads.add(thread)
        thread.start()
        return session

    def wait(self, timeout_s: float) -> None:
        """Wait until the sessions that were ended are done with their last words."""
        deadline = time.monotonic() + timeout_s
        for thread in tuple(self._threads):
            thread.join(max(0.0, deadline - time.monotonic()))

    def _engine_for(self, party: Party) -> AsrEngine:
        with self._lock:
            if self._recognised < self._limits.max_streams:
                self._recognised += 1
                return self._engine
        self._listener.troubled(party, Trouble.NO_ROOM)
        return self._deaf

    def _run(self, session: "Session") -> None:
        try:
            session.run()
        finally:
            with self._lock:
                self._recognised -= session.engine is not self._deaf
            self._threads.discard(threading.current_thread())


class Session:
    """One party. `audio` and `ended` come from the gateway's loop and never wait; `run` is the session's thread."""

    def __init__(
        self,
        party: Party,
        sample_rate_hz: int,
        engine: AsrEngine,
        recording: Recording,
        listener: Listener,
        *,
        limits: SessionLimits,
    ) -> None:
        self._party, self._rate, self.engine = party, sample_rate_hz, engine
        self._recording, self._listener, self._limits = recording, listener, limits
        self._waiting: queue.SimpleQueue[Piece | None] = queue.SimpleQueue()
        self._received_s = 0.0
        self._handed_s = 0.0
        self._worked_off_s = 0.0
        self._in_work_s = 0.0
        self._gathered = b""
        self._is_skipping = False
        self._is_over = False
        self._reason = ""
        self._told: set[Trouble] = set()
        self._utterances = _Utterances(limits.partials_per_s)

    def audio(self, pcm: bytes) -> None:
        """Take audio of any length."""
        pcm = whole_samples(pcm)
        # The file is written once a second into the page cache: short enough for the loop.
        self._recording.write(pcm)
        if self._recording.has_failed:
            self._tell(Trouble.NOT_RECORDED)
        self._gathered += pcm
        if seconds(self._gathered, self._rate) >= self._limits.feed_s:
            self._hand_over()

    def ended(self, reason: str) -> None:
        """No more audio comes."""
        self._hand_over()
        self._recording.close()
        self._reason = reason
        self._waiting.put(None)

    def run(self) -> None:
        """Recognise until the end, then say that it ended. An engine that fails leaves a call without words."""
        try:
            self._recognise_all()
        except Exception:  # the loop's edge: a broken engine must cost the words, not the call
            LOG.exception("recognition of call %s failed", self._party.call_id)
            self._tell(Trouble.ENGINE_FAILED)
            self._skip_to_end()
        self._listener.ended(self._party, self._reason, self._received_s)

    def _hand_over(self) -> None:
        at_s, pcm = self._received_s, self._gathered
        self._gathered = b""
        self._received_s += seconds(pcm, self._rate)
        lag_s = self._handed_s - self._worked_off_s
        # Once behind, the engine first finishes what it has: one long gap is better than many words cut in two.
        self._is_skipping = not self._waiting.empty() if self._is_skipping else lag_s > self._limits.max_lag_s
        if self._is_skipping:
            self._tell(Trouble.BEHIND)
        elif pcm:
            self._handed_s += seconds(pcm, self._rate)
            self._waiting.put((at_s, pcm))

    def _recognise_all(self) -> None:
        piece = self._next()
        while piece is not None:
            piece = self._recognise_from(piece)

    def _recognise_from(self, piece: Piece) -> Piece | None:
        """Recognise audio up to the next gap; returns the piece after it, None at the end."""
        base_s = expected_s = piece[0]
        following: Piece | None = piece
        stream = self.engine.open_stream(self._rate)
        try:
            while following is not None and following[0] - expected_s < self._limits.feed_s / 2:
                self._say(stream.feed(following[1]), base_s)
                expected_s = following[0] + seconds(following[1], self._rate)
                following = self._next()
            self._say(stream.finish(), base_s)
        finally:
            stream.close()
        return following

    def _next(self) -> Piece | None:
        self._worked_off_s += self._in_work_s
        piece = self._waiting.get()
        self._is_over = piece is None
        self._in_work_s = seconds(piece[1], self._rate) if piece else 0.0
        return piece

    def _skip_to_end(self) -> None:
        while not self._is_over:
            self._next()

    def _say(self, hypotheses: Iterable[Hypothesis], base_s: float) -> None:
        for found in self._utterances.due(hypotheses):
            moved = replace(found, start_s=found.start_s + base_s, end_s=found.end_s + base_s)
            self._listener.heard(self._party, self._utterances.name, moved)
            if found.is_final:
                self._utterances.next()

    def _tell(self, trouble: Trouble) -> None:
        if trouble not in self._told:
            self._told.add(trouble)
            LOG.warning("call %s: %s", self._party.call_id, trouble)
            self._listener.troubled(self._party, trouble)


class _Utterances:
    """Names utterances and holds back partials that come too fast: the newest is kept and said when its time comes."""

    def __init__(self, partials_per_s: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._count = uuid.uuid4().hex[:12], 1
        self._gap_s = 1 / partials_per_s
        self._monotonic = monotonic
        self._last = -math.inf
        self._held: Hypothesis | None = None

    @property
    def name(self) -> str:
        return f"{self._stream}-{self._count}"

    def next(self) -> None:
        self._count += 1

    def due(self, hypotheses: Iterable[Hypothesis]) -> Iterable[Hypothesis]:
        for found in hypotheses:
            self._held = None if found.is_final else found
            if found.is_final:
                yield found
        if self._held is not None and self._monotonic() - self._last >= self._gap_s:
            due, self._held, self._last = self._held, None, self._monotonic()
            yield due
