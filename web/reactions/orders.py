"""Supervision orders whose limit is near or past (督办临期、超期): found by the clock, told once for each limit they are given.

Run by `web.schedule`. What was told is remembered by the notices themselves, so running twice at once tells nobody twice.
"""

from sqlalchemy import select

from hotline.kernel.db import Database, UnitOfWork
from hotline.people import notices
from hotline.people.permissions import Role
from hotline.tickets import orders
from hotline.tickets.models import SupervisionOrder, Ticket
from sla.book import book_of, is_set_up

NEAR, OVER = "near-order", "over-order"


def tell_due(database: Database) -> int:
    """Tell the units of orders that are near or late, and the supervisors of the late ones. Returns how many it looked at."""
    with database.work() as uow:
        if not is_set_up(uow.session):
            return 0
        near, late = _near(uow), orders.overdue(uow.session, uow.now)
        for order in near:
            _tell(uow, order, NEAR, [])
        for order in late:
            _tell(uow, order, OVER, [Role.SUPERVISOR])
        return len(near) + len(late)


def _near(uow: UnitOfWork) -> list[SupervisionOrder]:
    book = book_of(uow.session, uow.zone, uow.now)
    until = book.calendar.add_working_days(uow.now, book.rules.order_warning_days)
    coming = orders.UNANSWERED, SupervisionOrder.due_at > uow.now, SupervisionOrder.due_at <= until
    return list(uow.session.scalars(select(SupervisionOrder).where(*coming).order_by(SupervisionOrder.due_at)))


def _tell(uow: UnitOfWork, order: SupervisionOrder, code: str, roles: list[Role]) -> None:
    args = {"number": uow.session.get_one(Ticket, order.ticket_id).number}
    key = f"{code}:{order.id}:{order.due_at.isoformat()}"
    if order.unit_id is not None:
        notices.notify_unit(uow, order.unit_id, code, args=args, ticket_id=order.ticket_id, dedup_key=key)
    for role in roles if order.unit_id is not None else [*roles, Role.DISPATCHER]:
        notices.notify_role(uow, role, code, args=args, ticket_id=order.ticket_id, dedup_key=f"{key}:{role}")
