"""Puts into an empty database what a city cannot begin without. Called by `hotline city init`; the demo has its own way."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict
from hotline.people import areas, officers, units
from hotline.people.models import Area, Officer
from hotline.people.officers import RoleIn
from hotline.people.permissions import Role
from hotline.people.units import UnitFacts
from hotline.tickets.models import Category, HandlingPath
from sla.defaults import install_defaults
from web.city import defaults
from web.city.defaults import CategoryRow, PathRow

HOTLINE_CODE = "hotline"


class CityThere(Conflict):
    """The database holds a city already."""

    code = "city-there"


@dataclass(frozen=True)
class NewCity:
    """What is asked of whoever begins a city. `code` is the area's official one (GB/T 2260), such as 3301."""

    name: str
    code: str
    hotline_name: str
    administrator_login: str
    administrator_name: str


def found_city(uow: UnitOfWork, city: NewCity) -> tuple[Officer, str]:
    """The city's area, its hotline, rules, lists and first administrator; gives the administrator and the first password.

    Raises CityThere, Invalid.
    """
    check_empty(uow.session)
    install_defaults(uow)
    areas.create_area(uow, code=city.code, name=city.name, level="city", parent_code=None)
    install_lists(uow.session, defaults.categories(), defaults.handling_paths(city.name))
    facts = UnitFacts(
        name=city.hotline_name,
        level="city",
        kind="hotline",
        unit_class="city_department",
        area_code=city.code,
        around_the_clock=True,
    )
    hotline = units.create_unit(uow, HOTLINE_CODE, facts)
    officer, password = officers.create_with_first_password(uow, login=city.administrator_login, name=city.administrator_name)
    officers.set_roles(uow, officer, [RoleIn(hotline.id, Role.ADMINISTRATOR.value)])
    return officer, password


def check_empty(session: Session) -> None:
    """Raise CityThere unless nobody and nothing is there."""
    for column in (Area.code, Officer.id, Category.code):
        if session.scalar(select(column).limit(1)) is not None:
            raise CityThere("a city is here")


def install_lists(session: Session, categories: tuple[CategoryRow, ...], paths: tuple[PathRow, ...]) -> None:
    """The subject tree and the ways outside the hotline."""
    session.add_all(HandlingPath(code=row.code, name=row.name, name_en=row.name_en, channel=row.channel) for row in paths)
    session.flush()
    trails: dict[str | None, str] = {None: "/"}
    for row in categories:
        trails[row.code] = f"{trails[row.parent]}{row.code}/"
        session.add(
            Category(
                code=row.code,
                name=row.name,
                name_en=row.name_en,
                parent_code=row.parent,
                path=trails[row.code],
                definition=row.definition,
                typical=list(row.typical),
                contrast=row.contrast,
                handling_path=row.path,
            )
        )
        session.flush()
