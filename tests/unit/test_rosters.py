"""Who works when: seasons, rosters as rules write them, which roster a limit is counted by, refused input."""

from datetime import date

import pytest

from hotline.kernel.errors import Invalid
from sla import packaged, rules
from sla.rosters import AROUND_THE_CLOCK, OFFICE, Duty, Season, WeeklyHours, read_rosters, roster_of, spans
from tests.calendars import default_rules

DAY = [["08:00", "20:00"]]


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (date(2025, 11, 14), False),
        (date(2025, 11, 15), True),
        (date(2025, 12, 31), True),
        (date(2024, 2, 29), True),
        (date(2026, 3, 15), True),
        (date(2026, 3, 16), False),
        (date(2026, 7, 1), False),
    ],
)
def test_a_season_may_go_over_the_years_end(day: date, holds: bool) -> None:
    assert Season((11, 15), (3, 15)).holds(day) is holds
    assert Season((3, 16), (11, 14)).holds(day) is not holds


@pytest.mark.parametrize(
    ("duty", "roster"),
    [
        (Duty("normal"), OFFICE),
        (Duty("urgent"), OFFICE),
        (Duty("critical"), AROUND_THE_CLOCK),
        (Duty("normal", "city_department", "城管"), OFFICE),
        (Duty("normal", "city_department", "应急", around_the_clock=True), AROUND_THE_CLOCK),
        (Duty("normal", "utility", "供水"), AROUND_THE_CLOCK),
        (Duty("normal", "utility", "供热"), "heating"),
        (Duty("critical", "utility", "供热"), AROUND_THE_CLOCK),
        (Duty("normal", "utility", "供热", around_the_clock=True), AROUND_THE_CLOCK),
    ],
)
def test_the_first_row_that_fits_names_the_roster(duty: Duty, roster: str) -> None:
    assert roster_of(default_rules().roster_rows, duty) == roster


def test_rosters_are_read_with_hours_of_their_own_and_a_season() -> None:
    value = {"hall": {"hours": {"week": [DAY] * 7, "make_up": DAY, "holiday": [["10:00", "16:00"]]}, "season": "summer"}}

    (hall,) = read_rosters(value, {"summer": [[6, 1], [8, 31]]})

    assert hall.season == Season((6, 1), (8, 31))
    assert hall.hours is not None
    assert hall.hours.holiday == spans(("10:00", "16:00"))


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("calendar.rosters", {"heating": {"hours": AROUND_THE_CLOCK, "season": "winter"}}, "unknown-season"),
        ("calendar.rosters", {"heating": {"hours": AROUND_THE_CLOCK}, OFFICE: {"hours": AROUND_THE_CLOCK}}, "named-twice"),
        ("calendar.rosters", {}, "unknown-roster"),
        ("calendar.roster_rows", [{"roster": "night_watch"}], "unknown-roster"),
        ("calendar.seasons", {"heating": [[2, 30], [3, 15]]}, "month-and-day"),
        ("calendar.seasons", {"heating": [[11, 15]]}, "malformed-rule"),
        ("calendar.roster_rows", [{"roster": OFFICE, "weather": "cold"}], "malformed-rule"),
    ],
)
def test_a_rule_that_makes_no_roster_is_refused(key: str, value: object, rule: str) -> None:
    values = packaged.rule_values()

    with pytest.raises(Invalid) as caught:
        rules.read({**values, key: value})

    assert caught.value.details["rule"] == rule


@pytest.mark.parametrize(
    "day",
    [(("12:00", "09:00"),), (("09:00", "13:00"), ("12:00", "17:00")), (("09:00", "25:00"),), (("nine", "ten"),), (("09",),)],
)
def test_hours_must_ascend_within_a_day(day: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(Invalid):
        WeeklyHours((spans(*day),) * 7, spans(("09:00", "17:00")))
