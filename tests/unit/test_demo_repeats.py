"""Who comes with the same again is planned with what it hangs on: by the same caller, neighbours, many at once."""

from collections import Counter
from functools import cache

from tests.unit.test_demo_plans import AFTERNOON, CALENDAR
from web.demo.data import load_city
from web.demo.plans import Story, World
from web.demo.repeats import plan_all
from web.demo.shape import load_shape

WORLD = World(load_city(), load_shape(), CALENDAR, 12345, AFTERNOON)


@cache
def groups() -> tuple[tuple[Story, ...], ...]:
    shape = WORLD.shape
    return tuple(tuple(group) for stretch in (shape.recent, shape.past) for group in plan_all(WORLD, 1, stretch))


def stories() -> list[Story]:
    return [story for group in groups() for story in group]


def dispatched() -> list[Story]:
    return [story for story in stories() if story.article is None]


def test_the_months_hold_about_three_thousand_requests() -> None:
    assert 2800 < len(dispatched()) < 3300
    assert len({story.key for story in stories()}) == len(stories())


def test_the_same_seed_plans_the_same_groups() -> None:
    assert plan_all(WORLD, 0.1, WORLD.shape.past) == plan_all(WORLD, 0.1, WORLD.shape.past)


def test_stretches_do_not_overlap() -> None:
    recent, past = WORLD.shape.recent, WORLD.shape.past

    assert past.from_day == recent.from_day + recent.days


def test_what_hangs_on_a_story_is_told_with_it_and_later() -> None:
    for first, *others in groups():
        assert first.lead == ""
        for other in others:
            assert other.lead == first.key
            assert other.opened_at >= first.opened_at


def test_nobody_is_merged_into_what_was_answered() -> None:
    for first, *others in groups():
        replied = next((step.at for step in first.steps if step.action == "reply"), AFTERNOON)
        for other in others:
            assert all(step.at < replied for step in other.steps if step.action == "merge")


def test_the_same_caller_comes_again_and_neighbours_come_too() -> None:
    same = Counter(other.phone == first.phone for first, *others in groups() for other in others)

    assert same[True] > 30
    assert same[False] > 100


def test_neighbours_say_it_in_other_words_of_the_same_place() -> None:
    pairs = [(first, other) for first, *others in groups() for other in others if other.key.endswith(":neighbour")]

    assert sum(first.matter.body == other.matter.body for first, other in pairs) < len(pairs) / 10
    for first, other in pairs:
        assert first.matter.spot
        assert other.matter.spot
        assert first.matter.spot.anchor == other.matter.spot.anchor


def test_surges_of_the_season_were_merged() -> None:
    sizes = {first.key.split(":")[3]: len(others) for first, *others in groups() if ":surge:" in first.key}

    assert set(sizes) >= {"burst-main", "prepaid-shop", "heating"}
    assert min(sizes.values()) > 10


def test_some_topics_grow_and_others_go() -> None:
    months = {"property-no-service": [0, 0], "bus-wait-long": [0, 0]}
    places = {topic.situation: topic.place for topic in WORLD.shape.topics}
    for story in dispatched():
        matter = story.matter
        if matter.situation in months and matter.spot and matter.spot.anchor == places[matter.situation]:
            months[matter.situation][(AFTERNOON - story.opened_at).days > WORLD.shape.days / 2] += 1

    assert months["property-no-service"][0] > 1.5 * months["property-no-service"][1]
    assert months["bus-wait-long"][1] > months["bus-wait-long"][0]


def test_the_wrong_unit_names_the_right_one_and_some_are_ruled_on() -> None:
    asked = [step.given for story in dispatched() for step in story.steps if step.action == "ask_return"]
    named = [given for given in asked if given.get("competent")]

    assert len(named) > 200
    assert all(given["legal_basis"] for given in named)
    assert sum(step.action == "designate_here" for story in dispatched() for step in story.steps) > 20


def test_matters_are_told_in_many_words_and_of_every_kind() -> None:
    bodies = {story.matter.body for story in dispatched()}
    kinds = {story.matter.situation for story in dispatched() if story.matter.situation}

    assert len(bodies) > 0.9 * len(dispatched())
    assert len(kinds) > 180
