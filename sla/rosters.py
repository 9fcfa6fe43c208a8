"""Who works when: office hours by weekday, rosters of their own and of a season, and which roster a limit is counted by. Pure.

Hours and rows are data (`calendar.hours`, `calendar.rosters`, `calendar.seasons`, `calendar.roster_rows`). `calendar` counts by
them; `clocks` asks `roster_of` when a limit starts.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hotline.kernel.errors import Invalid

OFFICE = "office"
AROUND_THE_CLOCK = "around_the_clock"
"""Names of the rosters that every city has; `calendar.rosters` names more, such as a heating season's."""

DAYS_OF_WEEK = 7
MINUTES_OF_DAY = 24 * 60
LEAP_YEAR = 2024

Spans = tuple[tuple[int, int], ...]
"""Hours of one day: (from, to) in minutes of the local day, ascending, not overlapping."""

WHOLE_DAY: Spans = ((0, MINUTES_OF_DAY),)


@dataclass(frozen=True)
class WeeklyHours:
    """Hours from Monday to Sunday (seven entries; empty: no work), of a make-up workday and of a holiday."""

    week: tuple[Spans, ...]
    make_up: Spans
    holiday: Spans = ()

    def __post_init__(self) -> None:
        if len(self.week) != DAYS_OF_WEEK or not any(self.week) or not self.make_up:
            raise Invalid("hours", "seven-days-with-work")
        for spans in (*self.week, self.make_up, self.holiday):
            edges = [edge for span in spans for edge in span]
            if edges != sorted(set(edges)) or any(not 0 <= edge <= MINUTES_OF_DAY for edge in edges):
                raise Invalid("hours", "ascending-minutes-of-a-day")


@dataclass(frozen=True)
class Season:
    """Days of every year from `first` to `last`, both included, as (month, day); it may go over the year's end."""

    first: tuple[int, int]
    last: tuple[int, int]

    def __post_init__(self) -> None:
        for month, day in (self.first, self.last):
            try:
                date(LEAP_YEAR, month, day)
            except ValueError as error:
                raise Invalid("season", "month-and-day") from error

    def holds(self, day: date) -> bool:
        """Whether the day lies in the season."""
        place = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= place <= self.last
        return place >= self.first or place <= self.last


@dataclass(frozen=True)
class Roster:
    """Hours that differ from the office's: `hours` None is day and night. With a season only in it, the office's else."""

    name: str
    hours: WeeklyHours | None = None
    season: Season | None = None


@dataclass(frozen=True)
class Duty:
    """Whose limit it is and how urgent: the facts by which a roster is chosen. The hotline's own steps belong to no unit."""

    urgency: str
    unit_class: str | None = None
    line: str | None = None
    around_the_clock: bool = False


@dataclass(frozen=True)
class RosterRow:
    """Who works by a roster; None in a field means any."""

    roster: str
    urgency: str | None = None
    unit_class: str | None = None
    line: str | None = None
    around_the_clock: bool | None = None

    def fits(self, duty: Duty) -> bool:
        """Whether no field that it names differs."""
        named = (self.urgency, self.unit_class, self.line, self.around_the_clock)
        given = (duty.urgency, duty.unit_class, duty.line, duty.around_the_clock)
        return all(field in (None, value) for field, value in zip(named, given, strict=True))


def roster_of(rows: Iterable[RosterRow], duty: Duty) -> str:
    """The roster of the first row that fits; the office's when none does."""
    return next((row.roster for row in rows if row.fits(duty)), OFFICE)


def check_rosters(rosters: Collection[Roster], rows: Iterable[RosterRow]) -> None:
    """Raise Invalid when two rosters have one name, or a row names a roster that is not there."""
    names = [OFFICE, AROUND_THE_CLOCK, *(roster.name for roster in rosters)]
    if len(set(names)) != len(names):
        raise Invalid("rosters", "named-twice")
    unknown = {row.roster for row in rows} - set(names)
    if unknown:
        raise Invalid("rosters", "unknown-roster", roster=min(unknown))


def spans(*hours: Collection[str]) -> Spans:
    """Hours of a day from pairs of wall times, ("09:00", "12:00"); "24:00" is midnight. Raises Invalid for anything else."""
    try:
        return tuple((_minute(start), _minute(end)) for start, end in hours)
    except ValueError as error:
        raise Invalid("hours", "pairs-of-hh-mm") from error


def read_hours(value: Mapping[str, Any]) -> WeeklyHours:  # pairs of wall times: "week", "make_up", perhaps "holiday"
    """Hours as the rules write them."""
    return WeeklyHours(tuple(spans(*day) for day in value["week"]), spans(*value["make_up"]), spans(*value.get("holiday", ())))


def read_rosters(
    value: Mapping[str, Mapping[str, Any]],  # by name: "hours" as in read_hours or around_the_clock, perhaps "season"
    seasons: Mapping[str, Collection[Collection[int]]],
) -> tuple[Roster, ...]:
    """Rosters and seasons as the rules write them. Raises Invalid for a season that is not there."""
    known = {name: Season(*(_month_and_day(place) for place in places)) for name, places in seasons.items()}
    return tuple(_roster(name, row, known) for name, row in sorted(value.items()))


def _roster(name: str, row: Mapping[str, Any], seasons: Mapping[str, Season]) -> Roster:  # a row as in read_rosters
    season = row.get("season")
    if season is not None and season not in seasons:
        raise Invalid("season", "unknown-season", season=season)
    hours = None if row["hours"] == AROUND_THE_CLOCK else read_hours(row["hours"])
    return Roster(name, hours, seasons[season] if season is not None else None)


def _month_and_day(place: Collection[int]) -> tuple[int, int]:
    month, day = place
    return month, day


def _minute(wall: str) -> int:
    hour, minute = wall.split(":")
    return int(hour) * 60 + int(minute)
