"""The straight road of a ticket on a real database: open, dispatch, sign, reply, return, redo."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from hotline.kernel.db import Actor, Database
from hotline.kernel.errors import Conflict, Forbidden, Invalid
from hotline.kernel.events import Subscribers
from hotline.tickets import assignments, following, tickets, timeline
from hotline.tickets.events import AssignmentMoved
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import AssignmentState, State
from tests import factories
from tests.lives import OBJECTION, REPLY

NEW = NewTicket(channel="phone", type="complaint", title="关于张先生反映夜间施工的问题", body="夜间施工。诉求：停止。")


@pytest.fixture
def subscribers() -> Subscribers:
    return Subscribers(within={AssignmentMoved: (following.follow,)})


def opened(database: Database) -> int:
    with database.work() as uow:
        return tickets.open_ticket(uow, NEW).id


def dispatched(database: Database, code: str = "U1") -> tuple[int, int]:
    ticket_id = opened(database)
    with database.work() as uow:
        unit = factories.unit(uow.session, code)
        ticket = tickets.move(uow, ticket_id, "dispatch", roles=["dispatcher"], given={"unit_id": unit.id})
        uow.session.refresh(ticket)
        return ticket_id, ticket.assignments[-1].id


def state_of(database: Database, ticket_id: int) -> State:
    with database.read() as session:
        return session.get_one(Ticket, ticket_id).state


def test_numbers_are_in_order_and_carry_a_check_digit(database: Database) -> None:
    with database.work() as uow:
        first, second = tickets.open_ticket(uow, NEW), tickets.open_ticket(uow, NEW)

    assert int(second.number[6:12]) == int(first.number[6:12]) + 1
    assert len(first.query_code) == 6


def test_the_same_submission_opens_one_ticket(database: Database) -> None:
    again = NewTicket(**{**NEW.__dict__, "submission_key": "abcdefgh"})

    with database.work() as uow:
        first = tickets.open_ticket(uow, again).id
    with database.work() as uow:
        second = tickets.open_ticket(uow, again).id

    assert first == second


def test_a_submission_sent_twice_at_once_opens_one_ticket(database: Database) -> None:
    again = NewTicket(**{**NEW.__dict__, "submission_key": "abcdefgh"})
    both = Barrier(2)

    def send(_: int) -> str:
        with database.work() as uow:
            both.wait(10)
            ticket = tickets.open_ticket(uow, again)
            time.sleep(0.2)
            return ticket.number

    with ThreadPoolExecutor(2) as pages:
        assert len(set(pages.map(send, range(2)))) == 1


def test_the_ticket_follows_its_lead_unit_to_call_back(database: Database) -> None:
    ticket_id, assignment_id = dispatched(database)

    with database.work() as uow:
        assignments.move(uow, assignment_id, "sign", roles=["handler"], given={})
    assert state_of(database, ticket_id) is State.HANDLING
    with database.work() as uow:
        assignments.move(uow, assignment_id, "reply", roles=["handler"], given=REPLY)

    assert state_of(database, ticket_id) is State.CALLBACK


def test_a_granted_return_brings_the_ticket_back_to_the_desk(database: Database) -> None:
    ticket_id, assignment_id = dispatched(database)

    with database.work() as uow:
        assignments.move(uow, assignment_id, "ask_return", roles=["liaison"], given=OBJECTION)
    with database.work() as uow:
        moved = assignments.move(uow, assignment_id, "grant_return", roles=["dispatcher"], given={"note": "同意"})
        assert moved.state is AssignmentState.RETURNED

    assert state_of(database, ticket_id) is State.PENDING


def test_assisting_units_are_let_go_when_the_lead_has_replied(database: Database) -> None:
    ticket_id = opened(database)
    with database.work() as uow:
        lead, assist = factories.unit(uow.session, "U1"), factories.unit(uow.session, "U2")
        given = {"unit_id": lead.id, "assist_unit_ids": [assist.id]}
        tickets.move(uow, ticket_id, "dispatch", roles=["dispatcher"], given=given)
        leading, assisting = (part.id for part in assignments.at_work(uow.session, ticket_id))
        asked = {"reason_code": "not_competent", "reason": "非我单位职责", "legal_basis": "三定规定"}
        assignments.move(uow, assisting, "ask_return", roles=["liaison"], given=asked)
        assignments.move(uow, leading, "sign", roles=["handler"], given={})

    with database.work() as uow:
        assignments.move(uow, leading, "reply", roles=["handler"], given={**REPLY, "missing_note": "协办单位未答复"})

    with database.read() as session:
        assert assignments.get(session, assisting).state is AssignmentState.RECALLED
        assert assignments.at_work(session, ticket_id) == []


def test_no_reply_while_a_return_is_asked(database: Database) -> None:
    _, assignment_id = dispatched(database)
    with database.work() as uow:
        assignments.move(uow, assignment_id, "sign", roles=["handler"], given={})
        assignments.move(uow, assignment_id, "ask_return", roles=["handler"], given=OBJECTION)

    with pytest.raises(Conflict), database.work() as uow:
        assignments.move(uow, assignment_id, "reply", roles=["handler"], given=REPLY)


@pytest.mark.parametrize(("decision", "state"), [("grant_return", State.PENDING), ("refuse_return", State.HANDLING)])
def test_a_return_is_decided_though_the_unit_contacted_meanwhile(database: Database, decision: str, state: State) -> None:
    ticket_id, assignment_id = dispatched(database)

    with database.work() as uow:
        assignments.move(uow, assignment_id, "sign", roles=["handler"], given={})
        assignments.move(uow, assignment_id, "ask_return", roles=["handler"], given=OBJECTION)
        assignments.move(uow, assignment_id, "contact", roles=["handler"], given={"note": "已联系"})
    with database.work() as uow:
        assignments.move(uow, assignment_id, decision, roles=["dispatcher"], given={"note": "已核实"})

    assert state_of(database, ticket_id) is state


def test_a_part_is_not_recalled_over_an_open_return(database: Database) -> None:
    _, assignment_id = dispatched(database)

    with database.work() as uow:
        assignments.move(uow, assignment_id, "ask_return", roles=["handler"], given=OBJECTION)
    with pytest.raises(Conflict) as refused, database.work() as uow:
        assignments.move(uow, assignment_id, "recall", roles=["dispatcher"], given={"note": "改派"})

    assert refused.value.details["reason"] == "request-open"


def test_two_officers_asking_for_a_return_at_once_ask_once(database: Database) -> None:
    _, assignment_id = dispatched(database)
    both = Barrier(2)

    def ask(_: int) -> str:
        try:
            with database.work() as uow:
                both.wait(10)
                assignments.move(uow, assignment_id, "ask_return", roles=["handler"], given=OBJECTION)
                time.sleep(0.2)
        except Conflict as refused:
            return str(refused.details["reason"])
        return "asked"

    with ThreadPoolExecutor(2) as officers:
        assert sorted(officers.map(ask, range(2))) == ["asked", "request-open"]


def test_a_return_without_basis_names_the_field(database: Database) -> None:
    _, assignment_id = dispatched(database)

    with pytest.raises(Invalid) as caught, database.work() as uow:
        assignments.move(uow, assignment_id, "ask_return", roles=["handler"], given={"reason_code": "x", "reason": "y"})

    assert caught.value.details["field"] == "legal_basis"


def test_an_agent_may_not_sign_for_a_unit(database: Database) -> None:
    _, assignment_id = dispatched(database)

    with pytest.raises(Forbidden), database.work() as uow:
        assignments.move(uow, assignment_id, "sign", roles=["agent"], given={})


def test_a_stale_version_is_refused_and_changes_nothing(database: Database) -> None:
    ticket_id, assignment_id = dispatched(database)

    with pytest.raises(Conflict), database.work() as uow:
        assignments.move(uow, assignment_id, "sign", roles=["handler"], given={}, version=99)

    assert state_of(database, ticket_id) is State.DISPATCHED


def test_the_timeline_is_gapless_and_a_changed_line_is_found(database: Database) -> None:
    ticket_id, assignment_id = dispatched(database)
    with database.work(Actor()) as uow:
        assignments.move(uow, assignment_id, "sign", roles=["handler"], given={})

    with database.read() as session:
        entries = timeline.lines(session, ticket_id)
        assert [entry.seq for entry in entries] == [1, 2, 3, 4]
        assert timeline.broken_at(entries) is None
        entries[1] = replace(entries[1], action="close")
        assert timeline.broken_at(entries) == 2
