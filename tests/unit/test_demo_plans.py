"""Requests of the demo city are planned: the same each time, forward in time, and up to the stop they are meant for."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random

import pytest

from sla.calendar import CityCalendar, YearRules
from sla.rosters import WeeklyHours, spans
from tests.conftest import ZONE
from web.demo.data import load_city
from web.demo.plans import Story, World, plan
from web.demo.shape import load_shape, pick, weighted
from web.demo.wording import choose_spot, fill, unfilled

OFFICE = spans(["09:00", "12:00"], ["13:30", "17:30"])
CALENDAR = CityCalendar(
    [],
    years=YearRules(frozenset({2026}), frozenset(), 0),
    hours=WeeklyHours((OFFICE,) * 5 + ((), ()), OFFICE),
    zone=ZONE,
)
AFTERNOON = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
MIDNIGHT_ON_SUNDAY = datetime(2026, 6, 14, 16, 3, tzinfo=UTC)


@cache
def stories(now: datetime = AFTERNOON, *, seed: int = 1, scale: float = 0.3) -> tuple[Story, ...]:
    return tuple(plan(World(load_city(), load_shape(), CALENDAR, seed, now), scale))


def test_the_same_seed_plans_the_same_requests() -> None:
    world = World(load_city(), load_shape(), CALENDAR, 7, AFTERNOON)

    assert plan(world, 0.1) == plan(world, 0.1)


def test_another_seed_plans_other_requests() -> None:
    assert [story.matter for story in stories(seed=7)] != [story.matter for story in stories(seed=8)]


@pytest.mark.parametrize("now", [AFTERNOON, MIDNIGHT_ON_SUNDAY])
def test_steps_run_forward_and_end_before_now(now: datetime) -> None:
    for story in stories(now):
        moments = [story.opened_at, *(step.at for step in story.steps)]
        assert moments == sorted(moments)
        assert moments[-1] < now


@pytest.mark.parametrize("now", [AFTERNOON, MIDNIGHT_ON_SUNDAY])
def test_every_stop_is_reached_by_some_request(now: datetime) -> None:
    ends = Counter(story.steps[-1].action if story.steps else "open" for story in stories(now) if story.article is None)

    assert {stage.stop for stage in load_shape().staged} <= set(ends)


def test_requests_come_in_order_with_keys_of_their_own() -> None:
    told = stories()

    assert [story.opened_at for story in told] == sorted(story.opened_at for story in told)
    assert len({story.key for story in told}) == len(told)


def test_fewer_requests_come_in_at_night() -> None:
    hours = Counter(story.opened_at.astimezone(ZONE).hour for story in stories(scale=1))

    assert sum(hours[hour] for hour in range(6)) < sum(hours[hour] for hour in range(9, 12)) / 3


@pytest.mark.parametrize(("month", "cold"), [(8, False), (12, True)])
def test_matters_fit_the_season(month: int, cold: bool) -> None:
    told = stories(datetime(2026, month, 28, 12, tzinfo=UTC))

    assert any("暖气" in story.matter.title for story in told) is cold


def test_a_caller_has_one_name() -> None:
    names: dict[str, set[str]] = {}
    for story in stories(scale=1):
        names.setdefault(story.phone, set()).add(story.name)

    assert all(len(found) == 1 for found in names.values())


def test_every_wording_is_filled_whole() -> None:
    city, rng = load_city(), Random(3)
    for situation in city.situations:
        for words in (situation.title, situation.reply_internal, situation.reply_public, *situation.texts):
            assert unfilled([fill(words, choose_spot(city, rng, words, situation.hours))]) == []


def test_the_street_is_that_of_the_place_named() -> None:
    city = load_city()
    spot = choose_spot(city, Random(5), "反映{park}广场舞噪音", "evening")

    assert next(place.street for place in city.places if place.name == spot.values["park"]) == spot.area


def test_no_request_is_older_than_the_shape_says() -> None:
    oldest = min(story.opened_at for story in stories(scale=1)).astimezone(ZONE).date()

    assert oldest >= date(2026, 11, 20) - timedelta(days=load_shape().days + 1)


def test_chance_stays_in_its_span_and_follows_its_shares() -> None:
    rng = Random(1)
    drawn = [pick(rng, (10, 20)) for _ in range(200)]

    assert all(10 <= value <= 20 for value in drawn)
    assert {weighted(rng, {"phone": 1.0, "web_form": 0.0}) for _ in range(50)} == {"phone"}
