"""The figures beside the views of the desks: papers by where they stand, appeals that wait."""

from datetime import timedelta
from typing import Any

from hotline.kernel.db import UnitOfWork
from hotline.people.models import Unit
from hotline.tickets import supervision, tickets
from hotline.tickets.models import Ticket
from hotline.tickets.supervision import Draft, OrderKind
from hotline.tickets.tickets import NewTicket
from tests.integration.people import SignIn
from web.bootstrap import Container

NEW = NewTicket(channel="phone", type="help", title="路灯不亮", body="听涛路的路灯三天没有亮了", contact_phone="19900000001")


def dispatched(uow: UnitOfWork) -> tuple[Ticket, int]:
    """A ticket that U1 has, and that unit."""
    ticket = tickets.open_ticket(uow, NEW)
    unit_id = uow.session.query(Unit).filter_by(code="U1").one().id
    tickets.move(uow, ticket.id, "dispatch", roles=["dispatcher"], given={"unit_id": unit_id})
    return ticket, unit_id


def counts(parts: Container, sign_in: SignIn, role: str, unit: str = "") -> dict[str, Any]:
    reader = sign_in(role, unit) if unit else sign_in(role)
    found = reader.done("GET", "/tickets/counts")["counts"]
    return {key: found[key] for key in ("orders_proposed", "orders_open", "orders_overdue", "appeals")}


def test_papers_are_counted_by_where_they_stand_and_units_are_told_of_no_proposal(parts: Container, sign_in: SignIn) -> None:
    with parts.database.work() as uow:
        (ticket, unit_id), (other, _) = dispatched(uow), dispatched(uow)
        until = uow.now + timedelta(days=1)
        supervision.propose(uow, ticket, Draft(OrderKind.ORDER, 1, unit_id, "overdue", "请办结", until))
        given = {"reason_code": "overdue", "note": "请办结", "due_at": until}
        tickets.move(uow, other.id, "supervise", roles=["supervisor"], given=given)

    told = {"orders_proposed": 1, "orders_open": 1, "orders_overdue": 0, "appeals": 0}
    assert counts(parts, sign_in, "supervisor") == told
    assert counts(parts, sign_in, "handler", "U1") == told | {"orders_proposed": 0}
