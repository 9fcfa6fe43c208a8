"""A ticket brought to any state by real moves: for the tests that walk the ticket's whole life. No limits, no call-backs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import Actor, Database
from hotline.kernel.events import Subscribers
from hotline.people import units
from hotline.tickets import assignments, following, tickets
from hotline.tickets.events import AssignmentMoved, TicketMoved
from hotline.tickets.models import Assignment, Ticket, TicketRule
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import SYSTEM, State
from tests import factories

FOLLOWING = Subscribers(within={AssignmentMoved: (following.follow,), TicketMoved: (following.carry,)})
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
NEW = NewTicket(channel="phone", type="complaint", title="夜间施工", body="工地夜里施工。诉求：停止。", category_code="0402")
PRECHECKED = "mail"
DESK = ("dispatcher", "shift_leader", "reply_auditor", "supervisor")
OBJECTION = {"reason_code": "not_competent", "reason": "非我单位职责", "legal_basis": "三定规定"}
REPLY = {"reply_internal": "已处理", "reply_public": "您好，来电已收悉。", "solved": "yes"}
REDACTED = {"redacted_title": "反映施工", "redacted_body": "有人反映夜间施工。"}


@dataclass
class City:
    """A small city: street S below district D below the city government G on the territorial line, bureau B, and C below B."""

    database: Database
    now: datetime = NOON

    @classmethod
    def built(cls, database: Database) -> "City":
        with database.work() as uow:
            session = uow.session
            for code in ("0402", "0403"):
                factories.category(session, code)
            factories.handling_path(session, "petition")
            above = factories.unit(session, "G")
            district = factories.unit(session, "D", level="district", territorial_id=above.id)
            factories.unit(session, "S", level="street", territorial_id=district.id)
            bureau = factories.unit(session, "B", territorial_id=above.id)
            factories.unit(session, "C", territorial_id=above.id, professional_id=bureau.id)
            factories.unit(session, "E", territorial_id=above.id)
            rule = {"effective_from": NOON - timedelta(days=1), "source": "test"}
            session.add(TicketRule(key="precheck.channels", value=[PRECHECKED], **rule))
        return cls(database)

    def id(self, code: str) -> int:
        """The unit of that code."""
        with self.database.read() as session:
            return units.by_code(session, code).id

    def opened(self, **values: Any) -> int:
        """A new ticket."""
        with self.database.work(now=self.now) as uow:
            return tickets.open_ticket(uow, replace(NEW, **values)).id

    def answered(self) -> int:
        """A ticket that was answered on the spot."""
        with self.database.work(now=self.now) as uow:
            return tickets.open_answered(uow, replace(NEW, answer="请带身份证到窗口办理。")).id

    def move(self, ticket_id: int, action: str, given: Mapping[str, Any] | None = None, roles: tuple[str, ...] = DESK) -> None:
        """A move at the hotline's desks."""
        with self.database.work(Actor(), now=self.now) as uow:
            tickets.move(uow, ticket_id, action, roles=roles, given={"note": "说明", **(given or {})})

    def by_system(self, ticket_id: int, action: str) -> None:
        """A move that another part of the house makes."""
        self.move(ticket_id, action, roles=(SYSTEM,))

    def by_lead(self, ticket_id: int, action: str, given: Mapping[str, Any] | None = None, role: str = "handler") -> None:
        """A move of the lead's part, by the unit or by a role of the hotline."""
        with self.database.work(now=self.now) as uow:
            lead = assignments.at_work(uow.session, ticket_id)[0]
            assignments.move(uow, lead.id, action, roles=[role], given={"note": "说明", **(given or {})})

    def reply(self, ticket_id: int) -> None:
        """The lead's answer."""
        self.by_lead(ticket_id, "reply", REPLY)

    def return_it(self, ticket_id: int) -> None:
        """The lead gives it back and the desk agrees."""
        self.by_lead(ticket_id, "ask_return", OBJECTION)
        self.by_lead(ticket_id, "grant_return", role="dispatcher")

    def suspend(self, ticket_id: int, until: datetime) -> None:
        """The lead asks to wait and the hotline agrees."""
        self.by_lead(ticket_id, "ask_suspension", {"reason": "冬季不能施工", "until": until})
        self.by_lead(ticket_id, "grant_suspension", role="reply_auditor")

    def terminate(self, ticket_id: int) -> None:
        """The lead asks to end it and the hotline agrees."""
        self.by_lead(ticket_id, "ask_termination", OBJECTION)
        self.by_lead(ticket_id, "grant_termination", role="reply_auditor")

    def add(self, ticket_id: int, words: str) -> None:
        """The requester's further words."""
        with self.database.work(now=self.now) as uow:
            tickets.add(uow, ticket_id, "supplement", words)

    def children(self, ticket_id: int) -> list[Ticket]:
        """The tickets it was split into."""
        with self.database.read() as session:
            return list(session.scalars(select(Ticket).where(Ticket.parent_id == ticket_id)))

    def ticket(self, ticket_id: int) -> Ticket:
        """The ticket as it stands."""
        with self.database.read() as session:
            return session.get_one(Ticket, ticket_id)

    def parts(self, ticket_id: int) -> list[tuple[str, str, str]]:
        """(unit code, role, state) of every part, in order."""
        with self.database.read() as session:
            return [(part.unit.code, part.role, part.state.value) for part in _parts(session, ticket_id)]

    def in_state(self, state: State) -> int:
        """A ticket in that state."""
        return WAYS[state](self)


def _parts(session: Session, ticket_id: int) -> list[Assignment]:
    return list(session.scalars(select(Assignment).where(Assignment.ticket_id == ticket_id).order_by(Assignment.id)))


def _dispatched(city: City, **values: Any) -> int:
    ticket_id = city.opened(**values)
    city.move(ticket_id, "dispatch", {"unit_id": city.id("C")})
    return ticket_id


def _handled(city: City, **values: Any) -> int:
    ticket_id = _dispatched(city, **values)
    city.by_lead(ticket_id, "sign")
    return ticket_id


def _replied(city: City, **values: Any) -> int:
    ticket_id = _handled(city, **values)
    city.reply(ticket_id)
    return ticket_id


def _after(way: Callable[[City], int], *steps: tuple[str, Mapping[str, Any]], roles: tuple[str, ...] = DESK) -> Any:  # a way
    def walked(city: City) -> int:
        ticket_id = way(city)
        for action, given in steps:
            city.move(ticket_id, action, given, roles=roles)
        return ticket_id

    return walked


def _merged(city: City) -> int:
    main_id, ticket_id = _handled(city), city.opened()
    city.move(ticket_id, "merge", {"main_id": main_id})
    return ticket_id


def _suspended(city: City) -> int:
    ticket_id = _handled(city)
    city.suspend(ticket_id, city.now + timedelta(days=30))
    return ticket_id


def _terminated(city: City) -> int:
    ticket_id = _handled(city)
    city.terminate(ticket_id)
    return ticket_id


WAYS: dict[State, Callable[[City], int]] = {
    State.ANSWERED: City.answered,
    State.TO_CHECK: lambda city: city.opened(channel=PRECHECKED),
    State.INCOMPLETE: _after(City.opened, ("send_back", {})),
    State.PENDING: City.opened,
    State.INFORMED: _after(City.opened, ("inform", {"path_code": "petition"})),
    State.HANDED_OVER: _after(City.opened, ("hand_over", {"handed_to": "province"})),
    State.DISPATCHED: _dispatched,
    State.HANDLING: _handled,
    State.SUSPENDED: _suspended,
    State.AUDIT: lambda city: _replied(city, type="report"),
    State.CALLBACK: _replied,
    State.REVIEW: _after(_replied, ("doubt", {}), roles=(SYSTEM,)),
    State.MERGED: _merged,
    State.CLOSED: _after(_replied, ("close", {}), roles=(SYSTEM,)),
    State.WITHDRAWN: _after(_dispatched, ("withdraw", {})),
    State.TERMINATED: _terminated,
    State.ARCHIVED: _after(City.answered, ("archive", {}), roles=(SYSTEM,)),
}
"""How a ticket gets into each state."""
