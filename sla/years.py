"""The calendar's years: what is known of each, putting in a year's notice, and asking for the one that is missing.

Administrators' use cases. A notice put in has all open limits counted again. Files are read by `year_files`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Invalid
from hotline.people import notices
from hotline.people.permissions import Role
from sla import calendar, defaults, previews, recounts
from sla.book import Book, book_of
from sla.calendar import CityCalendar, DayKind, DayRow
from sla.events import CalendarChanged
from sla.models import CalendarYear, Clock, Recount, RecountCause, YearStatus
from sla.previews import Preview
from sla.sums import UNFINISHED
from sla.year_files import DayIn, judged

REACH = 10
"""How many years from this one may be put in: farther ones are slips of the keyboard."""
MISSING = "calendar-missing"
MONTHS = 12


@dataclass(frozen=True)
class YearFact:
    """A year of the calendar; `provisional_clocks` counts the open limits that end in it and may still move."""

    year: int
    status: YearStatus
    source: str
    changed_at: datetime | None
    working_days: int
    provisional_clocks: int = 0


@dataclass(frozen=True)
class DayFact:
    """A day of a year; `row` says what its weekday does not."""

    day: date
    works: bool
    row: DayRow | None


@dataclass(frozen=True)
class Missing:
    """A year whose notice is wanted, and how many months are left until it begins (0: it has begun)."""

    year: int
    months_left: int


def listed(session: Session, zone: ZoneInfo) -> list[YearFact]:
    """Every year in the tables, ascending."""
    working_time, waiting = book_of(session, zone).calendar, _provisional(session, zone)
    found = session.scalars(select(CalendarYear).order_by(CalendarYear.year))
    return [
        YearFact(one.year, one.status, one.source, one.changed_at, _working_days(working_time, one.year), waiting[one.year])
        for one in found
    ]


def fact(session: Session, zone: ZoneInfo, year: int, today: date) -> YearFact:
    """What is known of a year; one that is in no table runs on plain weeks. Raises Invalid for one out of reach."""
    _check_near(year, today)
    kept = next((one for one in listed(session, zone) if one.year == year), None)
    working_days = _working_days(book_of(session, zone).calendar, year)
    return kept or YearFact(year, YearStatus.NOT_ANNOUNCED, "", None, working_days)


def days(session: Session, zone: ZoneInfo, year: int) -> list[DayFact]:
    """Every day of a year."""
    working_time = book_of(session, zone).calendar
    return [DayFact(day, working_time.is_working_day(day), working_time.rows.get(day)) for day in _days(year)]


def preview(session: Session, zone: ZoneInfo, year: int, source: str, given: Sequence[DayIn], at: datetime) -> Preview:
    """What putting these days in would do to open limits. Raises Invalid as `put` does."""
    return previews.of_year(session, zone, year, _checked(year, source, given, at.astimezone(zone).date()), at)


def put(uow: UnitOfWork, year: int, source: str, given: Sequence[DayIn]) -> Recount:
    """Announce a year: its days replace what it had, and all open limits are counted again.

    Raises Invalid for no source, a year out of reach or a day that breaks a rule (`row` counts from 1).
    """
    rows = _checked(year, source, given, uow.now.astimezone(uow.zone).date())
    defaults.put_year(uow, year, YearStatus.ANNOUNCED, source.strip(), rows)
    recount = recounts.request(uow, RecountCause.CALENDAR, year, source=source.strip())
    uow.record(CalendarChanged(year, len(rows), recount.id))
    return recount


def missing(book: Book, today: date) -> Missing | None:
    """The year whose notice is wanted by now, if there is one."""
    year = calendar.missing_year(book.calendar.years.announced, today, book.rules.announce_months)
    if year is None:
        return None
    return Missing(year, max(0, (year - today.year) * MONTHS - today.month + 1))


def tell_missing(uow: UnitOfWork) -> Missing | None:
    """Tell the administrators of a year that is missing, once a month. Safe to call twice."""
    today = uow.now.astimezone(uow.zone).date()
    found = missing(book_of(uow.session, uow.zone, uow.now), today)
    if found is not None:
        key = f"{MISSING}:{found.year}:{today:%Y-%m}"
        notices.notify_role(uow, Role.ADMINISTRATOR, MISSING, args={"year": found.year}, dedup_key=key)
    return found


def _checked(year: int, source: str, given: Sequence[DayIn], today: date) -> list[DayRow]:
    _check_near(year, today)
    if not source.strip():
        raise Invalid("source", "required")
    for place, field, rule, what in judged(given, year):
        raise Invalid(field, rule, row=place + 1, given=what)
    if not any(one.kind is DayKind.HOLIDAY for one in given):
        raise Invalid("days", "no-days")
    return [DayRow(one.day, one.kind, one.name.strip(), source.strip()) for one in sorted(given, key=lambda one: one.day)]


def _check_near(year: int, today: date) -> None:
    if abs(year - today.year) > REACH:
        raise Invalid("year", "out-of-reach", years=REACH)


def _provisional(session: Session, zone: ZoneInfo) -> Counter[int]:
    year = func.date_part("year", func.timezone(zone.key, Clock.due_at))
    query = select(year, func.count()).where(UNFINISHED, Clock.provisional).group_by(year)
    return Counter({int(found): count for found, count in session.execute(query)})


def _working_days(working_time: CityCalendar, year: int) -> int:
    return sum(working_time.is_working_day(day) for day in _days(year))


def _days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=place) for place in range((date(year + 1, 1, 1) - first).days)]
