"""The city's rules of incidents (`incidents.*`), read where they are wired: `hotline.insight` does not know `sla`."""

from sqlalchemy.orm import Session

from hotline.insight import incident_rules
from hotline.insight.incident_rules import IncidentRules
from sla import book


def rules_of(session: Session) -> IncidentRules:
    """The rules in force."""
    return incident_rules.read(book.values_of(session))
