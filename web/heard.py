"""Where recognised words go: finals into the database, partials and finals to whoever listens to the call.

The listener and the register of `asr.sessions`. Storing and pushing each have one thread, so that no call ever waits for
either, and a call's segments are stored in the order they were said.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any, Protocol, TypeVar
from uuid import UUID

from asr import recording_rows, transcripts
from asr.engine import Hypothesis
from asr.gaps import Gap
from asr.late import ShowWords
from asr.models import TranscriptSegment
from asr.recordings import stream_of, stream_of_utterance
from asr.session import Ending, Kept, Party, Trouble
from asr.shown import show_partial
from asr.wording.times import Said, times
from hotline.kernel import logs
from hotline.kernel.db import Database, UnitOfWork
from hotline.kernel.errors import Conflict, Unavailable
from web.heard_text import show_plainly

LOG = logging.getLogger("web.heard")
RETRY_S = 1.0
MOST_CONFLICTS = 5

T = TypeVar("T")
Words = dict[str, Any]  # JSON values


class WordsPush(Protocol):
    """The part of `web.push.Push` that is used here."""

    def partial(self, call_id: str | UUID, words: Words) -> None: ...

    def hearing(self, call_id: str | UUID, state: Words) -> None: ...


class Alarms(Protocol):
    """Hears of words of danger while they are spoken (`web.growing_alarms`). `stream` begins the names of the utterances."""

    def begun(self, party: Party, stream: str) -> None:
        """The one that may wait for the database: told by the thread that stores, the others by the one that pushes."""

    def partial(self, party: Party, utterance: str, text: str) -> None: ...

    def final(self, party: Party, utterance: str, text: str) -> None: ...

    def ended(self, party: Party, stream: str) -> None: ...


class Unalarmed:
    """Raises nothing."""

    def begun(self, party: Party, stream: str) -> None: ...

    def partial(self, party: Party, utterance: str, text: str) -> None: ...

    def final(self, party: Party, utterance: str, text: str) -> None: ...

    def ended(self, party: Party, stream: str) -> None: ...


class Heard:
    """Stores and pushes what sessions tell. While the database is away, finals wait."""

    def __init__(
        self,
        database: Database,
        push: WordsPush,
        retry_s: float = RETRY_S,
        *,
        show: ShowWords = show_plainly,
        alarms: Alarms | None = None,
    ) -> None:
        self._database, self._push, self._retry_s, self._show = database, push, retry_s, show
        self._alarms = alarms or Unalarmed()
        self._engines: dict[str, str] = {}
        self._open: set[str] = set()
        self._closing = threading.Event()
        self._storing = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._pushing = ThreadPoolExecutor(1, thread_name_prefix="push")
        self._lock = threading.Lock()
        self._partials: dict[str, Words] = {}

    @property
    def unfinished(self) -> frozenset[str]:
        """Files of recordings whose end is not in the database yet, and will be noted here."""
        return frozenset(self._open.copy())

    def begun(self, kept: Kept) -> None:
        self._open.add(kept.file)
        self._engines[stream_of(kept.file)] = kept.engine
        self._store(lambda uow: recording_rows.begin(uow, kept), kept.party)
        self._storing.submit(self._alarms.begun, kept.party, stream_of(kept.file))

    def admitted(self, kept: Kept) -> None:
        self._engines[stream_of(kept.file)] = kept.engine
        self._store(lambda uow: recording_rows.admit(uow, kept), kept.party)
        self._tell(kept.party, "started")

    def hindered(self, kept: Kept, trouble: Trouble) -> None:
        self._store(lambda uow: recording_rows.hinder(uow, kept, trouble), kept.party)

    def missed(self, kept: Kept, gap: Gap) -> None:
        self._store(lambda uow: recording_rows.miss(uow, kept, gap), kept.party)

    def closed(self, kept: Kept, ending: Ending) -> None:
        stream = stream_of(kept.file)
        self._engines.pop(stream, None)
        self._store(lambda uow: recording_rows.close(uow, kept, ending), kept.party)
        self._storing.submit(self._open.discard, kept.file)
        # Behind the last final, which may still wait to be stored.
        self._storing.submit(lambda: self._pushing.submit(self._alarms.ended, kept.party, stream))

    def started(self, party: Party) -> None:
        self._store(lambda uow: transcripts.note_start(uow, party.call_id, party.role), party)
        self._tell(party, "started")

    def heard(self, party: Party, utterance: str, hypothesis: Hypothesis) -> None:
        if hypothesis.is_final:
            engine = self._engines.get(stream_of_utterance(utterance), "")
            self._storing.submit(self._store_final, party, utterance, hypothesis, engine)
        else:
            self._offer_partial(party, utterance, hypothesis)

    def troubled(self, party: Party, trouble: Trouble) -> None:
        self._tell(party, trouble.value)

    def ended(self, party: Party, reason: str, seconds: float) -> None:
        self._store(
            lambda uow: transcripts.note_end(uow, party.call_id, role=party.role, reason=reason, seconds=round(seconds, 2)),
            party,
        )
        self._tell(party, "ended", reason=reason, seconds=seconds)

    def caught_up(self, party: Party) -> None:
        self._tell(party, "caught-up")

    def close(self) -> None:
        """Finish what is waiting; with the database away, one more try each."""
        self._closing.set()
        self._storing.shutdown()
        self._pushing.shutdown()

    def _offer_partial(self, party: Party, utterance: str, hypothesis: Hypothesis) -> None:
        with self._lock:
            is_waiting = utterance in self._partials
            self._partials[utterance] = words_of_partial(party, utterance, hypothesis)
        if not is_waiting:
            self._pushing.submit(self._push_partial, party, utterance)

    def _push_partial(self, party: Party, utterance: str) -> None:
        with self._lock:
            words = self._partials.pop(utterance)
        self._push.partial(party.call_id, words)
        self._alarms.partial(party, utterance, words["text"])

    def stored(self, party: Party, segment: TranscriptSegment) -> None:
        """Push what is in the database already, as is all that is heard late."""
        self._pushing.submit(self._push_final, party, words_of_final(segment))

    def _tell(self, party: Party, state: str, **more: object) -> None:
        """Behind what it is about: who hears of it reads that over HTTP."""
        told: Words = {"role": party.role, "state": state, **more}
        self._storing.submit(lambda: self._pushing.submit(self._push.hearing, party.call_id, told))

    def _push_final(self, party: Party, words: Words) -> None:
        self._push.partial(party.call_id, words)
        self._alarms.final(party, words["utterance"], words["text"])

    def _store_final(self, party: Party, utterance: str, found: Hypothesis, engine: str) -> None:
        def note(uow: UnitOfWork) -> TranscriptSegment:
            shown = self._show(uow.session, found)
            return transcripts.note_segment(
                uow, party.call_id, found, role=party.role, utterance=utterance, shown=shown, engine=engine
            )

        segment = self._try_until_stored(note, party)
        if segment is not None:
            self.stored(party, segment)

    def _store(self, change: Callable[[UnitOfWork], object], party: Party) -> None:
        self._storing.submit(self._try_until_stored, change, party)

    def _try_until_stored(self, change: Callable[[UnitOfWork], T], party: Party) -> T | None:
        """A database that is away is waited for; another gateway that took the number, a few times; nothing else."""
        conflicts = 0
        while True:
            try:
                return self._stored(change)
            except Unavailable as error:
                LOG.warning("call %s: not stored yet: %s", party.call_id, error)
                if self._closing.wait(self._retry_s):
                    return None
            except Conflict as error:
                conflicts += 1
                if conflicts >= MOST_CONFLICTS:
                    LOG.error("call %s: not stored: %s", party.call_id, error)
                    return None
            except Exception as error:  # noqa: BLE001 the loop's edge: one broken change must not stop the others
                LOG.error("call %s: not stored: %s", party.call_id, logs.place_of(error))
                return None

    def _stored(self, change: Callable[[UnitOfWork], T]) -> T:
        with self._database.work() as uow:
            return change(uow)


def words_of_partial(party: Party, utterance: str, hypothesis: Hypothesis) -> Words:
    """The pushed shape while spoken; a later message with the same `utterance` replaces it."""
    return {
        "utterance": utterance,
        "seq": None,
        "role": party.role,
        "text": show_partial(hypothesis.text),
        "final": False,
        "start_s": round(hypothesis.start_s, 2),
        "end_s": round(hypothesis.end_s, 2),
    }


def words_of_final(segment: TranscriptSegment) -> Words:
    """The pushed shape of a finished utterance; one with a higher `revision` replaces it."""
    return {
        "utterance": segment.utterance,
        "seq": segment.seq,
        "role": segment.role,
        "text": segment.text,
        "final": True,
        "start_s": round(segment.start_s, 2),
        "end_s": round(segment.end_s, 2),
        "revision": segment.revision,
        "times": [asdict(said) for said in times_of(segment)],
        "changes": segment.changes,
        "suggestions": segment.suggestions,
    }


def times_of(segment: TranscriptSegment) -> list[Said]:
    """When each part of the shown text was said."""
    return times(segment.raw, segment.text, segment.words, segment.changes, (segment.start_s, segment.end_s))
