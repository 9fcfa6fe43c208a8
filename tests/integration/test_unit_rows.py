"""What a unit's desk shows as the limit of a row: the next thing that unit must do."""

from sqlalchemy import select

from hotline.people.models import Unit
from hotline.tickets import assignments, tickets
from tests.integration.people import TICKET, SignIn
from web.bootstrap import Container


def test_row_shows_sign_in_then_contact_then_handling(sign_in: SignIn, parts: Container) -> None:
    opened = sign_in("agent").done("POST", "/tickets", json=TICKET)
    unit = sign_in("handler", "U1")
    with parts.database.work() as uow:
        unit_id = uow.session.scalars(select(Unit.id).where(Unit.code == "U1")).one()
        tickets.move(uow, opened["id"], "dispatch", roles=["dispatcher"], given={"unit_id": unit_id})
        part_id = assignments.at_work(uow.session, opened["id"])[0].id

    stages = [unit.done("GET", "/tickets?view=all")["items"][0]["due"]["stage"]]
    for action in ("sign", "contact"):
        with parts.database.work() as uow:
            assignments.move(uow, part_id, action, roles=["handler"], given={"note": "已联系"})
        stages.append(unit.done("GET", "/tickets?view=all")["items"][0]["due"]["stage"])

    assert stages == ["sign", "contact", "handle"]
