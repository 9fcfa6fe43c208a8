"""What is asked and what was ruled, as the desks read it over HTTP."""

from typing import Any

import pytest

from hotline.people.models import Unit
from hotline.tickets import ladders
from hotline.tickets.workflow import RequestState
from tests.integration.parts import RULING
from tests.integration.people import BEYOND, TICKET, Person, SignIn
from tests.lives import OBJECTION, REPLY
from web.bootstrap import Container


def moved(person: Person, detail: dict[str, Any], action: str, **given: Any) -> dict[str, Any]:
    """Move the newest part of a ticket as the reader last saw it."""
    part = detail["assignments"][-1]
    made = {"version": part["version"], "given": given}
    answer: dict[str, Any] = person.done("POST", f"/assignments/{part['id']}/actions/{action}", json=made)
    return answer


@pytest.fixture
def desk(sign_in: SignIn) -> Person:
    return sign_in("dispatcher")


@pytest.fixture
def liaison(sign_in: SignIn) -> Person:
    return sign_in("liaison", "U1")


@pytest.fixture
def dispatched(desk: Person, liaison: Person, parts: Container) -> dict[str, Any]:
    ticket = desk.done("POST", "/tickets", json={**TICKET, "category_code": "0402"})
    move = {"version": ticket["version"], "given": {"unit_id": unit_of(parts, "U1")}}
    desk.done("POST", f"/tickets/{ticket['id']}/actions/dispatch", json=move)
    detail: dict[str, Any] = liaison.done("GET", f"/tickets/{ticket['id']}")
    return detail


def unit_of(parts: Container, code: str) -> int:
    with parts.database.read() as session:
        return session.query(Unit).filter_by(code=code).one().id


def test_the_desk_reads_what_waits_with_ticket_and_unit(desk: Person, liaison: Person, dispatched: dict[str, Any]) -> None:
    moved(liaison, dispatched, "ask_return", **OBJECTION)

    (asked,) = desk.done("GET", "/asked?kind=return")["items"]

    assert (asked["request"]["kind"], asked["unit"]["name"]) == ("return", "单位U1")
    assert asked["ticket"]["id"] == dispatched["id"]
    assert desk.done("GET", "/asked?kind=extension")["items"] == []


def test_a_unit_reads_its_own_requests_and_no_others(liaison: Person, sign_in: SignIn, dispatched: dict[str, Any]) -> None:
    moved(liaison, dispatched, "ask_return", **OBJECTION)

    assert len(liaison.done("GET", "/asked")["items"]) == 1
    assert sign_in("liaison", "U2").done("GET", "/asked")["items"] == []


def test_a_paper_climbs_and_is_signed_over_http(
    desk: Person, liaison: Person, sign_in: SignIn, parts: Container, dispatched: dict[str, Any]
) -> None:
    with parts.database.work() as uow:
        unit_id = uow.session.query(Unit).filter_by(code="U1").one().id
        ladders.put(uow, unit_id=unit_id, unit_class=None, important=None, kind=None, steps=["section_head"])
    signed = moved(liaison, dispatched, "sign")
    proposed = moved(liaison, signed, "propose_reply", **REPLY)
    head = sign_in("section_head", "U1")

    (climbing,) = head.done("GET", f"/asked?state={RequestState.CLIMBING}")["items"]
    assert (climbing["request"]["ladder"], climbing["request"]["step"]) == (["section_head"], 0)
    assert desk.done("GET", "/asked")["items"] == []
    detail = moved(head, proposed, "approve", note="同意")

    assert detail["assignments"][-1]["state"] == "replied"
    assert detail["requests"][-1]["approvals"][0]["role"] == "section_head"


def test_a_dispute_shows_its_precedents(desk: Person, liaison: Person, dispatched: dict[str, Any]) -> None:
    asked = moved(liaison, dispatched, "ask_return", **OBJECTION)
    moved(desk, asked, "designate_here", **RULING)

    (ruling,) = desk.done("GET", f"/rulings?ticket={dispatched['id']}")["items"]

    assert (ruling["unit"]["name"], ruling["evidence"]) == ("单位U1", RULING["evidence"])
    assert ruling["category"]["code"] == "0402"
    assert len(desk.done("GET", "/rulings?category=04")["items"]) == 1
    assert desk.done("GET", f"/rulings?unit={BEYOND}")["items"] == []


def test_units_do_not_read_rulings(liaison: Person, dispatched: dict[str, Any]) -> None:
    liaison.refused(403, "GET", "/rulings")


@pytest.mark.parametrize("query", ["kind=nonsense", "state=nonsense", "after=nonsense", "limit=100000"])
def test_wrong_query_of_what_is_asked_is_refused(desk: Person, query: str) -> None:
    desk.refused(422, "GET", f"/asked?{query}")
