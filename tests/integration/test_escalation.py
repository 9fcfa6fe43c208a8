"""The ladder of a late limit on a real database: each row tells whom it names once, papers are drawn up, issued, ended."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from hotline.kernel.db import Actor, Database
from hotline.kernel.errors import Forbidden
from hotline.kernel.events import StoredEvent, Subscribers
from hotline.people import absences
from hotline.people.models import Officer, Unit
from hotline.tickets import orders, supervision, timeline
from hotline.tickets.models import SupervisionOrder, Ticket
from hotline.tickets.workflow import OrderState
from sla import defaults, escalation, ladder, recounts, rule_changes, sweep
from sla.book import book_of, rules_of
from sla.clock_facts import basis_of, limited_of
from sla.ladder import Point, Rung
from sla.lifecycles import ClockState
from sla.limits import Stage
from sla.models import Alarm, Clock
from tests import factories
from tests.conftest import ZONE
from tests.integration.limits import FRIDAY
from tests.lives import REPLY, City
from tests.reactions import DEADLINES

LONG = timedelta(days=60)


@pytest.fixture
def subscribers() -> Subscribers:
    return DEADLINES


@dataclass
class Late:
    """A ticket that its unit C signed and contacted, and then left alone."""

    city: City
    ticket_id: int

    @property
    def clock(self) -> Clock:
        with self.city.database.read() as session:
            return session.scalars(select(Clock).where(Clock.ticket_id == self.ticket_id, Clock.stage == Stage.HANDLE)).one()

    def swept_to(self, point: str) -> None:
        """The clock goes on until that point was told."""
        while point not in self.clock.told:
            following = self.clock.next_at
            assert following is not None
            self.city.now = following
            sweep.run(self.city.database, now=following)

    def orders(self) -> dict[str, tuple[str, int | None]]:
        with self.city.database.read() as session:
            found = session.scalars(select(SupervisionOrder).order_by(SupervisionOrder.id))
            return {order.kind: (order.state.value, order.issued_by_id) for order in found}

    def told(self, point: str) -> list[str]:
        """Receivers and channels of that point, sorted."""
        with self.city.database.read() as session:
            query = select(Alarm).where(Alarm.clock_id == self.clock.id, Alarm.point == point)
            return sorted(f"{who(session, alarm)} {alarm.channel}" for alarm in session.scalars(query))

    def move_order(self, kind: str, action: str, role: str = "supervisor", **given: Any) -> None:
        with self.city.database.work(Actor(), now=self.city.now) as uow:
            order = uow.session.scalars(select(SupervisionOrder).where(SupervisionOrder.kind == kind)).one()
            values = {"note": "请办结", "due_at": uow.now + timedelta(days=2), **given}
            supervision.move_order(uow, order.id, action, roles=[role], given=values)


def who(session: Any, alarm: Alarm) -> str:  # a Session
    if alarm.unit_id is not None:
        return str(session.get_one(Unit, alarm.unit_id).code)
    return str(session.get_one(Officer, alarm.officer_id).login) if alarm.officer_id is not None else str(alarm.role)


@pytest.fixture
def late(database: Database, request: pytest.FixtureRequest) -> Late:
    city = City.built(database)
    city.now = FRIDAY
    with database.work() as uow:
        defaults.install_defaults(uow)
        place = uow.session.scalars(select(Unit).where(Unit.code == "C")).one()
        place.phone = "19900000009"
        for role in ("section_head", "unit_admin"):
            factories.officer(uow.session, role, roles=(role,), in_unit=place)
    ticket_id = city.opened(urgency=getattr(request, "param", "normal"))
    city.move(ticket_id, "dispatch", {"unit_id": city.id("C")})
    city.by_lead(ticket_id, "sign")
    city.by_lead(ticket_id, "contact")
    return Late(city, ticket_id)


def expected(row: Rung) -> list[str]:
    """Whom the words of a row mean for unit C, whose superiors are G and B."""
    people = {"owner": "C", "superior": "G", "professional": "B"}
    named = [people.get(word, word) for word in row.tells]
    roles = {"supervisor", "shift_leader"}
    # An officer of a unit reads what its inbox is told.
    read = {"unit_admin inbox", "section_head inbox"} if "owner" in row.tells else set()
    told = {f"{one} {way}" for one in named for way in row.channels if way == "inbox" or one not in roles}
    return sorted(told - read)


@pytest.mark.parametrize("late", ["normal", "urgent"], indirect=True)
@pytest.mark.parametrize("point", list(Point))
def test_each_row_tells_whom_it_names_once(late: Late, point: Point) -> None:
    late.swept_to(point.value)

    with late.city.database.read() as session:
        urgency = "urgent" if late.clock.policy.urgency else "normal"
        rows = rules_of(session).ladder
        row = max((one for one in rows if one.point is point and fits(one, urgency)), key=Rung.specificity)
    assert late.told(point.value) == expected(row)
    sweep.run(late.city.database, now=late.city.now)
    assert late.told(point.value) == expected(row)


def fits(row: Rung, urgency: str) -> bool:
    return (not row.stages or Stage.HANDLE in row.stages) and (not row.urgencies or urgency in row.urgencies)


def test_pressing_is_counted_once_and_written_down(late: Late) -> None:
    late.swept_to("press")
    sweep.run(late.city.database, now=late.city.now)

    with late.city.database.read() as session:
        steps = [line for line in timeline.lines(session, late.ticket_id) if line.action == "press"]
    assert late.city.ticket(late.ticket_id).urge_count == len(steps)
    assert [line.data["clock_id"] for line in steps].count(late.clock.id) == 1
    assert steps[0].text


def test_a_prompt_goes_out_by_itself_and_graver_papers_wait_for_a_supervisor(late: Late) -> None:
    late.swept_to("criticism")

    assert late.orders() == {
        "prompt": ("issued", None),
        "order": ("proposed", None),
        "summons": ("proposed", None),
        "criticism": ("proposed", None),
    }


def test_a_sweep_after_long_silence_draws_up_the_gravest_paper_alone(late: Late) -> None:
    result = sweep.run(late.city.database, now=FRIDAY + LONG)

    assert set(late.orders()) == {"criticism"}
    assert result.warned == 0


def test_an_issued_order_bears_what_the_supervisor_wrote_and_starts_its_own_limit(late: Late) -> None:
    late.swept_to("order")
    due = late.city.now + timedelta(days=2)

    late.move_order("order", "issue_order", note="两日内办结", due_at=due)

    with late.city.database.read() as session:
        order = session.scalars(select(SupervisionOrder).where(SupervisionOrder.kind == "order")).one()
        running = select(Clock).where(Clock.order_id == order.id, Clock.state == ClockState.RUNNING)
        answer_due = session.scalars(running).one().due_at
    assert (order.state, order.demand, order.issued_at, order.due_at) == (OrderState.ISSUED, "两日内办结", late.city.now, due)
    assert answer_due == due


def test_a_dismissed_order_is_not_drawn_up_again(late: Late) -> None:
    late.swept_to("order")
    late.move_order("order", "dismiss_order", note="已电话说明")

    sweep.run(late.city.database, now=late.city.now)

    assert late.orders()["order"] == ("closed", None)


def another_late_limit(late: Late) -> int:
    """Another answer that the unit owes by the same moment."""
    with late.city.database.work(now=late.city.now) as uow:
        model = late.clock
        names = ("ticket_id", "assignment_id", "unit_id", "roster", "state", "started_at", "due_at", "policy_id", "explain")
        values = {name: getattr(model, name) for name in names}
        twin = Clock(**values, stage=Stage.REDO, next_at=model.due_at, provisional=False)
        uow.session.add(twin)
        uow.session.flush()
        return twin.id


def papers(late: Late, kind: str) -> list[tuple[str, int | None]]:
    with late.city.database.read() as session:
        found = session.scalars(select(SupervisionOrder).where(SupervisionOrder.kind == kind).order_by(SupervisionOrder.id))
        return [(order.state.value, order.clock_id) for order in found]


def test_limits_of_one_unit_that_are_late_together_lead_to_one_paper_of_a_kind(late: Late) -> None:
    twin = another_late_limit(late)

    late.swept_to("order")

    with late.city.database.read() as session:
        told = session.get_one(Clock, twin).told
    assert ("order" in told, len(papers(late, "prompt")), len(papers(late, "order"))) == (True, 1, 1)


def test_a_paper_stands_for_the_other_late_limit_when_its_own_is_done(late: Late) -> None:
    twin = another_late_limit(late)
    late.swept_to("order")
    with late.city.database.work(now=late.city.now) as uow:
        rest, done = sorted((late.clock.id, twin), key=lambda clock_id: clock_id == papers(late, "order")[0][1])
        clock = uow.session.get_one(Clock, done)
        clock.state, clock.stopped_at = ClockState.STOPPED, uow.now
        uow.session.flush()
        escalation.end_proposals(uow, late.ticket_id)

    assert papers(late, "order") == [("proposed", rest)]


def test_only_supervisors_decide_on_a_proposal(late: Late) -> None:
    late.swept_to("order")

    for action in ("issue_order", "dismiss_order"):
        with pytest.raises(Forbidden):
            late.move_order("order", action, role="handler")


def test_proposals_end_and_rungs_stop_when_the_late_step_is_done(late: Late) -> None:
    late.swept_to("summons")

    late.city.by_lead(late.ticket_id, "reply", REPLY)
    sweep.run(late.city.database, now=FRIDAY + LONG)

    assert late.orders() == {"prompt": ("issued", None), "order": ("closed", None), "summons": ("closed", None)}
    assert late.told("criticism") == []
    assert late.clock.state is ClockState.STOPPED


def test_units_see_no_proposal_and_its_end_stands_in_no_timeline(late: Late) -> None:
    late.swept_to("order")
    with late.city.database.read() as session:
        supervised = supervision.is_supervised(session, late.ticket_id)
        proposed = session.scalars(select(SupervisionOrder).where(orders.PROPOSED)).all()
    late.city.by_lead(late.ticket_id, "reply", REPLY)

    with late.city.database.read() as session:
        steps = {line.action for line in timeline.lines(session, late.ticket_id)}
    assert supervised
    assert [order.issued_at for order in proposed] == [None]
    assert not {"end_order", "propose_order"} & steps


def test_a_limit_that_ends_later_is_told_of_anew(late: Late) -> None:
    late.swept_to("expired")
    with late.city.database.work(now=late.city.now) as uow:
        clock = uow.session.get_one(Clock, late.clock.id)
        clock.due_at, clock.warn_at = uow.now + timedelta(days=9), None
        clock.told, clock.next_at = ["again"], uow.now + timedelta(days=9)

    sweep.run(late.city.database, now=late.city.now + timedelta(days=9))

    assert late.told("expired-2") == late.told("expired")


def test_the_rungs_are_recorded_as_events(late: Late) -> None:
    late.swept_to("summons")

    with late.city.database.read() as session:
        query = select(StoredEvent.payload["rung"].astext).where(StoredEvent.name == "limit-escalated")
        handled = query.where(StoredEvent.payload["stage"].astext == "handle").order_by(StoredEvent.id)
        assert session.scalars(handled).all() == ["press", "prompt", "order", "summons"]
        assert session.scalar(select(func.count()).where(StoredEvent.name == "clock-expired"))


def test_an_order_that_is_issued_makes_its_ticket_important(late: Late) -> None:
    late.swept_to("order")
    before = late.city.ticket(late.ticket_id).important

    late.move_order("order", "issue_order")

    assert (before, late.city.ticket(late.ticket_id).important) == (False, True)


def test_who_stands_in_for_an_officer_hears_too(late: Late) -> None:
    with late.city.database.work(now=late.city.now) as uow:
        head = uow.session.scalars(select(Officer).where(Officer.login == "section_head")).one()
        stand_in = factories.officer(uow.session, "stand_in", roles=(), in_unit=None)
        away = {"starts_at": uow.now, "ends_at": uow.now + LONG}
        absences.enter(uow, officer_id=head.id, stand_in_id=stand_in.id, **away)

    late.swept_to("press")

    assert late.told("press") == ["section_head inbox", "stand_in inbox", "unit_admin inbox"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("warn.points", [{"unit": "working_days", "at_least": 1, "ahead": "working_days", "amount": 2}]),
        ("escalation.ladder", [{"point": "expired", "tells": ["owner"], "channels": ["inbox"]}]),
    ],
)
def test_other_rows_hold_for_limits_that_run_already(late: Late, key: str, value: object) -> None:
    with late.city.database.work(now=late.city.now) as uow:
        # As after a ladder that had nothing to tell any more.
        uow.session.get_one(Clock, late.clock.id).next_at = None
        rule_changes.put(uow, key, value, source="test")

    recounts.run_due(late.city.database, now=late.city.now)

    with late.city.database.read() as session:
        clock = late.clock
        book = book_of(session, ZONE, late.city.now)
        limited = limited_of(book, clock, basis_of(clock), "normal", "street")
        expected_at = ladder.next_moment(book.calendar, book.rules.ladder, limited)
    assert clock.next_at == expected_at is not None


def test_a_unit_above_that_is_complained_of_hears_nothing(late: Late) -> None:
    with late.city.database.work() as uow:
        uow.session.get_one(Ticket, late.ticket_id).complained_unit_id = late.city.id("G")

    late.swept_to("summons")

    assert "G inbox" not in late.told("summons")
    assert "B inbox" in late.told("summons")
