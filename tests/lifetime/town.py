"""A town with everybody in it, for tests that let anybody do anything: units on two lines, officers of every role, callers."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from hotline.kernel.db import Database
from hotline.kernel.scope import Scope
from hotline.people import officers, units
from hotline.people.models import Membership
from hotline.people.permissions import HOTLINE_ROLES, Role, scope_of
from hotline.tickets import ladders
from tests import factories

IN_UNITS = (Role.HANDLER, Role.SECTION_HEAD, Role.SIGNING_HEAD)
CATEGORIES = ("0501", "0502")
BIG = "B"
"""The one unit whose papers are signed before they leave."""


@dataclass(frozen=True)
class Town:
    """Ids of the units by code, and everybody's scope by login.

    Street S lies below district D, office O too; station T is below office O; O's trade is bureau B's; E stands alone.
    """

    units: Mapping[str, int]
    scopes: Mapping[str, Scope]
    citizens: tuple[int, ...]
    above: Mapping[int, tuple[int | None, int | None]]

    @classmethod
    def built(cls, database: Database) -> "Town":
        with database.work() as uow:
            made = _units(uow.session)
            factories.handling_path(uow.session)
            for code in CATEGORIES:
                factories.category(uow.session, code)
            steps = [Role.SECTION_HEAD.value, Role.SIGNING_HEAD.value]
            ladders.put(uow, unit_id=made[BIG], unit_class=None, important=None, kind=None, steps=steps)
            above = units.superiors(uow.session)
            people = [*_at_the_hotline(uow.session), *_in_units(uow.session, made)]
            scopes = {login: scope_of(officers.by_login(uow.session, login), above) for login in people}
            citizens = tuple(factories.citizen(uow.session, f"1990000000{n}").id for n in range(3))
        return cls(made, scopes, citizens, above)

    def below(self, unit_id: int) -> set[int]:
        """The unit and all below it, found the slow and obvious way."""
        return {unit for unit in self.units.values() if self._reaches(unit, unit_id, set())}

    def _reaches(self, unit: int, top: int, seen: set[int]) -> bool:
        if unit == top:
            return True
        if unit in seen:
            return False
        return any(self._reaches(over, top, seen | {unit}) for over in self.above.get(unit, ()) if over is not None)


def _units(session: Session) -> dict[str, int]:
    top = factories.unit(session, "G").id
    bureau = factories.unit(session, BIG, territorial_id=top).id
    district = factories.unit(session, "D", level="district", territorial_id=top).id
    street = factories.unit(session, "S", level="street", territorial_id=district).id
    office = factories.unit(session, "O", level="district", territorial_id=district, professional_id=bureau).id
    station = factories.unit(session, "T", level="street", territorial_id=office).id
    alone = factories.unit(session, "E", territorial_id=top).id
    factories.unit(session, "HOTLINE", kind="hotline")
    return {"G": top, BIG: bureau, "D": district, "S": street, "O": office, "T": station, "E": alone}


def _at_the_hotline(session: Session) -> list[str]:
    return [factories.officer(session, role.value, roles=(role.value,)).login for role in sorted(HOTLINE_ROLES)]


def _in_units(session: Session, made: Mapping[str, int]) -> list[str]:
    logins = []
    for code in made:
        unit = units.by_code(session, code)
        roles = IN_UNITS if code == BIG else (Role.HANDLER,)
        logins += [factories.officer(session, f"{role}-{code}", roles=(role.value,), in_unit=unit).login for role in roles]
    both = factories.officer(session, "both", roles=(Role.HANDLER.value,), in_unit=units.by_code(session, "S"))
    session.add(Membership(officer_id=both.id, unit_id=made["E"], role=Role.LIAISON.value))
    session.flush()
    session.refresh(both)
    return [*logins, both.login]
