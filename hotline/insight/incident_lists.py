"""Questions on incidents: pages of them, and their tickets, counted and shown as far as `queries.visible` lets the reader see.

Only reads. Called by the pages of incidents and by what stands beside a call (`beside`).
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, func, select, true
from sqlalchemy.orm import Session

from hotline.insight import incidents
from hotline.insight.incident_life import LIVE
from hotline.insight.models import Incident, IncidentTicket
from hotline.intake.models import RiskAlert
from hotline.kernel.errors import NotFound
from hotline.kernel.scope import Scope
from hotline.people.permissions import Role
from hotline.tickets import queries
from hotline.tickets.models import Ticket

EVERY_STATE = frozenset(
    {Role.DISPATCHER, Role.SHIFT_LEADER, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR, Role.REPLY_AUDITOR}
)
"""Who also reads incidents that are over; agents are told what is going on now, units what concerns their tickets."""
LATELY = timedelta(hours=1)
STEP = timedelta(minutes=10)
"""The curve of an incident counts in steps of so long."""


@dataclass(frozen=True)
class Size:
    """What a reader may count: tickets, different people, and tickets put in during the last hour."""

    tickets: int = 0
    people: int = 0
    lately: int = 0


def listed(session: Session, scope: Scope, *, live: bool, after: int | None, limit: int) -> list[Incident]:
    """Incidents that this reader may know of, the newest first; older than the id `after`."""
    query = select(Incident).where(_known(scope), Incident.state.in_(LIVE) if live else true())
    if after is not None:
        query = query.where(Incident.id < after)
    return list(session.scalars(query.order_by(Incident.id.desc()).limit(limit)))


def get(session: Session, scope: Scope, incident_id: int) -> Incident:
    """The incident. Raises NotFound when there is none, or none that this reader may know of."""
    found = session.scalars(select(Incident).where(Incident.id == incident_id, _known(scope))).one_or_none()
    if found is None:
        raise NotFound("incident", thing="incident", id=incident_id)
    return found


def may_know(session: Session, scope: Scope, incident: Incident) -> bool:
    """Whether this reader may know of the incident."""
    return session.scalar(select(Incident.id).where(Incident.id == incident.id, _known(scope))) is not None


def sizes(session: Session, scope: Scope, incident_ids: Collection[int], now: datetime) -> dict[int, Size]:
    """How big each incident is, as far as the reader sees its tickets."""
    person = func.coalesce(cast(Ticket.citizen_id, String), func.nullif(Ticket.contact_phone, ""), cast(Ticket.id, String))
    lately = func.count().filter(IncidentTicket.added_at >= now - LATELY)
    query = select(IncidentTicket.incident_id, func.count(), func.count(person.distinct()), lately)
    query = query.join(Ticket, Ticket.id == IncidentTicket.ticket_id)
    own = query.where(IncidentTicket.incident_id.in_(incident_ids), incidents.IN, queries.visible(scope))
    rows = session.execute(own.group_by(IncidentTicket.incident_id))
    return {row[0]: Size(*row[1:]) for row in rows}


def members(session: Session, scope: Scope, incident_id: int) -> list[tuple[IncidentTicket, Ticket]]:
    """Its tickets that this reader may know of, the earliest first; also those that were taken out."""
    query = select(IncidentTicket, Ticket).join(Ticket, Ticket.id == IncidentTicket.ticket_id)
    own = query.where(IncidentTicket.incident_id == incident_id, queries.visible(scope))
    return [(row, ticket) for row, ticket in session.execute(own.order_by(Ticket.opened_at, Ticket.id))]


def curve(moments: Sequence[datetime]) -> list[tuple[datetime, int]]:
    """How many came in, by steps of ten minutes from the first to the last; the moment is the beginning of the step."""
    if not moments:
        return []
    first = min(moments)
    begin = first - timedelta(minutes=first.minute % 10, seconds=first.second, microseconds=first.microsecond)
    counted = Counter((moment - begin) // STEP for moment in moments)
    return [(begin + step * STEP, counted[step]) for step in range(max(counted) + 1)]


def alarms(session: Session, scope: Scope, incident_ids: Collection[int]) -> dict[int, int]:
    """How many words of danger fell in calls about each incident, as far as the reader sees their tickets."""
    query = select(IncidentTicket.incident_id, func.count(RiskAlert.id)).join(Ticket, Ticket.id == IncidentTicket.ticket_id)
    own = query.join(RiskAlert, RiskAlert.contact_id == Ticket.contact_id)
    own = own.where(IncidentTicket.incident_id.in_(incident_ids), incidents.IN, queries.visible(scope))
    return dict(session.execute(own.group_by(IncidentTicket.incident_id)).all())


def has_alarm_for(session: Session, incident_id: int, partner: str, *, before_id: int) -> bool:
    """Whether a word of danger for the same partner fell before in a call about the incident."""
    query = select(RiskAlert.id).join(Ticket, Ticket.contact_id == RiskAlert.contact_id)
    query = query.join(IncidentTicket, IncidentTicket.ticket_id == Ticket.id)
    own = IncidentTicket.incident_id == incident_id, incidents.IN, RiskAlert.partner == partner, RiskAlert.id < before_id
    return session.scalars(query.where(*own).limit(1)).first() is not None


def _known(scope: Scope) -> ColumnElement[bool]:
    of_it = select(IncidentTicket.id).join(Ticket, Ticket.id == IncidentTicket.ticket_id)
    seen = of_it.where(IncidentTicket.incident_id == Incident.id, incidents.IN, queries.visible(scope)).correlate(Incident)
    if scope.has(*EVERY_STATE):
        return true()
    if scope.sees_all_units:
        return Incident.state.in_(LIVE)
    return seen.exists()
