"""What can be imported: the columns of each kind of list, and the use case that each row becomes.

Choices are written as their code or as their word in either language. Called by `applying`.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Invalid, NotFound
from hotline.people import areas, officers, places, units
from hotline.people.models import Unit
from hotline.people.officers import RoleIn
from hotline.people.permissions import Role
from hotline.people.places import PlaceFacts
from hotline.people.units import UnitFacts
from hotline.tickets import categories
from hotline.tickets.categories import CategoryFacts
from web import texts

Cells = Mapping[str, str]
"""The words of a row by column name; a column that the sheet lacks is empty."""


@dataclass
class Imported:
    """What rows have come to so far: first passwords as (login, name, password), units that wait for their superiors, and
    how many rows were added, changed or unchanged, where a kind tells."""

    passwords: list[tuple[str, str, str]] = field(default_factory=list)
    waiting: list[tuple[int, Cells]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def _nothing_waits(uow: UnitOfWork, made_id: int, cells: Cells) -> None:
    """Every row is whole by itself."""


@dataclass(frozen=True)
class Kind:
    """One kind of list. `put` makes one row; `finish` what can only be done when all rows are there, for one row that waits."""

    columns: tuple[str, ...]
    put: Callable[[UnitOfWork, Cells, Imported], None]
    choices: Mapping[str, str] = field(default_factory=dict)
    finish: Callable[[UnitOfWork, int, Cells], None] = _nothing_waits


def choice_words(group: str, locale: str) -> list[str]:
    """The words that a column of choices offers."""
    return [texts.text(f"{group}.{code}", locale) for code in _codes(group)]


def _codes(group: str) -> list[str]:
    known = units.choices()
    codes = {
        "unit-level": known["levels"],
        "unit-kind": known["kinds"],
        "unit-class": known["classes"],
        "role": [role.value for role in Role],
        "answer": ["yes", "no"],
        "place-kind": places.choices()["kinds"],
        "place-parity": places.choices()["parities"],
    }
    return codes[group]


def _code(column: str, group: str, words: str) -> str:
    """The code of a choice, written as code or word. Raises Invalid for another one."""
    known = _codes(group)
    named = {texts.text(f"{group}.{code}", locale).casefold(): code for code in known for locale in texts.LOCALES}
    code = words if words in known else named.get(words.casefold(), "")
    if not code:
        raise (
            Invalid(column, "required")
            if not words
            else Invalid(column, "not-one-of", known=choice_words(group, texts.DEFAULT))
        )
    return code


def _put_area(uow: UnitOfWork, cells: Cells, imported: Imported) -> None:
    level = _code("level", "unit-level", cells["level"])
    areas.create_area(uow, code=cells["code"], name=cells["label"], level=level, parent_code=cells["parent_code"] or None)


def _put_place(uow: UnitOfWork, cells: Cells, imported: Imported) -> None:
    facts = PlaceFacts(
        name=cells["label"],
        area_code=places.area_named(uow.session, cells["area_code"]),
        kind=_code("kind", "place-kind", cells["kind"] or "road"),
        aliases=tuple(re.split(r"[,，;；、]", cells["aliases"])),
        road=cells["road"],
        numbers_from=_number("numbers_from", cells["numbers_from"]),
        numbers_to=_number("numbers_to", cells["numbers_to"]),
        parity=_code("parity", "place-parity", cells["parity"]) if cells["parity"] else "",
        grid_code=cells["grid_code"],
        active=_code("active", "answer", cells["active"] or "yes") == "yes",
    )
    imported.counts[places.put(uow, facts)] += 1


def _number(column: str, words: str) -> int | None:
    """A whole number, or none. Raises Invalid."""
    if not words:
        return None
    try:
        return int(float(words)) if float(words).is_integer() else int(words)
    except (ValueError, OverflowError) as error:
        raise Invalid(column, "not-a-number", given=words) from error


def _put_unit(uow: UnitOfWork, cells: Cells, imported: Imported) -> None:
    facts = UnitFacts(
        name=cells["label"],
        level=_code("level", "unit-level", cells["level"]),
        kind=_code("kind", "unit-kind", cells["kind"]),
        unit_class=_code("unit_class", "unit-class", cells["unit_class"]),
        area_code=cells["area_code"],
        line=cells["line"],
        phone=cells["phone"],
        around_the_clock=_code("around_the_clock", "answer", cells["around_the_clock"] or "no") == "yes",
        duty_hours=cells["duty_hours"],
        duty_phone=cells["duty_phone"],
    )
    made = units.create_unit(uow, cells["code"], facts)
    imported.waiting.append((made.id, cells))


def _place_unit(uow: UnitOfWork, unit_id: int, cells: Cells) -> None:
    above = {f"{line}_id": _unit_id(uow.session, f"{line}_id", cells[f"{line}_id"]) for line in ("territorial", "professional")}
    if any(above.values()):
        units.move_unit(uow, uow.session.get_one(Unit, unit_id), **above)


def _put_officer(uow: UnitOfWork, cells: Cells, imported: Imported) -> None:
    unit_id = _unit_id(uow.session, "unit_code", cells["unit_code"])
    if unit_id is None:
        raise Invalid("unit_code", "required")
    roles = [_code("roles", "role", word) for word in _role_words(cells["roles"])]
    if not roles:
        raise Invalid("roles", "required")
    officer, password = officers.create_with_first_password(uow, login=cells["login"], name=cells["name"], phone=cells["phone"])
    officers.set_roles(uow, officer, [RoleIn(unit_id, role) for role in roles])
    imported.passwords.append((officer.login, officer.name, password))


def _put_category(uow: UnitOfWork, cells: Cells, imported: Imported) -> None:
    facts = CategoryFacts(
        name=cells["label"],
        name_en=cells["name_en"],
        definition=cells["definition"],
        contrast=cells["contrast"],
        handling_path=cells["handling_path"] or None,
    )
    try:
        categories.create_category(uow, cells["code"], facts, cells["parent_code"] or None)
    except NotFound as error:
        raise Invalid("parent_code", "unknown-code", given=cells["parent_code"]) from error


def _role_words(words: str) -> list[str]:
    """The roles of a cell. English role words hold spaces, so commas alone part them where there are any."""
    parts = re.split(r"[,，;；、]", words) if re.search(r"[,，;；、]", words) else [words]
    return [part.strip() for part in parts if part.strip()]


def _unit_id(session: Session, column: str, code: str) -> int | None:
    if not code:
        return None
    try:
        return units.by_code(session, code).id
    except NotFound as error:
        raise Invalid(column, "unknown-code", given=code) from error


KINDS: Mapping[str, Kind] = {
    "areas": Kind(("code", "label", "level", "parent_code"), _put_area, {"level": "unit-level"}),
    "places": Kind(
        ("label", "area_code", "kind", "aliases", "road", "numbers_from", "numbers_to", "parity", "grid_code", "active"),
        _put_place,
        {"kind": "place-kind", "parity": "place-parity", "active": "answer"},
    ),
    "units": Kind(
        (
            *("code", "label", "level", "kind", "unit_class", "area_code", "territorial_id", "professional_id"),
            *("line", "phone", "around_the_clock", "duty_hours", "duty_phone"),
        ),
        _put_unit,
        {"level": "unit-level", "kind": "unit-kind", "unit_class": "unit-class", "around_the_clock": "answer"},
        _place_unit,
    ),
    "officers": Kind(("login", "name", "unit_code", "roles", "phone"), _put_officer),
    "categories": Kind(("code", "label", "parent_code", "name_en", "definition", "contrast", "handling_path"), _put_category),
}
"""By the name in the address."""
