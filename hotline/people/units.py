"""Use cases and questions on units: making, changing, moving under other superiors, closing with a successor."""

from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources

import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel import typed
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.people.events import UnitChanged
from hotline.people.models import Area, Membership, Officer, Unit
from hotline.people.permissions import Role, subtree

Superiors = dict[int, tuple[int | None, int | None]]
"""Every unit's (territorial, professional) superior."""

LONGEST = {"code": 32, "name": 64, "line": 16, "phone": 32, "duty_hours": 120, "duty_phone": 32}
"""What the columns hold, in characters."""


class UnitCodeTaken(Conflict):
    """Another unit has this code."""

    code = "unit-code-taken"


class UnitInUse(Conflict):
    """The unit cannot be closed yet; `details` has `reason`: units below it, or officers in it."""

    code = "unit-in-use"


@dataclass(frozen=True)
class UnitFacts:
    """What is known of a unit but its code and superiors. `duty_hours` is in words; `line` is the trade (城管, 住建 …)."""

    name: str
    level: str
    kind: str
    unit_class: str
    area_code: str
    line: str = ""
    phone: str = ""
    around_the_clock: bool = False
    duty_hours: str = ""
    duty_phone: str = ""


@cache
def choices() -> dict[str, list[str]]:
    """The levels, kinds and classes a unit may have."""
    found: dict[str, list[str]] = yaml.safe_load(
        resources.files("hotline.people").joinpath("data", "units.yaml").read_text("utf-8")
    )
    return found


def create_unit(
    uow: UnitOfWork, code: str, facts: UnitFacts, *, territorial_id: int | None = None, professional_id: int | None = None
) -> Unit:
    """A new unit under its superiors. Raises UnitCodeTaken, Invalid, NotFound for a superior that is closed."""
    wanted = typed.needed("code", code, LONGEST["code"])
    if uow.session.scalar(select(Unit.id).where(func.lower(Unit.code) == wanted.lower())) is not None:
        raise UnitCodeTaken("code taken", field="code")
    unit = Unit(code=wanted, **_checked(uow.session, facts))
    uow.session.add(unit)
    uow.session.flush()
    _place(uow, unit, territorial_id, professional_id)
    uow.record(UnitChanged(unit_id=unit.id, what="create"))
    return unit


def change_unit(uow: UnitOfWork, unit: Unit, facts: UnitFacts) -> None:
    """Other facts of a unit. Raises Invalid."""
    for name, value in _checked(uow.session, facts).items():
        setattr(unit, name, value)
    uow.session.flush()
    uow.record(UnitChanged(unit_id=unit.id, what="change"))


def move_unit(uow: UnitOfWork, unit: Unit, *, territorial_id: int | None, professional_id: int | None) -> None:
    """Put a unit under other superiors; those below come along. Raises Invalid when it would stand above itself."""
    # One mover at a time: two moves that are each harmless could close a circle between them.
    uow.session.execute(select(Unit.id).where(Unit.territorial_id.is_(None)).with_for_update())
    _place(uow, unit, territorial_id, professional_id)
    uow.record(UnitChanged(unit_id=unit.id, what="move"))


def close_unit(uow: UnitOfWork, unit: Unit, successor_id: int | None) -> None:
    """End a unit: no new work comes to it, what it did stays under its name. `successor_id` names who does its work now.

    Raises UnitInUse while units stand below it or officers hold roles in it, Invalid for itself as successor.
    """
    if successor_id == unit.id:
        raise Invalid("successor_id", "itself")
    if successor_id is not None:
        get(uow.session, successor_id)
    above = (Unit.territorial_id == unit.id) | (Unit.professional_id == unit.id)
    if uow.session.scalar(select(Unit.id).where(Unit.active, above).limit(1)) is not None:
        raise UnitInUse("units below", reason="units-below")
    if uow.session.scalar(select(Membership.id).where(Membership.unit_id == unit.id).limit(1)) is not None:
        raise UnitInUse("officers in it", reason="officers")
    unit.active, unit.successor_id = False, successor_id
    uow.session.flush()
    uow.record(UnitChanged(unit_id=unit.id, what="close"))


def superiors(session: Session) -> Superiors:
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


def search(session: Session, text: str, *, below: int | None = None, limit: int = 20) -> list[Unit]:
    """Active units whose name holds the text, shortest names first; with `below` those under that unit on either line alone."""
    query = select(Unit).where(Unit.active)
    if below is not None:
        query = query.where(Unit.id.in_(subtree({below}, superiors(session)) - {below}))
    if text:
        query = query.where(Unit.name.icontains(text, autoescape=True))
    return sorted(session.scalars(query.order_by(Unit.id).limit(200)), key=lambda unit: len(unit.name))[:limit]


def officers_of(session: Session, unit_id: int) -> list[Officer]:
    """The active officers with any role in the unit, by name."""
    query = select(Officer).join(Membership).where(Officer.active, Membership.unit_id == unit_id)
    return list(session.scalars(query.distinct().order_by(Officer.name, Officer.id)))


def listed(session: Session) -> list[Unit]:
    """All active units, by code."""
    return list(session.scalars(select(Unit).where(Unit.active).order_by(Unit.code)))


def liaisons(session: Session) -> dict[int, list[Officer]]:
    """The active liaison officers (联络员) of every unit that has any."""
    query = select(Membership.unit_id, Officer).join(Officer).where(Officer.active, Membership.role == Role.LIAISON.value)
    found: dict[int, list[Officer]] = {}
    for unit_id, officer in session.execute(query.order_by(Officer.name)):
        found.setdefault(unit_id, []).append(officer)
    return found


def _place(uow: UnitOfWork, unit: Unit, territorial_id: int | None, professional_id: int | None) -> None:
    below = subtree({unit.id}, superiors(uow.session))
    for field, above in (("territorial_id", territorial_id), ("professional_id", professional_id)):
        if above is not None and above in below:
            raise Invalid(field, "circle")
        if above is not None:
            get(uow.session, above)
    unit.territorial_id, unit.professional_id = territorial_id, professional_id
    uow.session.flush()


def _checked(session: Session, facts: UnitFacts) -> dict[str, object]:
    known = choices()
    for field, allowed in (("level", known["levels"]), ("kind", known["kinds"]), ("unit_class", known["classes"])):
        if getattr(facts, field) not in allowed:
            raise Invalid(field, "not-one-of", known=allowed)
    if session.get(Area, facts.area_code) is None:
        raise Invalid("area_code", "unknown-area", given=facts.area_code)
    values = asdict(facts) | {
        name: typed.fitting(name, getattr(facts, name), LONGEST[name]) for name in LONGEST if name != "code"
    }
    values["name"] = typed.needed("name", facts.name, LONGEST["name"])
    return values | {"line": values["line"] or None}
