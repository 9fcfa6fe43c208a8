"""Working time: the laws that adding and measuring obey, years without notice, refused input, the machine's own time zone."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.kernel.clock import WorkingTime
from hotline.kernel.errors import Invalid, NotFound
from sla.calendar import CityCalendar, DayKind, DayRow, YearRules, missing_year
from sla.defaults import rows_by_law, rows_from_chinesecalendar
from sla.rosters import AROUND_THE_CLOCK, OFFICE, WeeklyHours, spans
from tests.calendars import ZONE, city_calendar, default_rules

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 # zone is given
DAYS = st.integers(1, 400)
MINUTES = st.integers(1, 200_000)
ROSTERS = st.sampled_from([OFFICE, AROUND_THE_CLOCK, "heating"])
ZONES = ["America/New_York", "Europe/Lisbon", "Asia/Kolkata", "Pacific/Kiritimati", "UTC"]


def local(wall: str) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZONE)


def calendar_handed_out() -> WorkingTime:
    return city_calendar()


@given(MOMENTS, DAYS)
def test_measuring_working_days_undoes_adding_them(start: datetime, days: int) -> None:
    calendar = city_calendar()

    assert calendar.working_days_between(start, calendar.add_working_days(start, days)) == days


@given(MOMENTS, MINUTES, ROSTERS)
def test_measuring_duty_time_undoes_adding_it(start: datetime, minutes: int, roster: str) -> None:
    duty, span = city_calendar().on(roster), timedelta(minutes=minutes)

    assert duty.between(start, duty.add(start, span)) == span
    assert duty.between(start, duty.add(start, -span)) == -span


@given(MOMENTS, MOMENTS, ROSTERS)
def test_adding_what_was_measured_ends_there_or_where_duty_stopped_before(one: datetime, other: datetime, roster: str) -> None:
    duty = city_calendar().on(roster)
    early, late = sorted((one, other))

    end = duty.add(early, duty.between(early, late))

    assert end <= late
    assert duty.between(end, late) == timedelta(0)


@given(MOMENTS, MINUTES, MINUTES, ROSTERS)
def test_adding_in_two_parts_is_adding_at_once(start: datetime, one: int, other: int, roster: str) -> None:
    duty = city_calendar().on(roster)
    first, second = timedelta(minutes=one), timedelta(minutes=other)

    assert duty.add(duty.add(start, first), second) == duty.add(start, first + second)


@given(MOMENTS, MINUTES, ROSTERS)
def test_added_duty_time_ends_at_the_earliest_such_moment(start: datetime, minutes: int, roster: str) -> None:
    duty, span = city_calendar().on(roster), timedelta(minutes=minutes)

    assert duty.between(start, duty.add(start, span) - timedelta(microseconds=1)) < span


def test_working_minutes_are_those_of_the_office() -> None:
    calendar, start = city_calendar(), local("2025-06-06 16:30")
    end = calendar.add_working_minutes(start, 120)

    assert end == calendar.on(OFFICE).add(start, timedelta(minutes=120)) == local("2025-06-09 10:00")
    assert calendar.working_minutes_between(start, end) == 120


@given(MOMENTS, MOMENTS, DAYS)
def test_a_later_start_never_ends_earlier(one: datetime, other: datetime, days: int) -> None:
    calendar = city_calendar()
    early, late = sorted((one, other))

    assert calendar.add_working_days(early, days) <= calendar.add_working_days(late, days)
    assert calendar.add_working_minutes(early, days) <= calendar.add_working_minutes(late, days)


@pytest.fixture(params=ZONES)
def machine_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The machine stands in another time zone, with or without summer time."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


@pytest.mark.parametrize("wall", ["2025-03-09 02:30", "2025-03-30 01:30", "2025-11-02 01:30", "2025-10-26 01:30"])
def test_the_time_zone_of_the_machine_does_not_matter(machine_zone: str, wall: str) -> None:
    """The moments are those at which clocks are put forward and back elsewhere."""
    calendar = CityCalendar(city_calendar().rows.values(), years=city_calendar().years, hours=default_rules().hours, zone=ZONE)

    assert calendar.add_working_days(local(wall), 3) == city_calendar().add_working_days(local(wall), 3)
    assert calendar.add_working_minutes(local(wall), 2000) == city_calendar().add_working_minutes(local(wall), 2000)
    assert calendar.local_day(local(wall)) == date.fromisoformat(wall[:10])


@given(MOMENTS, DAYS)
def test_a_longer_limit_ends_later(start: datetime, days: int) -> None:
    calendar = city_calendar()

    assert calendar.add_working_days(start, days) < calendar.add_working_days(start, days + 1)


@given(MOMENTS, DAYS, st.sampled_from(["America/New_York", "Pacific/Kiritimati", "Europe/Lisbon"]))
def test_the_zone_in_which_a_moment_is_written_does_not_matter(start: datetime, days: int, zone: str) -> None:
    elsewhere = start.astimezone(ZoneInfo(zone))

    assert city_calendar().add_working_days(elsewhere, days) == city_calendar().add_working_days(start, days)
    assert city_calendar().add_working_minutes(elsewhere, days) == city_calendar().add_working_minutes(start, days)


@given(MOMENTS, DAYS)
def test_working_days_agree_with_a_walk_day_by_day(start: datetime, days: int) -> None:
    calendar, day, left = city_calendar(), city_calendar().local_day(start), days
    while left:
        day += timedelta(days=1)
        left -= calendar.is_working_day(day)

    assert calendar.local_day(calendar.add_working_days(start, days)) == day


@given(MOMENTS, MOMENTS)
def test_measuring_back_is_the_negative(one: datetime, other: datetime) -> None:
    calendar = city_calendar()

    assert calendar.working_time_between(one, other) == -calendar.working_time_between(other, one)
    assert calendar.working_days_between(one, other) == -calendar.working_days_between(other, one)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_what_reaches_further_is_no_less_provisional(one: datetime, two: datetime, three: datetime) -> None:
    calendar = city_calendar()
    start, end, further = sorted((one, two, three))

    assert calendar.is_provisional(further, since=start) >= calendar.is_provisional(end, since=start)
    assert calendar.is_provisional(end, since=start) >= calendar.is_provisional(end)


def test_a_missing_year_between_announced_ones_is_seen_from_its_start() -> None:
    gap = city_calendar(announced=frozenset({2024, 2026}))

    assert gap.is_provisional(local("2026-02-02 10:00"), since=local("2025-12-01 10:00"))
    assert not gap.is_provisional(local("2026-02-02 10:00"), since=local("2026-01-05 10:00"))


@pytest.mark.parametrize(
    ("announced", "today", "months", "missing"),
    [
        ({2026}, date(2026, 9, 30), 3, None),
        ({2026}, date(2026, 10, 1), 3, 2027),
        ({2026, 2027}, date(2026, 12, 31), 3, None),
        ({2025}, date(2026, 5, 1), 3, 2026),
        ({2026, 2028}, date(2026, 11, 22), 15, 2027),
        ({2026}, date(2026, 1, 1), 12, 2027),
        ({2026}, date(2026, 12, 31), 0, None),
    ],
)
def test_a_missing_year_is_told_of_months_ahead(announced: set[int], today: date, months: int, missing: int | None) -> None:
    assert missing_year(announced, today, months) == missing


@pytest.mark.parametrize(
    ("end", "days", "expected"),
    [
        ("2025-10-11 17:30", 1, "2025-10-10 17:30"),
        ("2025-10-09 14:00", 2, "2025-09-29 14:00"),
        ("2025-06-07 12:00", 1, "2025-06-06 12:00"),
    ],
)
def test_days_before_an_end_are_working_days_at_its_time_of_day(end: str, days: int, expected: str) -> None:
    assert city_calendar().before_working_days(local(end), days) == local(expected)


def test_a_notice_that_arrives_moves_the_limit_and_settles_it() -> None:
    notice = "虚构：关于2027年部分节假日安排的通知"
    arrived = [
        DayRow(date(2027, 1, 1), DayKind.HOLIDAY, "元旦", notice),
        DayRow(date(2027, 1, 4), DayKind.HOLIDAY, "元旦", notice),
        DayRow(date(2027, 1, 9), DayKind.WORKDAY, "元旦", notice),
    ]
    announced = city_calendar(*arrived, announced=frozenset({2024, 2025, 2026, 2027}))
    start = local("2026-12-25 10:00")

    before, after = city_calendar().add_working_days(start, 6), announced.add_working_days(start, 6)

    assert (before, after) == (local("2027-01-05 17:30"), local("2027-01-06 17:30"))
    assert (city_calendar().is_provisional(before), announced.is_provisional(after)) == (True, False)


def test_no_working_time_added_is_the_start_itself() -> None:
    assert city_calendar().add_working_minutes(local("2025-06-07 10:00"), 0) == local("2025-06-07 10:00")


def test_moments_come_back_in_utc() -> None:
    assert calendar_handed_out().add_working_days(local("2025-06-03 10:00"), 1).tzinfo is UTC


def test_rows_of_a_year_bear_the_notice_and_chinese_names() -> None:
    first, *_ = rows_from_chinesecalendar(2026)

    assert (first.day, first.name, first.source) == (
        date(2026, 1, 1),
        "元旦",
        "国务院办公厅关于2026年部分节假日安排的通知",
    )


def test_a_year_without_notice_is_not_guessed() -> None:
    with pytest.raises(NotFound):
        rows_from_chinesecalendar(2027)

    assert len(rows_by_law(2027)) == 13


@pytest.mark.parametrize("days", [0, -3])
def test_no_working_days_are_refused(days: int) -> None:
    with pytest.raises(Invalid):
        city_calendar().add_working_days(local("2025-06-03 10:00"), days)


def test_a_roster_that_the_city_does_not_have_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        city_calendar().on("night_watch")

    assert caught.value.details == {"field": "roster", "rule": "unknown-roster", "roster": "night_watch"}


@pytest.mark.parametrize("wall", ["1999-01-01 00:00", "2999-01-01 00:00"])
def test_a_moment_outside_the_calendar_is_refused(wall: str) -> None:
    with pytest.raises(Invalid):
        city_calendar().add_working_minutes(local(wall), 10)


def test_a_span_that_leaves_the_calendar_is_refused() -> None:
    with pytest.raises(Invalid):
        city_calendar().add_working_days(local("2025-06-03 10:00"), 100_000)
    with pytest.raises(Invalid):
        city_calendar().add_working_minutes(local("2025-06-03 10:00"), 100_000_000)


def test_a_calendar_without_years_is_refused() -> None:
    hours = WeeklyHours((spans(("09:00", "17:00")),) * 7, spans(("09:00", "17:00")))

    with pytest.raises(Invalid):
        CityCalendar([], years=YearRules(frozenset()), hours=hours, zone=ZONE)
