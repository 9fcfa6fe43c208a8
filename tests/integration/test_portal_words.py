"""What a citizen reads of the steps of a ticket: that they happened, never a unit's or desk's internal words."""

from sqlalchemy import select

from hotline.people.models import Unit
from hotline.tickets import assignments, tickets
from hotline.tickets.models import Ticket
from tests.integration.people import Person
from web.bootstrap import Container

SUBMISSION = {"text": "小区门口的路灯坏了一周。诉求：尽快修复。", "phone": "19900000001", "submission_key": "portal-words-1"}


def test_citizen_sees_the_steps_and_not_the_internal_words(citizen: Person, parts: Container) -> None:
    made = citizen.done("POST", "/public/tickets", json=SUBMISSION)
    with parts.database.work() as uow:
        ticket = uow.session.scalars(select(Ticket).where(Ticket.number == made["number"])).one()
        unit = uow.session.scalars(select(Unit).order_by(Unit.id)).first()
        assert unit is not None
        given = {"unit_id": unit.id, "note": "内部：注意此人情绪"}
        tickets.move(uow, ticket.id, "dispatch", roles=["dispatcher"], given=given)
        part = assignments.at_work(uow.session, ticket.id)[0]
        assignments.move(uow, part.id, "sign", roles=["handler"], given={})
        assignments.move(uow, part.id, "contact", roles=["handler"], given={"note": "内部：电话无人接听"})

    look = {"query_code": made["query_code"]}
    seen = citizen.done("POST", f"/public/tickets/{made['number']}/look", json=look)

    assert {"dispatch", "contact"} <= {line["action"] for line in seen["timeline"]}
    assert "内部" not in str(seen)
