"""What a city lays down for repeats, read where it is wired: rules, thresholds found so far, and who belongs to which incident.

Called by views, jobs and commands; `hotline.intake` knows neither `sla` nor the incidents above it.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.insight.models import IncidentTicket
from hotline.intake import repeat_rules, repeat_thresholds
from hotline.intake.repeat_rules import RepeatRules
from hotline.intake.repeats import Opinion, Terms
from hotline.kernel.db import UnitOfWork
from sla import book


def terms_of(session: Session, opinion: Opinion) -> Terms:
    """Rules and thresholds in force, and whose opinion on meaning is asked."""
    return Terms(rules_of(session), repeat_thresholds.current(session), incidents_of, opinion)


def rules_of(session: Session) -> RepeatRules:
    """The city's rules of repeats in force."""
    return repeat_rules.read(book.values_of(session))


def calibrate(uow: UnitOfWork) -> int:
    """Find thresholds anew from what people decided; says how many changed."""
    return repeat_thresholds.calibrate(uow, rules_of(uow.session))


def incidents_of(session: Session, ticket_ids: Collection[int]) -> Mapping[int, int]:
    """The incident of each ticket that is in one now."""
    rows = select(IncidentTicket.ticket_id, IncidentTicket.incident_id)
    found = session.execute(rows.where(IncidentTicket.ticket_id.in_(ticket_ids), IncidentTicket.out_at.is_(None)))
    return {row.ticket_id: row.incident_id for row in found}
