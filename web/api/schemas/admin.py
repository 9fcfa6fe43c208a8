"""What administrators send and see: units, officers, categories, leave, approval ladders, imports."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from hotline.people.officers import RoleIn
from hotline.people.units import UnitFacts
from hotline.tickets.categories import CategoryFacts
from web.api.schemas.base import OfficerRef, Shape, UnitRef


class UnitBody(Shape):
    """The facts of a unit."""

    name: str = Field(max_length=200)
    level: str
    kind: str
    unit_class: str
    area_code: str
    line: str = ""
    phone: str = ""
    around_the_clock: bool = False
    duty_hours: str = ""
    duty_phone: str = ""

    def facts(self) -> UnitFacts:
        """As the use cases take them."""
        return UnitFacts(**{name: getattr(self, name) for name in UnitBody.model_fields})


class NewUnit(UnitBody):
    """A unit to be made."""

    code: str = Field(max_length=64)
    territorial_id: int | None = None
    professional_id: int | None = None


class Superiors(Shape):
    """Under whom a unit stands: territorial (属地) and professional (业务)."""

    territorial_id: int | None
    professional_id: int | None


class Successor(Shape):
    """Who does a closed unit's work from now on."""

    successor_id: int | None = None


class AdminUnit(UnitBody):
    """A unit as administrators see it. `line` is empty for none."""

    id: int
    code: str
    area: str
    territorial_id: int | None
    professional_id: int | None
    liaisons: list[OfficerRef]


class AdminUnits(Shape):
    """All open units, and what a unit may be."""

    items: list[AdminUnit]
    levels: list[str]
    kinds: list[str]
    classes: list[str]


class RoleBody(Shape):
    """A role in a unit."""

    unit_id: int
    role: str

    def role_in(self) -> RoleIn:
        """As the use cases take it."""
        return RoleIn(self.unit_id, self.role)


class OfficerBody(Shape):
    """The facts of an officer."""

    name: str = Field(max_length=200)
    phone: str = Field("", max_length=64)


class NewOfficer(OfficerBody):
    """An officer to be made, with their roles."""

    login: str = Field(max_length=200)
    roles: list[RoleBody] = Field(max_length=50)


class Roles(Shape):
    """All roles held from now on."""

    roles: list[RoleBody] = Field(max_length=50)


class HeldRole(Shape):
    """A role and the unit it is held in."""

    role: str
    unit: UnitRef


class AdminOfficer(OfficerBody):
    """An officer as administrators see them. `locked_until` lies ahead while the account is locked."""

    id: int
    login: str
    roles: list[HeldRole]
    must_change_password: bool
    locked_until: datetime | None
    away_until: datetime | None


class AdminOfficers(Shape):
    """Officers, and the roles that the asker may give."""

    items: list[AdminOfficer]
    roles: list[str]
    hotline_roles: list[str]


class FirstPassword(Shape):
    """A password to hand over; it is shown this once."""

    officer: AdminOfficer
    first_password: str


class OfficerQuery(Shape):
    """Which officers: of a unit, or whose name or login holds the words."""

    unit_id: int | None = None
    search: str = Field("", max_length=64)


class CategoryBody(Shape):
    """The facts of a category."""

    name: str = Field(max_length=200)
    name_en: str = ""
    definition: str = ""
    contrast: str = ""
    handling_path: str | None = None

    def facts(self) -> CategoryFacts:
        """As the use cases take them."""
        return CategoryFacts(**{name: getattr(self, name) for name in CategoryBody.model_fields})


class NewCategory(CategoryBody):
    """A category to be made."""

    code: str = Field(max_length=64)
    parent_code: str | None = None


class ParentCode(Shape):
    """Below which category; null is the top."""

    parent_code: str | None


class AdminCategory(CategoryBody):
    """A category as administrators see it."""

    code: str
    parent_code: str | None


class PathRef(Shape):
    """A way outside the hotline."""

    code: str
    name: str


class AdminCategories(Shape):
    """All open categories, parents first, and the ways outside."""

    items: list[AdminCategory]
    handling_paths: list[PathRef]


class NewAbsence(Shape):
    """A leave to be entered."""

    officer_id: int
    stand_in_id: int
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class AdminAbsence(Shape):
    """A leave that lasts or is to come."""

    id: int
    officer: OfficerRef
    stand_in: OfficerRef
    starts_at: datetime
    ends_at: datetime


class LadderBody(Shape):
    """Who signs, in order, for a unit or a class of units, important papers or not, one kind of paper; null means any."""

    unit_id: int | None = None
    unit_class: str | None = None
    important: bool | None = None
    kind: str | None = None
    steps: list[str] = Field(max_length=10)


class AdminLadder(Shape):
    """A ladder as it stands."""

    id: int
    unit: UnitRef | None
    unit_class: str | None
    important: bool | None
    kind: str | None
    steps: list[str]


class AdminLadders(Shape):
    """All ladders, the most specific first, and what one may name."""

    items: list[AdminLadder]
    kinds: list[str]
    roles: list[str]
    classes: list[str]


class ImportFault(Shape):
    """What is wrong with a cell. `row` counts as the sheet does, from 1; `column` is its heading, empty for the whole row."""

    row: int
    column: str
    rule: str
    message: str


class ImportedPassword(Shape):
    """The first password of an officer that was imported; it is shown this once."""

    login: str
    name: str
    first_password: str


class ImportOutcome(Shape):
    """What an import came to, or would. Nothing is applied while there are faults."""

    rows: int
    applied: bool
    faults: list[ImportFault]
    passwords: list[ImportedPassword]
