"""Handing on the open work of a unit that is closed to its successor, so that no ticket is left with nobody.

Called with `units.close_unit`, in its transaction, by who administers units: `people` knows no tickets.
"""

from collections.abc import Callable

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.people.units import UnitInUse
from hotline.tickets import assignments, passing_on, tickets, timeline
from hotline.tickets.dispatching import ASSIST, LEAD, MACHINE
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import AT_WORK, DESK, WITH_UNITS, AssignmentState, State

Step = Callable[[UnitOfWork, Assignment, int, str], None]


def hand_on(uow: UnitOfWork, unit_id: int, successor_id: int | None, *, note: str) -> None:
    """Give what the unit leads and assists to its successor; `note` says in each timeline why.

    Raises UnitInUse with the `count` of its open parts: `open-work` without a successor, `work-stays` for those that cannot
    change hands now (suspended, under audit, passed on by a superior).
    """
    if successor_id is None:
        count = len(_open_parts(uow.session, unit_id))
        if count:
            raise UnitInUse("parts at work", reason="open-work", count=count)
        return
    for part in _open_parts(uow.session, unit_id):
        _hand_on(uow, part, successor_id, note)
    uow.session.flush()
    count = len(_open_parts(uow.session, unit_id))
    if count:
        raise UnitInUse("parts that stay", reason="work-stays", count=count)


def _open_parts(session: Session, unit_id: int) -> list[Assignment]:
    """Parts at work, and replies of leads that an audit may still send back; by ticket: all hold tickets in one order."""
    audited = and_(Assignment.role == LEAD, Assignment.state == AssignmentState.REPLIED, Ticket.state == State.AUDIT)
    query = select(Assignment).join(Ticket, Ticket.id == Assignment.ticket_id).where(Assignment.unit_id == unit_id)
    return list(session.scalars(query.where(or_(Assignment.state.in_(AT_WORK), audited)).order_by(Assignment.ticket_id)))


def _hand_on(uow: UnitOfWork, part: Assignment, successor_id: int, note: str) -> None:
    """One part, as it stands once its ticket is held; what cannot change hands is left."""
    timeline.hold(uow, part.ticket_id)
    uow.session.refresh(part)
    ticket = uow.session.get_one(Ticket, part.ticket_id, populate_existing=True)
    step = STEPS.get(part.role)
    if step is not None and part.state in AT_WORK and ticket.state in WITH_UNITS:
        step(uow, part, successor_id, note)


def _redispatch(uow: UnitOfWork, part: Assignment, successor_id: int, note: str) -> None:
    """Those who assist go on assisting: a re-dispatch takes the ticket from them as well."""
    others = assignments.at_work(uow.session, part.ticket_id)
    assisting = [other.unit_id for other in others if other.role == ASSIST and other.unit_id != successor_id]
    given = {"unit_id": successor_id, "assist_unit_ids": assisting, "note": note}
    tickets.move(uow, part.ticket_id, "redispatch", roles=DESK, given=given)


def _swap(uow: UnitOfWork, part: Assignment, successor_id: int, note: str) -> None:
    """A successor who works on the ticket already is given no second part."""
    for let_go in (part, *passing_on.below_at_work(uow.session, part)):
        assignments.move(uow, let_go.id, "release", roles=MACHINE, given={})
    if not any(other.unit_id == successor_id for other in assignments.at_work(uow.session, part.ticket_id)):
        given = {"assist_unit_ids": [successor_id], "note": note}
        tickets.move(uow, part.ticket_id, "add_assist", roles=DESK, given=given)


STEPS: dict[str, Step] = {LEAD: _redispatch, ASSIST: _swap}
"""How a part of each role changes hands; what was passed on (下派) is for the superior to pass on again."""
