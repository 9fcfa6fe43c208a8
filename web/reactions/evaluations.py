"""Reactions about opinions: send evaluation links, have the robot ring, tell of appeals. Each may be repeated.

Links and calls carry no name and nothing of the matter; of confidential tickets none are made.
"""

from dataclasses import dataclass

from sqlalchemy import select

from hotline.intake.models import Contact
from hotline.kernel.db import Database, UnitOfWork
from hotline.people import notices
from hotline.people.notifier import Message, Notifier
from hotline.people.permissions import Role
from hotline.tickets.models import Ticket
from sla import asking, evaluation_links
from sla.book import book_of
from sla.evaluation_links import LinkKind
from sla.events import AppealMoved, EvaluationLinkMade, RobotWanted
from sla.lifecycles import CallbackState
from sla.opinions import Callback, EvaluationLink
from sla.plans import Channel
from sla.robots import NoRobot, RobotCall, RobotCaller
from web import texts

ASKED = "asked"
PAGE = "/portal/evaluate#"
"""The token stands behind the #, which a browser sends to nobody, so no log has it."""


@dataclass(frozen=True)
class Evaluations:
    """The outside parts of this process; each reaction takes (database, delivery id, event)."""

    notifier: Notifier
    robot: RobotCaller
    public_url: str

    def send_link(self, database: Database, delivery_id: int, event: EvaluationLinkMade) -> None:
        """The requester or caller gets the link, while it may still be used."""
        with database.work() as uow:
            sendable = evaluation_links.sendable(uow, event.link_id)
            phone, number = _receiver(uow, event)
            days = _days(sendable[0]) if sendable else 0
        if sendable is None or not phone:
            return
        url = f"{self.public_url.rstrip('/')}{PAGE}{sendable[1]}"
        self.notifier.send(Message(delivery_id, phone, _said(event.kind, number, url, days), uow.now, channel="sms"))

    def place_call(self, database: Database, delivery_id: int, event: RobotWanted) -> None:
        """The robot rings; where there is none, or it refuses, a person does."""
        with database.work() as uow:
            call = _robot_call(uow, delivery_id, event)
        if call is None:
            return
        try:
            self.robot.place(call)
        except NoRobot:
            with database.work() as uow:
                asking.hand_to_person(uow, event.callback_id)

    def appeal_moved(self, database: Database, delivery_id: int, event: AppealMoved) -> None:
        """The supervisors hear of an objection, the unit of its decision."""
        with database.work() as uow:
            ticket = uow.session.get_one(Ticket, event.ticket_id)
            key, args = f"appeal:{delivery_id}", {"number": ticket.number}
            if event.target == ASKED:
                notices.notify_role(
                    uow, Role.SUPERVISOR, event.action, args=args, ticket_id=ticket.id, dedup_key=f"{key}:{Role.SUPERVISOR}"
                )
            else:
                notices.notify_unit(uow, event.unit_id, event.action, args=args, ticket_id=ticket.id, dedup_key=key)


def _receiver(uow: UnitOfWork, event: EvaluationLinkMade) -> tuple[str, str]:
    """The telephone, and the number of the ticket if there is one."""
    if event.kind == LinkKind.CALL:
        return _caller(uow, event.subject_id), ""
    ticket_id = evaluation_links.ticket_of(uow.session, LinkKind(event.kind), event.subject_id)
    ticket = uow.session.get(Ticket, ticket_id) if ticket_id is not None else None
    if ticket is None or ticket.confidential:
        return "", ""
    return ticket.contact_phone, ticket.number


def _caller(uow: UnitOfWork, contact_id: int) -> str:
    """Whoever called about a confidential matter gets no message: others may hold the telephone."""
    tickets = uow.session.scalars(select(Ticket).where(Ticket.contact_id == contact_id))
    return "" if any(ticket.confidential for ticket in tickets) else uow.session.get_one(Contact, contact_id).number


def _days(link: EvaluationLink) -> int:
    return max(1, (link.expires_at - link.made_at).days)


def _said(kind: str, number: str, url: str, days: int) -> str:
    values = {"number": number, "url": url, "days": days}
    if kind == LinkKind.CALL:
        return texts.text("message.evaluate-call", **values)
    return texts.text("message.evaluate-matter" if kind == LinkKind.MATTER else "message.evaluate-mark", **values)


def _robot_call(uow: UnitOfWork, delivery_id: int, event: RobotWanted) -> RobotCall | None:
    """None when nobody has to be rung any more, or not by a robot."""
    callback = uow.session.get_one(Callback, event.callback_id)
    ticket = uow.session.get_one(Ticket, event.ticket_id)
    if callback.state is not CallbackState.OPEN or callback.channel != Channel.ROBOT or ticket.confidential:
        return None
    rules = book_of(uow.session, uow.zone, uow.now).rules.opinions.callback
    script = texts.text("callback.robot-script", number=ticket.number)
    return RobotCall(f"callback-{delivery_id}", callback.id, ticket.contact_phone, ticket.number, script, rules.levels)
