"""The catalogue on a real database: versions, import, and rules resolved in the area tree."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from dispatch import catalogue, catalogue_versions
from hotline.kernel.db import Database
from hotline.kernel.errors import Invalid
from hotline.people.models import Unit
from tests import factories

AT = datetime(2026, 11, 20, 4, tzinfo=UTC)
STREET = "990101"


@pytest.fixture
def city(database: Database) -> None:
    """A city of one district and one street; 0101 has a leaf 010101 below it."""
    with database.work() as uow:
        build_city(uow.session)


def build_city(session: Session) -> None:
    factories.area(session, "99")
    factories.area(session, "9901", level="district", parent_code="99")
    factories.area(session, STREET, level="street", parent_code="9901")
    factories.area(session, "9902", level="district", parent_code="99")
    factories.unit(session, "city-cg", line="城管")
    factories.unit(session, "d1", level="district", kind="district", area_code="9901")
    factories.unit(session, "d1-cg", level="district", line="城管", area_code="9901")
    factories.unit(session, "d1-ga", level="district", line="公安", area_code="9901")
    factories.unit(session, "s1", level="street", kind="street", area_code=STREET)
    factories.unit(session, "gone", level="city", active=False)
    factories.category(session, "01", path="/01/")
    factories.category(session, "0101", parent_code="01", path="/01/0101/")
    factories.category(session, "010101", parent_code="0101", path="/01/0101/010101/")
    factories.category(session, "0601", path="/0601/")


def row(unit: str, area_rule: str = "district", **values: Any) -> dict[str, Any]:
    defaults = {"category": "0101", "assist": [], "legal_basis": "《条例》", "source": "清单", "effective_from": "2026-01-01"}
    return {"unit": unit, "area_rule": area_rule, **defaults, **values}


def install(database: Database, *rows: dict[str, Any]) -> int:
    with database.work() as uow:
        return catalogue_versions.import_rows(uow, rows)


def named(
    database: Database, area_code: str | None, category: str = "0101", at: datetime = AT
) -> list[tuple[str, str, list[str]]]:
    """(unit name without 单位, via, assisting names) of each hit."""
    with database.read() as session:
        hits = catalogue.candidates(session, category, area_code, at)
        names = {unit.id: unit.code for unit in session.query(Unit)}
        return [(names[hit.unit_id], hit.via, [names[number] for number in hit.assist_ids]) for hit in hits]


@pytest.mark.parametrize(
    ("rule", "area_rule", "area_code", "expected"),
    [
        ("d1-ga", "any", None, [("d1-ga", "row", [])]),
        ("city-cg", "city", "9902", [("city-cg", "row", [])]),
        ("district-bureau:城管", "district", STREET, [("d1-cg", "row", [])]),
        ("district-bureau:城管", "district", "9901", [("d1-cg", "row", [])]),
        ("district", "district", STREET, [("d1", "row", [])]),
        ("street", "street", STREET, [("s1", "row", [])]),
        ("street", "street", "9901", []),
        ("district", "district", None, []),
        ("district-bureau:城管", "district", None, [("city-cg", "area-unknown", [])]),
        ("district-bureau:城管", "district", "9902", [("city-cg", "no-local-unit", [])]),
        ("district-bureau:公安", "district", None, []),
        ("district-bureau:城管", "district", "no-such-area", [("city-cg", "area-unknown", [])]),
        ("gone", "city", None, []),
    ],
)
def test_a_unit_rule_is_resolved_in_the_area(
    database: Database, city: None, rule: str, area_rule: str, area_code: str | None, expected: list[Any]
) -> None:
    install(database, row(rule, area_rule))

    assert named(database, area_code) == expected


def test_the_most_local_row_comes_first_and_falls_away_when_the_street_is_unknown(database: Database, city: None) -> None:
    install(database, row("district-bureau:城管"), row("street", "street"))

    assert [hit[0] for hit in named(database, STREET)] == ["s1", "d1-cg"]
    assert [hit[0] for hit in named(database, "9901")] == ["d1-cg"]


def test_assisting_rules_are_resolved_too_and_never_name_the_lead(database: Database, city: None) -> None:
    install(database, row("district-bureau:城管", assist=["street", "district-bureau:公安", "district-bureau:城管"]))

    assert named(database, STREET) == [("d1-cg", "row", ["s1", "d1-ga"])]


def test_a_category_without_a_row_follows_the_one_above(database: Database, city: None) -> None:
    install(database, row("city-cg", "city"))

    assert named(database, None, "010101") == [("city-cg", "parent", [])]


def test_a_row_of_its_own_hides_the_one_above(database: Database, city: None) -> None:
    install(database, row("city-cg", "city"), row("d1-ga", "any", category="010101"))

    assert named(database, None, "010101") == [("d1-ga", "row", [])]


def test_a_row_that_names_nobody_here_leaves_it_to_the_one_above(database: Database, city: None) -> None:
    install(database, row("city-cg", "city"), row("street", "street", category="010101"))

    assert named(database, None, "010101") == [("city-cg", "parent", [])]


@pytest.mark.parametrize("category", ["0601", "no-such-category"])
def test_a_category_the_catalogue_does_not_know_has_no_unit(database: Database, city: None, category: str) -> None:
    install(database, row("city-cg", "city"))

    assert named(database, STREET, category) == []


def test_a_new_version_replaces_the_old_one_from_its_day_on(database: Database, city: None) -> None:
    install(database, row("city-cg", "city"))
    second = install(database, row("d1-ga", "any", effective_from="2026-12-01"))

    assert second == 2
    assert named(database, None)[0][0] == "city-cg"
    assert named(database, None, at=datetime(2026, 11, 30, 15, 59, tzinfo=UTC))[0][0] == "city-cg"
    assert named(database, None, at=datetime(2026, 11, 30, 16, 0, tzinfo=UTC))[0][0] == "d1-ga"


def test_the_last_day_of_a_row_is_included(database: Database, city: None) -> None:
    install(database, row("city-cg", "city", effective_to="2026-11-20"))

    assert named(database, None, at=datetime(2026, 11, 20, 15, 59, tzinfo=UTC))
    assert not named(database, None, at=datetime(2026, 11, 20, 16, 0, tzinfo=UTC))


def test_importing_the_same_rows_again_makes_no_version(database: Database, city: None) -> None:
    rows = (row("city-cg", "city"), row("street", "street"))

    assert [install(database, *rows), install(database, *rows)] == [1, 1]


@pytest.mark.parametrize(
    ("wrong", "field", "rule"),
    [
        ({"category": "9999"}, "category", "unknown-code"),
        ({"category": None}, "category", "required"),
        ({"unit": "no-such-unit"}, "unit", "unknown-code"),
        ({"assist": ["no-such-unit"]}, "assist", "unknown-code"),
        ({"area_rule": "galaxy"}, "area_rule", "unknown-word"),
        ({"effective_from": "next week"}, "effective_from", "not-a-date"),
    ],
)
def test_a_row_that_is_not_understood_is_named_and_nothing_is_imported(
    database: Database, city: None, wrong: dict[str, Any], field: str, rule: str
) -> None:
    with pytest.raises(Invalid) as caught:
        install(database, row("city-cg", "city"), {**row("street", "street"), **wrong})

    assert caught.value.details["field"] == field
    assert caught.value.details["rule"] == rule
    assert caught.value.details["row"] == 2
    with database.read() as session:
        assert catalogue.version_at(session, AT) == 0
