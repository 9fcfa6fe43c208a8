"""Working time of a city: which days and hours count, adding working time and measuring it. Pure.

Days come as rows (holidays and make-up workdays of announced years); a year without its notice runs on plain weeks and
the holidays fixed by law, and every moment in it is provisional. Called by `limits` and whoever holds a `WorkingTime`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import accumulate
from zoneinfo import ZoneInfo

from hotline.kernel.errors import Invalid

MINUTE = timedelta(minutes=1)
DAYS_OF_WEEK = 7
YEARS_BEFORE = 5
YEARS_AFTER = 25


class DayKind(StrEnum):
    """What a row says of a day that its weekday does not say."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"


@dataclass(frozen=True)
class DayRow:
    """One day that differs from its weekday, with the notice or law that says so."""

    day: date
    kind: DayKind
    name: str
    source: str


Spans = tuple[tuple[int, int], ...]
"""Office hours of one day: (from, to) in minutes of the local day, ascending, not overlapping."""


@dataclass(frozen=True)
class WeeklyHours:
    """Office hours from Monday to Sunday (seven entries; empty: no work), and those of a make-up workday."""

    week: tuple[Spans, ...]
    make_up: Spans

    def __post_init__(self) -> None:
        if len(self.week) != DAYS_OF_WEEK or not any(self.week) or not self.make_up:
            raise Invalid("hours", "seven-days-with-work")
        for spans in (*self.week, self.make_up):
            edges = [edge for span in spans for edge in span]
            if edges != sorted(set(edges)) or any(not 0 <= edge <= 24 * 60 for edge in edges):
                raise Invalid("hours", "ascending-minutes-of-a-day")


@dataclass(frozen=True)
class YearRules:
    """Which years are announced, and what holds in the others.

    `fixed_holidays` are (month, day). `year_end_days`: how many last days of a year the notice of the following year may
    still change (29 December 2018 became a workday by the notice for 2019).
    """

    announced: frozenset[int]
    fixed_holidays: frozenset[tuple[int, int]] = frozenset()
    year_end_days: int = 0


class CityCalendar:
    """Implements `hotline.kernel.clock.WorkingTime`. Immutable; sums are made once, so a question's cost does not grow with
    the span. Moments are aware and come back in UTC; days are days of `zone`. Raises Invalid outside its years.
    """

    def __init__(self, rows: Iterable[DayRow], *, years: YearRules, hours: WeeklyHours, zone: ZoneInfo) -> None:
        self.zone = zone
        self.years = years
        self.rows = {row.day: row for row in rows}
        known = [*years.announced, *(day.year for day in self.rows)]
        if not known:
            raise Invalid("years", "required")
        self._hours = hours
        self._first = date(min(known) - YEARS_BEFORE, 1, 1).toordinal()
        last = date(max(known) + YEARS_AFTER, 12, 31).toordinal()
        self._spans: Sequence[Spans] = [self._spans_of(date.fromordinal(day)) for day in range(self._first, last + 1)]
        self._workdays = [index for index, spans in enumerate(self._spans) if spans]
        lengths = (sum(end - start for start, end in spans) for spans in self._spans)
        self._minutes_before = [0, *accumulate(lengths)]

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that local day, make-up days included."""
        return bool(self._spans[self._index(day)])

    def local_day(self, moment: datetime) -> date:
        """The city's day of a moment."""
        return moment.astimezone(self.zone).date()

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """Close of business of the `days`-th working day after the day of `start`.

        The day of the start does not count (Civil Code art. 201); a period ends when business stops (art. 203).
        """
        return self._close_of_business(bisect_right(self._workdays, self._index(self.local_day(start))), days)

    def add_working_days_at_once(self, start: datetime, days: int) -> datetime:
        """The same with the day of the start as day 1, if it is a working day."""
        return self._close_of_business(bisect_left(self._workdays, self._index(self.local_day(start))), days)

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """Working days after the day of `start` up to and with the day of `end`; negative when the end is earlier."""
        before = bisect_right(self._workdays, self._index(self.local_day(start)))
        return bisect_right(self._workdays, self._index(self.local_day(end))) - before

    def add_working_minutes(self, start: datetime, minutes: int) -> datetime:
        """The earliest moment with that many office minutes after `start`; `start` itself for none."""
        if minutes < 0:
            raise Invalid("minutes", "not-negative")
        return self.add_working_time(start, minutes * MINUTE)

    def add_working_hours(self, start: datetime, hours: int) -> datetime:
        """`add_working_minutes` in hours."""
        return self.add_working_minutes(start, hours * 60)

    def add_working_time(self, start: datetime, span: timedelta) -> datetime:
        """The earliest moment with that much office time after `start`; `start` itself for none or less."""
        if span <= timedelta(0):
            return start.astimezone(UTC)
        target = self._elapsed(start) + span
        whole = -(-target // MINUTE)
        index = bisect_left(self._minutes_before, whole) - 1
        if index >= len(self._spans):
            raise Invalid("moment", "outside-calendar")
        rest = target - self._minutes_before[index] * MINUTE
        return self._moment(index, _offset_after(self._spans[index], rest))

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Office time from `start` to `end`; negative when the end is earlier. The inverse of `add_working_time`."""
        return self._elapsed(end) - self._elapsed(start)

    def working_minutes_between(self, start: datetime, end: datetime) -> int:
        """`working_time_between` in whole minutes."""
        return self.working_time_between(start, end) // MINUTE

    def is_provisional(self, until: datetime) -> bool:
        """Whether a notice that is not there yet may still change a day up to that moment."""
        day = self.local_day(until)
        if day.year not in self.years.announced:
            return True
        unsettled = date(day.year, 12, 31) - timedelta(days=self.years.year_end_days)
        return day.year + 1 not in self.years.announced and day > unsettled

    def special_days(self, first: date, last: date) -> list[DayRow]:
        """The rows from `first` to `last`, both included, ascending."""
        return [self.rows[day] for day in sorted(self.rows) if first <= day <= last]

    def end_of_day(self, day: date) -> datetime:
        """Midnight at the end of that local day."""
        return self._moment(self._index(day), timedelta(days=1))

    def _spans_of(self, day: date) -> Spans:
        row = self.rows.get(day)
        if row is not None:
            return self._hours.make_up if row.kind is DayKind.WORKDAY else ()
        if day.year not in self.years.announced and (day.month, day.day) in self.years.fixed_holidays:
            return ()
        return self._hours.week[day.weekday()]

    def _index(self, day: date) -> int:
        index = day.toordinal() - self._first
        if not 0 <= index < len(self._spans):
            raise Invalid("moment", "outside-calendar", day=day.isoformat())
        return index

    def _close_of_business(self, days_before: int, days: int) -> datetime:
        if days < 1:
            raise Invalid("days", "at-least-one")
        if days_before + days > len(self._workdays):
            raise Invalid("moment", "outside-calendar")
        index = self._workdays[days_before + days - 1]
        return self._moment(index, self._spans[index][-1][1] * MINUTE)

    def _elapsed(self, moment: datetime) -> timedelta:
        local = moment.astimezone(self.zone)
        index = self._index(local.date())
        offset = local.replace(tzinfo=None) - datetime.combine(local.date(), time.min)
        passed = (min(offset, end * MINUTE) - start * MINUTE for start, end in self._spans[index])
        return sum((part for part in passed if part > timedelta(0)), self._minutes_before[index] * MINUTE)

    def _moment(self, index: int, offset: timedelta) -> datetime:
        midnight = datetime.combine(date.fromordinal(self._first + index), time.min)
        return (midnight + offset).replace(tzinfo=self.zone).astimezone(UTC)


def spans(*hours: Collection[str]) -> Spans:
    """Office hours from pairs of wall times, ("09:00", "12:00"). Raises Invalid for anything else."""
    try:
        return tuple((_minute(start), _minute(end)) for start, end in hours)
    except ValueError as error:
        raise Invalid("hours", "pairs-of-hh-mm") from error


def _minute(wall: str) -> int:
    hour, minute = wall.split(":")
    return int(hour) * 60 + int(minute)


def _offset_after(day: Spans, rest: timedelta) -> timedelta:
    for start, end in day:
        length = (end - start) * MINUTE
        if rest <= length:
            return start * MINUTE + rest
        rest -= length
    raise AssertionError("the sums of a day and its hours disagree")
