"""The catalogue through time: versions hold from their moment on, coming ones can be withdrawn, nothing changes in place."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch import catalogue, catalogue_versions, coverage
from dispatch.catalogue_rows import CatalogueRow
from dispatch.catalogue_versions import Change, Publication
from dispatch.conditions import NOTHING, Circumstances
from dispatch.models import Duty
from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Invalid
from hotline.people.models import Unit
from tests.integration.test_dispatch_catalogue import STREET, build_city

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
SOON = NOW + timedelta(days=10)
BUREAU, POLICE, STREETS = "district-bureau:城管", "district-bureau:公安", "street"


@pytest.fixture
def city(database: Database) -> Database:
    with database.work() as uow:
        build_city(uow.session)
    return database


def publish(database: Database, *rows: CatalogueRow, begins: datetime | None = None, at: datetime = NOW) -> int:
    with database.work(now=at) as uow:
        return catalogue_versions.publish(uow, rows, Publication(begins, "说明", "目录.xlsx")).number


def row(unit: str, category: str = "0101", area_rule: str = "any", **values: Any) -> CatalogueRow:
    return CatalogueRow(category=category, area_rule=area_rule, unit=unit, **values)


def leads(database: Database, at: datetime, around: Circumstances = NOTHING) -> list[str]:
    with database.read() as session:
        codes = {unit.id: unit.code for unit in session.query(Unit)}
        return [codes[hit.unit_id] for hit in catalogue.candidates(session, "0101", STREET, at, around)]


def states(database: Database, at: datetime) -> dict[int, str]:
    with database.read() as session:
        return {one.version.number: one.state for one in catalogue_versions.listed(session, at)}


def test_a_version_holds_until_the_next_one_does_and_old_moments_keep_theirs(city: Database) -> None:
    publish(city, row("city-cg"))
    publish(city, row("d1-ga"), begins=SOON)

    assert leads(city, NOW) == leads(city, SOON - timedelta(seconds=1)) == ["city-cg"]
    assert leads(city, SOON) == ["d1-ga"]
    assert leads(city, NOW - timedelta(days=1)) == []
    assert states(city, NOW) == {1: "in_force", 2: "coming"}
    assert states(city, SOON) == {1: "past", 2: "in_force"}


def test_a_coming_version_that_is_withdrawn_never_holds(city: Database) -> None:
    publish(city, row("city-cg"))
    publish(city, row("d1-ga"), begins=SOON)

    with city.work(now=NOW) as uow:
        catalogue_versions.withdraw(uow, 2, "写错了")

    assert leads(city, SOON + timedelta(days=1)) == ["city-cg"]
    assert states(city, SOON) == {1: "in_force", 2: "withdrawn"}


@pytest.mark.parametrize("number", [1, 2])
def test_what_has_begun_or_is_withdrawn_stays_as_it_is(city: Database, number: int) -> None:
    publish(city, row("city-cg"))
    publish(city, row("d1-ga"), begins=SOON)

    with city.work(now=NOW) as uow:
        catalogue_versions.withdraw(uow, 2, "写错了")
    with pytest.raises(Conflict) as caught, city.work(now=NOW) as uow:
        catalogue_versions.withdraw(uow, number, "")

    assert caught.value.details["reason"] == "not-coming"


def test_nothing_is_laid_down_for_the_past(city: Database) -> None:
    with pytest.raises(Invalid) as caught:
        publish(city, row("city-cg"), begins=NOW - timedelta(hours=1))

    assert caught.value.details["rule"] == "in-the-past"


def test_a_change_is_a_new_version_and_the_old_rows_stay(city: Database) -> None:
    first = publish(city, row("city-cg"), row("d1-ga", category="010101"))
    with city.read() as session:
        changed = {entry.unit_rule: entry.id for entry in catalogue_versions.entries_of(session, first)}

    with city.work(now=NOW + timedelta(hours=1)) as uow:
        put = [(changed["city-cg"], row("d1-cg", legal_basis="《条例》")), (None, row("street", area_rule="street"))]
        catalogue_versions.change(uow, first, Change(put, [changed["d1-ga"]]), Publication(note="改派"))

    assert kept(city, 1) == [("0101", "city-cg"), ("010101", "d1-ga")]
    assert kept(city, 2) == [("0101", "d1-cg"), ("0101", "street")]
    assert leads(city, NOW) == ["city-cg"]
    assert leads(city, NOW + timedelta(hours=1)) == ["s1", "d1-cg"]


def test_a_change_of_a_version_that_will_not_hold_then_is_refused(city: Database) -> None:
    publish(city, row("city-cg"))
    publish(city, row("d1-ga"), begins=SOON)

    with pytest.raises(Conflict) as caught, city.work(now=NOW) as uow:
        catalogue_versions.change(uow, 1, Change([(None, row("d1-cg"))], []), Publication(SOON + timedelta(days=1)))

    assert caught.value.details["reason"] == "stale"


def test_versions_are_compared_row_by_row(city: Database) -> None:
    publish(city, row("city-cg"), row("d1-ga", category="010101"))
    publish(city, row("d1-cg"), row("d1-ga", category="010101"), row("city-cg", category="01"), begins=SOON)

    with city.read() as session:
        found = catalogue_versions.compare(session, 1, 2, city.zone)

    assert [(one.unit, other.unit) for one, other in found.changed] == [("city-cg", "d1-cg")]
    assert ([one.category for one in found.added], found.removed, found.unchanged) == (["01"], (), 1)


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        (NOTHING, ["d1-cg"]),
        (Circumstances(text="健身房跑路了"), ["city-cg"]),
        (Circumstances(text="健身房跑路了", requester="enterprise"), ["d1-ga"]),
        (Circumstances(requester="enterprise"), ["d1-cg"]),
    ],
)
def test_of_the_rows_that_fit_the_one_with_most_conditions_wins(
    city: Database, around: Circumstances, expected: list[str]
) -> None:
    both = {"words": ["健身"], "requester": ["enterprise"]}
    publish(city, row("d1-cg"), row("city-cg", conditions={"words": ["健身"]}), row("d1-ga", conditions=both))

    assert leads(city, NOW, around) == expected


def test_a_hit_says_which_conditions_held(city: Database) -> None:
    publish(city, row("city-cg", conditions={"words": ["健身"]}))

    with city.read() as session:
        hit = catalogue.candidates(session, "0101", STREET, NOW, Circumstances(text="健身卡"))[0]

    assert [(held.code, held.args) for held in hit.held] == [("condition-words", {"words": "健身"})]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [(["city-cg"], ""), ([BUREAU], "district"), ([BUREAU, STREETS], "street"), ([], "")],
)
def test_how_far_down_a_place_must_be_known_follows_from_the_rows(city: Database, rules: Sequence[str], expected: str) -> None:
    publish(city, *(row(rule) for rule in rules))

    with city.read() as session:
        assert catalogue.needed_level(session, "010101", NOW) == expected


def test_the_coverage_names_what_is_left_open(city: Database) -> None:
    ends = row(POLICE, category="010101", area_rule="district", effective_to=(NOW + timedelta(days=5)).date())
    publish(city, ends, row("city-cg", category="01"))
    with city.work(now=NOW) as uow:
        units = {unit.code: unit.id for unit in uow.session.query(Unit)}
        uow.session.add(Duty(unit_id=units["city-cg"], category_code="0601", basis="", effective_from=NOW))
        uow.session.add(Duty(unit_id=units["d1-ga"], category_code="0101", basis="", effective_from=NOW))

    with city.read() as session:
        found = coverage.report(session, NOW + timedelta(minutes=1), ending_days=30)

    assert (found.version, found.leaves, found.rows) == (1, 2, 2)
    assert [(one.code, one.areas) for one in found.without_unit] == [("0601", ())]
    assert [unit.code for unit in found.without_rows] == ["d1", "d1-cg", "s1"]
    assert [unit.code for unit in found.without_duties] == ["d1", "d1-cg", "s1"]
    assert [(one.row.category_code, one.unit.code) for one in found.outside_duties] == [("01", "city-cg")]
    assert [entry.category_code for entry in found.ending] == ["010101"]


def test_the_coverage_names_the_areas_in_which_a_rule_finds_nobody(city: Database) -> None:
    publish(city, row(BUREAU, area_rule="district"), row("city-cg", category="0601"))

    with city.read() as session:
        found = coverage.report(session, NOW, ending_days=30)

    assert [(one.code, one.areas) for one in found.without_unit] == [("010101", ("地区9902",))]


def kept(database: Database, number: int) -> list[tuple[str, str]]:
    with database.read() as session:
        return sorted((one.category, one.unit) for one in catalogue_versions.rows_of(session, number, database.zone))
