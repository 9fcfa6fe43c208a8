"""Use cases and questions on units, areas and places."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.errors import NotFound
from hotline.people.models import Area, Unit


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


def area_names(session: Session, code: str | None) -> list[str]:
    """Names from the district down to that area; empty for no area."""
    if code is None or (area := session.get(Area, code)) is None:
        return []
    codes = [part for part in area.path.split("/") if part]
    found = {row.code: row for row in session.scalars(select(Area).where(Area.code.in_(codes)))}
    return [found[part].name for part in codes if part in found and found[part].level != "city"]
