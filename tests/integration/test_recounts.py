"""Counting open limits again: what moves, what stays, what is told, and that a pass may be killed and run twice at once."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from hotline.kernel.events import StoredEvent
from hotline.tickets import timeline
from sla import previews, recounts, sweep, years
from sla.limits import Stage
from sla.models import Clock
from tests.conftest import ZONE
from tests.integration.changes import (
    FICTIONAL,
    NOTICE,
    drafted,
    ends,
    lines,
    published,
    recount,
    small_batches,
)
from tests.integration.limits import (
    DAY,
    FRIDAY,
    MORE,
    city,
    clocks_of,
    explained,
    granted,
    handled,
    local,
    part_of,
    subscribers,
)
from tests.lives import City

__all__ = ["city", "subscribers"]

SHORTER = {
    **{(Stage.TOTAL, kind): 12 for kind in ("complaint", "report")},
    **{(Stage.HANDLE, kind): 10 for kind in ("complaint", "report")},
}
NEW_YEAR = datetime(2026, 12, 28, 10, 0, tzinfo=ZONE)


def run(city: City, now: datetime = FRIDAY, tell: Callable[[int], object] | None = None) -> int:
    return recounts.run_due(city.database, now=now, tell=tell)


def test_open_limits_follow_the_new_version_and_each_ticket_is_told_once(city: City) -> None:
    first, second = handled(city), handled(city)
    untouched = handled(city, type="help")
    recount_id = published(city.database, drafted(city.database, SHORTER, now=FRIDAY), now=FRIDAY)

    run(city)

    assert clocks_of(city, first)["handle"] == local(12, 4)
    assert clocks_of(city, first)["total"] == local(12, 8)
    assert (city.ticket(first).due_at, city.ticket(first).total_due_at) == (local(12, 4), local(12, 8))
    assert lines(city, [first, second, untouched]) == [[["total", "handle"]], [["total", "handle"]], []]
    done = recount(city.database, recount_id)
    assert (done.changed, done.finished_at) == (4, FRIDAY)
    assert done.seen == len(ends(city))


def test_the_sum_says_what_the_limit_was_and_why_it_moved(city: City) -> None:
    ticket_id = handled(city)
    published(city.database, drafted(city.database, SHORTER, now=FRIDAY), now=FRIDAY)

    run(city)

    note = explained(city, ticket_id, "handle")["recounted"]
    assert {"cause": "policy", "reference": 2, "source": "依据新办法"}.items() <= note.items()


def test_running_again_changes_nothing(city: City) -> None:
    ticket_id = handled(city)
    published(city.database, drafted(city.database, SHORTER, now=FRIDAY), now=FRIDAY)
    run(city)
    before = ends(city)

    assert run(city) == 0
    assert ends(city) == before
    assert lines(city, [ticket_id]) == [[["total", "handle"]]]


def test_nothing_moves_before_the_day_from_which_the_version_holds(city: City) -> None:
    ticket_id, since = handled(city), FRIDAY + 3 * DAY
    published(city.database, drafted(city.database, SHORTER, now=FRIDAY), now=FRIDAY, since=since)

    assert run(city, since - timedelta(minutes=1)) == 0
    assert clocks_of(city, ticket_id)["handle"] == local(12, 11)
    run(city, since)

    assert clocks_of(city, ticket_id)["handle"] == local(12, 4)


def test_an_extension_is_kept(city: City) -> None:
    ticket_id = handled(city)
    granted(city, ticket_id, "extension", MORE)
    published(city.database, drafted(city.database, SHORTER, now=FRIDAY), now=FRIDAY)

    run(city)

    assert part_of(city, ticket_id).due_at == local(12, 11)


def test_a_pause_is_kept_and_one_that_lasts_goes_on(city: City) -> None:
    ticket_id = handled(city)
    city.suspend(ticket_id, FRIDAY + 30 * DAY)
    published(city.database, drafted(city.database, SHORTER, now=FRIDAY), now=FRIDAY)
    run(city)

    city.now = FRIDAY + 3 * DAY
    city.by_system(ticket_id, "resume")

    assert clocks_of(city, ticket_id)["handle"] == local(12, 7)


def lively(city: City) -> list[int]:
    """Tickets in all manner of bends: suspended, extended, at the audit, sent back, shared, passed on with a limit by name."""
    plain, suspended, extended = (handled(city) for _ in range(3))
    city.suspend(suspended, city.now + 30 * DAY)
    granted(city, extended, "extension", MORE)
    audited, sent_back = (handled(city, type="report") for _ in range(2))
    for ticket_id in (audited, sent_back):
        city.reply(ticket_id)
    city.move(sent_back, "reject_reply")
    passed_on, joint = city.opened(), city.opened()
    city.move(passed_on, "dispatch", {"unit_id": city.id("B")})
    city.by_lead(passed_on, "sign")
    city.by_lead(passed_on, "sub_dispatch", {"unit_ids": [city.id("C")], "due_at": city.now + 7 * DAY})
    city.move(joint, "dispatch", {"unit_id": city.id("D"), "assist_unit_ids": [city.id("E")]})
    city.by_lead(joint, "sign")
    city.by_lead(joint, "sub_dispatch", {"unit_ids": [city.id("S")]})
    return [plain, suspended, extended, audited, sent_back, passed_on, joint]


def test_the_preview_says_what_applying_does(city: City) -> None:
    tickets = lively(city)
    version = drafted(city.database, SHORTER, now=FRIDAY)
    before = ends(city)
    with city.database.read() as session:
        preview = previews.of_policies(session, ZONE, version, FRIDAY)

    done = published(city.database, version, now=FRIDAY)
    run(city)

    moved = {key: (before[key], due) for key, due in ends(city).items() if due != before[key]}
    foreseen = sorted((item.stage, item.was, item.becomes) for item in preview.items)
    assert foreseen == sorted((stage, was, due) for (_, stage), (was, due) in moved.items())
    assert len(moved) > len(tickets)
    assert (preview.changed, preview.checked) == (recount(city.database, done).changed, len(before))
    assert (preview.earlier, preview.later) == (preview.changed, 0)


def test_the_preview_of_a_notice_says_what_putting_it_in_does(city: City) -> None:
    city.now = NEW_YEAR
    lively(city)
    before = ends(city)
    with city.database.read() as session:
        preview = years.preview(session, ZONE, 2027, NOTICE, FICTIONAL, NEW_YEAR)

    with city.database.work(now=NEW_YEAR) as uow:
        years.put(uow, 2027, NOTICE, FICTIONAL)
    run(city, NEW_YEAR)

    moved = {key: (before[key], due) for key, due in ends(city).items() if due != before[key]}
    assert sorted((item.was, item.becomes) for item in preview.items) == sorted(moved.values())
    assert preview.changed == len(moved) > 0


def test_a_notice_settles_limits_that_were_provisional(city: City) -> None:
    city.now = NEW_YEAR
    ticket_id = handled(city)
    assert part_of(city, ticket_id).due_provisional
    with city.database.work(now=NEW_YEAR) as uow:
        years.put(uow, 2027, NOTICE, FICTIONAL)

    run(city, NEW_YEAR)

    part = part_of(city, ticket_id)
    assert not part.due_provisional
    # 29, 30, 31 December; 5-9, 11-15 and 18, 19 January: the 1st and the 4th are off, Saturday the 9th counts.
    assert part.due_at == datetime(2027, 1, 19, 17, 30, tzinfo=ZONE)


def test_a_limit_that_becomes_late_is_announced_once(city: City) -> None:
    ticket_id, monday = handled(city), FRIDAY + 10 * DAY
    version = drafted(city.database, {(Stage.HANDLE, "complaint"): 2}, now=monday)
    with city.database.read() as session:
        assert previews.of_policies(session, ZONE, version, monday).newly_late == 1
    published(city.database, version, now=monday)

    run(city, monday)
    for _ in range(2):
        sweep.run(city.database, now=monday)
        run(city, monday)

    with city.database.read() as session:
        handle = session.scalars(select(Clock).where(Clock.ticket_id == ticket_id, Clock.stage == Stage.HANDLE)).one()
        told = StoredEvent.payload["clock_id"].as_integer() == handle.id
        assert session.scalar(select(func.count()).where(StoredEvent.name == "clock-expired", told)) == 1


class Killed(Exception):
    """The process is gone."""


def test_a_pass_that_was_killed_goes_on_where_it_stood(city: City) -> None:
    tickets = [handled(city) for _ in range(6)]
    small_batches(city.database)
    recount_id = published(city.database, drafted(city.database, SHORTER, now=FRIDAY), now=FRIDAY)

    def kill(found: int) -> None:
        raise Killed

    for _ in range(3):
        with pytest.raises(Killed):
            run(city, tell=kill)
    half = recount(city.database, recount_id)
    assert 0 < half.seen < len(ends(city))
    assert half.finished_at is None
    run(city)

    assert lines(city, tickets) == [[["total", "handle"]]] * 6
    assert recount(city.database, recount_id).changed == 12


def test_two_workers_at_once_tell_each_ticket_once(city: City) -> None:
    tickets = [handled(city) for _ in range(12)]
    small_batches(city.database, 5)
    recount_id = published(city.database, drafted(city.database, SHORTER, now=FRIDAY), now=FRIDAY)

    workers = [threading.Thread(target=run, args=(city,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    run(city)

    assert lines(city, tickets) == [[["total", "handle"]]] * 12
    done = recount(city.database, recount_id)
    assert (done.changed, done.seen) == (24, len(ends(city)))


def test_a_ticket_that_somebody_moves_is_counted_after_them(city: City) -> None:
    tickets = [handled(city) for _ in range(4)]
    published(city.database, drafted(city.database, SHORTER, now=FRIDAY), now=FRIDAY)
    batches: list[int] = []

    with city.database.work() as other:
        timeline.hold(other, tickets[2])
        worker = threading.Thread(target=run, args=(city,), kwargs={"tell": batches.append})
        worker.start()
        worker.join(timeout=2)
        assert worker.is_alive()
        assert len(batches) == 1
    worker.join()

    assert lines(city, tickets) == [[["total", "handle"]]] * 4
