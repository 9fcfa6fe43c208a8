"""Units, areas and categories as an administrator makes, moves and closes them."""

import pytest
from sqlalchemy import select

from hotline.kernel.db import Database
from hotline.kernel.errors import HotlineError, Invalid
from hotline.kernel.events import StoredEvent
from hotline.people import areas, units
from hotline.people.models import Unit
from hotline.people.units import UnitFacts
from hotline.tickets import categories
from hotline.tickets.categories import CategoryFacts
from hotline.tickets.models import Category
from tests import factories

FACTS = UnitFacts(name="城管局", level="city", kind="department", unit_class="city_department", area_code="99")


@pytest.fixture
def tree(database: Database) -> dict[str, int]:
    """TOP over MIDDLE over LOW, and OTHER beside; all territorial."""
    with database.work() as uow:
        factories.area(uow.session)
        made: dict[str, int] = {}
        for code, above in (("TOP", None), ("MIDDLE", "TOP"), ("LOW", "MIDDLE"), ("OTHER", None)):
            made[code] = units.create_unit(uow, code, FACTS, territorial_id=made.get(above or "")).id
    return made


def refusal(database: Database, act: str, *given: object, **named: object) -> str:
    """The code and the rule or reason with which a use case of `units` is refused."""
    with database.work() as uow, pytest.raises(HotlineError) as refused:
        getattr(units, act)(uow, *given, **named)
    details = refused.value.details
    return f"{refused.value.code} {details.get('rule') or details.get('reason') or ''}".strip()


def test_unit_is_made_with_duty_hours_and_superiors(database: Database, tree: dict[str, int]) -> None:
    facts = UnitFacts(**{**FACTS.__dict__, "duty_hours": "工作日 8:30-17:30", "duty_phone": "19900000002", "line": "城管"})

    with database.work() as uow:
        made = units.create_unit(uow, "NEW", facts, territorial_id=tree["TOP"], professional_id=tree["OTHER"])

    assert (made.duty_hours, made.duty_phone, made.line) == ("工作日 8:30-17:30", "19900000002", "城管")
    assert (made.territorial_id, made.professional_id) == (tree["TOP"], tree["OTHER"])


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("name", " ", "required"),
        ("name", "长" * 65, "too-long"),
        ("level", "galaxy", "not-one-of"),
        ("kind", "x", "not-one-of"),
        ("unit_class", "x", "not-one-of"),
        ("area_code", "12", "unknown-area"),
    ],
)
def test_bad_fact_names_its_field_and_rule(database: Database, tree: dict[str, int], field: str, value: str, rule: str) -> None:
    with database.work() as uow, pytest.raises(Invalid) as refused:
        units.create_unit(uow, "NEW", UnitFacts(**{**FACTS.__dict__, field: value}))

    assert (refused.value.details["field"], refused.value.details["rule"]) == (field, rule)


def test_code_of_another_unit_is_refused_whatever_its_case(database: Database, tree: dict[str, int]) -> None:
    assert refusal(database, "create_unit", "top", FACTS) == "unit-code-taken"


def test_moving_takes_along_whoever_is_below(database: Database, tree: dict[str, int]) -> None:
    with database.work() as uow:
        moved = uow.session.get_one(Unit, tree["MIDDLE"])
        units.move_unit(uow, moved, territorial_id=tree["OTHER"], professional_id=None)
        superiors = units.superiors(uow.session)

    assert superiors[tree["MIDDLE"]] == (tree["OTHER"], None)
    assert superiors[tree["LOW"]] == (tree["MIDDLE"], None)


@pytest.mark.parametrize("line", ["territorial_id", "professional_id"])
@pytest.mark.parametrize("above", ["TOP", "LOW"])
def test_unit_never_stands_above_itself(database: Database, tree: dict[str, int], line: str, above: str) -> None:
    superiors = {"territorial_id": None, "professional_id": None, line: tree[above]}
    with database.work() as uow, pytest.raises(Invalid) as refused:
        units.move_unit(uow, uow.session.get_one(Unit, tree["TOP"]), **superiors)

    assert refused.value.details == {"field": line, "rule": "circle"}


def test_unit_is_closed_with_a_successor_once_nobody_needs_it(database: Database, tree: dict[str, int]) -> None:
    with database.work() as uow:
        low, middle = (uow.session.get_one(Unit, tree[code]) for code in ("LOW", "MIDDLE"))
        factories.officer(uow.session, "wang", roles=("liaison",), in_unit=low)
    assert refusal(database, "close_unit", middle, None) == "unit-in-use units-below"
    assert refusal(database, "close_unit", low, None) == "unit-in-use officers"
    assert refusal(database, "close_unit", low, low.id) == "invalid itself"

    with database.work() as uow:
        units.close_unit(uow, uow.session.get_one(Unit, tree["OTHER"]), tree["TOP"])

    with database.read() as session:
        closed = session.get_one(Unit, tree["OTHER"])
        assert (closed.active, closed.successor_id) == (False, tree["TOP"])
        assert "OTHER" not in [unit.code for unit in units.listed(session)]


def test_what_was_administered_is_kept_as_events(database: Database, tree: dict[str, int]) -> None:
    with database.read() as session:
        names = session.scalars(select(StoredEvent.name)).all()

    assert set(names) == {"unit-changed"}


def test_liaison_officers_are_found_by_unit(database: Database, tree: dict[str, int]) -> None:
    with database.work() as uow:
        low = uow.session.get_one(Unit, tree["LOW"])
        factories.officer(uow.session, "wang", roles=("liaison", "handler"), in_unit=low)

        found = units.liaisons(uow.session)

    assert {unit_id: [officer.login for officer in held] for unit_id, held in found.items()} == {tree["LOW"]: ["wang"]}


def test_areas_hang_below_the_city(database: Database) -> None:
    with database.work() as uow:
        areas.create_area(uow, code="11", name="某市", level="city", parent_code=None)
        district = areas.create_area(uow, code="1101", name="某区", level="district", parent_code="11")
        assert district.path == "/11/1101/"

        with pytest.raises(Invalid):
            areas.create_area(uow, code="12", name="另一市", level="city", parent_code=None)


def test_category_moves_with_all_below_it(database: Database) -> None:
    with database.work() as uow:
        for code, parent in (("01", None), ("0101", "01"), ("010101", "0101"), ("02", None)):
            categories.create_category(uow, code, CategoryFacts(name=f"类{code}"), parent)

        categories.move_category(uow, categories.get(uow.session, "0101"), "02")

        paths = {row.code: row.path for row in uow.session.scalars(select(Category))}
        assert paths["010101"] == "/02/0101/010101/"
        with pytest.raises(Invalid):
            categories.move_category(uow, categories.get(uow.session, "02"), "010101")


def test_category_is_closed_from_the_leaves(database: Database) -> None:
    with database.work() as uow:
        categories.create_category(uow, "01", CategoryFacts(name="一"))
        categories.create_category(uow, "0101", CategoryFacts(name="一之一"), "01")

        with pytest.raises(categories.CategoryInUse):
            categories.close_category(uow, categories.get(uow.session, "01"))
        categories.close_category(uow, categories.get(uow.session, "0101"))
        categories.close_category(uow, categories.get(uow.session, "01"))

        assert categories.listed(uow.session) == []
