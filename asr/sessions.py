"""Live recognition of all calls: opens sessions, decides which get a recogniser, and knows how well all are doing.

The gateways open sessions here; one session is `asr.session`'s, what was left out is heard by `asr.late`.
"""

import logging
import threading
import time
import uuid
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import psutil

from asr.admission import Load, Terms, Verdict, decide, may_hear_late, room
from asr.engine import AsrEngine
from asr.gaps import Gap
from asr.meters import Meter, Standing
from asr.pace import Pace
from asr.recording import Recording
from asr.recordings import Recordings
from asr.session import CALLER, Ending, Kept, Listener, Party, Register, Session, SessionObserver, SessionParts, Trouble
from asr.workers import WorkerPool

__all__ = ["Listener", "Party", "Session", "SessionLimits", "SessionObserver", "Sessions", "Trouble"]

LOG = logging.getLogger("asr.sessions")
NONE = "none"
"""How a missing engine is called where the standing is told."""
DEAF = "null"
"""The engine of those who want no words."""


@dataclass(frozen=True)
class SessionLimits:
    """Set by the operator or, in tests, by the test."""

    max_streams: int
    max_lag_s: float = 8.0
    """Audio waiting for the engine; more is recorded and not recognised."""
    partials_per_s: float = 2.0
    """Of a call, both parties together."""
    feed_s: float = 0.1
    """Audio is handed to the engine in pieces of that length: smaller ones cost more and show nothing sooner."""
    streams_per_core: float = 5.0
    """Until it is measured."""
    cores: int = field(default_factory=lambda: psutil.cpu_count() or 1)


class NoRegister:
    """Keeps no account, as in tests and batch work."""

    def begun(self, kept: Kept) -> None:
        return

    def admitted(self, kept: Kept) -> None:
        return

    def hindered(self, kept: Kept, trouble: Trouble) -> None:
        return

    def missed(self, kept: Kept, gap: Gap) -> None:
        return

    def closed(self, kept: Kept, ending: Ending) -> None:
        return


class Sessions:
    """A call over the limit goes on, recorded and without words until there is room; so does every call while there is no
    engine."""

    def __init__(
        self,
        engine: AsrEngine | None,
        listener: Listener,
        recordings: Recordings,
        limits: SessionLimits,
        *,
        register: Register | None = None,
    ) -> None:
        self.engine, self._listener, self._recordings, self._limits = engine, listener, recordings, limits
        self._register = register or NoRegister()
        self._terms = Terms(limits.max_streams, limits.cores, limits.streams_per_core)
        self.meter = Meter(self._cpu_seconds)
        self._lock = threading.Lock()
        self._live: dict[Session, None] = {}
        self._threads: set[threading.Thread] = set()
        self._paces: WeakValueDictionary[uuid.UUID, Pace] = WeakValueDictionary()

    @property
    def recognised(self) -> int:
        """How many streams have a recogniser now."""
        return sum(session.has_recogniser for session in tuple(self._live))

    def use(self, engine: AsrEngine) -> None:
        """Recognise with another engine from now on, as when a model arrived late: calls that begin, and those that wait."""
        self.engine = engine

    def open(
        self,
        call_id: uuid.UUID,
        role: str,
        sample_rate_hz: int,
        *,
        gateway: str = "audiosocket",
        observer: SessionObserver | None = None,
    ) -> Session:
        """Start a session; does not wait for the engine. `gateway` is the door its audio came by (`CallRecording.gateway`)."""
        recording = self._recordings.begin(str(call_id) if role == CALLER else f"{call_id}-{role}", sample_rate_hz)
        with self._lock:
            verdict, engine = self._choice()
            kept = Kept(
                Party(call_id, role),
                recording.file.name,
                gateway,
                sample_rate_hz=sample_rate_hz,
                is_sealed=recording.is_sealed,
                engine=engine.name if engine else "",
            )
            session = Session(kept, self._parts(kept, engine, recording, observer))
            self._live[session] = None
        self._register.begun(kept)
        self._listener.started(kept.party)
        self._count(session, verdict)
        self._start(session)
        return session

    def admit_waiting(self) -> None:
        """Give those who speak unheard a recogniser while there is room, the first to come first. Asked every second or so, as
        room comes with the end of a call, and with a lighter load."""
        for session in tuple(self._live):
            if not session.is_waiting:
                continue
            with self._lock:
                _, engine = self._choice()
                if engine is None:
                    return
                session.admit(engine)
            self.meter.admitted += 1
            LOG.info("call %s is heard from now on", session.kept.party.call_id)

    def wait(self, timeout_s: float) -> None:
        """Wait until the sessions that were ended are done with their last words."""
        deadline = time.monotonic() + timeout_s
        for thread in tuple(self._threads):
            thread.join(max(0.0, deadline - time.monotonic()))

    def may_hear_late(self) -> bool:
        """Whether recordings may be heard now without harm to those who speak."""
        return may_hear_late(self._terms, self._load())

    def heard_late(self, audio_s: float) -> None:
        """So much of a recording was heard: the engine's work for it is not that of those who speak."""
        self.meter.worked(audio_s)

    def standing(self) -> Standing:
        """How all are doing."""
        load = self._load()
        return Standing(
            engine=self.engine.name if self.engine else NONE,
            streams=load.streams,
            room=room(self._terms, load.cost),
            admitted=self.meter.admitted,
            refused=self.meter.refused,
            lag_s=round(load.lag_s, 2),
            cost=None if load.cost is None else round(load.cost, 3),
            partial_s=self.meter.partial_delays(),
            final_s=self.meter.final_delays(),
            restarts=self.engine.restarts if isinstance(self.engine, WorkerPool) else 0,
            losses=self.meter.losses,
        )

    def _choice(self) -> tuple[Verdict, AsrEngine | None]:
        """Whether one more stream is heard, and by what."""
        engine = self.engine
        if engine is None:
            return Verdict.NO_ENGINE, None
        verdict = decide(self._terms, self._load())
        return verdict, engine if verdict is Verdict.YES else None

    def _parts(
        self, kept: Kept, engine: AsrEngine | None, recording: Recording, observer: SessionObserver | None
    ) -> SessionParts:
        return SessionParts(
            engine=engine,
            recording=recording,
            listener=self._listener,
            register=self._register,
            pace=self._paces.setdefault(kept.party.call_id, Pace(self._limits.partials_per_s)),
            meter=self.meter,
            observer=observer,
            max_lag_s=self._limits.max_lag_s,
            feed_s=self._limits.feed_s,
        )

    def _load(self) -> Load:
        recognised = [session for session in tuple(self._live) if session.has_recogniser]
        return Load(
            len(recognised), max((session.lag_s for session in recognised), default=0.0), self.meter.cost(len(recognised))
        )

    def _count(self, session: Session, verdict: Verdict) -> None:
        if verdict is Verdict.YES:
            self.meter.admitted += 1
            if session.kept.engine == DEAF:
                session.tell(Trouble.NO_ENGINE)
            return
        self.meter.refused += 1
        LOG.info("call %s is recorded and heard later: %s", session.kept.party.call_id, verdict)
        session.tell(Trouble.NO_ENGINE if verdict is Verdict.NO_ENGINE else Trouble.NO_ROOM)

    def _start(self, session: Session) -> None:
        name = f"asr-{session.kept.party.call_id}"
        thread = threading.Thread(target=self._run, args=(session,), name=name, daemon=True)
        self._threads.add(thread)
        thread.start()

    def _run(self, session: Session) -> None:
        try:
            session.run()
        finally:
            self._live.pop(session, None)
            self._threads.discard(threading.current_thread())

    def _cpu_seconds(self) -> float:
        return self.engine.cpu_seconds() if isinstance(self.engine, WorkerPool) else time.process_time()
