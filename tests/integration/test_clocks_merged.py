"""Limits and call-backs of merged tickets: the earliest holds, and undoing it lets each run again."""

from sqlalchemy import select

from sla.lifecycles import CallbackState
from sla.opinions import Callback
from tests.integration.limits import DAY, FRIDAY, city, clocks_of, explained, handled, local, subscribers
from tests.lives import City

__all__ = ["city", "subscribers"]


def test_merged_tickets_end_with_the_earliest_of_their_limits(city: City) -> None:
    early = handled(city)
    city.now = FRIDAY + 3 * DAY
    main = handled(city)

    city.move(early, "merge", {"main_id": main})

    assert clocks_of(city, early) == {}
    assert clocks_of(city, main)["total"] == clocks_of(city, main)["handle"] == local(12, 11)
    assert city.ticket(main).due_at == city.ticket(main).total_due_at == local(12, 11)
    assert "merged" in explained(city, main, "handle")


def test_a_later_ticket_merged_into_an_earlier_one_loosens_nothing(city: City) -> None:
    main = handled(city)
    city.now = FRIDAY + 3 * DAY
    late = city.opened()

    city.move(late, "merge", {"main_id": main})

    assert city.ticket(main).due_at == city.ticket(main).total_due_at == local(12, 11)


def test_merged_callers_are_called_back_each(city: City) -> None:
    main = handled(city, contact_phone="19900000001")
    repeats = [city.opened(contact_phone=f"1990000000{number}") for number in (2, 3)]
    for repeat in repeats:
        city.move(repeat, "merge", {"main_id": main})
    city.now = local(12, 14)

    city.reply(main)

    with city.database.read() as session:
        opened = session.scalars(select(Callback.ticket_id).where(Callback.state == CallbackState.OPEN)).all()
    assert set(opened) == {main, *repeats}
    assert [city.ticket(ticket_id).on_time for ticket_id in (main, *repeats)] == [False, False, False]


def test_undoing_a_merge_lets_its_own_limits_run_again(city: City) -> None:
    main, repeat = handled(city), city.opened()
    before = clocks_of(city, repeat)["total"]
    city.move(repeat, "merge", {"main_id": main})

    city.move(repeat, "unmerge")

    assert clocks_of(city, repeat).keys() == {"total", "dispatch"}
    assert clocks_of(city, repeat)["total"] == before
