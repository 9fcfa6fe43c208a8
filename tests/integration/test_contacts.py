"""Contacts, drafts and direct answers on a real database."""

import pytest
from sqlalchemy import select

from hotline.intake import contacts, drafts
from hotline.intake.contacts import Question
from hotline.intake.models import Contact, DraftState
from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Forbidden, Invalid
from hotline.kernel.events import StoredEvent
from hotline.kernel.scope import Scope
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import State
from tests import factories
from tests.integration.contact_desk import Desk

LAMP = "你好我姓张，听涛苑3号楼的路灯不亮，已经三天了。希望尽快派人修好。"


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk.opened(database)


def test_words_fill_the_draft_with_evidence(desk: Desk) -> None:
    desk.hear(LAMP)

    found = desk.fields()
    assert found["address"] == "听涛苑3号楼"
    assert (found["area_code"], found["category_code"]) == ("9901", "0402")
    with desk.database.read() as session:
        kept = drafts.get(session, desk.draft_id).fields
    assert all(field["evidence"] and field["source"] == "machine" for field in kept.values())


def test_same_words_again_change_nothing(desk: Desk) -> None:
    desk.hear(LAMP)
    version = desk.version()

    desk.hear(LAMP)

    assert desk.version() == version


def test_typed_field_stays_and_the_proposal_is_kept_beside_it(desk: Desk) -> None:
    desk.type({"title": "我写的标题", "address": ""})

    desk.hear(LAMP)

    assert desk.fields()["title"] == "我写的标题"
    assert desk.fields()["address"] == ""
    with desk.database.read() as session:
        assert "路灯不亮" in drafts.get(session, desk.draft_id).proposed["title"]["value"]


def test_field_goes_when_the_caller_takes_it_back(desk: Desk) -> None:
    desk.hear("听涛苑路灯不亮")
    assert "address" in desk.fields()

    desk.hear("听涛苑路灯不亮", "不是听涛苑，我说错了")

    assert "address" not in desk.fields()


def test_typing_is_not_disturbed_by_words_heard_meanwhile(desk: Desk) -> None:
    seen = desk.version()
    desk.hear(LAMP)

    desk.type({"wanted": "今天修"}, version=seen)

    assert desk.fields()["wanted"] == "今天修"


def test_field_typed_by_another_person_meanwhile_is_a_conflict(desk: Desk) -> None:
    seen = desk.version()
    desk.type({"title": "第一个人写的"})

    with pytest.raises(Conflict):
        desk.type({"title": "第二个人写的"}, version=seen)


def test_confirming_makes_one_ticket_however_often(desk: Desk) -> None:
    desk.hear(LAMP)

    numbers = {desk.confirm(version=99).number for _ in range(3)}

    assert len(numbers) == 1
    with desk.database.read() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert ticket.state is State.PENDING
        assert (ticket.channel, ticket.contact_phone, ticket.category_code) == ("phone", "19900000123", "0402")
        assert ticket.opened_by_id == desk.scope.officer_id
        assert drafts.get(session, desk.draft_id).ticket_id == ticket.id


def test_values_changed_after_they_were_seen_are_not_confirmed(desk: Desk) -> None:
    seen = desk.version()
    desk.hear(LAMP)

    with pytest.raises(Conflict) as caught:
        desk.confirm(version=seen)

    assert "title" in caught.value.details["fields"]


@pytest.mark.parametrize(
    ("field", "text", "rule"),
    [
        ("title", "", "required"),
        ("title", "灯", "too-short"),
        ("body", "", "required"),
        ("body", "灯坏了", "too-short"),
        ("type", "", "required"),
        ("contact_phone", "12345", "phone-format"),
        ("category_code", "9999", "unknown-code"),
        ("category_code", "04", "not-a-leaf"),
        ("area_code", "77", "unknown-code"),
    ],
)
def test_confirming_names_the_field_and_the_rule(desk: Desk, field: str, text: str, rule: str) -> None:
    desk.hear(LAMP)
    desk.type({field: text})

    with pytest.raises(Invalid) as caught:
        desk.confirm()

    assert (caught.value.details["field"], caught.value.details["rule"]) == (field, rule)
    with desk.database.read() as session:
        assert session.scalars(select(Ticket)).all() == []


@pytest.mark.parametrize(
    ("field", "text", "rule"),
    [
        ("title", "长" * 61, "too-long"),
        ("body", "长" * 100_000, "too-long"),
        ("type", "wish", "unknown-code"),
        ("urgency", "very", "unknown-code"),
        ("number", "1", "unknown-field"),
    ],
)
def test_typing_refuses_what_can_never_be_right(desk: Desk, field: str, text: str, rule: str) -> None:
    with pytest.raises(Invalid) as caught:
        desk.type({field: text})

    assert (caught.value.details["field"], caught.value.details["rule"]) == (field, rule)


def test_another_agent_may_not_touch_the_draft(desk: Desk) -> None:
    stranger = Scope(officer_id=(desk.scope.officer_id or 0) + 1000, roles=frozenset({"agent"}))

    with pytest.raises(Forbidden), desk.database.work() as uow:
        drafts.edit(uow, stranger, desk.draft_id, version=9, fields={"title": "别人的"})


def test_second_matter_knows_the_caller_and_only_later_words(desk: Desk) -> None:
    desk.hear(LAMP)
    with desk.database.work() as uow:
        second = drafts.start_another(uow, desk.scope, desk.contact_id, after_seq=1)
    first_id, desk.draft_id = desk.draft_id, second.id

    desk.hear(LAMP, "还有就是小区垃圾没人清运")

    assert desk.fields()["contact_name"] == "张"
    assert "垃圾" in desk.fields()["title"]
    assert "路灯" not in desk.fields()["body"]
    assert first_id != second.id


def test_dropped_draft_hears_no_more(desk: Desk) -> None:
    with desk.database.work() as uow:
        drafts.drop(uow, desk.scope, desk.draft_id)

    desk.hear(LAMP)

    assert desk.fields() == {}
    with pytest.raises(Conflict):
        desk.type({"title": "太晚了吧"})


def test_closing_needs_a_known_code_and_a_note_where_the_list_says_so(desk: Desk) -> None:
    for code, note, field in [("nothing", "", "summary_code"), ("other", "  ", "note")]:
        with pytest.raises(Invalid) as caught, desk.database.work() as uow:
            contacts.close(uow, desk.scope, desk.contact_id, summary_code=code, note=note)
        assert caught.value.details["field"] == field


def test_closing_drops_what_only_the_machine_wrote(desk: Desk) -> None:
    desk.hear(LAMP)

    for _ in range(2):
        with desk.database.work() as uow:
            contacts.close(uow, desk.scope, desk.contact_id, summary_code="progress_told")

    with desk.database.read() as session:
        assert drafts.get(session, desk.draft_id).state is DraftState.DROPPED
        assert session.get_one(Contact, desk.contact_id).summary_code == "progress_told"
        names = list(session.scalars(select(StoredEvent.name)))
        assert names.count("contact-closed") == 1


def test_closing_is_refused_while_typed_words_wait(desk: Desk) -> None:
    desk.type({"title": "还没写完"})

    with pytest.raises(Conflict) as caught, desk.database.work() as uow:
        contacts.close(uow, desk.scope, desk.contact_id, summary_code="ticket_opened")

    assert caught.value.details["reason"] == "open-draft"


def test_direct_answer_is_closed_on_the_spot_and_once(desk: Desk) -> None:
    given = Question("请问公积金提取需要什么材料", "带身份证和银行卡。", category_code="0402")

    for _ in range(2):
        with desk.database.work() as uow:
            contacts.direct_answer(uow, desk.scope, desk.contact_id, given)

    with desk.database.read() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert ticket.state is State.ANSWERED
        assert ticket.closed_at is not None
        assert ticket.title == "关于市民咨询公积金提取需要什么材料的问题"


def test_direct_answer_needs_words_or_an_article(desk: Desk) -> None:
    with pytest.raises(Invalid), desk.database.work() as uow:
        contacts.direct_answer(uow, desk.scope, desk.contact_id, Question("怎么补办社保卡"))
    with desk.database.work() as uow:
        assert (
            contacts.direct_answer(uow, desk.scope, desk.contact_id, Question("怎么补办社保卡", article_id=7)).article_id == 7
        )


def test_history_shows_the_open_ticket_of_a_known_caller(desk: Desk) -> None:
    desk.hear(LAMP)
    number = desk.confirm().number

    with desk.database.work() as uow:
        again = contacts.open_contact(uow, channel="phone", number="199 0000 0123")
    with desk.database.read() as session:
        known = contacts.history(session, desk.scope, again)

        assert [ticket.number for ticket in known.open_tickets] == [number]
        assert (known.contact_count, known.ticket_count) == (2, 1)


def test_reason_to_go_against_a_guard_is_kept_with_a_dispatch_by_the_agent(desk: Desk) -> None:
    desk.hear(LAMP)
    with desk.database.work() as uow:
        unit = factories.unit(uow.session, "U9")
        seen, why = drafts.get(uow.session, desk.draft_id).version, "该单位已电话同意接收"
        drafts.confirm(uow, desk.scope, desk.draft_id, version=seen, dispatch_unit_id=unit.id, override=why)

        assert uow.session.scalars(select(Assignment.override)).all() == [why]
