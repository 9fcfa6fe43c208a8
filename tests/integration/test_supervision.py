"""Urging, supervision orders (督办单), leaders' instructions (领导批示), apportioned blame (责任划分)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, true

from hotline.insight import boards, metrics
from hotline.kernel import clock
from hotline.kernel.db import Database, UnitOfWork
from hotline.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.kernel.events import StoredEvent, Subscribers
from hotline.people.models import Unit
from hotline.tickets import following, orders, supervision, tickets, timeline
from hotline.tickets.events import AssignmentOpened, TicketMoved
from hotline.tickets.models import SupervisionOrder, Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import OrderState
from tests import factories
from tests.integration.people import Person, SignIn
from web.bootstrap import Container

NEW = NewTicket(channel="phone", type="help", title="路灯不亮", body="听涛路的路灯三天没有亮了")
DAY = timedelta(days=1)
LEVEL = ["supervisor"]
HANDLER = ["handler"]


@pytest.fixture
def subscribers() -> Subscribers:
    return Subscribers(within={AssignmentOpened: (supervision.hand_on,), TicketMoved: (following.carry,)})


def opened(uow: UnitOfWork, *unit_ids: int) -> Ticket:
    """A ticket, dispatched to the units in turn where there are any: lead and assisting."""
    ticket = tickets.open_ticket(uow, NEW)
    if unit_ids:
        given = {"unit_id": unit_ids[0], "assist_unit_ids": list(unit_ids[1:])}
        tickets.move(uow, ticket.id, "dispatch", roles=["dispatcher"], given=given)
    return ticket


def units(uow: UnitOfWork) -> list[int]:
    return [factories.unit(uow.session, code).id for code in ("U1", "U2", "U3")]


def supervised(uow: UnitOfWork, ticket: Ticket, **given: Any) -> SupervisionOrder:
    values = {"reason_code": "overdue", "note": "请三日内办结", "due_at": uow.now + DAY, **given}
    tickets.move(uow, ticket.id, "supervise", roles=LEVEL, given=values)
    return uow.session.query(SupervisionOrder).order_by(SupervisionOrder.id.desc()).first() or pytest.fail("no order")


def moved(uow: UnitOfWork, order: SupervisionOrder, action: str, roles: list[str], **given: Any) -> SupervisionOrder:
    return supervision.move_order(uow, order.id, action, roles=roles, given=given)


def test_pressing_is_counted_and_written_down(database: Database) -> None:
    with database.work() as uow:
        ticket = opened(uow, units(uow)[0])

        tickets.move(uow, ticket.id, "press", roles=["agent"], given={"note": "市民再次来电"})

        assert (ticket.urge_count, timeline.lines(uow.session, ticket.id)[-1].action) == (1, "press")


def test_order_goes_to_the_lead_and_the_ticket_is_supervised(database: Database) -> None:
    with database.work() as uow:
        lead, assisting, _ = units(uow)
        ticket = opened(uow, lead, assisting)

        order = supervised(uow, ticket)

        assert (order.unit_id, order.state, order.demand) == (lead, OrderState.ISSUED, "请三日内办结")
        assert supervision.is_supervised(uow.session, ticket.id)
        assert supervised(uow, ticket, unit_id=assisting).unit_id == assisting


def test_order_is_answered_sent_back_answered_and_closed(database: Database) -> None:
    with database.work() as uow:
        ticket = opened(uow, units(uow)[0])
        order = supervised(uow, ticket)

        moved(uow, order, "answer_order", HANDLER, answer="已派人")
        moved(uow, order, "refuse_answer", LEVEL, note="请说明完成时间", due_at=uow.now + 2 * DAY)
        assert (order.state, order.answered_at, order.due_at) == (OrderState.ISSUED, None, uow.now + 2 * DAY)
        moved(uow, order, "answer_order", HANDLER, answer="今晚修好")
        moved(uow, order, "close_order", LEVEL, note="已核实")

        steps = [line.action for line in timeline.lines(uow.session, ticket.id)][-5:]
        assert steps == ["supervise", "answer_order", "refuse_answer", "answer_order", "close_order"]
        assert (order.state, order.answer, order.closed_at) == (OrderState.CLOSED, "今晚修好", uow.now)
        assert not supervision.is_supervised(uow.session, ticket.id)
        told = [event.payload["action"] for event in uow.session.query(StoredEvent).filter_by(name="order-moved")]
        assert sorted(told) == sorted(steps)


@pytest.mark.parametrize(
    ("given", "field", "rule"),
    [
        ({"reason_code": "weather"}, "reason_code", "unknown-code"),
        ({"due_at": clock.now() - DAY}, "due_at", "past"),
        ({"note": ""}, "note", "required"),
        ({"due_at": None}, "due_at", "required"),
    ],
)
def test_order_with_a_wrong_value_is_refused(database: Database, given: dict[str, Any], field: str, rule: str) -> None:
    with database.work() as uow:
        ticket = opened(uow, units(uow)[0])

        with pytest.raises(Invalid) as refused:
            supervised(uow, ticket, **given)

        assert (refused.value.details["field"], refused.value.details["rule"]) == (field, rule)
        assert uow.session.query(SupervisionOrder).count() == 0


def test_order_to_a_unit_without_a_part_is_refused(database: Database) -> None:
    with database.work() as uow:
        lead, _, stranger = units(uow)

        with pytest.raises(Conflict) as refused:
            supervised(uow, opened(uow, lead), unit_id=stranger)

        assert refused.value.details["reason"] == "not-taking-part"


def test_instruction_waits_for_whoever_leads_later(database: Database) -> None:
    with database.work() as uow:
        lead = units(uow)[0]
        ticket = opened(uow)
        words = {"leader": "陈副市长", "note": "请抓紧", "given_on": uow.now.date(), "due_at": uow.now + DAY}

        tickets.move(uow, ticket.id, "instruct", roles=["manager"], given=words)
        order = uow.session.query(SupervisionOrder).one()
        assert (order.unit_id, order.leader, order.reason_code) == (None, "陈副市长", "leader")
        tickets.move(uow, ticket.id, "dispatch", roles=["dispatcher"], given={"unit_id": lead})

        assert order.unit_id == lead
        assert moved(uow, order, "answer_order", HANDLER, answer="已办").state is OrderState.ANSWERED


def test_order_follows_the_ticket_to_the_lead_that_has_it_now(database: Database) -> None:
    with database.work() as uow:
        first, second, third = units(uow)
        ticket = opened(uow, first, third)
        order, of_another = supervised(uow, ticket), supervised(uow, ticket, unit_id=third)
        moved(uow, of_another, "answer_order", HANDLER, answer="已办")

        given = {"unit_id": second, "note": "改派"}
        tickets.move(uow, ticket.id, "redispatch", roles=["dispatcher"], given=given)

        assert (order.unit_id, of_another.unit_id) == (second, third)


def test_order_to_a_unit_that_was_taken_off_is_refused(database: Database) -> None:
    with database.work() as uow:
        first, second, _ = units(uow)
        ticket = opened(uow, first)
        tickets.move(uow, ticket.id, "redispatch", roles=["dispatcher"], given={"unit_id": second, "note": "改派"})

        with pytest.raises(Conflict) as refused:
            supervised(uow, ticket, unit_id=first)

        assert refused.value.details["reason"] == "not-taking-part"


def test_instruction_of_tomorrow_is_refused(database: Database) -> None:
    with database.work() as uow:
        words = {"leader": "陈副市长", "note": "请抓紧", "given_on": (uow.now + 2 * DAY).date(), "due_at": uow.now + DAY}

        with pytest.raises(Invalid) as refused:
            tickets.move(uow, opened(uow).id, "instruct", roles=LEVEL, given=words)

        assert refused.value.details["field"] == "given_on"


@pytest.mark.parametrize("roles", [["dispatcher"], ["agent"], HANDLER, ["manager"]])
def test_only_supervisors_and_shift_leaders_issue_orders(database: Database, roles: list[str]) -> None:
    with database.work() as uow:
        ticket = opened(uow, units(uow)[0])

        with pytest.raises(Forbidden):
            tickets.move(uow, ticket.id, "supervise", roles=roles, given={})


def test_wrong_moves_of_an_order_are_refused_and_change_nothing(database: Database) -> None:
    with database.work() as uow:
        order = supervised(uow, opened(uow, units(uow)[0]))

        with pytest.raises(Conflict):
            moved(uow, order, "close_order", LEVEL, note="x")
        with pytest.raises(Forbidden):
            moved(uow, order, "answer_order", LEVEL, answer="x")
        with pytest.raises(Invalid):
            moved(uow, order, "answer_order", HANDLER, answer="")
        with pytest.raises(Conflict):
            supervision.move_order(uow, order.id, "answer_order", roles=HANDLER, given={"answer": "x"}, version=99)
        with pytest.raises(NotFound):
            supervision.move_order(uow, 999, "answer_order", roles=HANDLER, given={"answer": "x"})

        assert (order.state, order.answer) == (OrderState.ISSUED, "")


def test_late_orders_are_those_without_an_answer(database: Database) -> None:
    with database.work() as uow:
        ticket = opened(uow, units(uow)[0])
        late, answered = (supervised(uow, ticket) for _ in range(2))
        moved(uow, answered, "answer_order", HANDLER, answer="已办")

        assert orders.overdue(uow.session, uow.now) == []
        assert orders.overdue(uow.session, uow.now + 2 * DAY) == [late]


@pytest.mark.parametrize(("action", "role"), [("withdraw", "dispatcher"), ("terminate", "system"), ("merge", "dispatcher")])
def test_orders_end_with_their_ticket_and_alarm_no_more(database: Database, action: str, role: str) -> None:
    with database.work() as uow:
        unit_id = units(uow)[0]
        ticket, main = opened(uow, unit_id), opened(uow, unit_id)
        tickets.move(uow, ticket.id, "begin", roles=["system"], given={})
        waiting, answered, elsewhere = supervised(uow, ticket), supervised(uow, ticket), supervised(uow, main)
        moved(uow, answered, "answer_order", HANDLER, answer="已办")

        tickets.move(uow, ticket.id, action, roles=[role], given={"note": "说明", "main_id": main.id})

        assert {(order.state, order.closed_at) for order in (waiting, answered)} == {(OrderState.CLOSED, uow.now)}
        assert orders.overdue(uow.session, uow.now + 2 * DAY) == [elsewhere]
        ended = [line.data for line in timeline.lines(uow.session, ticket.id) if line.action == "end_order"]
        assert ended == [{"order_id": waiting.id}, {"order_id": answered.id}]


@pytest.mark.parametrize(("action", "given"), [("inform", {"path_code": "petition"}), ("hand_over", {"handed_to": "province"})])
def test_an_instruction_ends_with_a_ticket_that_no_unit_will_have(
    database: Database, action: str, given: dict[str, str]
) -> None:
    with database.work() as uow:
        factories.handling_path(uow.session, "petition")
        ticket = tickets.open_ticket(uow, NewTicket(channel="phone", type="help", title="路灯", body="路灯不亮"))
        words = {"leader": "王市长", "note": "请速办", "given_on": uow.now.date(), "due_at": uow.now + DAY}
        tickets.move(uow, ticket.id, "instruct", roles=["manager"], given=words)

        tickets.move(uow, ticket.id, action, roles=["dispatcher"], given={"note": "说明", **given})

        assert orders.overdue(uow.session, uow.now + 2 * DAY) == []


def test_marks_of_the_call_back_go_to_the_unit_found_answerable(database: Database) -> None:
    with database.work() as uow:
        lead, assisting, stranger = units(uow)
        ticket = opened(uow, lead, assisting)
        for action, given in (("begin", {}), ("answer", {"reply_public": "已修好"})):
            tickets.move(uow, ticket.id, action, roles=["system"], given=given)
        tickets.record_outcome(uow, ticket, contacted=True, solved="no", satisfied="dissatisfied", source="explicit")
        with pytest.raises(Conflict):
            tickets.move(uow, ticket.id, "apportion", roles=["supervisor"], given={"unit_id": stranger, "note": "x"})

        tickets.move(uow, ticket.id, "apportion", roles=["supervisor"], given={"unit_id": assisting, "note": "电源未恢复"})
        uow.session.flush()

        marks = {row.unit.id: row.metrics["resolution"].denominator for row in boards.by_unit(uow.session, true())}
        assert (ticket.answerable_unit_id, marks) == (assisting, {lead: 0, assisting: 1})
        behind = select(Ticket).where(*metrics.conditions("resolution", "denominator", assisting))
        assert list(uow.session.scalars(behind)) == [ticket]


def test_unit_sees_and_answers_only_its_own_orders(sign_in: SignIn, parts: Container) -> None:
    order_id, version = issued(sign_in("supervisor"), parts)
    owner, stranger, desk = sign_in("handler", "U1"), sign_in("handler", "U2"), sign_in("dispatcher")
    move = {"version": version, "given": {"answer": "今晚修好"}}

    stranger.refused(404, "POST", f"/orders/{order_id}/actions/answer_order", json=move)
    desk.refused(403, "POST", f"/orders/{order_id}/actions/answer_order", json=move)
    assert stranger.done("GET", "/orders")["items"] == []
    (row,) = owner.done("GET", "/orders")["items"]
    assert [action["action"] for action in row["order"]["actions"]] == ["answer_order"]
    answered = owner.done("POST", f"/orders/{order_id}/actions/answer_order", json=move)

    assert (answered["state"], answered["answer"]) == ("answered", "今晚修好")
    owner.refused(409, "POST", f"/orders/{order_id}/actions/answer_order", json=move)


def test_orders_are_listed_page_by_page_with_the_nearest_limit_first(sign_in: SignIn, parts: Container) -> None:
    supervisor = sign_in("supervisor")
    later, _ = issued(supervisor, parts, days=5)
    sooner, _ = issued(supervisor, parts, days=2)

    first = supervisor.done("GET", "/orders?limit=1")
    second = supervisor.done("GET", f"/orders?limit=1&after={first['after']}")

    assert [page["items"][0]["order"]["id"] for page in (first, second)] == [sooner, later]
    assert (first["total"], second["after"]) == (2, None)
    assert supervisor.done("GET", "/orders?state=overdue")["items"] == []
    for query in ("state=lost", "after=x", "after=999"):
        supervisor.refused(422, "GET", f"/orders?{query}")


def issued(supervisor: Person, parts: Container, days: int = 3) -> tuple[int, int]:
    """A ticket of U1 with an order; the order's id and version."""
    with parts.database.work() as uow:
        ticket = tickets.open_ticket(uow, NEW)
        unit = uow.session.query(Unit).filter_by(code="U1").one()
        tickets.move(uow, ticket.id, "dispatch", roles=["dispatcher"], given={"unit_id": unit.id})
        version, due_at = ticket.version, uow.now + days * DAY
    given = {"reason_code": "overdue", "note": "请尽快", "due_at": due_at.isoformat()}
    supervisor.done("POST", f"/tickets/{ticket.id}/actions/supervise", json={"version": version, "given": given})
    with parts.database.read() as session:
        order = session.query(SupervisionOrder).filter_by(ticket_id=ticket.id).one()
        return order.id, order.version
