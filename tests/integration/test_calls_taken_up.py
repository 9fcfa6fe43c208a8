"""Calls that nobody took: a shift leader opens their contact afterwards, and what was said fills the draft."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from asr import transcripts
from asr.engine import Hypothesis
from hotline.intake import calls, contacts, drafts
from hotline.intake.calls import CallTaken
from hotline.intake.events import CallTakenUp
from hotline.intake.models import Contact
from hotline.intake.places import load_gazetteer
from hotline.kernel.db import Database
from hotline.kernel.errors import Forbidden
from hotline.kernel.events import StoredEvent
from hotline.kernel.scope import Scope
from sla import defaults
from tests import factories
from web.push import Push
from web.reactions.listening import Listening


class QuietPush(Push):
    """Sends nowhere."""

    def __init__(self) -> None:
        pass

    def emit(self, name: str, data: object, rooms: object) -> None:
        pass


@pytest.fixture
def officer(database: Database) -> Callable[..., Scope]:
    def make(login: str, role: str = "shift_leader") -> Scope:
        with database.work() as uow:
            made = factories.officer(uow.session, login, roles=(role,))
            return Scope(made.id, frozenset({role}))

    return make


@pytest.fixture
def left(database: Database) -> uuid.UUID:
    """A call that is over, with words in it."""
    with database.work() as uow:
        call_id = calls.note_audio_started(uow, uuid.uuid4()).id
        said = Hypothesis("你好，听涛苑3号楼的路灯不亮，希望尽快修好", is_final=True, start_s=0.0, end_s=4.0)
        transcripts.note_segment(uow, call_id, said, role="caller", utterance="a-1")
        calls.note_audio_ended(uow, call_id, reason="hang-up", seconds=5.0)
    return call_id


def test_words_of_a_call_taken_up_fill_its_draft(database: Database, officer: Callable[..., Scope], left: uuid.UUID) -> None:
    with database.work() as uow:
        defaults.install_defaults(uow)
        contact = calls.take_up(uow, officer("chen"), left)
        event = CallTakenUp(call_id=str(left), contact_id=contact.id, agent_id=contact.agent_id or 0)

    Listening(QuietPush(), load_gazetteer).answered(database, 1, event)

    with database.read() as session:
        (draft,) = drafts.of_contact(session, contact.id)
        assert "路灯" in draft.fields["title"]["value"]
        assert "路灯" in session.get_one(Contact, contact.id).summary
        assert calls.unassigned(session) == []
        assert list(session.scalars(select(StoredEvent.name)))[-1] != "call-answered"


def test_one_shift_leader_takes_a_call_up_and_may_repeat_it(
    database: Database, officer: Callable[..., Scope], left: uuid.UUID
) -> None:
    first, second = officer("chen"), officer("wu")
    with database.work() as uow:
        ids = {calls.take_up(uow, first, left).id for _ in range(2)}

    with pytest.raises(CallTaken), database.work() as uow:
        calls.take_up(uow, second, left)

    with database.read() as session:
        contact = contacts.of_call(session, left)
        assert contact is not None
        assert ids == {contact.id}


def test_a_call_that_still_rings_is_answered_not_taken_up(database: Database, officer: Callable[..., Scope]) -> None:
    with database.work() as uow:
        call_id = calls.offer(uow, number="19900000123").id

    with pytest.raises(CallTaken), database.work() as uow:
        calls.take_up(uow, officer("chen"), call_id)


def test_an_agent_takes_no_call_up(database: Database, officer: Callable[..., Scope], left: uuid.UUID) -> None:
    with pytest.raises(Forbidden), database.work() as uow:
        calls.take_up(uow, officer("li", "agent"), left)
