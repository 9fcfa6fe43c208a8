"""Finding rows of a version for the page of the catalogue: by category, by unit, by words. Nothing here decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, cast, or_, select
from sqlalchemy.orm import Session

from dispatch.localities import LOCAL_RULE
from dispatch.models import CatalogueEntry
from hotline.people.models import Unit
from hotline.tickets.models import Category


@dataclass(frozen=True)
class RowFilter:
    """What rows are narrowed by; `after` is the id of the last one seen."""

    category: str = ""
    unit_id: int | None = None
    search: str = ""
    after: int = 0


def rows(session: Session, number: int, wanted: RowFilter, limit: int) -> Sequence[CatalogueEntry]:
    """Rows of a version in the order of their categories."""
    query = select(CatalogueEntry).join(Category, Category.code == CatalogueEntry.category_code)
    query = query.where(CatalogueEntry.version == number, CatalogueEntry.id > wanted.after)
    if wanted.category:
        query = query.where(Category.path.contains(f"/{wanted.category}/", autoescape=True))
    if wanted.unit_id is not None:
        query = query.where(_named_by(session, wanted.unit_id))
    if wanted.search:
        query = query.where(_says(wanted.search))
    return session.scalars(query.order_by(CatalogueEntry.id).limit(limit)).all()


def _named_by(session: Session, unit_id: int) -> ColumnElement[bool]:
    """Whether a row means the unit by its code, or by a rule that comes to it in its own area."""
    unit = session.get(Unit, unit_id)
    rules = [unit.code, unit.kind, f"{unit.level}-bureau:{unit.line}"] if unit else []
    known = [*rules[:1], *(rule for rule in rules[1:] if LOCAL_RULE.match(rule))]
    return CatalogueEntry.unit_rule.in_(known)


def _says(words: str) -> ColumnElement[bool]:
    units = select(Unit.code).where(Unit.name.contains(words, autoescape=True))
    said = (Category.name, CatalogueEntry.category_code, CatalogueEntry.unit_rule, CatalogueEntry.legal_basis)
    texts = (*said, CatalogueEntry.source, cast(CatalogueEntry.conditions, Text))
    return or_(CatalogueEntry.unit_rule.in_(units), *(column.contains(words, autoescape=True) for column in texts))
