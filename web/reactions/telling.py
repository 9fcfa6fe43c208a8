"""Who hears of a step: the `tells` of a workflow's rows, read into units, roles, officers and the requester. Reads only.

`messages` writes and sends. Whoever a row names twice hears once; a part that a unit passed on is that unit's affair, so
what it may decide itself is not told to the hotline.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from hotline.kernel.db import UnitOfWork
from hotline.kernel.events import Delivery, StoredEvent
from hotline.kernel.transitions import LifeCycle
from hotline.people import absences
from hotline.people.models import Membership
from hotline.people.permissions import Role
from hotline.tickets import requests
from hotline.tickets.models import Assignment, Ticket, TimelineEntry
from hotline.tickets.workflow import AssignmentState, Told, workflow_of

LEAD = "lead"
PROPOSE, RELEASE = "propose_", "release"
GONE = (AssignmentState.RETURNED, AssignmentState.RECALLED)
HOTLINE = {
    Told.DISPATCHER: Role.DISPATCHER,
    Told.AUDITOR: Role.REPLY_AUDITOR,
    Told.SUPERVISOR: Role.SUPERVISOR,
    Told.CALLBACK_AGENT: Role.CALLBACK_AGENT,
}


@dataclass(frozen=True)
class Receivers:
    """Everybody who hears of one step."""

    units: frozenset[int] = frozenset()
    roles: frozenset[Role] = frozenset()
    officers: frozenset[int] = frozenset()
    requester: bool = False


def tells(cycle: LifeCycle[Any], source: str, action: str) -> tuple[str, ...]:  # whichever life cycle
    """Whom the row of this move names; nobody for a move that the city's procedure does not have.

    A paper that begins to climb is announced as `propose_<kind>`: its signers hear, whatever the kind.
    """
    found = next((row.tells for row in cycle.rows if row.source == source and row.action == action), None)
    if found is None:
        return (Told.SECTION_HEAD,) if action.startswith(PROPOSE) else ()
    return found


def of_ticket(uow: UnitOfWork, ticket: Ticket, named: Iterable[str], *, since: datetime) -> Receivers:
    """The receivers of a ticket's step. Without a lead its desk hears; units that were let go at or after `since` still do."""
    names = set(named)
    roles = {HOTLINE[told] for told in HOTLINE if told in names}
    units: set[int] = set()
    if Told.LEAD in names:
        units |= {ticket.lead_unit_id} if ticket.lead_unit_id else set()
        roles |= set() if ticket.lead_unit_id else {Role.DISPATCHER}
    if Told.UNITS in names:
        units |= _taking_part(uow, ticket, since)
    return Receivers(frozenset(units), frozenset(roles), requester=Told.REQUESTER in names)


def of_part(uow: UnitOfWork, part: Assignment, named: Iterable[str]) -> Receivers:
    """The receivers of a unit's step. The requester hears of the lead's alone."""
    names = set(named)
    above = uow.session.get(Assignment, part.parent_id) if part.parent_id and Told.SUPERIOR in names else None
    roles = frozenset() if above else frozenset(HOTLINE[told] for told in HOTLINE if told in names)
    officers = _signers(uow, part) if Told.SECTION_HEAD in names else frozenset()
    units = {part.unit_id} if Told.UNIT in names or (Told.SECTION_HEAD in names and not officers) else set()
    units |= {above.unit_id} if above else set()
    return Receivers(frozenset(units), roles, officers, Told.REQUESTER in names and part.role == LEAD)


def is_told_with_the_ticket(uow: UnitOfWork, part: Assignment, action: str) -> bool:
    """Whether a part was let go by a step of the ticket that tells its units itself (撤单, 改派 …): they hear once."""
    if action != RELEASE or part.ended_at is None:
        return False
    telling = {row.action for row in workflow_of(uow).ticket.rows if Told.UNITS in row.tells}
    step = TimelineEntry.ticket_id == part.ticket_id, TimelineEntry.at == part.ended_at, TimelineEntry.action.in_(telling)
    return bool(uow.session.scalar(select(exists().where(*step))))


def happened_at(uow: UnitOfWork, delivery_id: int) -> datetime:
    """The moment of the event that a delivery owes; the present for a delivery that is not known."""
    query = select(StoredEvent.at).join(Delivery, Delivery.event_id == StoredEvent.id).where(Delivery.id == delivery_id)
    return uow.session.scalar(query) or uow.now


def _taking_part(uow: UnitOfWork, ticket: Ticket, since: datetime) -> set[int]:
    still = Assignment.state.not_in(GONE) | (Assignment.ended_at >= since)
    mine = Assignment.ticket_id == ticket.id, Assignment.round == ticket.round, Assignment.state != AssignmentState.COPIED
    return set(uow.session.scalars(select(Assignment.unit_id).where(*mine, still)))


def _signers(uow: UnitOfWork, part: Assignment) -> frozenset[int]:
    """Who signs the next step of the paper that climbs in this unit, and who stands in for them now."""
    request = requests.open_request(uow.session, part.id)
    if request is None or request.step >= len(request.ladder):
        return frozenset()
    holding = Membership.unit_id == part.unit_id, Membership.role == request.ladder[request.step]
    heads = set(uow.session.scalars(select(Membership.officer_id).where(*holding)))
    return frozenset(heads.union(*absences.standing_in(uow.session, heads, uow.now).values()))
