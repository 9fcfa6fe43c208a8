"""Duty lists (权责清单): which categories are a unit's, by which law, from when to when. Asked by `guards` and `coverage`.

A duty covers its category and all below it. A unit without a list is not judged by one. What is sent as a list is in
`duty_lists`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from dispatch.catalogue import lineage_of
from dispatch.models import Duty
from hotline.people import units
from hotline.people.models import Unit
from hotline.people.permissions import subtree
from hotline.tickets.models import Category


@dataclass(frozen=True)
class DutyFilter:
    """What a list of duties is narrowed by; `after` is the id of the last one seen."""

    unit_id: int | None = None
    category: str = ""
    search: str = ""
    after: int = 0


def in_force(at: datetime) -> ColumnElement[bool]:
    """Whether a duty holds at that moment."""
    return and_(Duty.effective_from <= at, or_(Duty.effective_to.is_(None), Duty.effective_to > at))


def is_ones_own(session: Session, unit_id: int, category_code: str, at: datetime) -> bool | None:
    """Whether a category is on a unit's list, or on the list of one below it; None for a unit that has no list."""
    own = set(session.scalars(select(Duty.category_code).where(Duty.unit_id == unit_id, in_force(at))))
    if not own:
        return None
    lineage = {category.code for category in lineage_of(session, category_code)}
    return bool(own & lineage) or _is_of_those_below(session, unit_id, lineage, at)


def competent(session: Session, category_code: str, at: datetime) -> list[tuple[Unit, str]]:
    """The units that have the category itself, or the nearest one above it, on their lists, each with its law."""
    lineage = [category.code for category in lineage_of(session, category_code)]
    query = select(Unit, Duty.basis, Duty.category_code).join(Duty, Duty.unit_id == Unit.id)
    found = session.execute(query.where(Duty.category_code.in_(lineage), in_force(at), Unit.active).order_by(Unit.id)).all()
    for code in reversed(lineage):
        nearest = [(unit, basis) for unit, basis, of in found if of == code]
        if nearest:
            return nearest
    return []


def listed(session: Session, wanted: DutyFilter, at: datetime, limit: int) -> Sequence[tuple[Duty, Unit, Category]]:
    """Duties that hold or will, in the order in which they were laid down."""
    query = _rows().where(Duty.id > wanted.after, or_(Duty.effective_to.is_(None), Duty.effective_to > at))
    if wanted.unit_id is not None:
        query = query.where(Duty.unit_id == wanted.unit_id)
    if wanted.category:
        query = query.where(Category.path.contains(f"/{wanted.category}/", autoescape=True))
    if wanted.search:
        said = (column.contains(wanted.search, autoescape=True) for column in (Unit.name, Category.name, Duty.basis))
        query = query.where(or_(*said))
    return [(duty, unit, category) for duty, unit, category in session.execute(query.order_by(Duty.id).limit(limit))]


def of_units(session: Session, unit_ids: Collection[int] | None, at: datetime) -> Sequence[tuple[Duty, Unit, Category]]:
    """The duties of some units, or of all, that hold or will, by unit and category."""
    query = _rows().where(or_(Duty.effective_to.is_(None), Duty.effective_to > at))
    if unit_ids is not None:
        query = query.where(Duty.unit_id.in_(unit_ids))
    found = session.execute(query.order_by(Unit.id, Duty.category_code, Duty.id))
    return [(duty, unit, category) for duty, unit, category in found]


def _rows() -> Select[Duty, Unit, Category]:
    joined = select(Duty, Unit, Category).join(Unit, Unit.id == Duty.unit_id)
    return joined.join(Category, Category.code == Duty.category_code)


def _is_of_those_below(session: Session, unit_id: int, lineage: Collection[str], at: datetime) -> bool:
    below = subtree([unit_id], units.superiors(session)) - {unit_id}
    if not below:
        return False
    query = select(Duty.id).where(Duty.unit_id.in_(below), Duty.category_code.in_(lineage), in_force(at))
    return session.scalar(query.limit(1)) is not None
