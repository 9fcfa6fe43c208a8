"""Time on duty: adding it to a moment and measuring it between two, by sums made once. Pure; made by `CityCalendar.on`.

Adding and measuring are inverse to each other, and a question costs the same for an hour and for ten years.
"""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import Protocol
from zoneinfo import ZoneInfo

from hotline.kernel.errors import Invalid
from sla.rosters import Spans

MINUTE = timedelta(minutes=1)
NONE = timedelta(0)

Hours = tuple[tuple[timedelta, timedelta], ...]
"""Hours of one day: (from, to) after its midnight, ascending, not overlapping."""


class DutyTime(Protocol):
    """The time of a roster. Moments are aware and come back in UTC."""

    def add(self, start: datetime, span: timedelta) -> datetime:
        """The earliest moment with that much duty time after `start` (before it when negative); `start` itself for none."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Duty time from `start` to `end`; negative when the end is earlier."""


class DayAndNight:
    """A roster without a break: all time counts."""

    def add(self, start: datetime, span: timedelta) -> datetime:
        """The moment so much later."""
        return (start + span).astimezone(UTC)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The plain difference."""
        return end - start


class Shifts:
    """A roster with hours: those of each local day of `zone` from `first` on. Raises Invalid outside these days."""

    def __init__(self, first: date, days: Iterable[Spans], zone: ZoneInfo) -> None:
        timed = cache(_timed)
        self._first = first.toordinal()
        self._days = tuple(timed(spans) for spans in days)
        self._zone = zone
        lengths = cache(_length)
        self._before = list(accumulate((lengths(hours) for hours in self._days), initial=NONE))

    def add(self, start: datetime, span: timedelta) -> datetime:
        """As `DutyTime.add` says."""
        if span == NONE:
            return start.astimezone(UTC)
        target = self._elapsed(start) + span
        # The last day with less duty time before it: that in which the moment lies.
        index = bisect_left(self._before, target) - 1
        if not 0 <= index < len(self._days):
            raise Invalid("moment", "outside-calendar")
        return self.moment(index, _offset_after(self._days[index], target - self._before[index]))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """As `DutyTime.between` says."""
        return self._elapsed(end) - self._elapsed(start)

    def moment(self, index: int, offset: timedelta) -> datetime:
        """So much after the midnight that begins the day with that index."""
        return (datetime.fromordinal(self._first + index) + offset).replace(tzinfo=self._zone).astimezone(UTC)

    def index(self, day: date) -> int:
        """The place of a day among those known."""
        index = day.toordinal() - self._first
        if not 0 <= index < len(self._days):
            raise Invalid("moment", "outside-calendar", day=day.isoformat())
        return index

    def hours(self, index: int) -> Hours:
        """The hours of the day with that index."""
        return self._days[index]

    def worked(self) -> list[int]:
        """The indexes of the days with hours, ascending."""
        return [index for index, hours in enumerate(self._days) if hours]

    def _elapsed(self, moment: datetime) -> timedelta:
        local = moment.astimezone(self._zone)
        index = self.index(local)
        passed = self._before[index]
        offset = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        for start, end in self._days[index]:
            if start < offset:
                passed += min(offset, end) - start
        return passed


def _timed(spans: Spans) -> Hours:
    return tuple((start * MINUTE, end * MINUTE) for start, end in spans)


def _length(hours: Hours) -> timedelta:
    return sum((end - start for start, end in hours), NONE)


def _offset_after(hours: Hours, rest: timedelta) -> timedelta:
    for start, end in hours:
        if rest <= end - start:
            return start + rest
        rest -= end - start
    raise AssertionError("the sums of a day and its hours disagree")
