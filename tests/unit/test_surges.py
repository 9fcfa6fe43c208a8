"""What is one incident and what is not: requests one after another through the detector, with no database."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from hotline.insight.crowds import Crowd
from hotline.insight.happenings import packaged_happenings
from hotline.insight.sightings import Reading, Told
from hotline.insight.surges import Detector, Joined, Surge
from hotline.insight.usual import Usual, surprise
from hotline.kernel.search.analysis import Analyzer, packaged_words
from tests.integration.incident_scene import GAZETTEER, PATHS, RULES, WAYS
from web.incident_reading import names_by

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SCENE = Reading(Analyzer(packaged_words()), packaged_happenings(), PATHS, names_by(GAZETTEER))
LIFTS = ("电梯又坏了", "电梯困人了", "电梯停了没人修", "电梯不动了", "电梯门打不开", "电梯异响")


def told(number: int, words: str, *, road: str = "临江路", minutes: float = 0, caller: str = "") -> Told:
    area = {"临江路": "990101", "东湖路": "990101", "西山路": "990102"}[road]
    at = NOON + timedelta(minutes=minutes)
    return Told(number, at, f"{road}{words}", words, f"{road}{number}号", area, None, caller or str(number))


def detector() -> Detector:
    """One that has learnt from a quiet month of other matters."""
    usual = Usual(24 * 28)
    for number in range(300):
        usual.add(SCENE.sighting(told(number, ("路灯不亮", "垃圾没人清", "小区停车位不够")[number % 3])))
    return Detector(RULES, usual, packaged_happenings())


def fed(own: Detector, calls: Sequence[Told]) -> list[set[int]]:
    """The incidents found, as the ids of their requests."""
    keys: list[int] = []
    for call in calls:
        result = own.see(SCENE.sighting(call))
        if isinstance(result, Surge):
            key = result.of if result.of is not None else len(keys) + 1
            keys += [key] if result.of is None else []
            own.adopt(result, key)
    return [set(own.crowds[key].members) for key in keys]


def water(first: int, count: int, *, road: str = "临江路", start: float = 0) -> list[Told]:
    return [told(first + n, WAYS[n % len(WAYS)], road=road, minutes=start + n) for n in range(count)]


def test_one_happening_is_one_incident_however_it_is_worded() -> None:
    assert fed(detector(), water(1000, 16)) == [set(range(1000, 1016))]


def test_it_is_found_within_ten_requests() -> None:
    own = detector()

    results = [own.see(SCENE.sighting(call)) for call in water(1000, 10)]

    assert any(isinstance(result, Surge) for result in results)


def test_one_caller_who_rings_on_is_no_incident() -> None:
    calls = [told(1000 + n, WAYS[n % len(WAYS)], minutes=n, caller="same") for n in range(12)]

    assert fed(detector(), calls) == []


def test_other_streets_are_other_incidents() -> None:
    calls = sorted([*water(1000, 8), *water(2000, 8, road="西山路")], key=lambda call: call.at)

    assert sorted(map(min, fed(detector(), calls))) == [1000, 2000]


def test_what_stays_at_its_place_is_apart_on_two_roads_of_one_street() -> None:
    one = [told(1000 + n, words, minutes=n) for n, words in enumerate(LIFTS)]
    other = [told(2000 + n, words, road="东湖路", minutes=n + 0.5) for n, words in enumerate(LIFTS)]

    assert len(fed(detector(), sorted([*one, *other], key=lambda call: call.at))) == 2


def test_what_a_network_carries_is_one_on_several_roads_of_a_street() -> None:
    calls = sorted([*water(1000, 6), *water(2000, 6, road="东湖路", start=0.5)], key=lambda call: call.at)

    (incident,) = fed(detector(), calls)

    assert len(incident) == 12


def test_the_same_kind_hours_later_is_another_incident() -> None:
    calls = [*water(1000, 8), *water(2000, 8, road="东湖路", start=170)]

    assert len(fed(detector(), calls)) == 2


def test_what_comes_in_every_day_is_no_incident() -> None:
    usual = Usual(24)
    for number in range(400):
        usual.add(SCENE.sighting(told(number, "垃圾没人清运")))

    own = Detector(RULES, usual, packaged_happenings())

    assert fed(own, [told(1000 + n, "垃圾没人清运", minutes=5 * n) for n in range(8)]) == []


def test_a_dismissed_incident_takes_what_is_like_it_without_growing() -> None:
    own = detector()
    own.know(1, [SCENE.sighting(call) for call in water(1000, 8)], dismissed=True)

    result = own.see(SCENE.sighting(told(2000, WAYS[0], minutes=9)))

    assert isinstance(result, Joined)
    assert result.key is None
    assert len(own.crowds[1]) == 8


def test_a_barred_request_is_of_nothing() -> None:
    own = detector()
    own.know(1, [SCENE.sighting(call) for call in water(1000, 8)], dismissed=False)
    own.bar([2000])

    assert own.see(SCENE.sighting(told(2000, WAYS[0], minutes=9))) is None


def test_memory_is_bounded_by_the_window() -> None:
    own = detector()

    fed(own, [told(1000 + n, "路灯不亮", minutes=10 * n) for n in range(100)])

    assert sum(1 for n in range(100) if 1000 + n in own) == 19


def test_requests_fed_again_give_the_same_incidents() -> None:
    calls = sorted([*water(1000, 20), *water(2000, 9, road="西山路")], key=lambda call: call.at)

    assert fed(detector(), calls) == fed(detector(), calls)


def test_a_crowd_names_itself_by_what_several_said() -> None:
    crowd = Crowd(1, packaged_happenings())
    for call in [*water(1000, 8), told(2000, "停水了，找王晓明主任也没用", minutes=9)]:
        crowd.add(SCENE.sighting(call))

    assert crowd.place == "临江路"
    assert all("王晓明" not in word for word in crowd.cues(2, Usual(1)))


@pytest.mark.parametrize(
    ("count", "expected", "least", "most"), [(5, 0.01, 11, 13), (5, 5, 0, 0), (0, 0.1, 0, 0), (20, 10, 2, 3)]
)
def test_surprise_is_minus_the_logarithm_of_the_tail(count: int, expected: float, least: float, most: float) -> None:
    assert least <= surprise(count, expected) <= most
