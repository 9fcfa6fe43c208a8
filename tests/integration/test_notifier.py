"""Inboxes, messages that leave the house, citizens."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from hotline.intake.channels.phone import Phone
from hotline.kernel.db import Database
from hotline.kernel.errors import Invalid, Unavailable
from hotline.kernel.events import StoredEvent
from hotline.kernel.scope import Scope
from hotline.people import access_log, citizens, notices
from hotline.people.models import Citizen, Unit
from hotline.people.notifier import FILE_NAME, FileNotifier, Message, open_file_notifier, open_null_notifier
from tests import factories

AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def message(delivery_id: int = 1, to: str = "19900000001", text: str = "您的工单已受理。") -> Message:
    return Message(delivery_id=delivery_id, to=to, text=text, at=AT)


def test_file_notifier_keeps_one_line_a_delivery_and_receiver(tmp_path: Path) -> None:
    notifier = FileNotifier(tmp_path)

    receipts = {notifier.send(message()).reference for _ in range(3)}
    notifier.send(message(to="19900000002"))

    assert len(receipts) == 1
    assert [found.to for found in notifier.recent()] == ["19900000002", "19900000001"]


def test_file_notifier_loses_and_doubles_nothing_when_many_write(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: FileNotifier(tmp_path).send(message(number % 20)), range(80)))

    assert sorted(found.delivery_id for found in FileNotifier(tmp_path).recent(100)) == list(range(20))


def test_file_notifier_goes_on_behind_a_line_cut_off_by_a_kill(tmp_path: Path) -> None:
    notifier = FileNotifier(tmp_path)
    notifier.send(message(1))
    with (tmp_path / FILE_NAME).open("a", encoding="utf-8") as file:
        file.write('{"delivery_id": 2, "to": "199')

    notifier.send(message(3))

    assert [found.delivery_id for found in notifier.recent()] == [3, 1]
    assert json.loads((tmp_path / FILE_NAME).read_text(encoding="utf-8").splitlines()[-1])["delivery_id"] == 3


def test_notifier_that_cannot_write_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(Unavailable):
        FileNotifier(tmp_path / "file").send(message())


def test_notifiers_are_opened_by_url(tmp_path: Path) -> None:
    kept = open_file_notifier(urlsplit("file:"), data_dir=tmp_path)
    kept.send(message())

    assert (tmp_path / "messages" / FILE_NAME).exists()
    assert open_null_notifier(urlsplit("null:"), data_dir=tmp_path).send(message()).accepted is False
    assert Phone(kept).send("19900000003", "请回电。", delivery_id=9, at=AT).accepted


@pytest.fixture
def unit(database: Database) -> Unit:
    with database.work() as uow:
        return factories.unit(uow.session, "U7")


def reader(unit_id: int, *roles: str, officer_id: int = 1) -> Scope:
    return Scope(officer_id=officer_id, roles=frozenset(roles), member_unit_ids=frozenset({unit_id}))


def test_notice_with_the_same_key_is_one_notice_and_one_event(database: Database, unit: Unit) -> None:
    for _ in range(2):
        with database.work() as uow:
            notices.notify_unit(uow, unit.id, "ticket-dispatched", args={"number": "1"}, ticket_id=5, dedup_key="a:1")

    with database.read() as session:
        found = notices.inbox(session, reader(unit.id))
        assert [(notice.code, notice.args, notice.ticket_id) for notice in found] == [("ticket-dispatched", {"number": "1"}, 5)]
        assert list(session.scalars(select(StoredEvent.name))) == ["notice-sent"]


def test_inbox_holds_own_unit_own_role_and_own_notices_only(database: Database, unit: Unit) -> None:
    with database.work() as uow:
        officer = factories.officer(uow.session, "li")
        notices.notify_unit(uow, unit.id, "to-unit", dedup_key="1")
        notices.notify_role(uow, "shift_leader", "to-role", dedup_key="2")
        notices.notify_officer(uow, officer.id, "to-officer", dedup_key="3")

    with database.read() as session:
        leader = reader(unit.id, "shift_leader", officer_id=officer.id)
        stranger = reader(unit.id + 100, "handler", officer_id=officer.id + 100)
        assert [notice.code for notice in notices.inbox(session, leader)] == ["to-officer", "to-role", "to-unit"]
        assert [notice.code for notice in notices.inbox(session, leader, limit=1)] == ["to-officer"]
        assert notices.inbox(session, stranger) == []
        assert notices.unread_count(session, Scope(officer_id=None)) == 0


def test_reading_lowers_the_badge_of_own_notices_only(database: Database, unit: Unit) -> None:
    with database.work() as uow:
        for number in range(3):
            notices.notify_unit(uow, unit.id, "note", dedup_key=str(number))
        ids = [notice.id for notice in notices.inbox(uow.session, reader(unit.id))]

    with database.work() as uow:
        assert notices.mark_read(uow, reader(unit.id + 100), ids) == 0
    with database.work() as uow:
        assert notices.mark_read(uow, reader(unit.id), ids[:2]) == 1


def test_citizen_of_a_number_is_one_however_it_is_written_and_whoever_asks_at_once(database: Database) -> None:
    def find(text: str) -> int:
        with database.work() as uow:
            return citizens.find_or_create(uow, text, "张先生").id

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(find, ["19900000123", "+86 199 0000 0123", "199-0000-0123", "１９９０００００１２３"]))

    with database.read() as session:
        assert len(ids) == len(session.scalars(select(Citizen)).all()) == 1
        assert citizens.by_phone(session, "008619900000123") is not None


@pytest.mark.parametrize(
    ("phone", "masked"), [("19900000123", "199****0123"), ("09990001001", "099****1001"), ("95598", "9****"), ("", "")]
)
def test_masked_phone_cannot_be_called(phone: str, masked: str) -> None:
    assert citizens.mask_phone(phone) == masked


@pytest.mark.parametrize(("name", "masked"), [("张小明", "张**"), ("张先生", "张**"), ("李", "李"), ("", "")])
def test_masked_name_keeps_the_surname(name: str, masked: str) -> None:
    assert citizens.mask_name(name) == masked


def test_reveal_needs_a_reason_and_is_logged(database: Database) -> None:
    ticket = SimpleNamespace(id=5, confidential=False, contact_phone="19900000123", contact_name="张先生")
    with database.work() as uow:
        scope = Scope(officer_id=factories.officer(uow.session, "li").id)

        with pytest.raises(Invalid):
            access_log.reveal(uow, scope, ticket, field="phone", reason="  ")
        with pytest.raises(Invalid):
            access_log.reveal(uow, scope, ticket, field="password", reason="回访需要")
        assert access_log.reveal(uow, scope, ticket, field="phone", reason="回访需要") == "19900000123"

    with database.read() as session:
        assert [(look.field, look.reason) for look in access_log.looks(session, 5)] == [("phone", "回访需要")]
