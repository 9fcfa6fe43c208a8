"""A ticket with units at work, for the tests of what units do: dispatch it, bring a part to a state, act on it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hotline.kernel.db import Database
from hotline.people.models import Unit
from hotline.tickets import assignments, tickets, timeline
from hotline.tickets.models import Assignment, Category, Request, Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import AssignmentState, State
from tests import factories
from tests.lives import REPLY

NEW = NewTicket(channel="phone", type="complaint", title="夜间施工", body="夜间施工。诉求：停止。", category_code="0402")
RULING = {"evidence": "现场在道路红线内", "note": "由该单位承办", "basis": "《条例》第三条"}
STEPS: dict[AssignmentState, tuple[tuple[str, dict[str, Any]], ...]] = {
    AssignmentState.TO_SIGN: (),
    AssignmentState.SIGNED: (("sign", {}),),
    AssignmentState.CONTACTED: (("sign", {}), ("contact", {"note": "已联系"})),
    AssignmentState.REPLIED: (("sign", {}), ("reply", REPLY)),
}
"""How a liaison officer brings a part from its dispatch to a state."""


@dataclass(frozen=True)
class Work:
    """A ticket at work. Units by code: BUREAU with SECTION below it by trade and STATION below that by place; OTHER beside."""

    database: Database
    ticket_id: int
    units: dict[str, int]

    def act(self, part_id: int, action: str, role: str = "liaison", **given: Any) -> Assignment:
        """Move a part, in a transaction of its own."""
        with self.database.work() as uow:
            return assignments.move(uow, part_id, action, roles=[role], given=given)

    def bring(self, part_id: int, state: AssignmentState) -> None:
        """Bring a part from its dispatch to a state."""
        for action, given in STEPS[state]:
            self.act(part_id, action, **given)

    def part(self, code: str) -> Assignment:
        """The newest part of a unit."""
        with self.database.read() as session:
            query = session.query(Assignment).filter_by(ticket_id=self.ticket_id, unit_id=self.units[code])
            return query.order_by(Assignment.id.desc()).first() or _missing(code)

    def requests(self, part_id: int) -> list[Request]:
        """What was asked for a part, oldest first."""
        with self.database.read() as session:
            return session.query(Request).filter_by(assignment_id=part_id).order_by(Request.id).all()

    def state(self) -> State:
        """The ticket's state."""
        with self.database.read() as session:
            return session.get_one(Ticket, self.ticket_id).state

    def actions(self) -> list[str]:
        """The actions of the ticket's timeline."""
        with self.database.read() as session:
            return [line.action for line in timeline.lines(session, self.ticket_id)]


def at_work(database: Database, lead: str = "BUREAU", assist: tuple[str, ...] = (), **values: Any) -> Work:
    """A new ticket dispatched to a lead and those who assist; `values` are fields of the ticket, set before."""
    with database.work() as uow:
        units = {code: _unit(uow.session, code) for code in ("BUREAU", "SECTION", "STATION", "OTHER")}
        units["SECTION"].professional_id = units["BUREAU"].id
        units["STATION"].territorial_id = units["SECTION"].id
        if not uow.session.get(Category, "0402"):
            factories.category(uow.session, "0402")
        ticket = tickets.open_ticket(uow, NEW)
        for name, value in values.items():
            setattr(ticket, name, value)
        ids = {code: unit.id for code, unit in units.items()}
        given = {"unit_id": ids[lead], "assist_unit_ids": [ids[code] for code in assist]}
        tickets.move(uow, ticket.id, "dispatch", roles=["dispatcher"], given=given)
        return Work(database, ticket.id, ids)


def set_due(work: Work, part_id: int, **limits: timedelta) -> None:
    """Set moments of a part (due_at, return_until), as far from now as given."""
    with work.database.work() as uow:
        part = assignments.get(uow.session, part_id)
        for name, away in limits.items():
            setattr(part, name, uow.now + away)


def _unit(session: Any, code: str) -> Unit:  # a Session
    found = session.query(Unit).filter_by(code=code).one_or_none()
    return found or factories.unit(session, code)


def _missing(code: str) -> Assignment:
    raise AssertionError(f"{code} has no part")
