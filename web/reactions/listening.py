"""What the machine makes of a caller's words: the draft fills, words of danger raise an alert, cards change.

Runs in the worker after each finished utterance; safe to repeat, since the same words change nothing.
"""

from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from asr import transcripts
from asr.events import SegmentHeard
from dispatch import assignment
from hotline.intake import alerts, contacts, drafts
from hotline.intake.drafting.fill import Sources
from hotline.intake.drafting.values import Turn
from hotline.intake.events import CallAnswered
from hotline.intake.models import Contact
from hotline.intake.places import KeptGazetteer
from hotline.kernel.db import Database, UnitOfWork
from web import risk_rules
from web.push import Push, officer_room


@dataclass(frozen=True)
class Listening:
    """Holds the names of the city between utterances."""

    push: Push
    gazetteer: KeptGazetteer = field(default_factory=KeptGazetteer)

    def heard(self, database: Database, delivery_id: int, event: SegmentHeard) -> None:
        """A caller or agent finished a sentence."""
        self._follow(database, event.call_id)

    def answered(self, database: Database, delivery_id: int, event: CallAnswered) -> None:
        """An agent took the call: what was said before counts too."""
        self._follow(database, event.call_id)

    def _follow(self, database: Database, call_id: str) -> None:
        with database.work() as uow:
            contact = contacts.of_call(uow.session, UUID(call_id))
            if contact is None or contact.closed_at is not None:
                return
            self._fill(uow, contact, call_id)
        if contact.agent_id is not None:
            self.push.emit("cards", {"contact_id": contact.id}, [officer_room(contact.agent_id)])

    def _fill(self, uow: UnitOfWork, contact: Contact, call_id: str) -> None:
        segments = transcripts.transcript(uow.session, UUID(call_id))
        turns = [Turn(segment.seq, segment.role, segment.text) for segment in segments]
        risks = risk_rules.words_of(uow.session)
        for turn in turns:
            if turn.role == "caller":
                alerts.raise_alerts(uow, contact.id, turn.text, "spoken", risks)
        draft = drafts.live_draft(uow.session, call_id)
        if draft is not None:
            ranker = partial(assignment.rank_fields, uow.session)
            drafts.refresh(uow, draft.id, turns, Sources(self.gazetteer(uow.session), ranker, contact.number, risks))
