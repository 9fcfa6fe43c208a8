"""Contacts, drafts, direct answers, alerts and written requests on a real database."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from hotline.intake import alerts, contacts, drafts, submissions
from hotline.intake.channels.base import Intake
from hotline.intake.channels.web_form import WebForm
from hotline.intake.contacts import Question
from hotline.intake.drafting.fill import Sources
from hotline.intake.drafting.gazetteer import Gazetteer
from hotline.intake.drafting.values import Ranked, Turn
from hotline.intake.models import Contact, DraftState, RiskAlert
from hotline.intake.places import load_gazetteer
from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.kernel.events import StoredEvent
from hotline.kernel.scope import Scope
from hotline.people.models import Place
from hotline.people.notifier import NullNotifier
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import State
from tests import factories

LAMP = "你好我姓张，听涛苑3号楼的路灯不亮，已经三天了。希望尽快派人修好。"
NOTHING = Sources(Gazetteer(()))


def rank_lamps(text: str, area_code: str | None) -> list[Ranked]:
    return [Ranked("category_code", "0402", 0.8, ("路灯",))] if "路灯" in text else []


@dataclass
class Desk:
    database: Database
    scope: Scope
    contact_id: int
    draft_id: int

    def hear(self, *texts: str) -> None:
        turns = [Turn(seq, "caller", text) for seq, text in enumerate(texts, start=1)]
        with self.database.work() as uow:
            sources = Sources(load_gazetteer(uow.session), rank_lamps)
            drafts.refresh(uow, self.draft_id, turns, sources)

    def type(self, fields: Mapping[str, str], version: int | None = None) -> None:
        with self.database.work() as uow:
            seen = drafts.get(uow.session, self.draft_id).version if version is None else version
            drafts.edit(uow, self.scope, self.draft_id, version=seen, fields=fields)

    def confirm(self, version: int | None = None) -> Ticket:
        with self.database.work() as uow:
            seen = drafts.get(uow.session, self.draft_id).version if version is None else version
            return drafts.confirm(uow, self.scope, self.draft_id, version=seen)

    def fields(self) -> dict[str, str]:
        with self.database.read() as session:
            return {name: field["value"] for name, field in drafts.get(session, self.draft_id).fields.items()}

    def version(self) -> int:
        with self.database.read() as session:
            return drafts.get(session, self.draft_id).version


@pytest.fixture
def desk(database: Database) -> Desk:
    with database.work() as uow:
        factories.area(uow.session)
        factories.area(uow.session, "9901", name="澜桥区", level="district", parent_code="99")
        uow.session.add(Place(name="听涛苑", kind="estate", area_code="9901"))
        factories.category(uow.session, "04", name="市政")
        factories.category(uow.session, "0402", name="路灯", parent_code="04")
        agent = factories.officer(uow.session, "li", roles=("agent",))
        scope = Scope(officer_id=agent.id, roles=frozenset({"agent"}), sees_all_units=True, sees_contact_data=True)
        contact = contacts.open_contact(uow, channel="phone", number="19900000123", agent_id=agent.id)
        draft = drafts.open_draft(uow, contact)
        return Desk(database, scope, contact.id, draft.id)


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


def test_word_of_danger_is_raised_once_a_contact(desk: Desk) -> None:
    for text in ("楼上着火了", "着火了快来", "不是漏气"):
        with desk.database.work() as uow:
            alerts.raise_alerts(uow, desk.contact_id, text, "spoken")

    with desk.database.read() as session:
        assert [(alert.word, alert.partner) for alert in alerts.of_contact(session, desk.contact_id)] == [("着火", "119")]
        assert list(session.scalars(select(StoredEvent.name))).count("risk-word-fell") == 1


def test_choice_on_an_alert_is_kept_and_only_a_note_can_become_more(desk: Desk) -> None:
    with desk.database.work() as uow:
        alert_id = alerts.raise_alerts(uow, desk.contact_id, "有人触电了", "spoken")[0].id

    with pytest.raises(Invalid), desk.database.work() as uow:
        alerts.choose(uow, desk.scope, alert_id, choice="note")
    for choice, reason in [("note", "以为是旧事"), ("transfer", ""), ("transfer", "")]:
        with desk.database.work() as uow:
            alerts.choose(uow, desk.scope, alert_id, choice=choice, reason=reason)
    with pytest.raises(Conflict), desk.database.work() as uow:
        alerts.choose(uow, desk.scope, alert_id, choice="three_way")

    with desk.database.read() as session:
        assert session.get_one(RiskAlert, alert_id).choice == "transfer"
        assert alerts.undecided(session) == []


def test_unknown_alert_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound), desk.database.work() as uow:
        alerts.choose(uow, desk.scope, 999, choice="transfer")


def form(**values: object) -> Intake:
    payload = {"text": "听涛苑3号楼的路灯不亮三天了", "phone": "19900000777", "submission_key": "k" * 12}
    return WebForm(NullNotifier()).parse({**payload, **values})


def test_submission_becomes_one_ticket_however_often_it_is_sent(desk: Desk) -> None:
    for _ in range(2):
        with desk.database.work() as uow:
            submissions.submit(uow, form(), Sources(load_gazetteer(uow.session), rank_lamps))

    with desk.database.read() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.channel, ticket.area_code, ticket.category_code) == ("web_form", "9901", "0402")
        assert ticket.title.startswith("关于市民反映听涛苑路灯不亮")
        assert len(session.scalars(select(Contact).where(Contact.channel == "web_form")).all()) == 1


def test_submission_with_a_word_of_danger_is_critical_and_raises_an_alert(desk: Desk) -> None:
    with desk.database.work() as uow:
        ticket = submissions.submit(uow, form(text="路面塌陷，井盖没了，有人掉进井里"), NOTHING)

    assert ticket.urgency == "critical"
    with desk.database.read() as session:
        assert {alert.source for alert in session.scalars(select(RiskAlert))} == {"typed"}


@pytest.mark.parametrize(
    ("values", "field", "rule"),
    [
        ({"text": ""}, "text", "required"),
        ({"text": "   "}, "text", "required"),
        ({"text": "灯坏"}, "text", "too-short"),
        ({"text": "长" * 100_000}, "text", "too-long"),
        ({"text": 5}, "text", "text"),
        ({"phone": ""}, "phone", "phone-format"),
        ({"phone": "1990000"}, "phone", "phone-format"),
        ({"phone": "<script>"}, "phone", "phone-format"),
        ({"type": "wish"}, "type", "unknown-code"),
        ({"title": "灯"}, "title", "too-short"),
        ({"address": "远" * 201}, "address", "too-long"),
        ({"name": "长" * 65}, "name", "too-long"),
        ({"attachment_tokens": ["t"] * 10}, "attachment_tokens", "too-many"),
        ({"attachment_tokens": "t"}, "attachment_tokens", "list-of-texts"),
    ],
)
def test_form_names_the_field_and_the_rule(values: dict[str, object], field: str, rule: str) -> None:
    with pytest.raises(Invalid) as caught:
        form(**values)

    assert (caught.value.details["field"], caught.value.details["rule"]) == (field, rule)


def test_form_folds_text_to_nfc_without_control_characters() -> None:
    assert form(text="cafe\u0301的油烟\x00很大，受不了", phone="+86 199 0000 0777").body == "café的油烟很大，受不了"


def test_unknown_area_or_attachment_opens_nothing(desk: Desk) -> None:
    for values in ({"area_code": "77"}, {"attachment_tokens": ["no-such-token"]}):
        with pytest.raises(Invalid), desk.database.work() as uow:
            submissions.submit(uow, form(**values), NOTHING)

    with desk.database.read() as session:
        assert session.scalars(select(Ticket)).all() == []
