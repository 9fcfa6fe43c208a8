"""What a unit does, apart from where: the rule by which a catalogue row would name it, and back to a unit at a place.

So what was learnt in one district holds in the next. Called by the ranker's training, its answers and the lessons of returns.
"""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispatch.localities import Locality, Registry
from hotline.people.models import Area, Unit


def function_of(unit: Unit) -> str:
    """A unit's own code where there is one for the whole city, else its level and trade: `district-bureau:城管`, `street`."""
    if unit.level == "city":
        return unit.code
    if unit.kind == unit.level:
        return unit.level
    return f"{unit.level}-bureau:{unit.line}" if unit.line else unit.code


def locality_of(session: Session, area_code: str | None, codes: Collection[str] = ()) -> Locality:
    """What resolves functions at a place: units of its areas, the city's, and those of the given codes."""
    area = session.get(Area, area_code) if area_code else None
    path = [part for part in area.path.split("/") if part] if area else []
    levels = {found.level: found.code for found in session.scalars(select(Area).where(Area.code.in_(path)))}
    meant = or_(Unit.area_code.in_(path), Unit.level == "city", Unit.code.in_(codes))
    return Locality(levels, Registry(list(session.scalars(select(Unit).where(Unit.active, meant)))))


def unit_here(here: Locality, function: str) -> Unit | None:
    """Who does that at this place; the city's unit of the trade where the place is not known so far down."""
    return here.resolve(function) or here.stand_in(function)
