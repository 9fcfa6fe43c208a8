"""Callers of one matter and the units that handle it, for the tests of merging, splitting and relating."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from hotline.kernel.db import Database, UnitOfWork
from hotline.tickets import assignments, tickets
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.tickets import NewTicket
from sla import defaults
from tests import factories

NEW = NewTicket(
    channel="phone", type="complaint", title="关于夜间施工的问题", body="听涛路夜间施工。", contact_phone="19900000001"
)
REPLY = {"reply_internal": "已责令停工", "reply_public": "您好，来电已收悉，已责令停工。", "solved": "yes"}
NAMES = ("张先生", "李女士", "陈师傅")
DESK = ["dispatcher"]
MACHINE = ["system"]


def found_city(database: Database) -> None:
    """Two units, one category, the default limits."""
    with database.work() as uow:
        defaults.install_defaults(uow)
        for code in ("U1", "U2"):
            factories.unit(uow.session, code)
        factories.category(uow.session, "0402")


def opened(uow: UnitOfWork, number: int = 0, **values: Any) -> Ticket:
    """A ticket of the caller of that number."""
    caller = {"contact_name": NAMES[number % 3], "contact_phone": f"1990000000{number}"}
    return tickets.open_ticket(uow, replace(NEW, **{**caller, **values}))


def move(uow: UnitOfWork, ticket: Ticket, action: str, **given: Any) -> Ticket:
    roles = MACHINE if action in {"answer", "begin"} else ["dispatcher", "shift_leader"]
    return tickets.move(uow, ticket.id, action, roles=roles, given=given)


def dispatched(uow: UnitOfWork, ticket: Ticket, unit_id: int = 1) -> Assignment:
    move(uow, ticket, "dispatch", unit_id=unit_id)
    return uow.session.scalars(select(Assignment).where(Assignment.ticket_id == ticket.id)).one()


def replied(uow: UnitOfWork, part: Assignment) -> None:
    for action, given in (("sign", {}), ("contact", {"note": "已联系"}), ("reply", REPLY)):
        assignments.move(uow, part.id, action, roles=["handler"], given=given)
