"""Time on duty: adding it to a moment and measuring it between two, by sums made once. Pure; made by `CityCalendar.on`.

Adding and measuring are inverse to each other, and a question costs the same for an hour and for ten years.
"""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Protocol
from zoneinfo import ZoneInfo

from hotline.kernel.errors import Invalid
from sla.rosters import Spans

MINUTE = timedelta(minutes=1)
NONE = timedelta(0)


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
        self._first = first.toordinal()
        self._days = tuple(days)
        self._zone = zone
        self._minutes_before = [0, *accumulate(sum(end - start for start, end in spans) for spans in self._days)]

    def add(self, start: datetime, span: timedelta) -> datetime:
        """As `DutyTime.add` says."""
        if span == NONE:
            return start.astimezone(UTC)
        target = self._elapsed(start) + span
        # The day in which the minute that is wanted lies, begun or whole: the last with fewer minutes before it.
        index = bisect_left(self._minutes_before, -(-target // MINUTE)) - 1
        if not 0 <= index < len(self._days):
            raise Invalid("moment", "outside-calendar")
        rest = target - self._minutes_before[index] * MINUTE
        return self.moment(index, _offset_after(self._days[index], rest))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """As `DutyTime.between` says."""
        return self._elapsed(end) - self._elapsed(start)

    def moment(self, index: int, offset: timedelta) -> datetime:
        """So much after the midnight that begins the day with that index."""
        midnight = datetime.combine(date.fromordinal(self._first + index), time.min)
        return (midnight + offset).replace(tzinfo=self._zone).astimezone(UTC)

    def index(self, day: date) -> int:
        """The place of a day among those known."""
        index = day.toordinal() - self._first
        if not 0 <= index < len(self._days):
            raise Invalid("moment", "outside-calendar", day=day.isoformat())
        return index

    def hours(self, index: int) -> Spans:
        """The hours of the day with that index."""
        return self._days[index]

    def worked(self) -> list[int]:
        """The indexes of the days with hours, ascending."""
        return [index for index, spans in enumerate(self._days) if spans]

    def _elapsed(self, moment: datetime) -> timedelta:
        local = moment.astimezone(self._zone)
        index = self.index(local.date())
        offset = local.replace(tzinfo=None) - datetime.combine(local.date(), time.min)
        passed = (min(offset, end * MINUTE) - start * MINUTE for start, end in self._days[index])
        return sum((part for part in passed if part > NONE), self._minutes_before[index] * MINUTE)


def _offset_after(day: Spans, rest: timedelta) -> timedelta:
    for start, end in day:
        length = (end - start) * MINUTE
        if rest <= length:
            return start * MINUTE + rest
        rest -= length
    raise AssertionError("the sums of a day and its hours disagree")
