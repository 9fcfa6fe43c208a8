"""Asking a language model for what drafts leave out (`drafting_url`), beside the reactions: the rules never wait for it.

Called by `web.reactions.listening`. No transaction is open while the model thinks; what it is sent is masked.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from asr.redaction import hide_numbers
from hotline.intake import contacts, drafts
from hotline.intake.drafting.model import DraftModel, Suggestion, messages, suggestions
from hotline.intake.drafting.values import Turn
from hotline.intake.models import Contact
from hotline.kernel import plugins
from hotline.kernel.db import Database
from hotline.kernel.errors import HotlineError
from hotline.kernel.settings import Settings
from web import drafting

GROUP = "hotline.draft_models"
THREADS = 4
WAITING_MOST = 64
"""Calls asked for at once; where a slow model lets more come together, they are asked at their next words."""
AT_ONCE = 0.0
LOG = logging.getLogger("hotline.drafting")
Done = Callable[[Contact], None]


@dataclass
class Pace:
    """Which call may be asked now, and never twice in the queue for the same reason. Of one process."""

    _asked: dict[str, float] = field(default_factory=dict)
    _waiting: set[tuple[str, float]] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, call_id: str, pause_s: float) -> bool:
        """Whether the call was not asked for `pause_s` seconds; who is told so says `finish` afterwards."""
        with self._lock:
            now = time.monotonic()
            early = call_id in self._asked and now - self._asked[call_id] < pause_s
            if early or (call_id, pause_s) in self._waiting or len(self._waiting) >= WAITING_MOST:
                return False
            self._asked[call_id] = now
            self._waiting.add((call_id, pause_s))
            return True

    def finish(self, call_id: str, pause_s: float) -> None:
        """It was asked; after the last time (a pause of 0) the call is forgotten."""
        with self._lock:
            self._waiting.discard((call_id, pause_s))
            if pause_s == AT_ONCE:
                self._asked.pop(call_id, None)


class Asking:
    """Asks in threads of its own; `done` is told of each contact whose drafts were refreshed."""

    def __init__(self, model: DraftModel, seconds: float, names: drafting.Names = drafting.city_names) -> None:
        self._model = model
        self._seconds = seconds
        self._names = names
        self._pace = Pace()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="draft-model")

    def heard(self, database: Database, call_id: str, done: Done) -> None:
        """There are new words in the call. Returns at once."""
        self._submit(database, call_id, done, self._seconds)

    def ended(self, database: Database, call_id: str, done: Done) -> None:
        """The call is over: it is asked whatever was asked before. Returns at once."""
        self._submit(database, call_id, done, AT_ONCE)

    def ask(self, database: Database, call_id: str, done: Done) -> None:
        """Read the turns, ask, then fill the drafts; nothing happens when the model says nothing."""
        with database.read() as session:
            told = _told(session, call_id)
        answers = {draft_id: self._asked(turns) for draft_id, turns in told.items() if turns}
        suggested = {draft_id: found for draft_id, found in answers.items() if found}
        if not suggested:
            return
        with database.work() as uow:
            contact = contacts.of_call(uow.session, UUID(call_id))
            if contact is None or contact.closed_at is not None:
                return
            drafting.refresh(uow, contact, drafting.turns_of(uow.session, contact), self._names, suggested=suggested)
        done(contact)

    def close(self) -> None:
        """Wait for what is being asked; what only waits is dropped."""
        self._threads.shutdown(cancel_futures=True)

    def _asked(self, turns: list[Turn]) -> list[Suggestion]:
        return suggestions(self._model.answer(messages(turns, hide_numbers)))

    def _submit(self, database: Database, call_id: str, done: Done, pause_s: float) -> None:
        if self._pace.begin(call_id, pause_s):
            self._threads.submit(self._run, database, call_id, done, pause_s)

    def _run(self, database: Database, call_id: str, done: Done, pause_s: float) -> None:
        try:
            self.ask(database, call_id, done)
        except (HotlineError, SQLAlchemyError) as error:
            LOG.warning("draft model: not asked (%s)", type(error).__name__)
        finally:
            self._pace.finish(call_id, pause_s)


def open_asking(settings: Settings) -> Asking | None:
    """None where no model is named. Raises Invalid for an address that is none."""
    if not settings.drafting_url:
        return None
    return Asking(plugins.open_url(GROUP, settings.drafting_url), settings.drafting_every_seconds)


def _told(session: Session, call_id: str) -> dict[int, list[Turn]]:
    """The turns of each open draft of a call by the draft's id."""
    contact = contacts.of_call(session, UUID(call_id))
    if contact is None or contact.closed_at is not None:
        return {}
    turns = drafting.turns_of(session, contact)
    return {draft.id: drafts.own_turns(session, draft, turns) for draft in drafts.to_refresh(session, contact.id)}
