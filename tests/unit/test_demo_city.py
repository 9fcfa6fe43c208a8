"""The files of the demo city fit together, and name no real place."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from web.demo.data import FOLDER, City, UnitRow, load_city
from web.demo.shape import load_shape

PHONE = re.compile(r"1990000\d{4}|0999-0\d{6}")
PLACE_SLOTS = {"road", "estate", "street", "school", "hospital", "market", "park", "station"}
HOTLINE_ROLES = {
    "agent",
    "dispatcher",
    "reply_auditor",
    "supervisor",
    "callback_agent",
    "knowledge_editor",
    "shift_leader",
    "manager",
    "administrator",
}
UNIT_ROLES = {"unit_admin", "liaison", "handler", "section_head", "signing_head"}


@pytest.fixture(scope="module")
def city() -> City:
    return load_city()


@pytest.fixture(scope="module")
def units(city: City) -> dict[str, UnitRow]:
    return {unit.code: unit for unit in city.units}


def resolved(city: City, rule: str, street: str) -> str | None:
    """The code of the unit that a rule of the catalogue names for a street."""
    kind, _, line = rule.partition("-bureau:")
    area = {"street": street, "district": street[:4]}.get(kind)
    if area is None:
        return next((unit.code for unit in city.units if unit.code == rule), None)
    fits = (unit for unit in city.units if unit.area == area and unit.level == kind)
    return next((unit.code for unit in fits if (unit.line == line if line else unit.kind == kind)), None)


def test_every_area_but_the_city_lies_in_an_earlier_one(city: City) -> None:
    seen: set[str] = set()
    for area in city.areas:
        assert area.parent in seen if area.parent else area.level == "city"
        seen.add(area.code)


@pytest.mark.parametrize(("level", "least"), [("district", 7), ("street", 40), ("community", 70)])
def test_the_city_has_enough_areas_of_each_level(city: City, level: str, least: int) -> None:
    assert sum(area.level == level for area in city.areas) >= least


def test_roads_and_places_lie_in_known_streets(city: City) -> None:
    streets = {area.code for area in city.areas if area.level == "street"}

    assert {place.street for place in city.places} <= streets


@pytest.mark.parametrize("what", ["areas", "units", "categories", "paths", "articles", "situations", "accounts"])
def test_no_code_is_used_twice(city: City, what: str) -> None:
    keys = Counter(next(iter(vars(row).values())) for row in getattr(city, what))

    assert not [key for key, count in keys.items() if count > 1]


def test_no_place_stands_twice_but_pieces_of_a_road_and_namesakes_elsewhere(city: City) -> None:
    keys = Counter((place.name, place.street) for place in city.places)

    assert not [key for key, count in keys.items() if count > 1]


def test_unit_names_are_unique(city: City) -> None:
    assert len({unit.name for unit in city.units}) == len(city.units)


def test_each_unit_but_the_government_has_two_superiors(city: City) -> None:
    government, *others = city.units
    assert government.territorial is None
    for unit in others:
        assert unit.territorial
        assert unit.professional


@pytest.mark.parametrize("side", ["territorial", "professional"])
def test_no_unit_is_its_own_superior_by_any_way(city: City, units: dict[str, UnitRow], side: str) -> None:
    for unit in city.units:
        seen, above = {unit.code}, getattr(unit, side)
        while above:
            assert above not in seen
            seen.add(above)
            above = getattr(units[above], side)


def test_there_are_about_two_hundred_units_on_four_levels(city: City) -> None:
    assert 180 <= len(city.units) <= 220
    assert {unit.level for unit in city.units} == {"city", "district", "street", "community"}


def test_nobody_has_these_telephone_numbers(city: City) -> None:
    assert [unit.phone for unit in city.units if not PHONE.fullmatch(unit.phone)] == []


def test_the_category_tree_hangs_together(city: City) -> None:
    codes = {category.code for category in city.categories}
    for category in city.categories:
        assert category.parent in codes if category.parent else len(category.code) == 2
        assert category.parent is None or category.code.startswith(category.parent)


def test_every_second_level_class_is_told_from_its_neighbours(city: City) -> None:
    second = [category for category in city.categories if len(category.code) == 4]
    assert len(second) >= 110
    for category in second:
        assert category.definition
        assert category.typical
        assert category.contrast


def test_handling_paths_of_categories_are_known(city: City) -> None:
    paths = {path.code for path in city.paths}

    assert {category.path for category in city.categories if category.path} <= paths
    assert len(paths) == 12


def test_the_catalogue_speaks_of_every_class_that_is_dispatched(city: City) -> None:
    told = {row["category"] for row in city.catalogue}
    second = {row.code for row in city.categories if len(row.code) == 4 and not row.path}

    assert second <= told
    assert len(city.catalogue) >= 150


def test_every_catalogue_row_names_a_unit_in_every_street(city: City) -> None:
    streets = [area.code for area in city.areas if area.level == "street"]
    rules = {row["unit"] for row in city.catalogue} | {rule for row in city.catalogue for rule in row["assist"]}

    assert [(rule, street) for rule in rules for street in streets if resolved(city, rule, street) is None] == []


def test_every_catalogue_row_has_a_law_and_a_source(city: City) -> None:
    for row in city.catalogue:
        assert row["legal_basis"].startswith("《")
        assert row["source"]


def test_articles_are_whole(city: City, units: dict[str, UnitRow]) -> None:
    codes = {category.code for category in city.categories}
    assert len(city.articles) >= 200
    leaves = codes - {category.parent for category in city.categories}
    assert len({article.front["title"] for article in city.articles}) == len(city.articles)
    for article in city.articles:
        assert 3 <= len(article.front["questions"]) <= 12
        assert article.front["category"] in leaves
        assert all(len(word) <= 20 and word != article.front["title"] for word in article.front["keywords"])
        assert article.front["owner_unit"] in units
        assert article.front["source"]["document"]
        assert article.agent_answer
        assert article.public_answer


def test_situations_are_whole(city: City) -> None:
    codes = {category.code for category in city.categories if not category.path}
    assert len(city.situations) >= 90
    for situation in city.situations:
        assert situation.category in codes
        assert len(situation.texts) >= 2
        assert all("诉求：" in words for words in situation.texts)
        assert situation.reply_public.startswith("您好")


def test_situations_have_only_known_slots(city: City) -> None:
    known = PLACE_SLOTS | set(city.slots)
    for situation in city.situations:
        words = " ".join((situation.title, situation.reply_internal, situation.reply_public, *situation.texts))
        assert set(re.findall(r"\{(\w+)\}", words)) <= known


def test_units_of_situations_exist_in_every_street(city: City) -> None:
    streets = [area.code for area in city.areas if area.level == "street"]
    for situation in city.situations:
        assert all(resolved(city, situation.unit, street) for street in streets)


def test_every_leaf_that_is_dispatched_has_a_situation(city: City) -> None:
    parents = {row.parent for row in city.categories}
    leaves = {row.code for row in city.categories if row.code not in parents and not row.path}

    assert leaves - {situation.category for situation in city.situations} == set()


def test_situations_are_told_in_several_ways(city: City) -> None:
    for situation in city.situations:
        assert len(situation.facts) >= 2
        assert not [fact for fact in (*situation.facts, *situation.effects) if fact.endswith(("。", "，"))]
    assert sum(len(situation.facts) for situation in city.situations) > 700


def test_a_mistaken_unit_is_another_than_the_right_one_in_every_street(city: City) -> None:
    streets = [area.code for area in city.areas if area.level == "street"]
    mistakes = [situation.mistaken for situation in city.situations if situation.mistaken]

    assert len(mistakes) >= 30
    for mistake in mistakes:
        for street in streets:
            wrong, right = resolved(city, mistake.unit, street), resolved(city, mistake.right, street)
            assert wrong
            assert right
            assert wrong != right


@pytest.mark.parametrize("month", [1, 6, 8, 11])
def test_twenty_types_make_two_thirds_of_what_comes_in(city: City, month: int) -> None:
    volume: dict[str, float] = {}
    for situation in city.situations:
        if month in situation.months:
            more = situation.weight ** load_shape().emphasis
            volume[situation.category] = volume.get(situation.category, 0.0) + more

    assert 0.6 < sum(sorted(volume.values())[-20:]) / sum(volume.values()) < 0.75


def test_questions_point_at_articles_of_their_category(city: City) -> None:
    articles = {article.id: article.front["category"] for article in city.articles}
    assert len(city.questions) >= 70
    for question in city.questions:
        assert articles[question.article] == question.category


@pytest.mark.parametrize("month", range(1, 13))
def test_something_happens_in_every_month(city: City, month: int) -> None:
    assert sum(situation.weight for situation in city.situations if month in situation.months) > 100


def test_accounts_cover_every_role_in_known_units(city: City, units: dict[str, UnitRow]) -> None:
    assert {account.role for account in city.accounts} == HOTLINE_ROLES | UNIT_ROLES
    assert {account.unit for account in city.accounts} <= set(units)


def test_the_petition_tree_is_the_published_one() -> None:
    with (FOLDER / "examples" / "petition_tree.csv").open(encoding="utf-8") as file:
        levels = Counter(row["level"] for row in csv.DictReader(file))

    assert levels == {"1": 15, "2": 118, "3": 517}


@pytest.mark.shared
def test_no_area_has_the_name_of_a_real_one(city: City, shared: Path) -> None:
    real: set[str] = set()
    for name in ("provinces", "cities", "areas", "streets"):
        with (shared / "data/cn_divisions" / f"{name}.csv").open(encoding="utf-8-sig") as file:
            real |= {row["name"] for row in csv.DictReader(file)}

    assert {area.name for area in city.areas} & real == set()
