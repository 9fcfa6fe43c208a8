"""Use cases and questions on units, areas and places."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.errors import NotFound
from hotline.people.models import Unit


def superiors(session: Session) -> dict[int, tuple[int | None, int | None]]:
    """Every unit with its (territorial, professional) superior."""
    rows = session.execute(select(Unit.id, Unit.territorial_id, Unit.professional_id))
    return {unit_id: (territorial, professional) for unit_id, territorial, professional in rows}


def get(session: Session, unit_id: int) -> Unit:
    """The unit. Raises NotFound when it does not exist or is closed."""
    unit = session.get(Unit, unit_id)
    if unit is None or not unit.active:
        raise NotFound("unit", thing="unit", id=unit_id)
    return unit


def by_code(session: Session, code: str) -> Unit:
    """The unit of that code. Raises NotFound."""
    unit = session.scalars(select(Unit).where(Unit.code == code)).one_or_none()
    if unit is None:
        raise NotFound("unit", thing="unit", code=code)
    return unit


def search(session: Session, text: str, limit: int = 20) -> list[Unit]:
    """Active units whose name holds the text, shortest names first."""
    query = select(Unit).where(Unit.active)
    if text:
        query = query.where(Unit.name.icontains(text, autoescape=True))
    return sorted(session.scalars(query.order_by(Unit.id).limit(200)), key=lambda unit: len(unit.name))[:limit]
