"""One function per table: keyword defaults, adds the row to the session, returns the object."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from hotline.people.models import Area, Citizen, Membership, Officer, Unit
from hotline.tickets.models import Category, HandlingPath

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def area(session: Session, code: str = "99", **values: Any) -> Area:
    found = session.get(Area, code)
    if found is None:
        parent = values.get("parent_code")
        above = session.get_one(Area, parent).path if parent else "/"
        found = Area(code=code, **{"name": f"地区{code}", "level": "city", "path": f"{above}{code}/", **values})
        session.add(found)
        session.flush()
    return found


def unit(session: Session, code: str = "U1", **values: Any) -> Unit:
    defaults = {"name": f"单位{code}", "level": "city", "kind": "department", "unit_class": "city_department"}
    area_code = values.pop("area_code", None) or area(session).code
    made = Unit(code=code, area_code=area_code, **{**defaults, **values})
    session.add(made)
    session.flush()
    return made


def officer(session: Session, login: str = "wang", *, roles: tuple[str, ...] = (), in_unit: Unit | None = None) -> Officer:
    made = Officer(login=login, name=f"员工{login}", password_hash="-")
    session.add(made)
    session.flush()
    place = in_unit or session.query(Unit).filter_by(code="HOTLINE").one_or_none() or unit(session, "HOTLINE", kind="hotline")
    session.add_all(Membership(officer_id=made.id, unit_id=place.id, role=role) for role in roles)
    session.flush()
    session.refresh(made)
    return made


def citizen(session: Session, phone: str = "19900000001", **values: Any) -> Citizen:
    made = Citizen(phone=phone, **{"name": "张先生", "created_at": NOON, **values})
    session.add(made)
    session.flush()
    return made


def category(session: Session, code: str = "0402", **values: Any) -> Category:
    made = Category(code=code, **{"name": f"类别{code}", "path": f"/{code}/", "typical": [], **values})
    session.add(made)
    session.flush()
    return made


def handling_path(session: Session, code: str = "petition", **values: Any) -> HandlingPath:
    made = HandlingPath(code=code, **{"name": "信访", "channel": "请到信访部门反映", **values})
    session.add(made)
    session.flush()
    return made
