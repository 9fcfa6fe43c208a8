"""One main ticket for an incident, one answer for every caller: by the tickets' own moves, in batches that may be repeated."""

from typing import Any

import pytest
from sqlalchemy import select

from hotline.insight import gathering, incidents
from hotline.insight.gathering import Progress, Wanted
from hotline.insight.incident_life import IncidentState
from hotline.insight.models import Incident
from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict
from hotline.kernel.events import Subscribers
from hotline.tickets import assignments, links, tickets
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import Secrecy, State
from sla.opinions import Callback
from tests.integration.incident_scene import DESK, calls, found_city, look
from tests.reactions import DEADLINES

ANSWER = "您好，主管道已修复，供水已恢复。"
REPLY = {"reply_internal": "已修复", "reply_public": ANSWER, "solved": "yes"}


@pytest.fixture
def subscribers() -> Subscribers:
    return DEADLINES


@pytest.fixture(autouse=True)
def city(database: Database) -> None:
    found_city(database)


def spotted(database: Database) -> int:
    look(database)
    with database.read() as session:
        return session.scalars(select(Incident.id)).one()


def gather(database: Database, incident_id: int, wanted: Wanted, *, limit: int = 3) -> None:
    with database.work() as uow:
        gathering.gather(uow, incident_id, wanted, roles=DESK)
        until = uow.now
    after: int | None = 0
    while after is not None:
        with database.work() as uow:
            after = gathering.gather_batch(uow, incident_id, until, after, limit)


def answer(database: Database, incident_id: int) -> None:
    with database.work() as uow:
        incidents.move(uow, incident_id, "reply", roles=DESK, given={"answer": ANSWER}, version=None)
        gathering.answer_batch(uow, incident_id, 0, 50)


def states(database: Database) -> list[State]:
    with database.read() as session:
        return list(session.scalars(select(Ticket.state).order_by(Ticket.id)))


def progress(database: Database, incident_id: int) -> Progress:
    with database.read() as session:
        return gathering.progress(session, incident_id)


def step(database: Database, ticket_id: int, action: str, **given: Any) -> None:
    with database.work() as uow:
        part = uow.session.scalars(select(Assignment).where(Assignment.ticket_id == ticket_id)).one()
        assignments.move(uow, part.id, action, roles=["handler"], given=given)


def test_all_go_with_the_first_and_its_unit_gets_one_ticket(database: Database) -> None:
    main, *others = calls(database, range(8))
    incident_id = spotted(database)

    gather(database, incident_id, Wanted(unit_id=1))

    assert states(database) == [State.DISPATCHED, *[State.MERGED] * len(others)]
    with database.read() as session:
        assert session.query(Assignment).count() == 1
        assert session.get_one(Incident, incident_id).main_ticket_id == main


def test_gathering_twice_changes_nothing_more(database: Database) -> None:
    calls(database, range(8))
    incident_id = spotted(database)
    gather(database, incident_id, Wanted(unit_id=1))
    before = states(database)

    gather(database, incident_id, Wanted(unit_id=1))

    assert states(database) == before


def test_reports_and_confidential_tickets_keep_to_themselves(database: Database) -> None:
    calls(database, range(6))
    report, secret = calls(database, [10], type="report")[0], calls(database, [11], secrecy=Secrecy.CONFIDENTIAL)[0]
    incident_id = spotted(database)
    with database.work() as uow:
        incidents.add(uow, incident_id, [report, secret])

    gather(database, incident_id, Wanted())

    with database.read() as session:
        kept = [session.get_one(Ticket, ticket_id) for ticket_id in (report, secret)]
        assert [ticket.merged_into_id for ticket in kept] == [None, None]
    reasons = {left.ticket_id: left.reason for left in progress(database, incident_id).left}
    assert {reasons[report], reasons[secret]} == {"kept-apart"}


def test_own_demand_is_related_and_goes_its_own_way(database: Database) -> None:
    calls(database, range(6))
    (own,) = calls(database, [10], words="停水害得店里没法开门，损失谁赔偿")
    incident_id = spotted(database)

    gather(database, incident_id, Wanted())

    with database.read() as session:
        assert session.get_one(Ticket, own).state is State.PENDING
        (linked,) = links.of_ticket(session, own)
        main_id = session.get_one(Incident, incident_id).main_ticket_id
        assert (linked.kind, linked.ticket.id) == ("related", main_id)


def test_later_calls_are_added_and_not_merged_unasked(database: Database) -> None:
    calls(database, range(8))
    incident_id = spotted(database)
    gather(database, incident_id, Wanted())
    (later,) = calls(database, [12])
    look(database)

    with database.read() as session:
        assert session.get_one(Ticket, later).state is State.PENDING
    with database.work() as uow:
        assert later in incidents.tickets_in(uow, incident_id)


def test_desk_makes_a_main_ticket_where_no_caller_can_stand_for_all(database: Database) -> None:
    calls(database, range(8), type="report")
    incident_id = spotted(database)

    gather(database, incident_id, Wanted(unit_id=1))

    with database.read() as session:
        incident = session.get_one(Incident, incident_id)
        main = session.get_one(Ticket, incident.main_ticket_id)
        assert (main.title, main.reply_wanted, main.state) == (incident.name, False, State.DISPATCHED)


def test_main_ticket_that_has_ended_is_refused(database: Database) -> None:
    first, *_ = calls(database, range(8))
    incident_id = spotted(database)
    with database.work() as uow:
        tickets.move(uow, first, "withdraw", roles=DESK, given={"note": "撤回"})

    with pytest.raises(Conflict):
        gather(database, incident_id, Wanted(main_id=first))


def test_one_text_answers_every_caller_and_all_are_called_back(database: Database) -> None:
    main, *_ = calls(database, range(8))
    incident_id = spotted(database)
    gather(database, incident_id, Wanted(unit_id=1))
    step(database, main, "sign")

    answer(database, incident_id)

    assert states(database) == [State.CALLBACK] * 8
    assert progress(database, incident_id) == Progress(8, 8, ())
    with database.read() as session:
        assert set(session.scalars(select(Ticket.public_reply))) == {ANSWER}
        assert session.query(Callback).count() == 8


def test_answer_waits_for_a_unit_that_has_not_signed_and_says_so(database: Database) -> None:
    main, *_ = calls(database, range(8))
    incident_id = spotted(database)
    gather(database, incident_id, Wanted(unit_id=1))

    answer(database, incident_id)

    waiting = progress(database, incident_id)
    assert (waiting.done, {left.reason for left in waiting.left}) == (0, {"waits-for-unit", "waits-for-main"})
    step(database, main, "sign")
    answer(database, incident_id)
    assert progress(database, incident_id).done == 8


def test_reply_of_the_unit_answers_all_and_the_incident(database: Database) -> None:
    main, *_ = calls(database, range(8))
    incident_id = spotted(database)
    gather(database, incident_id, Wanted(unit_id=1))
    for action, given in (("sign", {}), ("contact", {"note": "已联系"}), ("reply", REPLY)):
        step(database, main, action, **given)

    with database.work() as uow:
        assert gathering.note_answered(uow) == 1

    with database.read() as session:
        incident = session.get_one(Incident, incident_id)
        assert (incident.state, incident.answer) == (IncidentState.ANSWERED, ANSWER)
    assert progress(database, incident_id).done == 8


def test_ticket_that_may_not_be_answered_yet_keeps_nobody_else_waiting(database: Database) -> None:
    first, second, *_ = calls(database, range(8))
    incident_id = spotted(database)
    with database.work() as uow:
        incidents.move(uow, incident_id, "confirm", roles=DESK, given={}, version=None)
        for ticket_id, helping in ((first, [2]), (second, [])):
            given = {"unit_id": 1, "assist_unit_ids": helping}
            tickets.move(uow, ticket_id, "dispatch", roles=["dispatcher"], given=given)
            lead = uow.session.scalars(select(Assignment).filter_by(ticket_id=ticket_id, role="lead")).one()
            assignments.move(uow, lead.id, "sign", roles=["handler"], given={})

    answer(database, incident_id)

    assert states(database)[:2] == [State.HANDLING, State.CALLBACK]
    reasons = {left.ticket_id: left.reason for left in progress(database, incident_id).left}
    assert (reasons[first], second in reasons) == ("waits-for-unit", False)


def test_ticket_that_may_not_be_merged_keeps_nobody_else_from_the_main_one(database: Database) -> None:
    main, replied, *_ = calls(database, range(8))
    incident_id = spotted(database)
    with database.work() as uow:
        tickets.move(uow, replied, "dispatch", roles=["dispatcher"], given={"unit_id": 1, "assist_unit_ids": [2]})
        parts = {part.role: part.id for part in uow.session.scalars(select(Assignment).filter_by(ticket_id=replied))}
        for part_id in parts.values():
            assignments.move(uow, part_id, "sign", roles=["handler"], given={})
        assignments.move(uow, parts["assist"], "contact", roles=["handler"], given={"note": "已联系"})
        assignments.move(uow, parts["assist"], "reply", roles=["handler"], given=REPLY)

    gather(database, incident_id, Wanted(main_id=main))

    assert states(database) == [State.PENDING, State.HANDLING, *[State.MERGED] * 6]
