"""What the machine makes of a caller's words: the draft fills, words of danger raise an alert, cards change.

Runs in the worker after each finished utterance and when the call is over; safe to repeat: the same words change nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from asr.events import SegmentHeard
from hotline.intake import alerts, contacts
from hotline.intake.drafting.values import CALLER, Turn
from hotline.intake.events import CallAnswered, CallEnded, CallTakenUp
from hotline.intake.models import Call, Contact
from hotline.kernel.db import Database, UnitOfWork
from web import drafting, risk_rules
from web.draft_asking import Asking
from web.drafting import Names
from web.push import Push, officer_room


@dataclass(frozen=True)
class Listening:
    """Reactions to what is heard."""

    push: Push
    names: Names = drafting.city_names
    asking: Asking | None = None

    def heard(self, database: Database, delivery_id: int, event: SegmentHeard) -> None:
        """A caller or agent finished a sentence."""
        self._follow(database, event.call_id)
        if self.asking:
            self.asking.heard(database, event.call_id, self._show)

    def answered(self, database: Database, delivery_id: int, event: CallAnswered | CallTakenUp) -> None:
        """Somebody took the call: what was said before counts too."""
        self._follow(database, event.call_id)

    def ended(self, database: Database, delivery_id: int, event: CallEnded) -> None:
        """The call is over: its summary is drawn up."""
        self._follow(database, event.call_id)
        if self.asking:
            self.asking.ended(database, event.call_id, self._show)

    def _follow(self, database: Database, call_id: str) -> None:
        with database.work() as uow:
            contact = contacts.of_call(uow.session, UUID(call_id))
            if contact is None or contact.closed_at is not None:
                return
            self._note(uow, contact)
        self._show(contact)

    def _show(self, contact: Contact) -> None:
        if contact.agent_id is not None:
            self.push.emit("cards", {"contact_id": contact.id}, [officer_room(contact.agent_id)])

    def _note(self, uow: UnitOfWork, contact: Contact) -> None:
        turns = drafting.turns_of(uow.session, contact)
        self._warn(uow, contact, turns)
        drafting.refresh(uow, contact, turns, self.names)
        call = uow.session.get(Call, contact.call_id)
        if call is not None and call.ended_at is not None:
            drafting.summarise(uow, contact, turns, self.names)

    def _warn(self, uow: UnitOfWork, contact: Contact, turns: Sequence[Turn]) -> None:
        risks = risk_rules.words_of(uow.session)
        for turn in turns:
            if turn.role == CALLER:
                alerts.raise_alerts(uow, contact.id, turn.text, "spoken", risks)
