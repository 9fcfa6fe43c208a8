"""The worst day of the demo city is the same each time, and its event is told in words that its situations do not know."""

from collections import Counter
from datetime import date, timedelta
from functools import cache

from tests.conftest import ZONE
from web.demo.data import load_city
from web.demo.worst_day import Call, load_worst_day, worst_day

DAY = date(2026, 8, 12)


@cache
def calls() -> tuple[Call, ...]:
    return tuple(worst_day(1, DAY, ZONE))


def event() -> list[Call]:
    return [call for call in calls() if call.is_of_event]


def test_the_same_seed_makes_the_same_day_and_another_another() -> None:
    assert list(calls()) == worst_day(1, DAY, ZONE)
    assert list(calls()) != worst_day(2, DAY, ZONE)


def test_four_hundred_ring_for_the_event_among_three_thousand_others() -> None:
    assert Counter(call.is_of_event for call in calls()) == {True: 400, False: 3000}


def test_calls_come_in_order_with_keys_of_their_own() -> None:
    assert [call.at for call in calls()] == sorted(call.at for call in calls())
    assert len({call.key for call in calls()}) == len(calls())


def test_the_event_lasts_three_hours_and_all_calls_are_of_the_day() -> None:
    moments = [call.at for call in event()]

    assert timedelta(hours=2) < max(moments) - min(moments) <= timedelta(hours=3)
    assert {call.at.astimezone(ZONE).date() for call in calls()} == {DAY}


def test_nobody_asks_when_water_comes_back_before_it_has_been_away_for_long() -> None:
    known = load_worst_day()
    late = {words.sentence for words in known.words if words.phase == "late"}
    first = min(call.at for call in event())
    early = [call for call in event() if call.at < first + timedelta(minutes=45)]

    assert early
    assert not [call for call in early if any(sentence in call.body for sentence in late)]


def test_the_event_is_told_in_many_ways_none_of_which_is_of_a_situation() -> None:
    bodies = {call.body for call in event()}
    known = {words for situation in load_city().situations for words in (*situation.texts, *situation.facts)}

    assert len(bodies) > 300
    assert not bodies & known


def test_others_ring_of_the_same_road_and_of_water_elsewhere_meanwhile() -> None:
    known = load_worst_day()
    meanwhile = [call for call in calls() if not call.is_of_event and event()[0].at <= call.at <= event()[-1].at]

    assert [call for call in meanwhile if known.road in call.body]
    assert [call for call in meanwhile if call.category_code == "020101" and known.road not in call.body]


def test_callers_have_demo_numbers_and_some_ring_again() -> None:
    callers = Counter(call.caller for call in event())

    assert all(call.caller.startswith("1990000") and len(call.caller) == 11 for call in calls())
    assert max(callers.values()) > 1


def test_areas_and_categories_are_of_the_city() -> None:
    city = load_city()

    assert {call.area_code for call in calls() if call.area_code} <= {area.code for area in city.areas}
    assert {call.category_code for call in calls() if call.category_code} <= {row.code for row in city.categories}
