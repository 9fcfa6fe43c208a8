"""Announcements, phone book, agreed wording and stories of the demo city fit together, and reach nobody."""

import re
from datetime import UTC, date, datetime

import pytest

from tests.conftest import ZONE
from web.demo.data import City, load_city
from web.demo.knowledge_rows import Day, Noticeboard, load_noticeboard, load_stories, load_words
from web.demo.reference import content_of, still_to_come

NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
NOBODYS = re.compile(r"0999-000\d{4}")
NATIONAL = re.compile(r"1\d{2}|1\d{4}|9\d{4}")


@pytest.fixture(scope="module")
def city() -> City:
    return load_city()


@pytest.fixture(scope="module")
def board() -> Noticeboard:
    return load_noticeboard()


def test_announcements_run_come_and_are_over_on_the_day_of_seeding(board: Noticeboard) -> None:
    day = Day(NOW, ZONE)
    hours = [(day.moment(row["starts"]), day.moment(row["ends"])) for row in board.announcements]

    assert len(board.announcements) >= 12
    assert all(starts < ends for starts, ends in hours)
    assert any(starts <= NOW < ends for starts, ends in hours)
    assert any(starts > NOW for starts, _ in hours)
    assert any(ends <= NOW for _, ends in hours)


def test_announcements_and_wordings_name_known_areas_and_units(board: Noticeboard, city: City) -> None:
    areas, units = {area.code for area in city.areas}, {unit.code for unit in city.units}

    assert {code for row in board.announcements for code in row["areas"]} <= areas
    assert {row["unit"] for row in [*board.announcements, *board.wordings]} <= units


def test_wordings_say_what_to_say_and_what_not(board: Noticeboard) -> None:
    assert len(board.wordings) >= 6
    assert all(row["words"] and row["not_to_say"] and row["keywords"] for row in board.wordings)


def test_the_phone_book_has_national_numbers_and_numbers_of_nobody(board: Noticeboard) -> None:
    numbers = [phone for row in [*board.phones, *board.proposed] for phone in row["phones"]]

    assert len(board.phones) >= 60
    assert [phone for phone in numbers if not (NOBODYS.fullmatch(phone) or NATIONAL.fullmatch(phone))] == []


def test_entries_of_the_phone_book_are_named_once(board: Noticeboard) -> None:
    names = [row["name"] for row in board.phones]

    assert len(set(names)) == len(names)
    assert {row["replaces"] for row in board.proposed} - {None} <= set(names)


def test_the_directory_has_a_road_for_every_unit_in_it(board: Noticeboard, city: City) -> None:
    roads = {place.name for place in city.places if place.kind == "road"}
    listed = [unit for unit in city.units if unit.kind in board.directory["kinds"]]

    assert len(listed) >= 60
    assert {unit.area for unit in listed} <= set(board.directory["roads"])
    assert {name for names in board.directory["roads"].values() for name in names} <= roads


def test_stories_name_known_articles_officers_and_units(city: City) -> None:
    stories = load_stories()
    articles, logins = {article.id for article in city.articles}, {account.login for account in city.accounts}
    written = [*stories.drafts, *stories.changes]

    assert {*stories.due, *(row["article"] for row in [*stories.changes, *stories.tasks])} <= articles
    assert {row["by"] for row in [*written, *stories.tasks]} <= logins
    assert {step["by"] for row in written for step in row["steps"]} <= logins
    assert {row["owner"] for row in [*stories.drafts, *stories.expired]} <= {unit.code for unit in city.units}


def test_words_that_mean_the_same_come_in_groups() -> None:
    assert all(len(group["words"]) > 1 for group in load_words().synonyms)


@pytest.mark.parametrize("year", [2026, 2030])
def test_no_article_is_due_or_over_in_the_year_of_seeding_already(city: City, year: int) -> None:
    today = date(year, 11, 20)
    units = {unit.code: 1 for unit in city.units}

    for article in city.articles:
        content = still_to_come(content_of(article, units), today)
        assert content.review_due is None or today < content.review_due
        assert content.effective_to is None or today < content.effective_to
