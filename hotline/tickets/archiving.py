"""What the passing of time does to tickets by itself: suspended ones go on, ended ones are archived. Run by the schedule.

Two runs at once share the work: a row that another run holds is passed over.
"""

from sqlalchemy import Select, select

from hotline.kernel.db import UnitOfWork
from hotline.tickets import tickets
from hotline.tickets.models import Ticket
from hotline.tickets.rules import rules_of
from hotline.tickets.workflow import ENDED, LIVE, SYSTEM, State

BATCH = 500
"""Tickets of one transaction; the next run takes the rest."""


def resume_due(uow: UnitOfWork, batch: int = BATCH) -> int:
    """Let suspended tickets go on whose day has come. Returns how many."""
    due = select(Ticket.id).where(Ticket.state == State.SUSPENDED, Ticket.resume_at <= uow.now)
    return _move_each(uow, due.order_by(Ticket.resume_at), "resume", batch)


def archive_due(uow: UnitOfWork, batch: int = BATCH) -> int:
    """Archive tickets that ended long enough ago. Returns how many."""
    latest = uow.now - rules_of(uow.session, uow.now).archive
    due = select(Ticket.id).where(Ticket.state.in_(ENDED & LIVE), Ticket.closed_at <= latest)
    return _move_each(uow, due.order_by(Ticket.closed_at), "archive", batch)


def _move_each(uow: UnitOfWork, due: Select[int], action: str, batch: int) -> int:
    ids = uow.session.scalars(due.limit(batch).with_for_update(of=Ticket, skip_locked=True)).all()
    for ticket_id in ids:
        tickets.move(uow, ticket_id, action, roles=[SYSTEM], given={})
    return len(ids)
