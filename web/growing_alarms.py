"""Words of danger on sentences still being spoken: a banner at once, before the sentence ends and anything is stored.

Told by the threads of `heard.Heard`; the final decides (`reactions.listening`) and takes back what it calms.
"""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from asr.recordings import stream_of_utterance
from asr.session import CALLER, Party
from hotline.intake.risk_words import TRANSFER, RiskHit, RiskWords, load_risk_words
from hotline.kernel.db import Database
from hotline.kernel.errors import HotlineError
from hotline.people.permissions import Role
from web import risk_rules
from web.push import call_room, role_room

RAISED, CALMED = "raised", "calmed"


class AlertPush(Protocol):
    """The part of `web.push.Push` that is used here."""

    def emit(self, name: str, data: dict[str, object], rooms: list[str]) -> None: ...


@dataclass
class GrowingAlarms:
    """Keeps the words of danger of each of a caller's streams, and what was raised for each of its sentences: a call may have
    two at once, as when its audio broke and came again."""

    database: Database
    push: AlertPush
    _words: dict[str, RiskWords] = field(default_factory=dict)
    _raised: dict[str, dict[str, dict[str, RiskHit]]] = field(default_factory=dict)

    def begun(self, party: Party, stream: str) -> None:
        """Read the city's words, once a stream: they seldom change, partials come twice a second and wait for nobody."""
        if party.role == CALLER:
            self._words[stream] = self._read()

    def partial(self, party: Party, utterance: str, text: str) -> None:
        """Raise an alert for each danger in a caller's sentence so far, once a sentence and danger."""
        if party.role != CALLER:
            return
        for hit in self._words_for(utterance).find_growing(text):
            if hit.action == TRANSFER and self._is_new(utterance, hit):
                self._tell(party.call_id, utterance, hit, RAISED)

    def final(self, party: Party, utterance: str, text: str) -> None:
        """Take back what the whole sentence does not say; the rest is raised and stored as any sentence's."""
        raised = self._raised.get(stream_of_utterance(utterance), {}).pop(utterance, {})
        if not raised:
            return
        meant = {hit.word for hit in self._words_for(utterance).find_spoken(text)}
        for word, hit in raised.items():
            if word not in meant:
                self._tell(party.call_id, utterance, hit, CALMED)

    def ended(self, party: Party, stream: str) -> None:
        """That audio is over: forget it, and take back what no final has decided."""
        self._words.pop(stream, None)
        for utterance, raised in self._raised.pop(stream, {}).items():
            for hit in raised.values():
                self._tell(party.call_id, utterance, hit, CALMED)

    def _words_for(self, utterance: str) -> RiskWords:
        """Those of the package while the city's are not read yet."""
        return self._words.get(stream_of_utterance(utterance)) or load_risk_words()

    def _read(self) -> RiskWords:
        try:
            with self.database.read() as session:
                return risk_rules.words_of(session)
        except HotlineError:
            return load_risk_words()

    def _is_new(self, utterance: str, hit: RiskHit) -> bool:
        return (
            self._raised.setdefault(stream_of_utterance(utterance), {}).setdefault(utterance, {}).setdefault(hit.word, hit)
            is hit
        )

    def _tell(self, call_id: UUID, utterance: str, hit: RiskHit, state: str) -> None:
        data: dict[str, object] = {
            "call_id": str(call_id),
            "utterance": utterance,
            "state": state,
            "word": hit.word,
            "level": hit.level,
            "partner": hit.partner,
        }
        self.push.emit("danger", data, [call_room(call_id), role_room(Role.SHIFT_LEADER)])
