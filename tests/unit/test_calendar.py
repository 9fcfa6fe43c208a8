"""Working time: hand-checked limits, the laws that adding and measuring obey, years without notice, refused input."""

import csv
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.kernel.clock import WorkingTime
from hotline.kernel.errors import Invalid, NotFound
from sla.calendar import CityCalendar, DayKind, DayRow, YearRules
from sla.defaults import rows_by_law, rows_from_chinesecalendar
from sla.limits import Limit, LimitUnit, StartRule, due_at
from sla.rosters import WeeklyHours, spans
from tests.calendars import ZONE, city_calendar

CASES = Path(__file__).parents[1] / "data" / "deadlines.tsv"
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 # zone is given
DAYS = st.integers(1, 400)
MINUTES = st.integers(1, 200_000)


def cases() -> list[Mapping[str, str]]:
    with CASES.open(encoding="utf-8") as lines:
        return list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))


def local(wall: str) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZONE)


def calendar_handed_out() -> WorkingTime:
    return city_calendar()


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['start']}+{case['amount']}{case['unit']}")
def test_limit_ends_as_counted_by_hand(case: Mapping[str, str]) -> None:
    limit = Limit(int(case["amount"]), LimitUnit(case["unit"]), StartRule(case["start_rule"]))

    due = due_at(city_calendar(), local(case["start"]), limit, case["roster"])

    assert due.astimezone(ZONE) == local(case["due"]), case["reason"]
    assert city_calendar().is_provisional(due) is (case["provisional"] == "yes")


@given(MOMENTS, DAYS)
def test_measuring_working_days_undoes_adding_them(start: datetime, days: int) -> None:
    calendar = city_calendar()

    assert calendar.working_days_between(start, calendar.add_working_days(start, days)) == days


@given(MOMENTS, MINUTES)
def test_measuring_working_time_undoes_adding_it(start: datetime, minutes: int) -> None:
    calendar = city_calendar()
    end = calendar.add_working_minutes(start, minutes)

    assert calendar.working_time_between(start, end) == timedelta(minutes=minutes)
    assert calendar.working_minutes_between(start, end) == minutes


@given(MOMENTS, MINUTES)
def test_added_working_time_ends_at_the_earliest_such_moment(start: datetime, minutes: int) -> None:
    calendar = city_calendar()
    end = calendar.add_working_minutes(start, minutes)

    assert calendar.working_time_between(start, end - timedelta(microseconds=1)) < timedelta(minutes=minutes)


@given(MOMENTS, MOMENTS, DAYS)
def test_a_later_start_never_ends_earlier(one: datetime, other: datetime, days: int) -> None:
    calendar = city_calendar()
    early, late = sorted((one, other))

    assert calendar.add_working_days(early, days) <= calendar.add_working_days(late, days)
    assert calendar.add_working_minutes(early, days) <= calendar.add_working_minutes(late, days)


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


@pytest.mark.parametrize("wall", ["1999-01-01 00:00", "2999-01-01 00:00"])
def test_a_moment_outside_the_calendar_is_refused(wall: str) -> None:
    with pytest.raises(Invalid):
        city_calendar().add_working_minutes(local(wall), 10)


def test_a_span_that_leaves_the_calendar_is_refused() -> None:
    with pytest.raises(Invalid):
        city_calendar().add_working_days(local("2025-06-03 10:00"), 100_000)
    with pytest.raises(Invalid):
        city_calendar().add_working_minutes(local("2025-06-03 10:00"), 100_000_000)


@pytest.mark.parametrize(
    "day",
    [(("12:00", "09:00"),), (("09:00", "13:00"), ("12:00", "17:00")), (("09:00", "25:00"),), (("nine", "ten"),), (("09",),)],
)
def test_office_hours_must_ascend_within_a_day(day: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(Invalid):
        WeeklyHours((spans(*day),) * 7, spans(("09:00", "17:00")))


def test_a_calendar_without_years_is_refused() -> None:
    hours = WeeklyHours((spans(("09:00", "17:00")),) * 7, spans(("09:00", "17:00")))

    with pytest.raises(Invalid):
        CityCalendar([], years=YearRules(frozenset()), hours=hours, zone=ZONE)
