"""Who is told what: notices to inboxes, messages to citizens. Safe to repeat: notices by key, messages by delivery id.

Codes are catalogue ids `notice.<code>.title` / `.text` and `message.<code>`; no message names
the matter of a confidential ticket.
"""

from dataclasses import dataclass

from dispatch.events import TransferOverdue
from hotline.kernel.db import Database, UnitOfWork
from hotline.people import notices
from hotline.people.models import Unit
from hotline.people.notifier import Message, Notifier
from hotline.people.permissions import Role
from hotline.tickets.events import AssignmentMoved, AssignmentOpened, TicketAdded, TicketMoved, TicketOpened
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import State
from sla.events import ClockExpired, ClockWarned
from web import texts

DESK_STAGES = frozenset({"dispatch", "return_review", "review", "reply_audit", "callback"})
TOLD_ACTIONS = frozenset({"dispatch", "inform", "answer", "redo", "close", "keep_closed"})
ACKNOWLEDGE, ANSWERED = "acknowledge", "answered"
FIRST_WORDS = frozenset({ACKNOWLEDGE, ANSWERED})
"""Codes of the message that brings number and query code, which everybody gets."""
TOLD_OF_PARTS = {"ask_return": Role.DISPATCHER, "reply": Role.CALLBACK_AGENT}


@dataclass(frozen=True)
class Messages:
    """Reactions that tell; each takes (database, delivery id, event)."""

    notifier: Notifier

    def acknowledge(self, database: Database, delivery_id: int, event: TicketOpened) -> None:
        """The requester gets number and query code, as the ticket was opened; what became of it since is told apart."""
        with database.work() as uow:
            self._message(uow, delivery_id, event.ticket_id, ANSWERED if event.state == State.ANSWERED else ACKNOWLEDGE)

    def ticket_moved(self, database: Database, delivery_id: int, event: TicketMoved) -> None:
        """The requester hears of the steps that matter; the auditors of a case to review."""
        with database.work() as uow:
            if event.action in TOLD_ACTIONS:
                self._message(uow, delivery_id, event.ticket_id, event.action)
            if event.action == "doubt":
                self._role(uow, Role.REPLY_AUDITOR, "to-review", event.ticket_id, f"review:{delivery_id}")
            if event.action == "take_back":
                self._role(uow, Role.DISPATCHER, "to-dispatch-again", event.ticket_id, f"again:{delivery_id}")

    def ticket_added(self, database: Database, delivery_id: int, event: TicketAdded) -> None:
        """The unit at work hears that the requester added or urged."""
        with database.work() as uow:
            ticket = uow.session.get_one(Ticket, event.ticket_id)
            if ticket.lead_unit_id is not None:
                self._unit(uow, ticket.lead_unit_id, event.kind, ticket.id, f"added:{delivery_id}")

    def assignment_opened(self, database: Database, delivery_id: int, event: AssignmentOpened) -> None:
        """The unit hears of new work; outside the house too."""
        code = "redo" if event.round > 1 else "assigned"
        with database.work() as uow:
            self._unit(uow, event.unit_id, code, event.ticket_id, f"assigned:{event.assignment_id}")
            unit = uow.session.get_one(Unit, event.unit_id)
            if unit.phone:
                words = texts.text(f"message.unit-{code}", number=event.number, unit=unit.name)
                self.notifier.send(Message(delivery_id, unit.phone, words, uow.now, channel="sms"))

    def assignment_moved(self, database: Database, delivery_id: int, event: AssignmentMoved) -> None:
        """The desk hears of a return that is asked; the unit of its decision."""
        with database.work() as uow:
            role = TOLD_OF_PARTS.get(event.action)
            if role is not None:
                self._role(uow, role, event.action, event.ticket_id, f"part:{delivery_id}")
            if event.action in ("grant_return", "refuse_return", "recall"):
                self._unit(uow, event.unit_id, event.action, event.ticket_id, f"part:{delivery_id}")

    def clock_warned(self, database: Database, delivery_id: int, event: ClockWarned) -> None:
        """A limit is near: whoever runs against it is told, once."""
        self._clock(database, event, "near")

    def clock_expired(self, database: Database, delivery_id: int, event: ClockExpired) -> None:
        """A limit is past: the unit and the supervisors are told, once."""
        self._clock(database, event, "over")
        with database.work() as uow:
            self._role(uow, Role.SUPERVISOR, f"over-{event.stage}", event.ticket_id, f"supervise:{event.clock_id}")

    def transfer_overdue(self, database: Database, delivery_id: int, event: TransferOverdue) -> None:
        """No receipt from a partner: the shift leader must act."""
        with database.work() as uow:
            args = {"partner": event.partner}
            key = f"transfer-overdue:{event.transfer_id}"
            notices.notify_role(uow, Role.SHIFT_LEADER, "transfer-overdue", args=args, ticket_id=event.ticket_id, dedup_key=key)

    def _clock(self, database: Database, event: ClockWarned | ClockExpired, word: str) -> None:
        with database.work() as uow:
            key, code = f"{word}:{event.clock_id}", f"{word}-{event.stage}"
            if event.unit_id is not None and event.stage not in DESK_STAGES:
                self._unit(uow, event.unit_id, code, event.ticket_id, key)
            else:
                self._role(uow, Role.DISPATCHER, code, event.ticket_id, key)

    def _unit(self, uow: UnitOfWork, unit_id: int, code: str, ticket_id: int, key: str) -> None:
        notices.notify_unit(uow, unit_id, code, args=_args(uow, ticket_id), ticket_id=ticket_id, dedup_key=key)

    def _role(self, uow: UnitOfWork, role: Role, code: str, ticket_id: int, key: str) -> None:
        notices.notify_role(uow, role, code, args=_args(uow, ticket_id), ticket_id=ticket_id, dedup_key=key)

    def _message(self, uow: UnitOfWork, delivery_id: int, ticket_id: int, code: str) -> None:
        ticket = uow.session.get_one(Ticket, ticket_id)
        if not ticket.contact_phone or ticket.confidential or (not ticket.reply_wanted and code not in FIRST_WORDS):
            return
        words = texts.text(f"message.{code}", number=ticket.number, query_code=ticket.query_code)
        self.notifier.send(Message(delivery_id, ticket.contact_phone, words, uow.now, channel="sms"))


def _args(uow: UnitOfWork, ticket_id: int) -> dict[str, str | int | None]:
    return {"number": uow.session.get_one(Ticket, ticket_id).number}
