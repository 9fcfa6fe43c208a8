"""Named places of the city: made, changed and listed for administrators. Finding them in words is `hotline.intake.places`."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources

import yaml
from sqlalchemy import Text, cast, or_, select
from sqlalchemy.orm import Session

from hotline.kernel import typed
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Invalid, NotFound
from hotline.people.models import Area, Place

LONGEST = {"name": 64, "road": 64, "grid_code": 32}
"""Characters."""
MOST_ALIASES = 20
LARGEST_NUMBER = 99_999


@dataclass(frozen=True)
class PlaceFacts:
    """What is written of a place; see `Place`."""

    name: str
    kind: str
    area_code: str
    aliases: tuple[str, ...] = ()
    road: str = ""
    numbers_from: int | None = None
    numbers_to: int | None = None
    parity: str = ""
    grid_code: str = ""
    active: bool = True


@dataclass(frozen=True)
class Sought:
    """Which places: words of name or alias, a kind, an area and all below it."""

    search: str = ""
    kind: str = ""
    area: str = ""


@cache
def choices() -> dict[str, list[str]]:
    """The kinds a place may have, and the sides of a road."""
    text = resources.files("hotline.people").joinpath("data", "places.yaml").read_text("utf-8")
    found: dict[str, list[str]] = yaml.safe_load(text)
    return found


def create(uow: UnitOfWork, facts: PlaceFacts) -> Place:
    """A new place. Raises Invalid."""
    place = Place(**_checked(uow.session, facts))
    uow.session.add(place)
    uow.session.flush()
    return place


def change(uow: UnitOfWork, place: Place, facts: PlaceFacts) -> Place:
    """Write the facts over. Raises Invalid."""
    for name, value in _checked(uow.session, facts).items():
        setattr(place, name, value)
    uow.session.flush()
    return place


def put(uow: UnitOfWork, facts: PlaceFacts) -> str:
    """Make the place, or change the one of this name, kind, area and first house number; says added, changed or unchanged."""
    same = (Place.name == facts.name.strip(), Place.kind == facts.kind, Place.area_code == facts.area_code)
    piece = Place.numbers_from.is_not_distinct_from(facts.numbers_from), Place.parity == facts.parity
    there = uow.session.scalars(select(Place).where(*same, *piece).order_by(Place.id).limit(1)).one_or_none()
    if there is None:
        create(uow, facts)
        return "added"
    before = facts_of(there)
    return "unchanged" if facts_of(change(uow, there, facts)) == before else "changed"


def get(session: Session, place_id: int) -> Place:
    """The place. Raises NotFound."""
    place = session.get(Place, place_id)
    if place is None:
        raise NotFound("place", thing="place", id=place_id)
    return place


def facts_of(place: Place) -> PlaceFacts:
    """What is written of it."""
    written = {one.name: getattr(place, one.name) for one in fields(PlaceFacts)}
    return PlaceFacts(**{**written, "aliases": tuple(place.aliases)})


def listed(session: Session, sought: Sought, after: int, limit: int) -> Sequence[Place]:
    """Places with an id above `after`, oldest first."""
    query = select(Place).where(Place.id > after).order_by(Place.id).limit(limit)
    if sought.search:
        words = f"%{_escaped(sought.search)}%"
        query = query.where(or_(Place.name.ilike(words, escape="\\"), cast(Place.aliases, Text).ilike(words, escape="\\")))
    if sought.kind:
        query = query.where(Place.kind == sought.kind)
    if sought.area:
        inside = select(Area.code).where(Area.path.contains(f"/{sought.area}/", autoescape=True))
        query = query.where(Place.area_code.in_(inside))
    return session.scalars(query).all()


def area_named(session: Session, words: str) -> str:
    """The code of the area with this code or, when one alone bears it, this name. Raises Invalid."""
    if not words:
        raise Invalid("area_code", "required")
    if session.get(Area, words) is not None:
        return words
    bearers = session.scalars(select(Area.code).where(Area.name == words).limit(2)).all()
    if len(bearers) != 1:
        raise Invalid("area_code", "unknown-area" if not bearers else "ambiguous-row", given=words)
    return bearers[0]


def _checked(session: Session, facts: PlaceFacts) -> dict[str, object]:
    known = choices()
    if facts.kind not in known["kinds"]:
        raise Invalid("kind", "not-one-of", known=known["kinds"])
    if facts.parity and facts.parity not in known["parities"]:
        raise Invalid("parity", "not-one-of", known=known["parities"])
    if session.get(Area, facts.area_code) is None:
        raise Invalid("area_code", "unknown-area", given=facts.area_code)
    _check_numbers(facts)
    return {
        "name": typed.needed("name", facts.name, LONGEST["name"]),
        "kind": facts.kind,
        "area_code": facts.area_code,
        "aliases": _aliases(facts),
        "road": typed.fitting("road", facts.road, LONGEST["road"]),
        "numbers_from": facts.numbers_from,
        "numbers_to": facts.numbers_to,
        "parity": facts.parity,
        "grid_code": typed.fitting("grid_code", facts.grid_code, LONGEST["grid_code"]),
        "active": facts.active,
    }


def _check_numbers(facts: PlaceFacts) -> None:
    for name in ("numbers_from", "numbers_to"):
        number = getattr(facts, name)
        if number is not None and not 0 < number <= LARGEST_NUMBER:
            raise Invalid(name, "not-above-zero" if number <= 0 else "less-than-equal", given=number, maximum=LARGEST_NUMBER)
    if facts.numbers_from is not None and facts.numbers_to is not None and facts.numbers_to < facts.numbers_from:
        raise Invalid("numbers_to", "not-after-start", given=facts.numbers_to)


def _aliases(facts: PlaceFacts) -> list[str]:
    words = [typed.needed("aliases", alias, LONGEST["name"]) for alias in facts.aliases if alias.strip()]
    if len(words) > MOST_ALIASES:
        raise Invalid("aliases", "too-many", maximum=MOST_ALIASES, given=len(words))
    return [word for word in dict.fromkeys(words) if word != facts.name.strip()]


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
