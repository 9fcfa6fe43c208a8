"""Merging repeats (并单) and its undoing: every caller is kept, answered and called back."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep
from typing import Any

import pytest
from sqlalchemy import select

from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.kernel.events import Subscribers
from hotline.tickets import assignments, links, merging, tickets, timeline
from hotline.tickets.models import Assignment, Ticket, TicketLink
from hotline.tickets.workflow import AssignmentState, Secrecy, State
from sla import callback_lists
from sla.opinions import Callback
from tests import factories
from tests.integration.repeats import DESK, MACHINE, REPLY, dispatched, found_city, move, opened, replied
from tests.reactions import DEADLINES


@pytest.fixture
def subscribers() -> Subscribers:
    return DEADLINES


@pytest.fixture(autouse=True)
def city(database: Database) -> None:
    found_city(database)


def test_three_repeats_get_one_answer_and_three_call_backs(database: Database) -> None:
    with database.work() as uow:
        main, *others = [opened(uow, number) for number in range(3)]
        part = dispatched(uow, main)
        for other in others:
            move(uow, other, "merge", main_id=main.id)

        replied(uow, part)

        asked = list(uow.session.scalars(select(Callback.ticket_id).order_by(Callback.ticket_id)))
        assert [ticket.state for ticket in (main, *others)] == [State.CALLBACK] * 3
        assert {ticket.public_reply for ticket in (main, *others)} == {REPLY["reply_public"]}
        assert {ticket.lead_unit_id for ticket in (main, *others)} == {1}
        assert asked == [main.id, *(other.id for other in others)]
        assert uow.session.query(Assignment).count() == 1


def test_merged_caller_who_is_not_content_is_redone_at_the_unit_that_answered(database: Database) -> None:
    with database.work() as uow:
        main, other = opened(uow), opened(uow, 1)
        part = dispatched(uow, main)
        move(uow, other, "merge", main_id=main.id)
        replied(uow, part)
        tickets.move(uow, other.id, "doubt", roles=MACHINE, given={})

        given = {"verdict": "reasonable", "basis": "仍在施工"}
        tickets.move(uow, other.id, "redo", roles=["reply_auditor"], given=given)

        (again,) = assignments.at_work(uow.session, other.id)
        assert (other.state, again.unit_id, main.state) == (State.DISPATCHED, 1, State.CALLBACK)


def test_parts_of_a_merged_ticket_are_let_go_and_its_limits_end(database: Database) -> None:
    with database.work() as uow:
        main, other = opened(uow), opened(uow, 1)
        dispatched(uow, main)
        part = dispatched(uow, other, unit_id=2)

        move(uow, other, "merge", main_id=main.id)

        assert (part.state, other.state, other.merged_into_id) == (AssignmentState.RECALLED, State.MERGED, main.id)
        assert (other.lead_unit_id, other.due_at) == (None, None)


def test_survivor_has_the_earlier_limit_of_both(database: Database) -> None:
    with database.work() as uow:
        usual, urgent = opened(uow), opened(uow, 1, urgency="urgent")
        for ticket in (usual, urgent):
            dispatched(uow, ticket)
        earlier = urgent.due_at
        assert earlier is not None
        assert usual.due_at is not None
        assert earlier < usual.due_at

        move(uow, urgent, "merge", main_id=usual.id)

        assert usual.due_at == earlier


def test_undone_merge_waits_for_dispatch_by_itself(database: Database) -> None:
    with database.work() as uow:
        main, other = opened(uow), opened(uow, 1)
        part = dispatched(uow, main)
        move(uow, other, "merge", main_id=main.id)

        move(uow, other, "unmerge", note="并非同一处")
        replied(uow, part)

        link = uow.session.query(TicketLink).one()
        assert (other.state, other.merged_into_id, link.undone_at) == (State.PENDING, None, uow.now)
        assert (main.state, other.public_reply) == (State.CALLBACK, "")
        assert links.of_ticket(uow.session, other.id) == []
        assert [line.action for line in timeline.lines(uow.session, main.id)][2:4] == ["merged_in", "merged_out"]


def test_tickets_merged_into_a_merged_one_come_along(database: Database) -> None:
    with database.work() as uow:
        first, second, third = (opened(uow, number) for number in range(3))
        move(uow, third, "merge", main_id=second.id)

        move(uow, second, "merge", main_id=first.id)

        assert [member.id for member in merging.members(uow.session, first.id)] == [second.id, third.id]
        assert merging.members(uow.session, second.id) == []
        assert [(one.kind, one.ticket.id) for one in links.of_ticket(uow.session, third.id)] == [("main", first.id)]


@pytest.mark.parametrize(
    ("action", "given", "state"),
    [
        ("withdraw", {"note": "本人撤回"}, State.PENDING),
        ("inform", {"path_code": "petition", "note": "请向信访部门反映"}, State.PENDING),
    ],
)
def test_main_that_ends_without_an_answer_sets_the_others_free(
    database: Database, action: str, given: dict[str, Any], state: State
) -> None:
    with database.work() as uow:
        factories.handling_path(uow.session)
        main, other = opened(uow), opened(uow, 1)
        move(uow, other, "merge", main_id=main.id)

        move(uow, main, action, **given)

        assert (other.state, other.merged_into_id) == (state, None)


def test_later_words_reach_the_survivor_without_who_said_them(database: Database) -> None:
    with database.work() as uow:
        main, other = opened(uow), opened(uow, 1)
        dispatched(uow, main)
        move(uow, other, "merge", main_id=main.id)

        tickets.add(uow, other.id, "supplement", "我是李女士，电话19900000001，昨晚又施工到两点")
        tickets.add(uow, other.id, "urge", "")

        last = timeline.lines(uow.session, main.id)[-2:]
        assert [(line.action, line.public, line.unit_id) for line in last] == [
            ("merged_supplement", False, 1),
            ("merged_urge", False, 1),
        ]
        words = last[0].text
        assert "昨晚又施工到两点" in words
        assert "李女士" not in words
        assert "19900000001" not in words
        assert (main.urge_count, other.urge_count) == (1, 1)


def test_merged_callers_never_see_each_other(database: Database) -> None:
    with database.work() as uow:
        main, other = opened(uow), opened(uow, 1)
        part = dispatched(uow, main)
        move(uow, other, "merge", main_id=main.id, note="同一处工地")
        tickets.add(uow, other.id, "supplement", "我也住在听涛路")
        replied(uow, part)

        for one, another in ((main, other), (other, main)):
            shown = [line for line in timeline.lines(uow.session, one.id) if line.public]
            told = " ".join(f"{line.action} {line.data}" for line in shown)
            assert another.number not in told
            assert not [line for line in shown if {"ticket_id", "main_id"} & set(line.data)]
            assert not [line for line in shown if line.action.startswith(("merge", "unmerge"))]


REFUSED: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("a report", {"type": "report"}, {}, "never-merged"),
    ("into a report", {}, {"type": "report"}, "never-merged"),
    ("into a confidential ticket", {}, {"secrecy": Secrecy.CONFIDENTIAL}, "never-merged"),
    ("a strictly confidential ticket", {"secrecy": Secrecy.STRICT}, {}, "never-merged"),
]


@pytest.mark.parametrize(("ticket", "main", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_reports_and_confidential_tickets_are_never_merged(
    database: Database, ticket: dict[str, Any], main: dict[str, Any], reason: str
) -> None:
    with database.work() as uow:
        one, other = opened(uow, **main), opened(uow, 1, **ticket)

        with pytest.raises(Conflict) as refused:
            move(uow, other, "merge", main_id=one.id)

        assert refused.value.details["reason"] == reason
        assert (other.merged_into_id, uow.session.query(TicketLink).count()) == (None, 0)


def test_merge_into_itself_or_nothing_is_refused(database: Database) -> None:
    with database.work() as uow:
        ticket = opened(uow)

        with pytest.raises(Invalid) as refused:
            move(uow, ticket, "merge", main_id=ticket.id)
        with pytest.raises(NotFound):
            move(uow, ticket, "merge", main_id=999)

        assert refused.value.details == {"field": "main_id", "rule": "itself"}


@pytest.mark.parametrize(
    ("actions", "reason"),
    [(("withdraw",), "main-ended"), (("merge",), "main-merged"), (("dispatch", "begin", "answer"), "main-replied")],
)
def test_merge_into_a_ticket_that_is_over_is_refused(database: Database, actions: tuple[str, ...], reason: str) -> None:
    with database.work() as uow:
        third, main, other = (opened(uow, number) for number in range(3))
        for action in actions:
            move(uow, main, action, note="x", main_id=third.id, unit_id=1)

        with pytest.raises(Conflict) as refused:
            move(uow, other, "merge", main_id=main.id)

        assert refused.value.details["reason"] == reason


def test_ticket_of_which_a_unit_has_replied_is_not_merged(database: Database) -> None:
    with database.work() as uow:
        main, other = opened(uow), opened(uow, 1)
        move(uow, other, "dispatch", unit_id=1, assist_unit_ids=[2])
        assisting = next(part for part in assignments.at_work(uow.session, other.id) if part.role == "assist")
        replied(uow, assisting)

        with pytest.raises(Conflict) as refused:
            move(uow, other, "merge", main_id=main.id)

        assert refused.value.details["reason"] == "replied"


def test_two_merges_into_each_other_at_once_leave_one_main(database: Database) -> None:
    with database.work() as uow:
        one, other = opened(uow).id, opened(uow, 1).id
    both = Barrier(2)

    def merged(ticket_id: int, main_id: int) -> str:
        try:
            with database.work() as uow:
                tickets.get(uow, ticket_id)
                both.wait()
                tickets.move(uow, ticket_id, "merge", roles=DESK, given={"main_id": main_id})
        except Conflict as refused:
            return str(refused.details["reason"])
        return "done"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(merged, (one, other), (other, one)))

    assert said in (["done", "main-merged"], ["done", "stale"])
    with database.read() as session:
        assert {session.get_one(Ticket, which).state for which in (one, other)} == {State.MERGED, State.PENDING}


def test_call_back_of_a_merged_caller_is_theirs_alone(database: Database) -> None:
    with database.work() as uow:
        main, other = opened(uow), opened(uow, 1)
        part = dispatched(uow, main)
        move(uow, other, "merge", main_id=main.id)
        replied(uow, part)
        facts = callback_lists.facts(uow.session, other.id)

        tickets.move(uow, other.id, "close", roles=MACHINE, given={})

        assert (len(facts), other.state, main.state) == (1, State.CLOSED, State.CALLBACK)


def test_merged_ticket_that_is_reopened_goes_its_own_way_to_a_call_back_of_its_own(database: Database) -> None:
    with database.work() as uow:
        main, other = opened(uow), opened(uow, 1)
        part = dispatched(uow, main)
        move(uow, other, "merge", main_id=main.id)
        replied(uow, part)
        uow.session.query(Ticket).filter_by(id=other.id).update({"answerable_unit_id": 2})
        tickets.move(uow, other.id, "close", roles=MACHINE, given={})

        move(uow, other, "reopen", note="又开始施工")
        replied(uow, dispatched(uow, other))

        rounds = [callback.round for callback in callback_lists.of_ticket(uow.session, other.id)]
        assert (other.state, rounds, other.answerable_unit_id) == (State.CALLBACK, [1, 2], None)
        assert (links.of_ticket(uow.session, other.id), merging.ever_merged(uow.session, main.id)) == ([], [])


def test_answer_and_words_of_a_merged_caller_at_once_wait_for_each_other(database: Database) -> None:
    with database.work() as uow:
        main, other = opened(uow), opened(uow, 1)
        part_id = dispatched(uow, main).id
        assignments.move(uow, part_id, "sign", roles=["handler"], given={})
        move(uow, other, "merge", main_id=main.id)
    main_id, other_id, holding = main.id, other.id, Barrier(2)

    def add() -> None:
        with database.work() as uow:
            holding.wait()
            tickets.add(uow, other_id, "supplement", "今晚又在施工")

    with ThreadPoolExecutor(1) as pool:
        with database.work() as uow:
            timeline.hold(uow, main_id)
            added = pool.submit(add)
            holding.wait()
            sleep(0.5)
            assignments.move(uow, part_id, "reply", roles=["handler"], given=REPLY)
        added.result(timeout=10)

    with database.read() as session:
        assert session.get_one(Ticket, other_id).state is State.CALLBACK
