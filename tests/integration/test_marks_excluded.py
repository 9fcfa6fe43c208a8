"""A bad mark that is excluded while its ticket goes on (剔除): nobody is asked about it any more, and it leaves the rates."""

from sqlalchemy import select

from hotline.insight import metrics
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import State
from sla import service_marks
from sla.opinions import Callback
from tests.integration.limits import city, clocks_of, subscribers
from tests.integration.marks import SUPERVISOR, answered, mark_of, received, rectified
from tests.lives import REPLY, City

__all__ = ["city", "subscribers"]


def callback_of(city: City, ticket_id: int) -> Callback:
    with city.database.read() as session:
        return session.scalars(select(Callback).where(Callback.ticket_id == ticket_id)).one()


def test_nobody_is_called_back_about_a_mark_that_was_excluded_meanwhile(city: City) -> None:
    mark = received(city).mark
    ticket_id = mark.ticket_id or 0
    answered(city, ticket_id)

    with city.database.work() as uow:
        service_marks.exclude(uow, SUPERVISOR, mark.id, reason="误操作")

    ticket = city.ticket(ticket_id)
    assert (ticket.state, ticket.outcome_source, ticket.reasonable) == (State.CLOSED, "excluded", "unreasonable")
    assert ticket.public_reply == REPLY["reply_public"]
    assert callback_of(city, ticket_id).state == "excluded"
    assert mark_of(city, mark.id).rectified_at is None
    assert "callback" not in clocks_of(city, ticket_id)


def test_a_merged_mark_that_was_excluded_ends_with_its_main_ticket_and_nobody_is_asked(city: City) -> None:
    main_id, mark = received(city).mark.ticket_id or 0, received(city, external_id="M-2").mark
    city.move(mark.ticket_id or 0, "merge", {"main_id": main_id})
    with city.database.work() as uow:
        service_marks.exclude(uow, SUPERVISOR, mark.id, reason="重复评价")

    answered(city, main_id)

    assert city.ticket(main_id).state is State.CALLBACK
    assert (city.ticket(mark.ticket_id or 0).state, callback_of(city, mark.ticket_id or 0).state) == (State.CLOSED, "excluded")


def test_the_rate_of_marks_put_right_leaves_out_the_excluded(city: City) -> None:
    rectified(city)
    received(city, external_id="M-2")
    for external_id, before in (("M-3", False), ("M-4", True)):
        wrong = received(city, external_id=external_id).mark
        if before:
            answered(city, wrong.ticket_id or 0)
        with city.database.work() as uow:
            service_marks.exclude(uow, SUPERVISOR, wrong.id, reason="误操作")

    with city.database.read() as session:
        (rate,) = metrics.measure(session, Ticket.id > 0, [metrics.formula("bad_mark_rectification")])

    assert (rate.numerator, rate.denominator, rate.excluded, rate.value) == (1, 2, 2, 0.5)
