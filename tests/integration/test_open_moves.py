"""The moves offered on a page are those that can succeed as the ticket stands."""

import pytest

from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers
from hotline.tickets import assignments, following
from hotline.tickets.models import Assignment
from hotline.tickets.workflow import STANDARD, State
from tests.lives import FOLLOWING, City


@pytest.fixture
def subscribers() -> Subscribers:
    return FOLLOWING


def open_to_the_lead(city: City, state: State) -> set[str]:
    """The moves that the city's ticket can follow."""
    ticket_id = city.in_state(state)
    with city.database.read() as session:
        lead: Assignment = assignments.at_work(session, ticket_id)[0]
        rows = (row for row in STANDARD.assignment.rows if row.source is lead.state)
        return {row.action for row in rows if following.may_follow(STANDARD, lead, row.action)}


def test_a_suspended_tickets_lead_is_offered_no_move_that_the_ticket_cannot_follow(database: Database) -> None:
    city = City.built(database)

    at_work, suspended = open_to_the_lead(city, State.HANDLING), open_to_the_lead(city, State.SUSPENDED)

    assert {"reply", "recall", "grant_return", "grant_termination"} <= at_work
    assert at_work - suspended == set(following.FOLLOWED_BY)
    assert {"contact", "ask_extension", "name_officer"} <= suspended


def test_every_move_of_the_lead_that_moves_the_ticket_says_by_what(database: Database) -> None:
    assert set(following.STEPS) - {"sign"} == set(following.FOLLOWED_BY) - {"propose_reply"}
