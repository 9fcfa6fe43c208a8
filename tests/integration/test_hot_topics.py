"""Hot topics of the city's tickets: made each night for who sees the whole city, found among a unit's own for the rest."""

import io
from datetime import datetime, timedelta

import pytest
from openpyxl import load_workbook

from hotline.insight import ticket_topics
from hotline.insight.models import HotTopicReport
from hotline.kernel import clock
from hotline.people.models import Unit
from hotline.tickets import tickets
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from tests import factories
from tests.integration.people import SignIn
from web import hot_topics
from web.bootstrap import Container

WATER = (
    ("河西路停水", "河西路从昨天起就没有水，整条街都停水了。"),
    ("反映河西路没水用", "我们河西路一带自来水停了一天，水管爆了没人修。"),
    ("河西路停水两天", "河西路停水已经两天，主管道爆裂，至今没有恢复供水。"),
    ("河西路停水没有通知", "家住河西路，停水没有通知，多次反映没有结果。"),
)
LAMPS = (
    ("建设街路灯不亮", "建设街的路灯坏了一个星期，晚上一片漆黑。"),
    ("建设街路灯坏了", "建设街路灯全坏，晚上走路看不见。"),
    ("建设街没有路灯", "建设街晚上路灯不亮，没人修。"),
)


@pytest.fixture
def told(parts: Container) -> dict[str, list[int]]:
    """Two districts; U1 handles what was said of water in one, U2 what was said of lamps in the other, all three days ago."""
    found: dict[str, list[int]] = {}
    with parts.database.work(now=clock.now() - timedelta(days=3)) as uow:
        for code, name in (("9901", "城东区"), ("9902", "城西区")):
            factories.area(uow.session, code, name=name, level="district", parent_code="99")
        for unit, area, texts in (("U1", "9901", WATER), ("U2", "9902", LAMPS)):
            unit_id = uow.session.query(Unit).filter_by(code=unit).one().id
            for number, (title, body) in enumerate(texts):
                phone = f"1990000{unit[1]}{number:03}"
                made = NewTicket(
                    channel="phone",
                    type="help",
                    title=title,
                    body=body,
                    area_code=area,
                    contact_phone=phone,
                    contact_name="赵小云",
                )
                ticket = tickets.open_ticket(uow, made)
                tickets.move(
                    uow,
                    ticket.id,
                    "dispatch",
                    roles=["dispatcher"],
                    given={"unit_id": unit_id, "override": "试验中的派单不看目录，理由写在这里"},
                )
                found.setdefault(unit, []).append(ticket.id)
    return found


def test_before_the_first_report_nothing_is_shown_and_it_is_said(sign_in: SignIn, told: dict[str, list[int]]) -> None:
    answer = sign_in("manager").done("GET", "/hot-topics")

    assert (answer["made_at"], answer["topics"], answer["report"]) == (None, [], None)


def test_a_nights_report_holds_the_topics_of_the_city_and_each_district(
    parts: Container, sign_in: SignIn, told: dict[str, list[int]]
) -> None:
    assert hot_topics.make_reports(parts) == 6

    manager = sign_in("manager")
    city = manager.done("GET", "/hot-topics?days=7")
    assert [(topic["no"], topic["place"], topic["tickets"]) for topic in city["topics"]] == [(1, "河西路", 4), (2, "建设街", 3)]
    assert city["topics"][0]["areas"] == [{"code": "9901", "name": "城东区", "tickets": 4}]
    assert city["tickets"] == 7
    assert [topic["place"] for topic in manager.done("GET", "/hot-topics?area=9902")["topics"]] == ["建设街"]


def test_a_second_look_of_the_same_night_makes_nothing(parts: Container, told: dict[str, list[int]]) -> None:
    hot_topics.make_reports(parts)

    assert hot_topics.make_reports(parts) == 0


def test_a_topic_opens_to_its_tickets(parts: Container, sign_in: SignIn, told: dict[str, list[int]]) -> None:
    hot_topics.make_reports(parts)
    manager = sign_in("manager")
    topic = manager.done("GET", "/hot-topics")["topics"][0]

    listed = manager.done("GET", f"/tickets?{topic['query']}")

    assert {row["id"] for row in listed["items"]} == set(told["U1"])
    assert len(topic["examples"]) == 3


def test_a_unit_finds_the_topics_of_its_own_tickets_alone(
    parts: Container, sign_in: SignIn, told: dict[str, list[int]]
) -> None:
    hot_topics.make_reports(parts)
    handler = sign_in("handler", "U2")

    answer = handler.done("GET", "/hot-topics")

    assert [topic["place"] for topic in answer["topics"]] == ["建设街"]
    assert answer["tickets"] == 3
    assert answer["report"] is None
    listed = handler.done("GET", f"/tickets?{answer['topics'][0]['query']}")
    assert {row["id"] for row in listed["items"]} == set(told["U2"])


def test_another_units_topic_opens_to_nothing(parts: Container, sign_in: SignIn, told: dict[str, list[int]]) -> None:
    hot_topics.make_reports(parts)
    query = sign_in("manager").done("GET", "/hot-topics")["topics"][0]["query"]

    assert sign_in("handler", "U2").done("GET", f"/tickets?{query}")["items"] == []


def test_a_topic_that_is_not_there_is_not_found(parts: Container, sign_in: SignIn, told: dict[str, list[int]]) -> None:
    hot_topics.make_reports(parts)

    sign_in("manager").refused(404, "GET", "/tickets?topic=1:99")


def test_confidential_tickets_are_in_no_report_and_names_in_no_topic(parts: Container, told: dict[str, list[int]]) -> None:
    with parts.database.work() as uow:
        secret = uow.session.get_one(Ticket, told["U1"][0])
        secret.secrecy = "confidential"  # type: ignore[assignment]
        named = uow.session.get_one(Ticket, told["U1"][1])
        named.title = "赵小云家河西路停水"

    hot_topics.make_reports(parts)

    with parts.database.read() as session:
        report = ticket_topics.latest(session, 7)
        assert report is not None
        water = next(topic for topic in report.topics if topic["place"] == "河西路")
    assert sorted(water["ids"]) == told["U1"][1:]
    assert not any("小云" in word for word in (water["name"], *water["words"]))


def test_the_sheet_has_a_row_for_each_topic(parts: Container, sign_in: SignIn, told: dict[str, list[int]]) -> None:
    hot_topics.make_reports(parts)

    sent = sign_in("shift_leader", locale="en").ask("GET", "/hot-topics.xlsx?days=30")

    rows = list(load_workbook(io.BytesIO(sent.data)).active.values)  # type: ignore[union-attr]
    sent.close()
    assert rows[0][:3] == ("No.", "Topic", "Heat")
    assert [row[11] for row in rows[1:]] == ["河西路", "建设街"]


def test_other_periods_and_unknown_areas_are_refused(sign_in: SignIn, told: dict[str, list[int]]) -> None:
    manager = sign_in("manager")

    assert manager.refused(422, "GET", "/hot-topics?days=8")["details"]["field"] == "days"
    assert manager.refused(422, "GET", "/hot-topics?area=nowhere")["details"]["field"] == "area"


def test_reports_kept_long_enough_are_dropped(parts: Container, told: dict[str, list[int]]) -> None:
    hot_topics.make_reports(parts)
    with parts.database.work() as uow:
        uow.session.query(HotTopicReport).filter_by(area_code="9901").update({"made_at": datetime(2020, 1, 1, tzinfo=uow.zone)})

    with parts.database.work() as uow:
        assert ticket_topics.forget(uow, 90) == 2
