"""Clocks on a real database: what starts, what stops, what is announced, and that the sweep announces once."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import Database
from hotline.kernel.events import StoredEvent, Subscribers
from hotline.tickets import assignments, tickets
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.tickets import NewTicket
from sla import defaults, sweep
from sla.book import calendar_of
from sla.explanation import explain
from sla.lifecycles import ClockState
from sla.limits import Stage
from sla.models import CalendarDay, CalendarYear, Clock, Policy, SlaRule
from tests import factories
from tests.conftest import ZONE
from tests.lives import OBJECTION, REPLY
from tests.reactions import DEADLINES

SATURDAY = datetime(2025, 9, 27, 16, 40, tzinfo=ZONE)
SUNDAY = datetime(2025, 9, 28, 9, 10, tzinfo=ZONE)


@pytest.fixture
def subscribers() -> Subscribers:
    return DEADLINES


@pytest.fixture
def city(database: Database) -> Database:
    with database.work() as uow:
        defaults.install_defaults(uow)
    return database


def new(**values: str) -> NewTicket:
    texts = {"channel": "phone", "type": "complaint", "title": "关于夜间施工的问题", "body": "夜间施工。诉求：停止。"}
    return NewTicket(**{**texts, "contact_phone": "19900000001", **values})  # type: ignore[arg-type]


def opened(database: Database, at: datetime = SATURDAY, **values: str) -> int:
    with database.work(now=at) as uow:
        return tickets.open_ticket(uow, new(**values)).id


def dispatched(
    database: Database, ticket_id: int, at: datetime = SUNDAY, *, code: str = "U1", assist: Sequence[str] = (), **unit: object
) -> int:
    with database.work(now=at) as uow:
        lead = factories.unit(uow.session, code, **unit)
        helping = [factories.unit(uow.session, name).id for name in assist]
        given = {"unit_id": lead.id, "assist_unit_ids": helping}
        tickets.move(uow, ticket_id, "dispatch", roles=["dispatcher"], given=given)
        query = select(Assignment.id).where(Assignment.ticket_id == ticket_id, Assignment.unit_id == lead.id)
        return uow.session.scalars(query.order_by(Assignment.id.desc())).first() or 0


def moved(database: Database, assignment_id: int, action: str, at: datetime, **given: str) -> None:
    roles = ["dispatcher"] if action in {"grant_return", "refuse_return"} else ["handler"]
    with database.work(now=at) as uow:
        assignments.move(uow, assignment_id, action, roles=roles, given=given)


def running(database: Database, ticket_id: int) -> set[str]:
    with database.read() as session:
        query = select(Clock.stage).where(Clock.ticket_id == ticket_id, Clock.state == ClockState.RUNNING)
        return {stage.value for stage in session.scalars(query)}


def announced(database: Database, name: str) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).where(StoredEvent.name == name)) or 0


def local(year: int, month: int, day: int, hour: int = 17, minute: int = 30) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


def test_a_pending_ticket_runs_the_citizens_limit_and_the_desks(city: Database) -> None:
    ticket_id = opened(city)

    assert running(city, ticket_id) == {"total", "dispatch"}
    with city.read() as session:
        assert session.get_one(Ticket, ticket_id).total_due_at == local(2025, 10, 23)


def test_a_direct_answer_runs_no_limit(city: Database) -> None:
    with city.work(now=SATURDAY) as uow:
        ticket_id = tickets.open_answered(uow, new(answer="请带身份证到窗口办理。")).id

    assert running(city, ticket_id) == set()


def test_dispatch_starts_the_units_limits_and_writes_them_on_part_and_ticket(city: Database) -> None:
    ticket_id = opened(city)

    assignment_id = dispatched(city, ticket_id)

    assert running(city, ticket_id) == {"total", "sign", "contact", "feedback", "handle"}
    with city.read() as session:
        part, ticket = session.get_one(Assignment, assignment_id), session.get_one(Ticket, ticket_id)
        assert part.sign_due_at == part.contact_due_at == local(2025, 9, 29)
        assert part.due_at == ticket.due_at == local(2025, 10, 24)
        assert not ticket.due_provisional


@pytest.mark.parametrize(
    ("urgency", "unit", "sign_minutes", "handle_minutes"),
    [("urgent", {}, 30, 1440), ("critical", {}, 15, 1440), ("critical", {"unit_class": "utility"}, 15, 1440)],
)
def test_urgent_limits_run_day_and_night(
    city: Database, urgency: str, unit: dict[str, str], sign_minutes: int, handle_minutes: int
) -> None:
    midnight = local(2025, 10, 1, 23, 50)
    ticket_id = opened(city, midnight, urgency=urgency)

    assignment_id = dispatched(city, ticket_id, midnight, **unit)

    with city.read() as session:
        part = session.get_one(Assignment, assignment_id)
        assert part.sign_due_at == midnight + timedelta(minutes=sign_minutes)
        assert part.due_at == midnight + timedelta(minutes=handle_minutes)


def test_signing_and_contacting_stop_only_their_limits(city: Database) -> None:
    ticket_id = opened(city)
    assignment_id = dispatched(city, ticket_id)

    moved(city, assignment_id, "sign", SUNDAY + timedelta(hours=1))
    assert running(city, ticket_id) == {"total", "contact", "feedback", "handle"}
    moved(city, assignment_id, "contact", SUNDAY + timedelta(hours=2), note="已电话联系")

    assert running(city, ticket_id) == {"total", "feedback", "handle"}


@pytest.mark.parametrize(("at", "on_time"), [(local(2025, 10, 24), True), (local(2025, 10, 24, 17, 31), False)])
def test_the_reply_stops_the_work_and_tells_whether_it_was_in_time(city: Database, at: datetime, on_time: bool) -> None:
    ticket_id = opened(city)
    assignment_id = dispatched(city, ticket_id)
    moved(city, assignment_id, "sign", SUNDAY)

    moved(city, assignment_id, "reply", at, **REPLY)

    assert running(city, ticket_id) == {"callback"}
    with city.read() as session:
        assert session.get_one(Ticket, ticket_id).on_time is on_time


def test_a_refused_return_leaves_the_clock_running(city: Database) -> None:
    ticket_id = opened(city)
    assignment_id = dispatched(city, ticket_id)
    before = running(city, ticket_id)

    moved(city, assignment_id, "ask_return", SUNDAY, **OBJECTION)
    moved(city, assignment_id, "refuse_return", SUNDAY, note="职责清楚")

    assert running(city, ticket_id) == before


def test_a_granted_return_starts_the_next_units_limit_anew_but_not_the_citizens(city: Database) -> None:
    ticket_id = opened(city)
    first = dispatched(city, ticket_id)
    later = local(2025, 10, 9, 10, 0)
    moved(city, first, "ask_return", SUNDAY, **OBJECTION)
    moved(city, first, "grant_return", later, note="同意")
    assert running(city, ticket_id) == {"total", "dispatch"}

    second = dispatched(city, ticket_id, later, code="U2")

    with city.read() as session:
        assert session.get_one(Assignment, second).due_at == local(2025, 10, 29)
        assert session.get_one(Ticket, ticket_id).total_due_at == local(2025, 10, 23)


def test_an_assisting_unit_ends_no_later_than_the_lead(city: Database) -> None:
    ticket_id = opened(city, type="enquiry")

    dispatched(city, ticket_id, assist=["H1"])

    with city.read() as session:
        parts = session.scalars(select(Assignment).where(Assignment.ticket_id == ticket_id)).all()
        lead, helping = (next(part for part in parts if part.role == role) for role in ("lead", "assist"))
        assert lead.due_at is not None
        assert helping.due_at is not None
        assert helping.due_at <= lead.due_at


def test_a_limit_reaching_into_a_year_without_notice_is_provisional(city: Database) -> None:
    december = local(2026, 12, 25, 10, 0)
    ticket_id = opened(city, december)

    dispatched(city, ticket_id, december)

    with city.read() as session:
        ticket = session.get_one(Ticket, ticket_id)
        assert ticket.due_provisional
        assert ticket.due_at == local(2027, 1, 18)


def test_the_explanation_names_both_moments_and_the_days_that_count(city: Database) -> None:
    ticket_id = opened(city)
    dispatched(city, ticket_id)

    with city.read() as session:
        lines = explain(session, calendar_of(session, ZONE), ticket_id)

    handle = {line.code: line.args for line in lines if line.args["stage"] == "handle"}
    assert handle["limit"]["amount"] == 15
    assert datetime.fromisoformat(handle["began"]["at"]) == SUNDAY
    assert handle["began-on-make-up-workday"]["day"] == "2025-09-28"
    assert (handle["holiday-does-not-count"]["first"], handle["holiday-does-not-count"]["last"]) == ("2025-10-01", "2025-10-08")
    assert handle["make-up-workday-counts"]["first"] == "2025-10-11"
    total = [line.args for line in lines if line.args["stage"] == "total" and line.code == "began"]
    assert datetime.fromisoformat(total[0]["at"]) == SATURDAY


def test_the_sweep_warns_once_and_then_expires_once(city: Database) -> None:
    ticket_id = opened(city)
    moved(city, dispatched(city, ticket_id), "sign", SUNDAY)
    near, past = local(2025, 10, 23, 18, 0), local(2025, 10, 24, 18, 0)
    sweep.run(city, now=local(2025, 9, 30, 9, 0))
    warned_before = announced(city, "clock-warned")

    results = [sweep.run(city, now=near), sweep.run(city, now=near), sweep.run(city, now=past), sweep.run(city, now=past)]

    assert [result.warned for result in results] == [1, 0, 0, 0]
    assert [result.expired for result in results] == [2, 0, 1, 0]
    assert announced(city, "clock-warned") == warned_before + 1


def test_a_stopped_clock_is_never_announced(city: Database) -> None:
    ticket_id = opened(city)
    with city.work(now=SUNDAY) as uow:
        tickets.move(uow, ticket_id, "withdraw", roles=["dispatcher"], given={"note": "来电人撤销"})

    result = sweep.run(city, now=local(2026, 10, 24))

    assert (result.warned, result.expired) == (0, 0)


def test_two_sweeps_at_once_announce_each_limit_exactly_once(city: Database) -> None:
    opened(city)
    many = 1500
    _multiply(city, many)
    start = threading.Barrier(3)
    counted: list[int] = []

    def work() -> None:
        start.wait()
        counted.append(sweep.run(city, now=local(2026, 1, 5)).expired)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    with city.read() as session:
        per_clock = select(func.count()).where(StoredEvent.name == "clock-expired").group_by(StoredEvent.payload["clock_id"])
        counts = session.scalars(per_clock).all()
    assert sum(counted) == len(counts) == many + 2
    assert set(counts) == {1}


def test_a_batch_that_dies_announces_nothing_and_the_next_sweep_all(city: Database) -> None:
    opened(city)
    past = local(2026, 1, 5)
    with pytest.raises(RuntimeError):
        _die_in_the_middle(city, past)

    assert sweep.run(city, now=past).expired == 2


def test_a_city_that_is_not_set_up_has_nothing_to_sweep(database: Database) -> None:
    assert sweep.run(database, now=SATURDAY) == sweep.SweepResult(0, 0)


def test_installing_the_defaults_twice_doubles_nothing(city: Database) -> None:
    with city.work() as uow:
        before = _counts(uow.session)
        defaults.install_defaults(uow)
        assert _counts(uow.session) == before


def _counts(session: Session) -> list[int | None]:
    tables = (Policy, SlaRule, CalendarDay, CalendarYear)
    return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def _die_in_the_middle(database: Database, at: datetime) -> None:
    with database.work(now=at) as uow:
        clock = uow.session.scalars(select(Clock)).all()[0]
        clock.expired_at = uow.now
        uow.session.flush()
        raise RuntimeError("killed")


def _multiply(database: Database, times: int) -> None:
    with database.work() as uow:
        model = uow.session.scalars(select(Clock).where(Clock.stage == Stage.TOTAL)).one()
        moments = ("started_at", "due_at", "warn_at", "next_at")
        names = ("ticket_id", "stage", "state", *moments, "provisional", "policy_id", "explain")
        values = {name: getattr(model, name) for name in names}
        uow.session.add_all(Clock(**values) for _ in range(times))


def test_moments_come_back_in_utc(city: Database) -> None:
    ticket_id = opened(city)

    with city.read() as session:
        clock = session.scalars(select(Clock).where(Clock.ticket_id == ticket_id)).first()
        assert clock is not None
        assert clock.due_at.tzinfo is UTC
