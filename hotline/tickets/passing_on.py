"""Several units on one ticket: passing a part on to units below (下派), joint handling (协办), and the officer who handles it.

Questions and checks for the effects of `assignments`, which alone opens and moves parts.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid
from hotline.people import units
from hotline.people.models import Membership, Officer, Unit
from hotline.people.permissions import UNIT_ROLES, subtree
from hotline.tickets import checking
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import AT_WORK, AssignmentState

LEAD, ASSIST, SUB = "lead", "assist", "sub"
HOLDING = AT_WORK | {AssignmentState.REPLIED}
"""A unit that replied is asked to do it again, not given a second part; in a later dispatch it is given one."""


def receivers(uow: UnitOfWork, part: Assignment, given: Mapping[str, Any]) -> list[Unit]:
    """The units a part is passed on to. Raises Invalid for one that is not below, Conflict for one that takes part already."""
    wanted = list(dict.fromkeys(int(unit_id) for unit_id in given["unit_ids"]))
    below = subtree([part.unit_id], units.superiors(uow.session)) - {part.unit_id}
    for unit_id in wanted:
        if unit_id not in below:
            raise Invalid("unit_ids", "outside-the-tree", unit_id=unit_id)
    found = [units.get(uow.session, unit_id) for unit_id in wanted]
    ticket = uow.session.get_one(Ticket, part.ticket_id)
    for unit in found:
        checking.check_receiver(uow, ticket, unit)
    _check_free(uow.session, part.ticket_id, wanted)
    return found


def limit(uow: UnitOfWork, part: Assignment, given: Mapping[str, Any]) -> datetime | None:
    """The limit given to the units below. Raises Invalid when it is past, or later than the part's own."""
    due_at: datetime | None = given.get("due_at")
    if due_at is None:
        return None
    if due_at <= uow.now:
        raise Invalid("due_at", "in-the-past")
    if part.due_at is not None and due_at > part.due_at:
        raise Invalid("due_at", "after-own-limit", until=part.due_at.isoformat())
    return due_at


def below_at_work(session: Session, part: Assignment) -> list[Assignment]:
    """The parts passed on by this one that are still at work, the nearest level first."""
    found: list[Assignment] = []
    level: Sequence[int] = [part.id]
    while level:
        query = select(Assignment).where(Assignment.parent_id.in_(level)).order_by(Assignment.id)
        children = session.scalars(query).all()
        found += [child for child in children if child.state in AT_WORK]
        level = [child.id for child in children]
    return found


def check_heard(session: Session, part: Assignment, given: Mapping[str, Any]) -> None:
    """Raise Invalid when a reply says nothing of units still at work: those below, and for a lead those that assist."""
    silent = [*_children(session, part), *(_assistants(session, part) if part.role == LEAD else ())]
    if silent and not str(given.get("missing_note") or "").strip():
        raise Invalid("missing_note", "units-at-work", units=sorted({entry.unit.name for entry in silent}))


def check_superior_at_work(session: Session, part: Assignment) -> None:
    """Raise Conflict when the unit that passed this part on is done with its own."""
    if part.parent_id is not None and session.get_one(Assignment, part.parent_id).state not in AT_WORK:
        raise Conflict("the superior unit is done", reason="superior-done")


def is_of_this_dispatch() -> ColumnElement[bool]:
    """That a part is not a reply given before its ticket was dispatched last: another round, or another lead, begins anew."""
    began = select(Ticket.dispatched_at).where(Ticket.id == Assignment.ticket_id).scalar_subquery()
    current = select(Ticket.round).where(Ticket.id == Assignment.ticket_id).scalar_subquery()
    still = and_(Assignment.round == current, Assignment.dispatched_at >= began)
    return or_(Assignment.state != AssignmentState.REPLIED, still)


def member(session: Session, part: Assignment, officer_id: int) -> Officer:
    """The officer, who works for the part's unit. Raises Invalid for anybody else."""
    works_there = Membership.officer_id == Officer.id, Membership.unit_id == part.unit_id, Membership.role.in_(UNIT_ROLES)
    query = select(Officer).join(Membership, works_there[0]).where(Officer.id == officer_id, Officer.active, *works_there[1:])
    officer = session.scalars(query.distinct()).one_or_none()
    if officer is None:
        raise Invalid("officer_id", "not-of-the-unit")
    return officer


def _check_free(session: Session, ticket_id: int, unit_ids: Collection[int]) -> None:
    held = Assignment.ticket_id == ticket_id, Assignment.unit_id.in_(unit_ids), Assignment.state.in_(HOLDING)
    taken = session.scalars(select(Assignment.unit_id).where(*held, is_of_this_dispatch())).all()
    if taken:
        raise Conflict("the unit has a part already", reason="has-part", unit_id=min(taken))


def _children(session: Session, part: Assignment) -> Collection[Assignment]:
    return session.scalars(_at_work(part).where(Assignment.parent_id == part.id)).all()


def _assistants(session: Session, part: Assignment) -> Collection[Assignment]:
    return session.scalars(_at_work(part).where(Assignment.role == ASSIST)).all()


def _at_work(part: Assignment) -> Select[Assignment]:
    return select(Assignment).where(Assignment.ticket_id == part.ticket_id, Assignment.state.in_(AT_WORK))
