"""Who is told what: notices to inboxes, messages to requesters and units. Safe to repeat: by key, and by delivery id.

Who hears of a step stands in the workflow's rows (`telling`). Codes are catalogue ids `notice.<code>.title` / `.text` and
`message.<code>`, a row's code being its action. Notices are written in one transaction; what leaves the house is sent after it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.events import TransferOverdue
from hotline.kernel import clock
from hotline.kernel.db import Database, UnitOfWork
from hotline.people import notices
from hotline.people.models import Unit
from hotline.people.notifier import Message, Notifier
from hotline.people.permissions import Role
from hotline.tickets.events import (
    AssignmentMoved,
    AssignmentOpened,
    OrderMoved,
    QueryCodeRenewed,
    TicketAdded,
    TicketMoved,
    TicketOpened,
)
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import OrderState, Secrecy, State, Told, workflow_of
from web import texts
from web.reactions import telling
from web.reactions.telling import Receivers

ACKNOWLEDGE, ANSWERED = "acknowledge", "answered"
FIRST_WORDS = frozenset({ACKNOWLEDGE, ANSWERED})
"""Codes of the message that brings number and query code, which also those get who want no answer."""
DISCREET = "discreet"
"""The message of a confidential ticket after its first: it names nothing, as others may read the telephone."""
COPIED, ASSIST, SUB = "copied", "assist", "sub"
NEW_WORK = {COPIED: "copied", SUB: "passed_on", ASSIST: "assist"}
"""What units are told of a part by its role; a lead's is new work or, from the second round on, a redo."""


@dataclass(frozen=True)
class Messages:
    """Reactions that tell; each takes (database, delivery id, event)."""

    notifier: Notifier

    def acknowledge(self, database: Database, delivery_id: int, event: TicketOpened) -> None:
        """The requester gets number and query code, as the ticket was opened; what became of it since is told apart."""
        with database.work() as uow:
            ticket = uow.session.get_one(Ticket, event.ticket_id)
            code = ANSWERED if event.state == State.ANSWERED else ACKNOWLEDGE
            leaving = _to_requester(uow, delivery_id, ticket, code)
        self._send(leaving)

    def ticket_moved(self, database: Database, delivery_id: int, event: TicketMoved) -> None:
        """Whoever the ticket's row names hears of its step."""
        with database.work() as uow:
            ticket = uow.session.get_one(Ticket, event.ticket_id)
            named = telling.tells(workflow_of(uow).ticket, event.source, event.action)
            told = telling.of_ticket(uow, ticket, named, since=telling.happened_at(uow, delivery_id))
            _notify(uow, told, event.action, ticket, f"moved:{delivery_id}")
            leaving = _to_requester(uow, delivery_id, ticket, event.action) if told.requester else []
        self._send(leaving)

    def assignment_moved(self, database: Database, delivery_id: int, event: AssignmentMoved) -> None:
        """Whoever the row of a unit's part names hears of its step."""
        with database.work() as uow:
            part = uow.session.get_one(Assignment, event.assignment_id)
            named = telling.tells(workflow_of(uow).assignment, event.source, event.action)
            told = telling.of_part(uow, part, () if telling.is_told_with_the_ticket(uow, part, event.action) else named)
            _notify(uow, told, event.action, part.ticket, f"part:{delivery_id}")
            leaving = _to_requester(uow, delivery_id, part.ticket, event.action) if told.requester else []
        self._send(leaving)

    def order_moved(self, database: Database, delivery_id: int, event: OrderMoved) -> None:
        """The supervisors hear of an answer, the unit of its decision; of a new one when the lead is not who must."""
        with database.work() as uow:
            ticket = uow.session.get_one(Ticket, event.ticket_id)
            told = _told_of_order(uow, ticket, event)
            _notify(uow, told, event.action, ticket, f"order:{delivery_id}")

    def ticket_added(self, database: Database, delivery_id: int, event: TicketAdded) -> None:
        """The unit at work hears that the requester added or urged."""
        with database.work() as uow:
            ticket = uow.session.get_one(Ticket, event.ticket_id)
            if ticket.lead_unit_id is not None:
                _notify_unit(uow, ticket.lead_unit_id, event.kind, ticket, f"added:{delivery_id}")

    def assignment_opened(self, database: Database, delivery_id: int, event: AssignmentOpened) -> None:
        """The unit hears of new work; outside the house too, unless it is only copied."""
        code = NEW_WORK.get(event.role) or ("redo" if event.round > 1 else "assigned")
        with database.work() as uow:
            ticket, unit = uow.session.get_one(Ticket, event.ticket_id), uow.session.get_one(Unit, event.unit_id)
            _notify_unit(uow, unit.id, code, ticket, f"assigned:{event.assignment_id}")
            leaving = _to_unit(uow, delivery_id, unit, event) if event.role != COPIED else []
        self._send(leaving)

    def transfer_overdue(self, database: Database, delivery_id: int, event: TransferOverdue) -> None:
        """No receipt from a partner: the shift leader must act."""
        with database.work() as uow:
            args = {"partner": event.partner}
            key = f"transfer-overdue:{event.transfer_id}"
            notices.notify_role(uow, Role.SHIFT_LEADER, "transfer-overdue", args=args, ticket_id=event.ticket_id, dedup_key=key)

    def query_code_renewed(self, database: Database, delivery_id: int, event: QueryCodeRenewed) -> None:
        """The requester gets the code that was made for them."""
        with database.read() as session:
            ticket = session.get_one(Ticket, event.ticket_id)
        words = texts.text("message.query-code", number=ticket.number, query_code=ticket.query_code)
        self.notifier.send(Message(delivery_id, ticket.contact_phone, words, clock.now(), channel="sms"))

    def _send(self, leaving: Iterable[Message]) -> None:
        for message in leaving:
            self.notifier.send(message)


def _told_of_order(uow: UnitOfWork, ticket: Ticket, event: OrderMoved) -> Receivers:
    unit = frozenset({event.unit_id} if event.unit_id else ())
    named = telling.tells(workflow_of(uow).order, event.source, event.action)
    if named:
        supervisors = frozenset({Role.SUPERVISOR}) if Told.SUPERVISOR in named else frozenset()
        return Receivers(units=unit if Told.LEAD in named else frozenset(), roles=supervisors)
    if OrderState.PROPOSED in (event.source, event.target):
        # Drawn up, dismissed or ended unissued: its unit never hears of it, the supervisors do by the limit's alarm.
        return Receivers()
    # A new order: the lead hears of it by the ticket's own row, so only others do here, and a unit that it was handed on to.
    return Receivers(units=unit if event.source or event.unit_id != ticket.lead_unit_id else frozenset())


def _notify(uow: UnitOfWork, told: Receivers, code: str, ticket: Ticket, key: str) -> None:
    for unit_id in sorted(told.units):
        _notify_unit(uow, unit_id, code, ticket, f"{key}:unit-{unit_id}")
    for role in sorted(told.roles):
        _notify_role(uow, role, code, ticket, f"{key}:{role}")
    for officer_id in sorted(told.officers):
        to_officer = f"{key}:officer-{officer_id}"
        notices.notify_officer(uow, officer_id, code, args=_args(ticket), ticket_id=ticket.id, dedup_key=to_officer)


def _notify_unit(uow: UnitOfWork, unit_id: int, code: str, ticket: Ticket, key: str) -> None:
    notices.notify_unit(uow, unit_id, code, args=_args(ticket), ticket_id=ticket.id, dedup_key=key)


def _notify_role(uow: UnitOfWork, role: Role, code: str, ticket: Ticket, key: str) -> None:
    notices.notify_role(uow, role, code, args=_args(ticket), ticket_id=ticket.id, dedup_key=key)


def _to_requester(uow: UnitOfWork, delivery_id: int, ticket: Ticket, code: str) -> list[Message]:
    """The message of a step, if one may be sent: strictly confidential requesters are reached by the hotline alone."""
    first = code in FIRST_WORDS
    if not ticket.contact_phone or ticket.secrecy is Secrecy.STRICT or not (ticket.reply_wanted or first):
        return []
    discreet = ticket.secrecy is Secrecy.CONFIDENTIAL and not first
    words = texts.text(f"message.{DISCREET if discreet else code}", number=ticket.number, query_code=ticket.query_code)
    return [Message(delivery_id, ticket.contact_phone, words, uow.now, channel="sms")]


def _to_unit(uow: UnitOfWork, delivery_id: int, unit: Unit, event: AssignmentOpened) -> list[Message]:
    if not unit.phone:
        return []
    code = "message.unit-redo" if event.round > 1 else "message.unit-assigned"
    return [Message(delivery_id, unit.phone, texts.text(code, number=event.number, unit=unit.name), uow.now, channel="sms")]


def _args(ticket: Ticket) -> dict[str, str | int | None]:
    return {"number": ticket.number}
