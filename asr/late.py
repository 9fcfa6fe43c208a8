"""Hears afterwards what a live call had no recogniser for: recordings that wait, oldest first, when the load allows it.

Run by threads of the gateway, which has the engine and knows the load. Each final is stored together with what is left to be
heard, so that one killed in the middle goes on where it was, and says nothing twice.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from asr import recording_rows, transcripts
from asr.engine import AsrEngine, Hypothesis, seconds
from asr.gaps import Gap, after
from asr.hearing import Hearing, NoRecogniser
from asr.models import CallRecording, RecordingState, TranscriptSegment
from asr.recording import AudioMissing
from asr.recordings import Recordings, stream_of
from asr.session import Party
from asr.shown import Shown
from hotline.kernel import logs
from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Unavailable
from hotline.kernel.vault import KeyUnknown

LOG = logging.getLogger("asr.late")
LOCKS = 12348
HOLD = text("select pg_try_advisory_lock(:group, (:id % 2147483648)::int)")
LET_GO = text("select pg_advisory_unlock(:group, (:id % 2147483648)::int)")
MOST_ATTEMPTS = 3
MOST_CONFLICTS = 20

ShowWords = Callable[[Session, Hypothesis], Shown]
"""What is shown of a final, by the names and rules in the database."""


class Room(Protocol):
    """Whether and by what recordings may be heard now; `asr.sessions.Sessions` is one."""

    @property
    def engine(self) -> AsrEngine | None: ...

    def may_hear_late(self) -> bool: ...

    def heard_late(self, audio_s: float) -> None: ...


class Told(Protocol):
    """Hears of what was heard late; must return at once."""

    def stored(self, party: Party, segment: TranscriptSegment) -> None: ...

    def caught_up(self, party: Party) -> None:
        """Nothing of one of its recordings waits any more."""


@dataclass(frozen=True)
class LatePace:
    """How often to look for work and for room, and in what pieces to hear."""

    idle_s: float = 3.0
    crowded_s: float = 0.5
    piece_s: float = 0.4


class Stopped(Exception):
    """The gateway ends; what is left waits for the next."""


class LateHearing:
    """`run` is a thread's; several may run, in several gateways: each recording is one thread's at a time."""

    def __init__(
        self,
        database: Database,
        recordings: Recordings,
        room: Room,
        show: ShowWords,
        told: Told,
        *,
        pace: LatePace | None = None,
    ) -> None:
        self._database, self._recordings, self._room = database, recordings, room
        self._show, self._told, self._pace = show, told, pace or LatePace()
        self._closing = threading.Event()

    def run(self) -> None:
        """Hear what waits until closed."""
        while not self._closing.is_set():
            if not self._hear_next():
                self._closing.wait(self._pace.idle_s)

    def close(self) -> None:
        """Stop at the next piece."""
        self._closing.set()

    def _hear_next(self) -> bool:
        """Whether there was something to hear."""
        engine = self._room.engine
        if engine is None or engine.name == "null" or not self._room.may_hear_late():
            return False
        try:
            with self._database.read() as session:
                found = recording_rows.waiting(session, self._recordings)
            return any(self._hear_held(recording_id, engine) for recording_id in found)
        except Stopped:
            return False
        except Unavailable as error:
            LOG.warning("nothing is heard later for now: %s", error)
            return False

    def _hear_held(self, recording_id: int, engine: AsrEngine) -> bool:
        with self._held(recording_id) as is_held:
            if not is_held:
                return False
            try:
                return self._hear(recording_id, engine)
            except (AudioMissing, KeyUnknown) as error:
                self._fail(recording_id, error.code, attempts=MOST_ATTEMPTS)
            except (Stopped, NoRecogniser):
                raise
            except Unavailable as error:
                if error.code == Unavailable.code:
                    raise
                self._fail(recording_id, error.code)
            except Exception as error:  # noqa: BLE001 the loop's edge: one recording must not stop the others
                LOG.error("recording %s: %s", recording_id, logs.place_of(error))
                self._fail(recording_id, "engine-failed")
        return True

    @contextmanager
    def _held(self, recording_id: int) -> Iterator[bool]:
        """A lock of the connection, not of a transaction: hearing takes minutes, and a killed process lets go at once.

        Raises Unavailable when the database does not answer."""
        which = {"group": LOCKS, "id": recording_id}
        with ExitStack() as stack:
            try:
                connection = stack.enter_context(self._database.engine.connect())
                connection = connection.execution_options(isolation_level="AUTOCOMMIT")
                is_held = bool(connection.scalar(HOLD, which))
            except SQLAlchemyError as error:
                raise Unavailable("database", part="database") from error
            try:
                yield is_held
            finally:
                if is_held:
                    _let_go(connection, which)

    def _hear(self, recording_id: int, engine: AsrEngine) -> bool:
        with self._database.read() as session:
            row = session.get(CallRecording, recording_id)
        if row is None or row.state is not RecordingState.WAITING:
            return False
        for gap in recording_rows.gaps_of(row):
            _GapHearing(self, row, engine).hear(gap)
        LOG.info("call %s: %s heard later", row.call_id, row.role)
        self._told.caught_up(Party(row.call_id, row.role))
        return True

    def pieces(self, row: CallRecording, gap: Gap) -> Iterator[tuple[float, bytes]]:
        """The audio of a gap, each piece when there is room for it. Raises Stopped."""
        for piece in self._recordings.pieces(row.file, *gap, self._pace.piece_s):
            while not self._room.may_hear_late() and not self._closing.wait(self._pace.crowded_s):
                continue
            if self._closing.is_set():
                raise Stopped
            yield piece

    def worked(self, audio_s: float) -> None:
        """So much was heard of what `pieces` gave."""
        self._room.heard_late(audio_s)

    def note(self, row: CallRecording, utterance: str, found: Hypothesis, *, engine: str) -> None:
        """Store a final and what is left after it, in one transaction; then tell."""
        party = Party(row.call_id, row.role)
        for attempt in range(MOST_CONFLICTS):
            try:
                segment = self._stored(row, utterance, found, engine)
                break
            except Conflict:
                # Another thread took the call's next number at the same moment.
                if attempt == MOST_CONFLICTS - 1:
                    raise
        self._told.stored(party, segment)

    def leave(self, row: CallRecording, heard_until_s: float) -> None:
        """Note that everything before that second was heard."""
        with self._database.work() as uow:
            current = uow.session.get_one(CallRecording, row.id)
            recording_rows.set_gaps(current, after(recording_rows.gaps_of(current), heard_until_s))

    def _stored(self, row: CallRecording, utterance: str, found: Hypothesis, engine: str) -> TranscriptSegment:
        with self._database.work() as uow:
            shown = self._show(uow.session, found)
            segment = transcripts.note_segment(
                uow, row.call_id, found, role=row.role, utterance=utterance, shown=shown, engine=engine
            )
            if found.replaces is None:
                current = uow.session.get_one(CallRecording, row.id)
                recording_rows.set_gaps(current, after(recording_rows.gaps_of(current), found.end_s))
        return segment

    def _fail(self, recording_id: int, reason: str, attempts: int = 1) -> None:
        with self._database.work() as uow:
            row = uow.session.get_one(CallRecording, recording_id)
            row.attempts += attempts
            is_given_up = row.attempts >= MOST_ATTEMPTS
            if is_given_up:
                row.state, row.reason = RecordingState.FAILED, reason
        if is_given_up:
            self._told.caught_up(Party(row.call_id, row.role))


def _let_go(connection: Connection, which: dict[str, int]) -> None:
    try:
        connection.execute(LET_GO, which)
    except SQLAlchemyError:
        # The lock ends with its connection, which must not go back among the good ones.
        connection.invalidate()


@dataclass
class _GapHearing:
    """One gap through one recogniser. Utterances are named by where they begin: hearing the same again names them alike."""

    late: LateHearing
    row: CallRecording
    engine: AsrEngine
    names: list[str] = field(default_factory=list)

    def hear(self, gap: Gap) -> None:
        hearing = Hearing(self.engine, self.row.sample_rate_hz, self._say)
        try:
            for at_s, pcm in self.late.pieces(self.row, gap):
                hearing.take(at_s, pcm)
                self.late.worked(seconds(pcm, self.row.sample_rate_hz))
            hearing.finish()
        finally:
            hearing.close()
        self.late.leave(self.row, gap[1])

    def _say(self, number: int, found: Hypothesis) -> None:
        if not found.is_final:
            return
        if found.replaces is None:
            self.names.append(f"{stream_of(self.row.file)}-t{round(found.start_s * 1000)}")
        self.late.note(self.row, self.names[number], found, engine=self.engine.name)
