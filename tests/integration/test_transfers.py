"""Hand-overs on a real database and through the outbox: one matter whatever dies, a receipt or an alarm, never both unsaid."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispatch.events import TransferMoved, TransferOpened, TransferOverdue
from dispatch.linkage import sending, transfers
from dispatch.linkage.protocol import TransferRefused
from dispatch.linkage.transfers import Handover
from dispatch.models import Transfer, TransferState, VoiceState
from hotline.intake.models import Contact
from hotline.kernel import clock, outbox
from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.kernel.events import After, Delivery, StoredEvent, Subscribers
from hotline.kernel.scope import NOBODY, Scope
from hotline.tickets import tickets, timeline
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import Secrecy
from tests import factories
from tests.fakes import FakeLinkage, FakeQueue

PHONE = "19900000001"
NEW = NewTicket(channel="phone", type="help", title="求助", body="求助。", contact_phone=PHONE, address="桂影路3号")


@pytest.fixture
def partner() -> FakeLinkage:
    return FakeLinkage()


@pytest.fixture
def send(partner: FakeLinkage) -> After:
    """The reaction, linked with one partner under two names."""
    return lambda database, delivery_id, event: sending.send(
        database, {"110": partner, "platform": partner}, delivery_id, event
    )


@pytest.fixture
def subscribers(send: After) -> Subscribers:
    return Subscribers(after={TransferOpened: {"linkage": send}, TransferMoved: {"linkage": send}})


@pytest.fixture
def agent(database: Database) -> Scope:
    """An agent, and contact 1 of a caller."""
    with database.work() as uow:
        officer = factories.officer(uow.session, roles=("agent",))
        uow.session.add(Contact(channel="phone", number=PHONE, opened_at=uow.now, agent_id=officer.id))
        return Scope(officer_id=officer.id, roles=frozenset({"agent"}), sees_all_units=True)


@pytest.fixture
def deliver(database: Database, subscribers: Subscribers, queue: FakeQueue) -> Callable[[], None]:
    """Deliver all that is owed, now or later, once."""

    def run() -> None:
        with database.work() as uow:
            for owed in uow.session.scalars(select(Delivery).where(Delivery.state.in_(["pending", "claimed"]))):
                owed.due_at = uow.now
        for delivery_id in list(dict.fromkeys(queue.rung)):
            outbox.deliver(database, subscribers, delivery_id, lease_seconds=60, max_attempts=3)

    return run


def handed(database: Database, scope: Scope, **values: object) -> Transfer:
    given = replace(Handover(partner="110", reason="有人持刀", contact_id=1, place="桂影路", summary="打架"), **values)
    with database.work() as uow:
        return transfers.open_transfer(uow, scope, given)


def now_of(database: Database, transfer: Transfer) -> Transfer:
    with database.work() as uow:
        return transfers.get(uow.session, transfer.id)


def alarms(database: Database) -> int:
    with database.read() as session:
        return len(list(session.scalars(select(StoredEvent).where(StoredEvent.name == TransferOverdue.name))))


def test_opening_sends_nothing_yet_and_begins_the_voice_call(database: Database, agent: Scope, partner: FakeLinkage) -> None:
    transfer = handed(database, agent)

    assert (transfer.state, transfer.voice_state) == (TransferState.TO_SEND, VoiceState.CALLING)
    assert partner.sent == []


def test_the_receipt_in_the_answer_makes_it_receipted(
    database: Database, agent: Scope, partner: FakeLinkage, deliver: Callable[[], None]
) -> None:
    transfer = handed(database, agent)

    deliver()

    after = now_of(database, transfer)
    assert (after.state, after.receipt_no) == (TransferState.RECEIPTED, partner.receipt_of(transfer.idempotency_key))
    assert after.sent_at is not None
    assert after.receipt_at is not None


def test_the_partner_is_told_place_and_number_but_no_name(
    database: Database, agent: Scope, partner: FakeLinkage, deliver: Callable[[], None]
) -> None:
    handed(database, agent)

    deliver()

    told = partner.sent[0]
    assert (told.place, told.summary, told.callback_number) == ("桂影路", "打架", PHONE)


@pytest.mark.parametrize(("code", "number"), [("110", PHONE), ("platform", "")])
def test_a_confidential_number_goes_to_emergency_lines_only(
    database: Database, agent: Scope, partner: FakeLinkage, deliver: Callable[[], None], code: str, number: str
) -> None:
    with database.work() as uow:
        ticket_id = tickets.open_ticket(uow, replace(NEW, secrecy=Secrecy.CONFIDENTIAL)).id
    handed(database, agent, partner=code, contact_id=None, ticket_id=ticket_id, place="")

    deliver()

    assert (partner.sent[0].callback_number, partner.sent[0].place) == (number, "桂影路3号")


def test_the_caller_is_in_no_event_and_not_kept_twice(database: Database, agent: Scope, deliver: Callable[[], None]) -> None:
    transfer = handed(database, agent)
    deliver()

    with database.read() as session:
        stored = str([event.payload for event in session.scalars(select(StoredEvent))])
    assert PHONE not in stored
    assert "桂影路" not in stored
    assert PHONE not in str(transfer.payload)


def test_a_kill_between_sending_and_noting_leaves_one_matter(
    database: Database, agent: Scope, partner: FakeLinkage, send: After
) -> None:
    transfer = handed(database, agent)
    event = TransferOpened(transfer.id, "110", 1, None)
    partner.die_after_taking = True
    with pytest.raises(KeyboardInterrupt):
        send(database, 1, event)
    partner.die_after_taking = False

    send(database, 1, event)
    send(database, 1, event)

    assert len(partner.matters) == 1
    assert now_of(database, transfer).state == TransferState.RECEIPTED


def test_a_dead_partner_leaves_it_to_send_and_is_tried_again(
    database: Database, agent: Scope, partner: FakeLinkage, deliver: Callable[[], None]
) -> None:
    transfer = handed(database, agent)
    partner.dead = True
    deliver()
    assert now_of(database, transfer).state == TransferState.TO_SEND

    partner.dead = False
    deliver()

    assert now_of(database, transfer).state == TransferState.RECEIPTED


def test_an_answer_without_receipt_is_only_sent(
    database: Database, agent: Scope, partner: FakeLinkage, deliver: Callable[[], None]
) -> None:
    partner.silent = True
    transfer = handed(database, agent)

    deliver()

    assert now_of(database, transfer).state == TransferState.SENT


def test_a_later_receipt_completes_it_once(
    database: Database, agent: Scope, partner: FakeLinkage, deliver: Callable[[], None]
) -> None:
    partner.silent = True
    transfer = handed(database, agent)
    deliver()

    for _ in range(2):
        with database.work() as uow:
            transfers.receive_receipt(uow, "110", transfer.idempotency_key, "JJ-7")

    assert (now_of(database, transfer).state, now_of(database, transfer).receipt_no) == (TransferState.RECEIPTED, "JJ-7")


def test_a_receipt_that_overtakes_the_answer_is_kept(database: Database, agent: Scope, partner: FakeLinkage) -> None:
    transfer = handed(database, agent)
    with database.work() as uow:
        transfers.receive_receipt(uow, "110", transfer.idempotency_key, "JJ-7")

    with database.work() as uow:
        transfers.note_sent(uow, transfer.id)

    assert now_of(database, transfer).state == TransferState.RECEIPTED


@pytest.mark.parametrize(("partner", "key"), [("119", None), ("110", "no-such-key")])
def test_a_receipt_for_another_partner_or_key_is_not_found(
    database: Database, agent: Scope, partner: str, key: str | None
) -> None:
    transfer = handed(database, agent)

    with pytest.raises(NotFound), database.work() as uow:
        transfers.receive_receipt(uow, partner, key or transfer.idempotency_key, "JJ-7")


def test_a_second_different_receipt_is_a_conflict(database: Database, agent: Scope) -> None:
    transfer = handed(database, agent)
    with database.work() as uow:
        transfers.receive_receipt(uow, "110", transfer.idempotency_key, "JJ-7")

    with pytest.raises(Conflict), database.work() as uow:
        transfers.receive_receipt(uow, "110", transfer.idempotency_key, "JJ-8")


def test_a_refusal_is_final_until_somebody_sends_again(
    database: Database, agent: Scope, partner: FakeLinkage, deliver: Callable[[], None]
) -> None:
    partner.error = TransferRefused("no", partner="110")
    transfer = handed(database, agent)
    deliver()
    assert now_of(database, transfer).state == TransferState.REFUSED

    partner.error = None
    with database.work() as uow:
        transfers.resend(uow, agent, transfer.id)
    deliver()

    assert now_of(database, transfer).state == TransferState.RECEIPTED
    assert len(partner.matters) == 1


def test_a_partner_without_a_link_fails_at_once(database: Database, agent: Scope, deliver: Callable[[], None]) -> None:
    transfer = handed(database, agent, partner="122")

    deliver()

    assert (now_of(database, transfer).state, now_of(database, transfer).error) == (
        TransferState.FAILED,
        "partner-not-connected",
    )


def test_the_same_key_opens_one_hand_over(database: Database, agent: Scope) -> None:
    assert handed(database, agent, key="7:abc").id == handed(database, agent, key="7:abc").id


def test_a_key_of_another_matter_is_refused(database: Database, agent: Scope) -> None:
    handed(database, agent, key="7:abc")

    with pytest.raises(Conflict):
        handed(database, agent, key="7:abc", partner="119")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"partner": "999"}, Invalid),
        ({"reason": "  "}, Invalid),
        ({"contact_id": None}, Invalid),
        ({"contact_id": 99}, NotFound),
        ({"ticket_id": 99}, NotFound),
    ],
)
def test_a_hand_over_of_nothing_or_to_nobody_is_refused(
    database: Database, agent: Scope, wrong: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        handed(database, agent, **wrong)


@pytest.mark.parametrize("scope", [NOBODY, Scope(officer_id=1, roles=frozenset({"handler"}))])
def test_only_the_floor_hands_over(database: Database, agent: Scope, scope: Scope) -> None:
    with pytest.raises(Forbidden):
        handed(database, scope)


def test_who_answered_the_voice_call_and_when_is_recorded(database: Database, agent: Scope) -> None:
    transfer = handed(database, agent)

    with database.work() as uow:
        transfers.note_voice(uow, agent, transfer.id, state="answered", answered_by=" 接警员3号 ")

    after = now_of(database, transfer)
    assert (after.voice_state, after.voice_answered_by) == (VoiceState.ANSWERED, "接警员3号")
    assert after.voice_answered_at is not None
    assert after.state == TransferState.TO_SEND
    with database.work() as uow:
        event = uow.session.scalars(select(StoredEvent).where(StoredEvent.name == TransferMoved.name)).one()
    assert (event.payload["action"], event.payload["target"]) == ("voice_answered", "to_send")


def test_the_first_answer_to_the_voice_call_stays(database: Database, agent: Scope) -> None:
    transfer = handed(database, agent)
    for _ in range(2):
        with database.work() as uow:
            transfers.note_voice(uow, agent, transfer.id, state="answered", answered_by="接警员3号")

    with pytest.raises(Conflict), database.work() as uow:
        transfers.note_voice(uow, agent, transfer.id, state="no_answer")


def test_the_platform_awaits_no_voice_call(database: Database, agent: Scope) -> None:
    transfer = handed(database, agent, partner="platform")

    with pytest.raises(Conflict), database.work() as uow:
        transfers.note_voice(uow, agent, transfer.id, state="answered", answered_by="某人")


def test_no_receipt_in_time_raises_one_alarm_with_the_officer(database: Database, agent: Scope) -> None:
    handed(database, agent)
    age(database, seconds=61)

    assert [sending.overdue(database, 60), sending.overdue(database, 60)] == [1, 0]
    with database.work() as uow:
        event = uow.session.scalars(select(StoredEvent).where(StoredEvent.name == TransferOverdue.name)).one()
    assert (event.payload["officer_id"], event.payload["state"]) == (agent.officer_id, "to_send")


def test_two_sweeps_at_once_raise_one_alarm_each(database: Database, agent: Scope) -> None:
    for _ in range(20):
        handed(database, agent)
    age(database, seconds=61)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: sending.overdue(database, 60), range(4)))

    assert sum(found) == 20
    assert alarms(database) == 20


def test_a_young_or_receipted_hand_over_raises_no_alarm(database: Database, agent: Scope, deliver: Callable[[], None]) -> None:
    handed(database, agent)
    assert sending.overdue(database, 60) == 0

    deliver()
    age(database, seconds=61)

    assert sending.overdue(database, 60) == 0


def test_a_lost_hand_over_raises_the_alarm_at_once(database: Database, agent: Scope, deliver: Callable[[], None]) -> None:
    handed(database, agent, partner="122")
    deliver()

    assert sending.overdue(database, 60) == 1


def test_the_ticket_tells_the_hand_over_and_its_alarm(database: Database, agent: Scope, deliver: Callable[[], None]) -> None:
    with database.work() as uow:
        ticket_id = tickets.open_ticket(uow, NEW).id
    handed(database, agent, ticket_id=ticket_id, partner="122")
    deliver()
    sending.overdue(database, 60)

    with database.work() as uow:
        lines = timeline.lines(uow.session, ticket_id)
    assert [line.action for line in lines] == ["open", "transfer", "transfer_fail", "transfer_overdue"]
    assert timeline.broken_at(lines) is None


def test_lists_are_newest_first_and_page_by_id(database: Database, agent: Scope) -> None:
    first, second, third = (handed(database, agent) for _ in range(3))

    with database.read() as session:
        assert [row.id for row in transfers.newest(session, limit=2)] == [third.id, second.id]
        assert [row.id for row in transfers.newest(session, limit=2, before_id=second.id)] == [first.id]
        assert [row.id for row in transfers.of_contact(session, 1)] == [first.id, second.id, third.id]


def age(database: Database, seconds: int) -> None:
    with database.work() as uow:
        for transfer in uow.session.scalars(select(Transfer)):
            transfer.created_at = clock.now() - timedelta(seconds=seconds)
