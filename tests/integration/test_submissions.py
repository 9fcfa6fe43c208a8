"""Words of danger and written requests on a real database."""

import pytest
from sqlalchemy import select

from hotline.intake import alerts, submissions
from hotline.intake.channels.base import Intake
from hotline.intake.channels.web_form import WebForm
from hotline.intake.drafting.fill import Sources
from hotline.intake.models import Contact, RiskAlert
from hotline.intake.places import load_gazetteer
from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.kernel.events import StoredEvent
from hotline.people.notifier import NullNotifier
from hotline.tickets.models import Ticket
from tests.integration.contact_desk import NOTHING, Desk, rank_lamps


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk.opened(database)


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


@pytest.mark.parametrize(("proposed", "expected"), [("0402", "0402"), ("0000", None)])
def test_subject_read_before_proposes_a_category_when_the_words_propose_none(
    desk: Desk, proposed: str, expected: str | None
) -> None:
    with desk.database.work() as uow:
        ticket = submissions.submit(uow, form(text="想问一件事，麻烦回电", category_code=proposed), NOTHING)

        assert ticket.category_code == expected


def test_submission_becomes_one_ticket_however_often_it_is_sent(desk: Desk) -> None:
    for _ in range(2):
        with desk.database.work() as uow:
            submissions.submit(uow, form(), Sources(load_gazetteer(uow.session), rank_lamps))

    with desk.database.read() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.channel, ticket.area_code, ticket.category_code) == ("web_form", "9901", "0402")
        assert ticket.title.startswith("关于市民反映听涛苑3号楼路灯不亮")
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
