"""What the passing of time does to tickets by itself: suspended go on, incomplete lapse, ended are archived.

Run by the schedule. Two runs at once share the work: a ticket that somebody else is changing is passed over.
"""

from sqlalchemy import DateTime, Select, select

from hotline.kernel.db import UnitOfWork
from hotline.tickets import tickets, timeline
from hotline.tickets.models import Ticket, TimelineEntry
from hotline.tickets.rules import rules_of
from hotline.tickets.workflow import ENDED, LIVE, SYSTEM, State

BATCH = 500
"""Tickets of one transaction; the next run takes the rest."""


def resume_due(uow: UnitOfWork, batch: int = BATCH) -> int:
    """Let suspended tickets go on whose day has come. Returns how many."""
    due = select(Ticket.id).where(Ticket.state == State.SUSPENDED, Ticket.resume_at <= uow.now)
    return _move_each(uow, due.order_by(Ticket.resume_at), "resume", batch)


def lapse_due(uow: UnitOfWork, batch: int = BATCH) -> int:
    """End tickets that were not completed by the day their requester was told. Returns how many."""
    told = TimelineEntry.data["until"].as_string().cast(DateTime(timezone=True))
    asked = select(TimelineEntry.id).where(TimelineEntry.ticket_id == Ticket.id, TimelineEntry.action == "send_back")
    still_open = asked.where(told > uow.now).correlate(Ticket).exists()
    due = select(Ticket.id).where(Ticket.state == State.INCOMPLETE, ~still_open)
    return _move_each(uow, due.order_by(Ticket.id), "lapse", batch)


def archive_due(uow: UnitOfWork, batch: int = BATCH) -> int:
    """Archive tickets that ended long enough ago. Returns how many."""
    latest = uow.now - rules_of(uow.session, uow.now).archive
    due = select(Ticket.id).where(Ticket.state.in_(ENDED & LIVE), Ticket.closed_at <= latest)
    return _move_each(uow, due.order_by(Ticket.closed_at), "archive", batch)


def _move_each(uow: UnitOfWork, due: Select[int], action: str, batch: int) -> int:
    """Each under its hold, before any row of it is locked; asked again then, as it may have moved meanwhile."""
    moved = 0
    for ticket_id in uow.session.scalars(due).all():
        if moved == batch:
            break
        if timeline.try_hold(uow, ticket_id) and uow.session.scalar(due.where(Ticket.id == ticket_id)):
            tickets.move(uow, ticket_id, action, roles=[SYSTEM], given={})
            moved += 1
    return moved
