"""A language model beside the rules: what it fills in a live draft, what it may not touch, and when it is asked."""

import json
import threading
import uuid
from collections.abc import Callable, Sequence

import pytest

from asr import transcripts
from asr.engine import Hypothesis
from hotline.intake import calls, contacts, drafts
from hotline.intake.drafting.model import Message
from hotline.intake.models import Contact
from hotline.intake.places import load_gazetteer
from hotline.kernel.db import Database
from tests.integration.contact_desk import Desk
from web import drafting
from web.draft_asking import AT_ONCE, Asking, Pace

SAID = "路灯那个事情，反正你们看着弄弄好"
ANSWER = json.dumps({"wanted": {"value": "修好路灯", "quote": "你们看着弄弄好"}})


class _Scripted:
    """Answers the same each time; `meanwhile` happens while it thinks."""

    def __init__(self, answer: str = ANSWER, meanwhile: Callable[[], object] = lambda: None) -> None:
        self._answer, self._meanwhile = answer, meanwhile
        self.asked = 0

    def answer(self, messages: Sequence[Message]) -> str:
        self.asked += 1
        self._meanwhile()
        return self._answer


class _Call:
    """A desk whose contact has a call with words."""

    def __init__(self, database: Database) -> None:
        self.desk = Desk.opened(database)
        with database.work() as uow:
            call = calls.offer(uow, number="19900000123")
            self.id = str(call.id)
            contact = uow.session.get_one(Contact, self.desk.contact_id)
            contact.call_id = call.id
        self._said = 0

    def say(self, text: str) -> None:
        self._said += 1
        with self.desk.database.work() as uow:
            heard = Hypothesis(text, is_final=True, start_s=self._said, end_s=self._said + 1)
            transcripts.note_segment(uow, uuid.UUID(self.id), heard, role="caller", utterance=str(self._said))
            contact = contacts.of_call(uow.session, uuid.UUID(self.id))
            assert contact is not None
            drafting.refresh(uow, contact, drafting.turns_of(uow.session, contact), load_gazetteer)

    def ask(self, model: _Scripted) -> list[Contact]:
        shown = list[Contact]()
        Asking(model, 20, load_gazetteer).ask(self.desk.database, self.id, shown.append)
        return shown


@pytest.fixture
def call(database: Database) -> _Call:
    made = _Call(database)
    made.say(SAID)
    return made


def test_what_a_model_filled_stays_when_more_is_said(call: _Call) -> None:
    assert "wanted" not in call.desk.fields()

    assert call.ask(_Scripted())
    call.say("嗯就这样")

    assert call.desk.fields()["wanted"] == "修好路灯"


def test_what_the_rules_find_later_takes_the_place_of_what_a_model_said(call: _Call) -> None:
    call.ask(_Scripted())

    call.say("希望尽快派人来修好")

    assert call.desk.fields()["wanted"] != "修好路灯"


def test_what_a_person_typed_while_the_model_thought_stands(call: _Call) -> None:
    call.ask(_Scripted(meanwhile=lambda: call.desk.type({"wanted": "换新灯"})))

    assert call.desk.fields()["wanted"] == "换新灯"


def test_a_draft_without_an_answer_is_left_alone(call: _Call) -> None:
    before = call.desk.version()

    assert call.ask(_Scripted("")) == []
    assert call.desk.version() == before


def test_words_that_were_put_right_take_their_field_with_them(call: _Call) -> None:
    call.ask(_Scripted())
    with call.desk.database.work() as uow:
        (segment,) = transcripts.transcript(uow.session, uuid.UUID(call.id))
        segment.text = "路灯那个事情，我下次再说"
    call.say("嗯")

    assert "wanted" not in call.desk.fields()
    with call.desk.database.read() as session:
        assert "wanted" not in drafts.get(session, call.desk.draft_id).proposed


def test_new_words_return_at_once_and_the_end_is_asked_again(call: _Call) -> None:
    let_go, done = threading.Event(), threading.Semaphore(0)
    model = _Scripted(meanwhile=lambda: let_go.wait(10))
    asking = Asking(model, 20, load_gazetteer)

    for _ in range(3):
        asking.heard(call.desk.database, call.id, lambda contact: done.release())
    asking.ended(call.desk.database, call.id, lambda contact: done.release())
    let_go.set()

    assert all(done.acquire(timeout=10) for _ in range(2))
    asking.close()
    assert model.asked == 2


def test_a_call_is_asked_for_no_more_often_than_its_pause() -> None:
    pace = Pace()

    begun = [pace.begin("a", 20), pace.begin("a", 20), pace.begin("b", 20), pace.begin("a", AT_ONCE)]
    pace.finish("a", AT_ONCE)

    assert begun == [True, False, True, True]
