"""The city's rules that dispatching goes by and does not know itself. Called by views, reactions and commands."""

from sqlalchemy.orm import Session

from dispatch import catalogue_rules
from dispatch.catalogue_rules import CatalogueRules
from sla import book


def rules_of(session: Session) -> CatalogueRules:
    """The city's rules of catalogue, duty lists and guards in force."""
    return catalogue_rules.read(book.values_of(session))
