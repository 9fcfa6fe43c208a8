"""Deadlines per second beside numpy's business days, and how the cost grows with the span; `python -m benchmarks.sla`.

numpy knows weekends and holidays but no make-up workdays, so its answers are compared too.
"""

import random
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial

import numpy as np
import numpy.typing as npt

from benchmarks.frame import Row, seconds, table
from sla.calendar import CityCalendar, DayKind
from tests.calendars import city_calendar

SIZES = {"small": 2_000, "full": 50_000}
LIMIT_DAYS = 15
SPANS_DAYS = (1, 100, 1_000)
FIRST = datetime(2024, 1, 2, tzinfo=UTC)
RANGE_DAYS = 3 * 365 - 60
Days = npt.NDArray[np.datetime64]


def run(size: str = "full") -> list[Row]:
    """Measure with that many starts (small, full)."""
    calendar, starts = city_calendar(), _starts(SIZES[size])
    return [_one_by_one(calendar, starts), _at_once(calendar, starts), _hours(calendar, starts), *_growth(calendar, starts)]


def main() -> None:
    """Print the table; the first argument is the size."""
    print(table(run(sys.argv[1] if len(sys.argv) > 1 else "full")))


def _one_by_one(calendar: CityCalendar, starts: Sequence[datetime]) -> Row:
    ours = seconds(lambda: [calendar.add_working_days(start, LIMIT_DAYS) for start in starts])
    peer, days = _peer(calendar), _local(calendar, starts)
    theirs = seconds(lambda: [np.busday_offset(day, LIMIT_DAYS, roll="backward", busdaycal=peer) for day in days])
    return Row(f"{LIMIT_DAYS} working days, one at a time", len(starts) / ours, "/s", "numpy", len(starts) / theirs)


def _at_once(calendar: CityCalendar, starts: Sequence[datetime]) -> Row:
    ours = seconds(lambda: [calendar.add_working_days(start, LIMIT_DAYS) for start in starts])
    days = np.array(_local(calendar, starts))
    offset = partial(np.busday_offset, days, LIMIT_DAYS, roll="backward", busdaycal=_peer(calendar))
    theirs = seconds(offset)
    wrong = _wrong(calendar, starts, np.asarray(offset()))
    note = f"numpy in one vector; {wrong:.1%} of its days are wrong: it has no make-up workdays"
    return Row(f"{LIMIT_DAYS} working days, all at once", len(starts) / ours, "/s", "numpy", len(starts) / theirs, note)


def _hours(calendar: CityCalendar, starts: Sequence[datetime]) -> Row:
    ours = seconds(lambda: [calendar.add_working_minutes(start, 120) for start in starts])
    return Row("2 working hours with lunch break", len(starts) / ours, "/s", "none in numpy")


def _growth(calendar: CityCalendar, starts: Sequence[datetime]) -> list[Row]:
    few = starts[: len(starts) // 4]
    return [
        Row(
            f"{days} working days",
            seconds(partial(_add_all, calendar, few, days)) / len(few) * 1e6,
            "µs",
            "walking day by day",
            seconds(partial(_walk_all, calendar, few[:50], days), repeat=1) / 50 * 1e6,
        )
        for days in SPANS_DAYS
    ]


def _add_all(calendar: CityCalendar, starts: Sequence[datetime], days: int) -> None:
    for start in starts:
        calendar.add_working_days(start, days)


def _walk_all(calendar: CityCalendar, starts: Sequence[datetime], days: int) -> None:
    for start in starts:
        day, left = calendar.local_day(start), days
        while left:
            day += timedelta(days=1)
            left -= calendar.is_working_day(day)


def _peer(calendar: CityCalendar) -> np.busdaycalendar:
    holidays = [row.day for row in calendar.rows.values() if row.kind is DayKind.HOLIDAY]
    return np.busdaycalendar(holidays=holidays)


def _local(calendar: CityCalendar, starts: Sequence[datetime]) -> list[np.datetime64]:
    return [np.datetime64(calendar.local_day(start)) for start in starts]


def _wrong(calendar: CityCalendar, starts: Sequence[datetime], theirs: Days) -> float:
    ours = [calendar.local_day(calendar.add_working_days(start, LIMIT_DAYS)) for start in starts]
    told: list[date] = theirs.astype("datetime64[D]").tolist()
    return sum(one != other for one, other in zip(ours, told, strict=True)) / len(starts)


def _starts(count: int) -> list[datetime]:
    draw = random.Random(12345)
    return [FIRST + timedelta(minutes=draw.randrange(RANGE_DAYS * 24 * 60)) for _ in range(count)]


if __name__ == "__main__":
    main()
