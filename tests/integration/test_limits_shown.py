"""What rows and pages say of a limit is what its clock keeps: provisional only where a notice may still move it."""

from datetime import datetime

import pytest

from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers
from hotline.kernel.scope import Scope
from sla.book import calendar_of
from tests.conftest import ZONE
from tests.integration.limits import governed_city, handled, part_of
from tests.lives import City
from tests.reactions import DEADLINES
from web.api import present

READER = Scope(officer_id=None, roles=frozenset({"dispatcher"}))
SILVESTER = datetime(2026, 12, 31, 23, 50, tzinfo=ZONE)


@pytest.fixture
def subscribers() -> Subscribers:
    return DEADLINES


@pytest.fixture
def city(database: Database) -> City:
    built = governed_city(database)
    built.now = SILVESTER
    return built


@pytest.mark.parametrize(
    ("urgency", "provisional"), [("critical", {"sign": False, "handle": False}), ("normal", {"sign": True, "handle": True})]
)
def test_minutes_into_a_year_without_notice_are_certain_and_working_days_are_not(
    city: City, urgency: str, provisional: dict[str, bool]
) -> None:
    ticket_id = handled(city, urgency=urgency)
    part = part_of(city, ticket_id)

    with city.database.read() as session:
        limits = present.assignment_limits(session, [part], calendar_of(session, ZONE), SILVESTER)[part.id]

    shown = {limit.stage: limit.provisional for limit in limits}
    assert {stage: shown[stage] for stage in provisional} == provisional


@pytest.mark.parametrize(("urgency", "provisional"), [("critical", False), ("normal", True)])
def test_row_of_a_waiting_ticket_says_whether_its_own_limit_is_provisional(city: City, urgency: str, provisional: bool) -> None:
    ticket_id = city.opened(urgency=urgency)

    with city.database.read() as session:
        row = present.row(session, calendar_of(session, ZONE), city.ticket(ticket_id), SILVESTER, READER)

    assert row.due is not None
    assert (row.due.stage, row.due.provisional) == ("total", provisional)
