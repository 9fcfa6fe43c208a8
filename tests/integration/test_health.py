"""What an installation says of itself beside up and down: the notice of a year that is wanted, the limits that wait."""

from datetime import date

from sla import years
from tests.integration.changes import FICTIONAL, NOTICE
from tests.integration.people import SignIn
from web import health
from web.bootstrap import Container

NOVEMBER = date(2026, 11, 20)


def test_a_missing_year_is_told_with_the_limits_that_wait_for_it(parts: Container) -> None:
    [found] = health.data(parts, NOVEMBER)

    assert (found.name, found.up, found.attention) == ("calendar", True, True)
    assert found.detail.startswith("no notice of 2027, 2 months left; 0 provisional limits")


def test_nothing_is_wanted_once_the_year_is_put_in(parts: Container) -> None:
    with parts.database.work() as uow:
        years.put(uow, 2027, NOTICE, FICTIONAL)

    [found] = health.data(parts, NOVEMBER)

    assert (found.attention, found.detail) == (False, "2024, 2025, 2026, 2027; 0 provisional limits")


def test_officers_read_it_among_the_parts(sign_in: SignIn) -> None:
    told = sign_in("administrator").done("GET", "/health-parts")

    assert [part["up"] for part in told["parts"] if part["name"] == "calendar"] == [True]
