"""What the city laid down, as values: calendar, policies and rules, read once a transaction.

The calendar is built again only when its rows differ, so no cache has to be told of a change.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hotline.kernel import clock
from sla import packaged, rules
from sla.calendar import CityCalendar, DayRow, YearRules
from sla.models import CalendarDay, CalendarYear, Policy, PolicyStatus, PolicyVersion, SlaRule, YearStatus
from sla.policies import PolicyRow
from sla.rosters import Roster, WeeklyHours
from sla.rules import Rules

KEY = "sla.book"
OF_POLICY = tuple(getattr(Policy, name) for name in PolicyRow.__dataclass_fields__ if name != "effective_from")
"""The columns that make a `PolicyRow` together with the moment from which it holds."""


@dataclass(frozen=True)
class Book:
    """A city's calendar, policies and rules."""

    calendar: CityCalendar
    policies: tuple[PolicyRow, ...]
    rules: Rules


def book_of(session: Session, zone: ZoneInfo, at: datetime | None = None) -> Book:
    """The book of this transaction, kept with the session; its rules are those in force `at` (default: the present).

    Raises Invalid when the city has no calendar or rules yet.
    """
    found: Book | None = session.info.get(KEY)
    if found is None:
        known = rules_of(session, at)
        found = session.info[KEY] = Book(_calendar(session, known, zone), _policies(session, at), known)
    return found


def calendar_of(session: Session, zone: ZoneInfo) -> CityCalendar:
    """The city's working time; days are days of `zone`."""
    return book_of(session, zone).calendar


def rules_of(session: Session, at: datetime | None = None) -> Rules:
    """The city's rules in force `at` (default: the present)."""
    return rules.read(values_of(session, at))


def values_of(session: Session, at: datetime | None = None) -> dict[str, Any]:  # as in `rules.read`
    """The value of every rule in force `at` (default: the present), by key; the packaged one where the table has none."""
    rows = select(SlaRule.key, SlaRule.value).where(SlaRule.effective_from <= (at or clock.now()))
    # In the order in which they came into force, so that the newest of a key is what stays.
    return {**packaged.rule_values(), **dict(session.execute(rows.order_by(SlaRule.effective_from)).all())}


def is_set_up(session: Session) -> bool:
    """Whether the city has its rules: before, there is nothing to find by the clock."""
    return session.scalar(select(SlaRule.key).limit(1)) is not None


def forget(session: Session) -> None:
    """Read again next time: for who changes calendar, policies or rules."""
    session.info.pop(KEY, None)


def with_policies(book: Book, rows: Iterable[PolicyRow]) -> Book:
    """The book as it would be with these rows as well. Pure."""
    return replace(book, policies=(*book.policies, *rows))


def with_year(book: Book, year: int, rows: Iterable[DayRow]) -> Book:
    """The book as it would be with a year announced with these days. Pure."""
    kept = [row for day, row in sorted(book.calendar.rows.items()) if day.year != year]
    years = replace(book.calendar.years, announced=book.calendar.years.announced | {year})
    days = tuple(sorted([*kept, *rows], key=lambda row: row.day))
    return replace(book, calendar=_built(days, years, book.rules.hours, book.rules.rosters, book.calendar.zone))


def _calendar(session: Session, known: Rules, zone: ZoneInfo) -> CityCalendar:
    days = session.execute(
        select(CalendarDay.day, CalendarDay.kind, CalendarDay.name, CalendarDay.source).order_by(CalendarDay.day)
    )
    announced = session.scalars(select(CalendarYear.year).where(CalendarYear.status == YearStatus.ANNOUNCED))
    years = YearRules(frozenset(announced), known.fixed_holidays, known.year_end_days)
    return _built(tuple(DayRow(*row) for row in days), years, known.hours, known.rosters, zone)


@lru_cache(maxsize=8)
def _built(
    rows: tuple[DayRow, ...], years: YearRules, hours: WeeklyHours, rosters: tuple[Roster, ...], zone: ZoneInfo
) -> CityCalendar:
    return CityCalendar(rows, years=years, hours=hours, zone=zone, rosters=rosters)


def _policies(session: Session, at: datetime | None) -> tuple[PolicyRow, ...]:
    """The version in force and those to come: what was in force before is only of interest to the limits that it began."""
    since = min(at or clock.now(), clock.now())
    begun = PolicyVersion.status == PolicyStatus.PUBLISHED, PolicyVersion.effective_from <= since
    current = select(func.max(PolicyVersion.effective_from)).where(*begun).scalar_subquery()
    query = select(*OF_POLICY, PolicyVersion.effective_from).join(PolicyVersion, PolicyVersion.version == Policy.version)
    not_over = or_(current.is_(None), PolicyVersion.effective_from >= current)
    published = query.where(PolicyVersion.status == PolicyStatus.PUBLISHED, not_over)
    return tuple(PolicyRow(**row) for row in session.execute(published.order_by(Policy.id)).mappings())
