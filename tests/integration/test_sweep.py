"""The sweep finds what is due by its index, does each thing once, and leaves to others what they have in hand."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from hotline.kernel.events import StoredEvent
from hotline.tickets import timeline
from sla import sweep
from sla.models import Alarm, Clock
from tests.conftest import ZONE
from tests.integration.limits import city, plan_with_only, subscribers
from tests.lives import City

__all__ = ["city", "subscribers"]

MORNING = datetime(2026, 11, 20, 10, 0, tzinfo=ZONE)
LATER = MORNING + timedelta(days=40)


def dispatched(city: City, count: int) -> list[int]:
    made = []
    for _ in range(count):
        made.append(city.opened())
        city.move(made[-1], "dispatch", {"unit_id": city.id("C")})
    return made


def test_a_ticket_that_somebody_moves_is_left_to_the_next_sweep(city: City) -> None:
    dispatched(city, 1)
    ticket_id = dispatched(city, 1)[0]
    with city.database.work() as uow:
        timeline.hold(uow, ticket_id)
        first = sweep.run(city.database, now=LATER)

    second = sweep.run(city.database, now=LATER)

    assert first.expired == second.expired > 0


def test_two_sweeps_at_once_tell_each_thing_once(city: City) -> None:
    dispatched(city, 12)
    with city.database.work() as uow:
        uow.session.execute(text("update sla_rule set value = '2' where key = 'sweep.batch'"))
    start = threading.Barrier(3)

    def work() -> None:
        start.wait()
        sweep.run(city.database, now=LATER)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sweep.run(city.database, now=LATER)

    with city.database.read() as session:
        per_limit = select(func.count()).where(StoredEvent.name == "clock-expired").group_by(StoredEvent.payload["clock_id"])
        told = session.scalars(per_limit).all()
        still = session.scalar(select(func.count()).where(Clock.next_at <= LATER, Clock.state == "running"))
        presses = session.scalars(select(func.count()).where(StoredEvent.payload["rung"].astext == "press")).one()
        lines = session.execute(text("select count(*) from timeline_entry where action = 'press'")).scalar()
    assert set(told) == {1}
    assert still == 0
    assert presses == lines


def test_the_sweep_reads_by_its_index(city: City) -> None:
    dispatched(city, 1)
    with city.database.read() as session:
        query = "select id from sla_clock where state = 'running' and next_at <= now() order by next_at limit 9"
        plan = plan_with_only(session, "ix_sla_clock_next", query)

    assert "ix_sla_clock_next" in plan


def test_what_the_ladder_says_no_more_only_moves_the_next_moment(city: City) -> None:
    ticket_id = dispatched(city, 1)[0]
    with city.database.work() as uow:
        for clock in uow.session.scalars(select(Clock).where(Clock.ticket_id == ticket_id)):
            clock.next_at = MORNING

    result = sweep.run(city.database, now=MORNING + timedelta(seconds=1))

    assert result == sweep.SweepResult(0, 0)
    with city.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Alarm)) == 0
        assert session.scalar(select(func.count()).where(Clock.next_at <= MORNING, Clock.state == "running")) == 0


def test_a_limit_that_cannot_be_told_of_holds_up_no_other(city: City, caplog: pytest.LogCaptureFixture) -> None:
    broken, *sound = dispatched(city, 3)
    with city.database.work() as uow:
        for clock in uow.session.scalars(select(Clock).where(Clock.ticket_id == broken)):
            clock.explain = {"steps": [{"code": "paused", "since": "never", "until": "never"}]}

    result = sweep.run(city.database, now=LATER)

    with city.database.read() as session:
        due = select(Clock.ticket_id).where(Clock.next_at <= LATER, Clock.state == "running").distinct()
        assert session.scalars(due).all() == [broken]
    assert result.expired >= len(sound)
    assert "cannot be told of" in caplog.text
