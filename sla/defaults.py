"""The default rules of `defaults.yaml` put into a city's tables; what the city already has stays untouched.

Called by `hotline city init` and the demo city; rules that a later release brings hold without being put in (see `book`). A
year's days come from the package `chinesecalendar`, which holds the State Council's notices; a year it does not know gets the
holidays fixed by law and the status not_announced.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from chinese_calendar.constants import holidays, workdays
from sqlalchemy import func, select

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import NotFound
from sla import book
from sla.calendar import DayKind, DayRow
from sla.limits import LimitUnit, Stage, StartEvent, StartRule
from sla.models import CalendarDay, CalendarYear, Policy, PolicyStatus, PolicyVersion, SlaRule, YearStatus
from sla.packaged import defaults
from sla.policies import MATCHING, PolicyFacts

FIRST_VERSION = 1


def install_defaults(uow: UnitOfWork) -> None:
    """Give a city the default calendar, policies and rules that it lacks. Safe to call twice."""
    given = defaults()
    _install_years(uow, given["calendar"])
    _install_rules(uow, given["rules"], given["effective_from"])
    if uow.session.scalar(select(func.count()).select_from(PolicyVersion)) == 0:
        uow.session.add(first_version(uow.now))
        uow.session.flush()
        uow.session.add_all(default_policies())
    uow.session.flush()
    book.forget(uow.session)


def rows_from_chinesecalendar(year: int) -> list[DayRow]:
    """Holidays and make-up workdays of an announced year, ascending. Raises NotFound for a year the package does not know."""
    calendar = defaults()["calendar"]
    source, names = calendar["notice"].format(year=year), calendar["names"]
    pairs = [(DayKind.HOLIDAY, holidays), (DayKind.WORKDAY, workdays)]
    rows = [
        DayRow(day, kind, names.get(name, name), source)
        for kind, days in pairs
        for day, name in days.items()
        if day.year == year
    ]
    if not rows:
        raise NotFound("calendar year", thing="calendar-year", year=year)
    return sorted(rows, key=lambda row: row.day)


def rows_by_law(year: int) -> list[DayRow]:
    """Holidays fixed by law of a year whose notice is not there yet; none for a year we have no lunar dates of."""
    calendar = defaults()["calendar"]
    listed = calendar["not_announced"].get(year, [])
    return [DayRow(row["day"], DayKind.HOLIDAY, row["name"], calendar["law"]) for row in listed]


def first_version(now: datetime) -> PolicyVersion:
    """The version that the default policies make."""
    return PolicyVersion(
        version=FIRST_VERSION,
        status=PolicyStatus.PUBLISHED,
        name=defaults()["name"],
        effective_from=defaults()["effective_from"],
        created_at=now,
        published_at=now,
    )


def default_policies() -> list[Policy]:
    """The default policies as new rows of the first version."""
    return [Policy(version=FIRST_VERSION, **vars(facts)) for facts in default_facts()]


def default_facts() -> list[PolicyFacts]:
    """The default policies as values."""
    return [facts_of(row) for row in defaults()["policies"]]


def facts_of(row: Mapping[str, Any]) -> PolicyFacts:  # one row of a file of policies
    """A limit from its row in `defaults.yaml` or a profile. Raises ValueError or KeyError for one that is not of its shape."""
    return PolicyFacts(
        stage=Stage(row["stage"]),
        **{name: row.get(name) for name in MATCHING},
        amount=row["amount"],
        unit=LimitUnit(row["unit"]),
        start_rule=StartRule(row["start_rule"]),
        start_event=StartEvent(row["start_event"]),
        source=row["source"],
    )


def put_year(uow: UnitOfWork, year: int, status: YearStatus, source: str, rows: Iterable[DayRow]) -> None:
    """Set a year's status and days; whatever the year had before is replaced."""
    earlier = uow.session.get(CalendarYear, year)
    if earlier is not None:
        uow.session.delete(earlier)
        uow.session.flush()
    uow.session.add(CalendarYear(year=year, status=status, source=source, changed_at=uow.now))
    uow.session.flush()
    uow.session.add_all(CalendarDay(day=row.day, year=year, kind=row.kind, name=row.name, source=row.source) for row in rows)
    uow.session.flush()
    book.forget(uow.session)


def _install_years(uow: UnitOfWork, calendar: Mapping[str, Any]) -> None:
    there = set(uow.session.scalars(select(CalendarYear.year)))
    for year in calendar["announced"]:
        if year not in there:
            notice = calendar["notice"].format(year=year)
            put_year(uow, year, YearStatus.ANNOUNCED, notice, rows_from_chinesecalendar(year))
    for year in calendar["not_announced"]:
        if year not in there:
            put_year(uow, year, YearStatus.NOT_ANNOUNCED, calendar["law"], rows_by_law(year))


def _install_rules(uow: UnitOfWork, given: Mapping[str, Mapping[str, Any]], effective_from: datetime) -> None:
    there = set(uow.session.scalars(select(SlaRule.key)))
    uow.session.add_all(
        SlaRule(key=key, effective_from=effective_from, value=rule["value"], source=rule["source"])
        for key, rule in given.items()
        if key not in there
    )
