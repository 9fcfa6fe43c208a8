"""A confidential ticket (保密): the unit it is about handles it and learns nothing of who asked."""

from typing import Any

import pytest

from hotline.people.models import Membership, Officer, Unit
from hotline.tickets import tickets
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import Secrecy
from tests.integration.people import TICKET, Person, SignIn
from web.bootstrap import Container

NAME, PHONE = "张小明", "19900000123"


@pytest.fixture
def unit_id(parts: Container) -> int:
    with parts.database.read() as session:
        return session.query(Unit).filter_by(code="U1").one().id


@pytest.mark.parametrize(
    ("role", "confidential", "name", "phone"),
    [
        ("handler", True, "", ""),
        ("handler", False, "张**", "199****0123"),
        ("manager", True, "", ""),
        ("dispatcher", True, NAME, PHONE),
    ],
)
def test_requester_is_shown_to_those_who_may_see_them(
    sign_in: SignIn, unit_id: int, role: str, confidential: bool, name: str, phone: str
) -> None:
    given: dict[str, Any] = {**TICKET, "contact_name": NAME, "contact_phone": PHONE, "confidential": confidential}
    desk = sign_in("dispatcher")
    opened = desk.done("POST", "/tickets", json=given)
    if confidential:
        checked = {"version": opened["version"], "given": {"redacted_title": "路灯", "redacted_body": "有路灯不亮。"}}
        opened = desk.done("POST", f"/tickets/{opened['id']}/actions/check", json=checked)
    move = {"version": opened["version"], "given": {"unit_id": unit_id}}
    desk.done("POST", f"/tickets/{opened['id']}/actions/dispatch", json=move)
    reader = desk if role == "dispatcher" else sign_in(role, "U1" if role == "handler" else "")

    shown = reader.ask("GET", f"/tickets/{opened['id']}")

    asker = shown.get_json()["requester"]
    assert (asker["name"], asker["phone"]) == (name, phone)
    if not name:
        assert "0123" not in shown.text
        reader.refused(403, "POST", f"/tickets/{opened['id']}/reveal", json={"field": "phone", "reason": "联系诉求人"})


def test_title_that_the_unit_reads_does_not_name_who_asks(citizen: Person, parts: Container) -> None:
    words = "我姓张，张女士，我要投诉听涛路餐馆的油烟直接排到我家，请你们管一管"
    sent = {"text": words, "phone": PHONE, "submission_key": "confidential-1", "confidential": True}

    number = citizen.done("POST", "/public/tickets", json=sent)["number"]

    with parts.database.read() as session:
        title = session.query(Ticket).filter_by(number=number).one().title
    assert "张" not in title


@pytest.mark.parametrize(
    ("secrecy", "accused", "status"),
    [(Secrecy.NORMAL, "", 200), (Secrecy.CONFIDENTIAL, "", 200), (Secrecy.STRICT, "", 404), (Secrecy.CONFIDENTIAL, "U1", 404)],
)
def test_contact_names_nobody_whom_its_ticket_does_not(
    sign_in: SignIn, parts: Container, unit_id: int, secrecy: Secrecy, accused: str, status: int
) -> None:
    agent, reader = sign_in("agent"), sign_in("dispatcher", accused)
    call_id = agent.done("POST", "/calls/offer", json={})["id"]
    contact_id = agent.done("POST", f"/calls/{call_id}/answer")["id"]
    with parts.database.work() as uow:
        if accused:
            officer = uow.session.query(Officer).filter_by(login=f"dispatcher-{accused}-zh-CN").one()
            uow.session.add(Membership(officer_id=officer.id, unit_id=unit_id, role="handler"))
        given = {**TICKET, "channel": "phone", "contact_name": NAME, "contact_phone": PHONE, "contact_id": contact_id}
        tickets.open_ticket(uow, NewTicket(**given, secrecy=secrecy, complained_unit_id=unit_id if accused else None))

    for path in (f"/contacts/{contact_id}", f"/contacts/{contact_id}/cards", f"/calls/{call_id}/transcript"):
        assert reader.ask("GET", path).status_code == status
    assert agent.done("GET", f"/contacts/{contact_id}")["id"] == contact_id
