"""A correction that asks for more, or less: first steps get or lose a limit; what is late at once climbs from then on."""

from datetime import timedelta

from sqlalchemy import select, update

from sla import sweep
from sla.lifecycles import ClockState
from sla.limits import Stage
from sla.models import Clock, Policy
from tests.integration.changes import drafted, published
from tests.integration.limits import DAY, FRIDAY, city, clocks_of, handled, local, part_of, subscribers
from tests.integration.test_recounts import run
from tests.lives import City

__all__ = ["city", "subscribers"]


def correct(city: City, ticket_id: int, **changes: str) -> None:
    city.move(ticket_id, "correct", {"changes": changes})


def handling(city: City, ticket_id: int) -> Clock:
    with city.database.read() as session:
        return session.scalars(select(Clock).where(Clock.ticket_id == ticket_id, Clock.stage == Stage.HANDLE)).one()


def test_a_complaint_that_came_as_help_owes_its_first_report_from_the_dispatch(city: City) -> None:
    ticket_id = handled(city, type="help")
    assert "feedback" not in clocks_of(city, ticket_id)
    city.now = FRIDAY + 3 * DAY

    correct(city, ticket_id, type="complaint")

    assert clocks_of(city, ticket_id)["feedback"] == local(11, 27)


def test_a_first_report_called_for_while_the_ticket_is_suspended_stands_still_with_the_rest(city: City) -> None:
    ticket_id = handled(city, type="help")
    city.suspend(ticket_id, FRIDAY + 20 * DAY)

    correct(city, ticket_id, type="complaint")

    assert "feedback" in clocks_of(city, ticket_id, ClockState.PAUSED)


def test_a_first_report_that_would_be_past_is_not_asked_for(city: City) -> None:
    ticket_id = handled(city, type="suggestion")
    city.now = FRIDAY + 8 * DAY

    correct(city, ticket_id, type="complaint")

    assert "feedback" not in clocks_of(city, ticket_id)


def test_what_the_corrected_ticket_does_not_ask_for_ends(city: City) -> None:
    with city.database.work() as uow:
        uow.session.execute(update(Policy).where(Policy.stage == Stage.CONTACT).values(type="complaint"))
    ticket_id = handled(city)
    assert part_of(city, ticket_id).contact_due_at is not None

    correct(city, ticket_id, type="help")

    part = part_of(city, ticket_id)
    assert (part.contact_due_at, part.due_at is None) == (None, False)
    assert not {"contact", "feedback"} & clocks_of(city, ticket_id).keys()
    assert {"contact", "feedback"} <= clocks_of(city, ticket_id, ClockState.STOPPED).keys()


def test_correcting_back_and_forth_owes_one_first_report(city: City) -> None:
    ticket_id = handled(city)
    before = clocks_of(city, ticket_id)["feedback"]

    for kind in ("help", "complaint", "help", "complaint"):
        correct(city, ticket_id, type=kind)

    assert clocks_of(city, ticket_id)["feedback"] == before


def test_a_limit_that_a_change_makes_late_climbs_its_ladder_from_then_on(city: City) -> None:
    ticket_id, monday = handled(city), FRIDAY + 10 * DAY
    published(city.database, drafted(city.database, {(Stage.HANDLE, "complaint"): 1}, now=monday), now=monday)

    run(city, monday)
    sweep.run(city.database, now=monday)
    told_at_once = handling(city, ticket_id).told
    sweep.run(city.database, now=monday + timedelta(days=2))

    # Due a week ago by the new limit: announced and pressed, but no paper before a working day after the change is over.
    assert told_at_once == ["near", "expired", "press"]
    assert handling(city, ticket_id).told == [*told_at_once, "prompt"]
