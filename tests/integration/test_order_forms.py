"""Supervision papers over HTTP: what the clock drew up is decided by supervisors alone; each prints as a form of its kind."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from hotline.kernel import clock
from hotline.people.models import Unit
from hotline.tickets import supervision
from hotline.tickets.models import SupervisionOrder, Ticket
from hotline.tickets.supervision import Draft, OrderKind
from sla.models import Clock
from tests.integration.people import TICKET, Person, SignIn
from web.bootstrap import Container
from web.flow_sheet import place_of

NAME, PHONE = "张小明", "19900000123"
HEADS = {"prompt": "工作提示单", "order": "督办单", "summons": "约谈通知书", "criticism": "通报批评"}


def dispatched(desk: Person, parts: Container) -> dict[str, Any]:
    with parts.database.read() as session:
        unit_id = session.query(Unit).filter_by(code="U1").one().id
    opened = desk.done("POST", "/tickets", json={**TICKET, "contact_name": NAME, "contact_phone": PHONE})
    move = {"version": opened["version"], "given": {"unit_id": unit_id, "note": "请尽快查看"}}
    return dict(desk.done("POST", f"/tickets/{opened['id']}/actions/dispatch", json=move))


def proposed(parts: Container, ticket_id: int, kind: OrderKind = OrderKind.ORDER) -> int:
    """What the ladder draws up for the unit's handling."""
    with parts.database.work() as uow:
        ticket = uow.session.get_one(Ticket, ticket_id)
        limits = select(Clock.id).where(Clock.ticket_id == ticket_id, Clock.unit_id.is_not(None))
        clock_id = uow.session.scalars(limits.order_by(Clock.id)).first() or 0
        due_at = uow.now + timedelta(days=2)
        draft = Draft(kind, clock_id, ticket.lead_unit_id or 0, "overdue", "请说明超期原因", due_at)
        order = supervision.propose(uow, ticket, draft)
        assert order is not None
        return order.id


def words(reader: Person, order_id: int) -> str:
    answer = reader.ask("GET", f"/orders/{order_id}/form.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    found = PdfReader(io.BytesIO(answer.data))
    return re.sub(r"[\s\x00]", "", "".join(page.extract_text() for page in found.pages))


@pytest.mark.parametrize("kind", list(OrderKind))
def test_a_form_has_the_head_of_its_kind_the_facts_and_room_for_the_answer(
    sign_in: SignIn, parts: Container, kind: OrderKind
) -> None:
    ticket = dispatched(sign_in("dispatcher"), parts)

    told = words(sign_in("supervisor"), proposed(parts, ticket["id"], kind))

    for word in (HEADS[kind], ticket["number"], "单位U1", "拟稿", "超期未办结", "请说明超期原因", "负责人签字", NAME, PHONE):
        assert word in told, word
    assert told.count("答复内容") == 1


@pytest.mark.parametrize(
    ("area", "address", "place"),
    [
        (["锦屏区", "望江楼街道"], "望江楼街道春熙路12号", "锦屏区 望江楼街道 春熙路12号"),
        (["锦屏区", "望江楼街道"], "锦屏区望江楼街道春熙路12号", "锦屏区 望江楼街道 春熙路12号"),
        (["锦屏区", "望江楼街道"], "春熙路12号", "锦屏区 望江楼街道 春熙路12号"),
        (["锦屏区"], "", "锦屏区"),
        ([], "春熙路12号", "春熙路12号"),
    ],
)
def test_a_printed_place_says_no_area_twice(area: list[str], address: str, place: str) -> None:
    assert place_of(area, address) == place


def test_a_proposal_is_no_units_to_see_until_it_is_issued(sign_in: SignIn, parts: Container) -> None:
    desk, unit = sign_in("dispatcher"), sign_in("handler", "U1")
    ticket = dispatched(desk, parts)
    order_id = proposed(parts, ticket["id"])
    supervisor = sign_in("supervisor")
    listed = supervisor.done("GET", "/orders?state=proposed")["items"][0]["order"]

    assert (listed["id"], listed["kind"], listed["proposed"], listed["issued_at"]) == (order_id, "order", True, None)
    assert unit.ask("GET", f"/orders/{order_id}/form.pdf").status_code == 404
    assert unit.done("GET", f"/tickets/{ticket['id']}")["orders"] == []
    assert unit.done("GET", "/orders?state=all")["items"] == []

    given = {"note": "两日内办结", "due_at": listed["due_at"]}
    move = {"version": listed["version"], "given": given}
    issued = supervisor.done("POST", f"/orders/{order_id}/actions/issue_order", json=move)

    assert (issued["state"], issued["demand"], issued["proposed"]) == ("issued", "两日内办结", False)
    assert [order["id"] for order in unit.done("GET", f"/tickets/{ticket['id']}")["orders"]] == [order_id]
    told = words(unit, order_id) if unit.ask("GET", f"/orders/{order_id}/form.pdf").status_code == 200 else ""
    assert PHONE not in told


def test_a_dismissed_proposal_is_gone_from_the_list(sign_in: SignIn, parts: Container) -> None:
    ticket = dispatched(sign_in("dispatcher"), parts)
    order_id, supervisor = proposed(parts, ticket["id"]), sign_in("supervisor")

    supervisor.done("POST", f"/orders/{order_id}/actions/dismiss_order", json={"version": 1, "given": {"note": "已说明"}})

    assert supervisor.done("GET", "/orders?state=proposed")["items"] == []
    assert sign_in("handler", "U1").done("GET", "/orders?state=all")["items"] == []


@pytest.mark.parametrize(("kind", "status"), [("prompt", 200), ("", 200), ("fine", 422)])
def test_a_supervisor_issues_a_paper_of_any_kind(sign_in: SignIn, parts: Container, kind: str, status: int) -> None:
    ticket, supervisor = dispatched(sign_in("dispatcher"), parts), sign_in("supervisor")
    due_at = (clock.now() + timedelta(days=3)).isoformat()
    given = {"reason_code": "overdue", "note": "请办结", "due_at": due_at, **({"kind": kind} if kind else {})}

    answer = supervisor.ask(
        "POST", f"/tickets/{ticket['id']}/actions/supervise", json={"version": ticket["version"], "given": given}
    )

    assert answer.status_code == status
    if status == 200:
        with parts.database.read() as session:
            assert session.scalars(select(SupervisionOrder.kind)).one() == (kind or "order")
