"""Working time of a city: which days and hours count, adding working time and measuring it. Pure.

Days come as rows (holidays and make-up workdays of announced years); a year without its notice runs on plain weeks and
the holidays fixed by law, and every moment in it is provisional. Called by `limits` and whoever holds a `WorkingTime`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hotline.kernel.errors import Invalid
from sla.duty import MINUTE, DayAndNight, DutyTime, Shifts
from sla.rosters import AROUND_THE_CLOCK, OFFICE, WHOLE_DAY, Roster, Spans, WeeklyHours, check_rosters

ONE_DAY = timedelta(days=1)
MONTHS_OF_YEAR = 12
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

    Working days are the office's whoever works: a legal period is counted alike for all. Hours are those of a roster.
    """

    def __init__(
        self,
        rows: Iterable[DayRow],
        *,
        years: YearRules,
        hours: WeeklyHours,
        zone: ZoneInfo,
        rosters: Collection[Roster] = (),
    ) -> None:
        self.zone = zone
        self.years = years
        self.rows = {row.day: row for row in sorted(rows, key=lambda row: row.day)}
        known = [*years.announced, *(day.year for day in self.rows)]
        if not known:
            raise Invalid("years", "required")
        check_rosters(rosters, ())
        self._special = list(self.rows)
        self._first, self._last = date(min(known) - YEARS_BEFORE, 1, 1), date(max(known) + YEARS_AFTER, 12, 31)
        self._hours = hours
        self._rosters = {roster.name: roster for roster in rosters}
        self._office = self._shifts(Roster(OFFICE, hours))
        self._duty: dict[str, DutyTime] = {OFFICE: self._office, AROUND_THE_CLOCK: DayAndNight()}
        self._workdays = self._office.worked()
        self._unsettled = list(self._unsettled_spans())

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that local day, make-up days included."""
        return bool(self._office.hours(self._office.index(day)))

    def local_day(self, moment: datetime) -> date:
        """The city's day of a moment."""
        return moment.astimezone(self.zone).date()

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """Close of business of the `days`-th working day after the day of `start`.

        The day of the start does not count (Civil Code art. 201); a period ends when business stops (art. 203).
        """
        return self._close_of_business(bisect_right(self._workdays, self._index(start)), days)

    def add_working_days_at_once(self, start: datetime, days: int) -> datetime:
        """The same with the day of the start as day 1, if it is a working day."""
        return self._close_of_business(bisect_left(self._workdays, self._index(start)), days)

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """Working days after the day of `start` up to and with the day of `end`; negative when the end is earlier."""
        before = bisect_right(self._workdays, self._index(start))
        return bisect_right(self._workdays, self._index(end)) - before

    def before_working_days(self, end: datetime, days: int) -> datetime:
        """The same time of day so many working days before the day of `end`."""
        midnight = self.end_of_day(self.local_day(end)) - ONE_DAY
        place = bisect_left(self._workdays, self._index(end)) - days
        if days < 1 or place < 0:
            raise Invalid("days", "at-least-one" if days < 1 else "outside-calendar")
        return self._office.moment(self._workdays[place], end - midnight)

    def on(self, roster: str) -> DutyTime:
        """The time of who works by that roster. Raises Invalid for a roster that the city does not have."""
        if roster not in self._duty:
            if roster not in self._rosters:
                raise Invalid("roster", "unknown-roster", roster=roster)
            self._duty[roster] = self._shifts(self._rosters[roster])
        return self._duty[roster]

    def roster(self, name: str) -> Roster | None:
        """What the city laid down for that roster; None for the two that every city has."""
        return self._rosters.get(name)

    def add_working_time(self, start: datetime, span: timedelta) -> datetime:
        """The earliest moment with that much office time after `start`; `start` itself for none. See `DutyTime.add`."""
        return self._office.add(start, span)

    def add_working_minutes(self, start: datetime, minutes: int) -> datetime:
        """`add_working_time` in minutes, none or more."""
        if minutes < 0:
            raise Invalid("minutes", "not-negative")
        return self._office.add(start, minutes * MINUTE)

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Office time from `start` to `end`; negative when the end is earlier. The inverse of `add_working_time`."""
        return self._office.between(start, end)

    def working_minutes_between(self, start: datetime, end: datetime) -> int:
        """`working_time_between` in whole minutes."""
        return self._office.between(start, end) // MINUTE

    def is_provisional(self, until: datetime, since: datetime | None = None) -> bool:
        """Whether a notice that is not there yet may still change a day from that of `since` (default: `until`) to the last.

        A year without its notice may change as a whole, and so may the last days of the year before it.
        """
        last = self.local_day(until)
        first = self.local_day(since) if since else last
        place = bisect_right(self._unsettled, last, key=lambda span: span[0]) - 1
        return place >= 0 and self._unsettled[place][1] >= first

    def special_days(self, first: date, last: date) -> list[DayRow]:
        """The rows from `first` to `last`, both included, ascending."""
        within = self._special[bisect_left(self._special, first) : bisect_right(self._special, last)]
        return [self.rows[day] for day in within]

    def end_of_day(self, day: date) -> datetime:
        """Midnight at the end of that local day."""
        return self._office.moment(self._office.index(day), ONE_DAY)

    def _index(self, moment: datetime) -> int:
        return self._office.index(self.local_day(moment))

    def _close_of_business(self, days_before: int, days: int) -> datetime:
        if days < 1:
            raise Invalid("days", "at-least-one")
        if days_before + days > len(self._workdays):
            raise Invalid("moment", "outside-calendar")
        index = self._workdays[days_before + days - 1]
        return self._office.moment(index, self._office.hours(index)[-1][1])

    def _shifts(self, roster: Roster) -> Shifts:
        days = map(date.fromordinal, range(self._first.toordinal(), self._last.toordinal() + 1))
        return Shifts(self._first, (self._spans_of(day, roster) for day in days), self.zone)

    def _spans_of(self, day: date, roster: Roster) -> Spans:
        if roster.season is not None and not roster.season.holds(day):
            return self._hours_of(day, self._hours)
        return self._hours_of(day, roster.hours) if roster.hours else WHOLE_DAY

    def _hours_of(self, day: date, hours: WeeklyHours) -> Spans:
        row = self.rows.get(day)
        if row is not None:
            return hours.make_up if row.kind is DayKind.WORKDAY else hours.holiday
        if day.year not in self.years.announced and (day.month, day.day) in self.years.fixed_holidays:
            return hours.holiday
        return hours.week[day.weekday()]

    def _unsettled_spans(self) -> Iterable[tuple[date, date]]:
        """First and last day of what a coming notice may change, year by year."""
        early = timedelta(days=self.years.year_end_days)
        for year in range(self._first.year, self._last.year + 1):
            if year not in self.years.announced:
                begins = date(year, 1, 1)
                yield begins - early if year - 1 in self.years.announced else begins, date(year, 12, 31)


def missing_year(announced: Collection[int], today: date, announce_months: int) -> int | None:
    """The first year without its notice among this one and those that begin within so many months; None when all are there."""
    years, _ = divmod(today.month - 1 + announce_months, MONTHS_OF_YEAR)
    return next((year for year in range(today.year, today.year + years + 1) if year not in announced), None)
