"""The calendar's years: what is known of each, a notice put in, what is refused, and asking for the one that is missing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import select

from hotline.kernel.errors import Invalid
from hotline.kernel.events import StoredEvent
from hotline.people.models import Notice
from sla import years
from sla.book import calendar_of
from sla.calendar import DayKind
from sla.models import Recount, RecountCause, YearStatus
from sla.year_files import DayIn
from tests.conftest import ZONE
from tests.integration.changes import FICTIONAL, NOTICE
from tests.integration.limits import FRIDAY, city, handled, subscribers
from tests.lives import City

__all__ = ["city", "subscribers"]

WINTER = datetime(2026, 12, 28, 10, 0, tzinfo=ZONE)


def put(city: City, days: Sequence[DayIn], year: int = 2027, source: str = NOTICE) -> int:
    with city.database.work(now=WINTER) as uow:
        return years.put(uow, year, source, days).id


def test_a_year_that_is_not_announced_says_how_many_limits_wait_for_it(city: City) -> None:
    city.now = WINTER
    handled(city)

    with city.database.read() as session:
        known = {one.year: one for one in years.listed(session, ZONE)}

    assert [known[year].status for year in (2026, 2027)] == [YearStatus.ANNOUNCED, YearStatus.NOT_ANNOUNCED]
    assert known[2027].provisional_clocks > 0
    assert known[2025].provisional_clocks == 0
    assert known[2025].working_days == 248


def test_a_notice_that_is_put_in_announces_the_year_and_requests_a_recount(city: City) -> None:
    recount_id = put(city, FICTIONAL)

    with city.database.read() as session:
        recount = session.get_one(Recount, recount_id)
        assert (recount.cause, recount.reference, recount.source) == (RecountCause.CALENDAR, 2027, NOTICE)
        working_time = calendar_of(session, ZONE)
        assert not working_time.is_working_day(date(2027, 1, 4))
        assert working_time.is_working_day(date(2027, 1, 9))
        assert 2027 in working_time.years.announced
        event = session.scalars(select(StoredEvent).where(StoredEvent.name == "calendar-changed")).one()
        assert event.payload == {"year": 2027, "days": len(FICTIONAL), "recount_id": recount_id}
        fact = years.fact(session, ZONE, 2027, date(2026, 12, 28))
        assert (fact.status, fact.source) == (YearStatus.ANNOUNCED, NOTICE)


def test_a_notice_put_in_again_replaces_what_the_year_had(city: City) -> None:
    put(city, FICTIONAL)
    put(city, FICTIONAL[:1])

    with city.database.read() as session:
        special = [one.day for one in years.days(session, ZONE, 2027) if one.row is not None]

    assert special == [date(2027, 1, 1)]


def test_every_day_of_a_year_says_whether_it_works_and_why(city: City) -> None:
    with city.database.read() as session:
        days = {one.day: one for one in years.days(session, ZONE, 2025)}

    assert len(days) == 365
    make_up = days[date(2025, 10, 11)]
    assert make_up.works
    assert make_up.row is not None
    assert make_up.row.kind is DayKind.WORKDAY
    assert not days[date(2025, 10, 1)].works
    assert days[date(2025, 11, 19)].row is None


MONDAY = DayIn(date(2027, 1, 11), DayKind.WORKDAY, "元旦")


@pytest.mark.parametrize(
    ("days", "source", "year", "field", "rule"),
    [
        (FICTIONAL, " ", 2027, "source", "required"),
        (FICTIONAL, NOTICE, 2026, "day", "of-another-year"),
        (FICTIONAL, NOTICE, 2099, "year", "out-of-reach"),
        ([*FICTIONAL, FICTIONAL[0]], NOTICE, 2027, "day", "twice"),
        ([*FICTIONAL, MONDAY], NOTICE, 2027, "kind", "workday-anyway"),
        ([replace(FICTIONAL[0], name="")], NOTICE, 2027, "name", "required"),
        ([], NOTICE, 2027, "days", "no-days"),
    ],
)
def test_a_notice_that_breaks_a_rule_is_refused(
    city: City, days: Sequence[DayIn], source: str, year: int, field: str, rule: str
) -> None:
    with pytest.raises(Invalid) as refused:
        put(city, days, year, source)

    assert (refused.value.details["field"], refused.value.details["rule"]) == (field, rule)


@pytest.mark.parametrize(("now", "missing"), [(datetime(2026, 3, 2, tzinfo=ZONE), None), (WINTER, 2027)])
def test_administrators_are_asked_for_a_missing_year_once_a_month(city: City, now: datetime, missing: int | None) -> None:
    for _ in range(2):
        with city.database.work(now=now) as uow:
            found = years.tell_missing(uow)
            assert (found.year if found else None) == missing

    with city.database.read() as session:
        told = session.scalars(select(Notice).where(Notice.code == "calendar-missing")).all()
        assert [(one.role, one.args) for one in told] == ([("administrator", {"year": missing})] if missing else [])


def test_they_are_asked_again_the_month_after_and_no_more_once_it_is_there(city: City) -> None:
    for now in (FRIDAY, WINTER):
        with city.database.work(now=now) as uow:
            years.tell_missing(uow)
    put(city, FICTIONAL)
    with city.database.work(now=WINTER) as uow:
        assert years.tell_missing(uow) is None

    with city.database.read() as session:
        assert len(session.scalars(select(Notice).where(Notice.code == "calendar-missing")).all()) == 2
