"""The pieces of the city: making districts, streets and communities below the city itself. Choosing them is elsewhere."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel import typed
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid
from hotline.people.models import Area
from hotline.people.units import choices

LONGEST = {"code": 16, "name": 64, "path": 96}
"""Characters."""


class AreaCodeTaken(Conflict):
    """Another area has this code."""

    code = "area-code-taken"


def create_area(uow: UnitOfWork, *, code: str, name: str, level: str, parent_code: str | None) -> Area:
    """A new area; without a parent it is the city, of which there is one. Raises AreaCodeTaken, Invalid."""
    code, name = typed.needed("code", code, LONGEST["code"]), typed.needed("name", name, LONGEST["name"])
    if "/" in code:
        raise Invalid("code", "slash")
    if level not in choices()["levels"]:
        raise Invalid("level", "not-one-of", known=choices()["levels"])
    if uow.session.get(Area, code) is not None:
        raise AreaCodeTaken("code taken", field="code")
    above = uow.session.get(Area, parent_code) if parent_code else root(uow.session)
    if (above is None) != (parent_code is None):
        raise Invalid("parent_code", "unknown-area", given=parent_code or "")
    path = f"{above.path if above else '/'}{code}/"
    if len(path) > LONGEST["path"]:
        raise Invalid("parent_code", "too-deep")
    area = Area(code=code, name=name, level=level, parent_code=parent_code, path=path)
    uow.session.add(area)
    uow.session.flush()
    return area


def root(session: Session) -> Area | None:
    """The city; None in an empty database."""
    return session.scalars(select(Area).where(Area.parent_code.is_(None)).order_by(Area.code).limit(1)).one_or_none()
