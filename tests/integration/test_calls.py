"""Calls on a real database: rung, answered once, over, whatever order the news comes in."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from hotline.intake import calls, contacts, drafts
from hotline.intake.calls import CallTaken
from hotline.intake.models import CallState, Contact
from hotline.kernel.db import Database
from hotline.kernel.errors import Forbidden, Invalid, NotFound
from hotline.kernel.events import StoredEvent
from hotline.kernel.scope import Scope
from tests import factories

NUMBER = "19900000123"


@pytest.fixture
def agent(database: Database) -> Callable[[str], Scope]:
    def make(login: str, role: str = "agent") -> Scope:
        with database.work() as uow:
            made = factories.officer(uow.session, login, roles=(role,))
            return Scope(officer_id=made.id, roles=frozenset({role}), sees_all_units=True, sees_contact_data=True)

    return make


def events(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(StoredEvent.name).order_by(StoredEvent.id)))


def offered(database: Database, number: str = NUMBER) -> str:
    with database.work() as uow:
        return str(calls.offer(uow, number=number).id)


def test_offering_twice_is_one_call_and_one_event(database: Database) -> None:
    call_id = str(uuid.uuid4())

    for _ in range(2):
        with database.work() as uow:
            calls.offer(uow, call_id=call_id, number="+86 199-0000-0123")

    with database.read() as session:
        assert [(str(call.id), call.number) for call in calls.waiting(session)] == [(call_id, NUMBER)]
    assert events(database) == ["call-offered"]


def test_call_id_that_is_no_uuid_is_invalid(database: Database) -> None:
    with pytest.raises(Invalid) as caught, database.work() as uow:
        calls.offer(uow, call_id="one", number=NUMBER)

    assert caught.value.details["field"] == "call_id"


def test_answering_opens_contact_citizen_and_draft(database: Database, agent: Callable[[str], Scope]) -> None:
    call_id, scope = offered(database), agent("li")

    with database.work() as uow:
        contact = calls.answer(uow, scope, call_id)

    with database.read() as session:
        assert calls.get(session, call_id).state is CallState.TALKING
        assert calls.waiting(session) == []
        assert [str(call.id) for call in calls.talking(session, scope.officer_id)] == [call_id]
        assert contact.citizen_id is not None
        assert len(drafts.of_contact(session, contact.id)) == 1
        assert drafts.live_draft(session, call_id) is not None
    assert events(database) == ["call-offered", "call-answered"]


def test_answering_again_is_the_same_contact(database: Database, agent: Callable[[str], Scope]) -> None:
    call_id, scope = offered(database), agent("li")

    with database.work() as uow:
        first = calls.answer(uow, scope, call_id).id
    with database.work() as uow:
        second = calls.answer(uow, scope, call_id).id

    assert first == second


def test_one_agent_wins_when_two_answer_at_the_same_instant(database: Database, agent: Callable[[str], Scope]) -> None:
    call_ids = [offered(database) for _ in range(5)]
    scopes = [agent("li"), agent("zhao")]
    start = Barrier(len(scopes))

    def take(scope: Scope, call_id: str) -> str:
        start.wait(timeout=10)
        try:
            with database.work() as uow:
                calls.answer(uow, scope, call_id)
        except CallTaken:
            return "taken"
        return "won"

    for call_id in call_ids:
        with ThreadPoolExecutor(len(scopes)) as pool:
            assert sorted(pool.map(lambda scope, taken=call_id: take(scope, taken), scopes)) == ["taken", "won"]
    with database.read() as session:
        assert len(session.scalars(select(Contact)).all()) == len(call_ids)


def test_call_cannot_be_answered_when_it_is_over(database: Database, agent: Callable[[str], Scope]) -> None:
    call_id, scope = offered(database), agent("li")
    with database.work() as uow:
        calls.end_by_exchange(uow, call_id)

    with pytest.raises(CallTaken), database.work() as uow:
        calls.answer(uow, scope, call_id)


def test_handler_of_a_unit_takes_no_calls(database: Database, agent: Callable[..., Scope]) -> None:
    call_id, scope = offered(database), agent("sun", "handler")

    with pytest.raises(Forbidden), database.work() as uow:
        calls.answer(uow, scope, call_id)


def test_hanging_up_ends_the_call_and_leaves_the_contact_open(database: Database, agent: Callable[[str], Scope]) -> None:
    call_id, scope = offered(database), agent("li")
    with database.work() as uow:
        contact_id = calls.answer(uow, scope, call_id).id

    for _ in range(2):
        with database.work() as uow:
            assert calls.hang_up(uow, scope, call_id).state is CallState.ENDED

    with database.read() as session:
        assert session.get_one(Contact, contact_id).closed_at is None
    assert events(database).count("call-ended") == 1


def test_other_agent_may_not_hang_up_but_the_shift_leader_may(database: Database, agent: Callable[..., Scope]) -> None:
    call_id = offered(database)
    with database.work() as uow:
        calls.answer(uow, agent("li"), call_id)

    with pytest.raises(Forbidden), database.work() as uow:
        calls.hang_up(uow, agent("zhao"), call_id)
    with database.work() as uow:
        assert calls.hang_up(uow, agent("ban", "shift_leader"), call_id).state is CallState.ENDED


def test_unanswered_call_is_abandoned_when_the_caller_gives_up(database: Database) -> None:
    call_id = offered(database)

    with database.work() as uow:
        calls.note_audio_ended(uow, call_id, reason="hang-up", seconds=12.5)

    with database.read() as session:
        call = calls.get(session, call_id)
        assert (call.state, call.audio_seconds) == (CallState.ABANDONED, 12.5)


@pytest.mark.parametrize("reason", ["stalled", "garbage", "too-long", "stopped"])
def test_broken_audio_marks_the_call_and_people_talk_on(database: Database, agent: Callable[[str], Scope], reason: str) -> None:
    call_id = offered(database)
    with database.work() as uow:
        calls.answer(uow, agent("li"), call_id)

    with database.work() as uow:
        calls.note_audio_ended(uow, call_id, reason=reason, seconds=3.0)

    with database.read() as session:
        call = calls.get(session, call_id)
        assert (call.state, call.audio_end) == (CallState.TALKING, reason)


def test_audio_of_an_unknown_call_rings_with_unknown_number_and_the_offer_fills_it_in(database: Database) -> None:
    call_id = str(uuid.uuid4())

    with database.work() as uow:
        calls.note_audio_started(uow, call_id)
    with database.read() as session:
        assert [call.number for call in calls.waiting(session)] == [""]
    with database.work() as uow:
        calls.offer(uow, call_id=call_id, number=NUMBER)

    with database.read() as session:
        assert [call.number for call in calls.waiting(session)] == [NUMBER]
    assert events(database) == ["call-offered"]


def test_withheld_number_gives_a_contact_without_citizen(database: Database, agent: Callable[[str], Scope]) -> None:
    call_id = offered(database, number="anonymous")

    with database.work() as uow:
        contact = calls.answer(uow, agent("li"), call_id)

    assert (contact.citizen_id, contact.number) == (None, "")
    with database.read() as session:
        assert contacts.history(session, agent("zhang"), contact).ticket_count == 0


def test_unknown_call_is_not_found(database: Database, agent: Callable[[str], Scope]) -> None:
    with pytest.raises(NotFound), database.work() as uow:
        calls.answer(uow, agent("li"), uuid.uuid4())


def test_life_cycle_of_calls_is_sound() -> None:
    calls.LIFE.check()
    drafts.LIFE.check()
