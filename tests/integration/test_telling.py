"""Who is told: every row with `tells` walked, each receiver once, in both languages; and who is never told."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from hotline.kernel.db import Database
from hotline.kernel.transitions import LifeCycle, Transition
from hotline.people.models import Absence, Notice, Unit
from hotline.tickets import assignments, ladders
from hotline.tickets.events import AssignmentMoved, AssignmentOpened, OrderMoved, TicketMoved, TicketOpened
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import STANDARD, Secrecy, Told
from tests import factories
from tests.fakes import FakeNotifier
from tests.lives import FOLLOWING, NOON, REPLY, City
from web import texts
from web.reactions.messages import Messages

PHONE = "19900000001"
ROLES = {
    Told.DISPATCHER: "dispatcher",
    Told.AUDITOR: "reply_auditor",
    Told.SUPERVISOR: "supervisor",
    Told.CALLBACK_AGENT: "callback_agent",
}


@dataclass
class House:
    """A ticket with lead B, C below it by a part passed on, E assisting and D copied; and the reactions that tell."""

    city: City
    ticket_id: int
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    delivery: Any = field(default_factory=lambda: count(1000))  # numbers that no delivery has
    seen: int = 0
    asked: int = 0

    @property
    def messages(self) -> Messages:
        return Messages(self.notifier)

    def part(self, code: str) -> Assignment:
        with self.city.database.read() as session:
            query = select(Assignment).where(Assignment.ticket_id == self.ticket_id).order_by(Assignment.id)
            return next(part for part in session.scalars(query) if part.unit.code == code)

    def ticket_moved(self, action: str, source: str, target: str) -> None:
        event = TicketMoved(self.ticket_id, "20261120-1", action, source, target)
        delivery = next(self.delivery)
        for _ in range(2):
            self.messages.ticket_moved(self.city.database, delivery, event)

    def part_moved(self, code: str, action: str, source: str, target: str) -> None:
        part = self.part(code)
        event = AssignmentMoved(part.id, self.ticket_id, "20261120-1", part.unit_id, action, source, target)
        delivery = next(self.delivery)
        for _ in range(2):
            self.messages.assignment_moved(self.city.database, delivery, event)

    def told(self) -> list[str]:
        """Who was told since asked last: unit codes, roles and officers as often as they got a notice, and the requester."""
        with self.city.database.read() as session:
            codes = {unit.id: unit.code for unit in session.scalars(select(Unit))}
            fresh = session.scalars(select(Notice).where(Notice.id > self.seen).order_by(Notice.id)).all()
        self.seen = fresh[-1].id if fresh else self.seen
        found = [notice.role or codes.get(notice.unit_id or 0) or f"officer-{notice.officer_id}" for notice in fresh]
        sent, self.asked = len(self.notifier.sent) - self.asked, len(self.notifier.sent)
        return sorted([*found, *(["requester"] * sent)])

    def codes(self) -> set[str]:
        with self.city.database.read() as session:
            return set(session.scalars(select(Notice.code)))


@pytest.fixture
def subscribers() -> Any:  # Subscribers
    return FOLLOWING


@pytest.fixture
def house(database: Database) -> House:
    city = City.built(database)
    ticket_id = city.opened(contact_phone=PHONE)
    given = {"unit_id": city.id("B"), "assist_unit_ids": [city.id("E")], "copy_unit_ids": [city.id("D")]}
    city.move(ticket_id, "dispatch", given)
    city.by_lead(ticket_id, "sign")
    city.by_lead(ticket_id, "sub_dispatch", {"unit_ids": [city.id("C")]})
    return House(city, ticket_id)


def rows(cycle: LifeCycle[Any]) -> list[Transition[Any]]:
    """One row of each action that tells."""
    return list({row.action: row for row in cycle.rows if row.tells}.values())


def worded(house: House) -> bool:
    """Whether every notice and message is worded in both languages."""
    keys = [f"notice.{code}.{part}" for code in house.codes() for part in ("title", "text")]
    said = [message.text for message in house.notifier.sent]
    return all(texts.knows(key, language) for key in keys for language in texts.LOCALES) and "message." not in "".join(said)


OF_TICKET = {Told.LEAD: ["B"], Told.UNITS: ["B", "C", "E"], Told.REQUESTER: ["requester"], **{k: [v] for k, v in ROLES.items()}}
OF_LEAD = {Told.UNIT: ["B"], Told.SECTION_HEAD: ["B"], Told.REQUESTER: ["requester"], **{k: [v] for k, v in ROLES.items()}}
OF_SUB = {Told.UNIT: ["C"], Told.SECTION_HEAD: ["C"], Told.SUPERIOR: ["B"]}
"""Who is meant in this house, from the view of the ticket, of its lead's part and of the part passed on."""


def expected(row: Transition[Any], known: dict[Told, list[str]]) -> list[str]:
    return sorted(name for told in row.tells for name in known.get(Told(told), []))


def test_everyone_whom_a_ticket_row_names_is_told_once(house: House) -> None:
    for row in rows(STANDARD.ticket):
        house.ticket_moved(row.action, row.source.value, row.target.value)

        assert (row.action, house.told()) == (row.action, expected(row, OF_TICKET))
    assert worded(house)


@pytest.mark.parametrize(("code", "known"), [("B", OF_LEAD), ("C", OF_SUB)])
def test_everyone_whom_a_row_of_a_part_names_is_told_once(house: House, code: str, known: dict[Told, list[str]]) -> None:
    for row in rows(STANDARD.assignment):
        house.part_moved(code, row.action, row.source.value, row.target.value)

        assert (row.action, house.told()) == (row.action, expected(row, known))
    assert worded(house)


def test_everyone_whom_a_row_of_an_order_names_is_told_once(house: House) -> None:
    for delivery, row in enumerate(rows(STANDARD.order)):
        event = OrderMoved(1, house.ticket_id, "1", house.city.id("E"), row.action, row.source.value, row.target.value)
        for _ in range(2):
            house.messages.order_moved(house.city.database, delivery, event)

        assert (row.action, house.told()) == (row.action, ["supervisor" if Told.SUPERVISOR in row.tells else "E"])
    assert worded(house)


@pytest.mark.parametrize(
    ("action", "source", "target"), [("propose_order", "", "proposed"), ("dismiss_order", "proposed", "closed")]
)
def test_what_is_only_proposed_is_told_to_no_unit(house: House, action: str, source: str, target: str) -> None:
    event = OrderMoved(1, house.ticket_id, "1", house.city.id("E"), action, source, target)

    house.messages.order_moved(house.city.database, 8, event)

    assert house.told() == []


@pytest.mark.parametrize(("code", "source", "told"), [("B", "", []), ("E", "", ["E"]), ("B", "issued", ["B"])])
def test_a_new_order_is_told_to_whoever_the_tickets_row_does_not_name(
    house: House, code: str, source: str, told: list[str]
) -> None:
    event = OrderMoved(1, house.ticket_id, "1", house.city.id(code), "supervise", source, "issued")
    house.messages.order_moved(house.city.database, 7, event)

    assert house.told() == told


def test_without_a_lead_the_desk_hears(house: House) -> None:
    with house.city.database.work() as uow:
        uow.session.get_one(Ticket, house.ticket_id).lead_unit_id = None

    house.ticket_moved("instruct", "pending", "pending")

    assert house.told() == ["dispatcher"]


def test_units_let_go_by_the_step_hear_of_it_and_those_gone_before_do_not(house: House) -> None:
    with house.city.database.work(now=NOON - timedelta(hours=1)) as uow:
        assignments.move(uow, house.part("E").id, "recall", roles=["dispatcher"], given={"note": "改由他人协办"})
    house.city.now = NOON + timedelta(days=400)
    house.city.move(house.ticket_id, "withdraw")

    house.ticket_moved("withdraw", "handling", "withdrawn")

    assert house.told() == ["B", "C", "requester"]


@pytest.mark.parametrize(
    ("end", "told"), [("reply", ["C", "E"]), ("withdraw", ["B", "C", "E", "requester"])], ids=["by the lead", "by the ticket"]
)
def test_units_let_go_hear_once_whatever_let_them_go(house: House, end: str, told: list[str]) -> None:
    house.city.now = NOON + timedelta(days=400)
    if end == "reply":
        house.city.by_lead(house.ticket_id, "reply", {**REPLY, "missing_note": "协办单位未答复"})
    else:
        house.city.move(house.ticket_id, end)
        house.ticket_moved(end, "handling", "withdrawn")

    for code in ("C", "E"):
        house.part_moved(code, "release", "to_sign", "recalled")

    assert house.told() == told
    assert worded(house)


@pytest.mark.parametrize(
    ("secrecy", "wanted", "texts_sent"),
    [
        (Secrecy.NORMAL, True, [("acknowledge", True), ("answer", True)]),
        (Secrecy.NORMAL, False, [("acknowledge", True)]),
        (Secrecy.CONFIDENTIAL, True, [("acknowledge", True), ("discreet", False)]),
        (Secrecy.STRICT, True, []),
    ],
)
def test_the_requester_hears_no_more_than_the_secrecy_allows(
    house: House, secrecy: Secrecy, wanted: bool, texts_sent: list[tuple[str, bool]]
) -> None:
    with house.city.database.work() as uow:
        ticket = uow.session.get_one(Ticket, house.ticket_id)
        ticket.secrecy, ticket.reply_wanted = secrecy, wanted
        names = {"number": ticket.number, "query_code": ticket.query_code}

    opened = TicketOpened(house.ticket_id, names["number"], "pending", "normal")
    house.messages.acknowledge(house.city.database, 1, opened)
    house.ticket_moved("answer", "handling", "callback")

    said = [message.text for message in house.notifier.sent]
    assert said == [texts.text(f"message.{code}", **names) for code, _ in texts_sent]
    assert [names["number"] in words for words in said] == [named for _, named in texts_sent]


def test_a_paper_that_climbs_is_told_to_who_signs_next_and_their_stand_in(house: House) -> None:
    with house.city.database.work() as uow:
        place = uow.session.get_one(Unit, house.city.id("B"))
        head = factories.officer(uow.session, "yu", roles=("section_head",), in_unit=place)
        helper = factories.officer(uow.session, "lin", in_unit=place)
        week = {"starts_at": NOON - timedelta(days=1), "ends_at": uow.now + timedelta(days=9)}
        uow.session.add(Absence(officer_id=head.id, stand_in_id=helper.id, **week))
        ladders.put(uow, unit_id=place.id, unit_class=None, important=None, kind=None, steps=["section_head"])
    house.city.by_lead(house.ticket_id, "ask_extension", {"reason": "材料待检", "days": 3})

    house.part_moved("B", "propose_extension", "signed", "signed")

    assert house.told() == sorted([f"officer-{head.id}", f"officer-{helper.id}"])
    assert worded(house)


@pytest.mark.parametrize(
    ("role", "round_no", "code"),
    [("lead", 1, "assigned"), ("lead", 2, "redo"), ("assist", 1, "assist"), ("sub", 1, "passed_on")],
)
def test_a_unit_hears_of_new_work_inside_and_outside_the_house(house: House, role: str, round_no: int, code: str) -> None:
    with house.city.database.work() as uow:
        uow.session.get_one(Unit, house.city.id("E")).phone = "19900000009"
    event = AssignmentOpened(house.part("E").id, house.ticket_id, "1", house.city.id("E"), role, round_no, "normal")

    house.messages.assignment_opened(house.city.database, 1, event)

    assert house.codes() == {code}
    assert [message.to for message in house.notifier.recent()] == ["19900000009"]
    assert worded(house)


def test_a_copied_unit_hears_inside_the_house_alone(house: House) -> None:
    with house.city.database.work() as uow:
        uow.session.get_one(Unit, house.city.id("D")).phone = "19900000009"
    event = AssignmentOpened(house.part("D").id, house.ticket_id, "1", house.city.id("D"), "copied", 1, "normal")

    house.messages.assignment_opened(house.city.database, 1, event)

    assert house.codes() == {"copied"}
    assert house.notifier.recent() == []
