"""Returns and disputes: the window, designation, rulings kept as precedents, and one decision when two decide at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Invalid
from hotline.kernel.events import Subscribers
from hotline.kernel.scope import Scope
from hotline.tickets import assignments, following, rulings
from hotline.tickets.events import AssignmentMoved
from hotline.tickets.models import Category, Ruling, Ticket
from hotline.tickets.workflow import AssignmentState, RequestState, State
from tests import factories
from tests.integration.parts import RULING, Work, at_work, set_due
from tests.lives import OBJECTION

DESK = Scope(officer_id=1, roles=frozenset({"dispatcher"}), sees_all_units=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def subscribers() -> Subscribers:
    return Subscribers(within={AssignmentMoved: (following.follow,)})


def disputed(database: Database, **values: Any) -> tuple[Work, int]:
    """A ticket whose lead asks to return it to OTHER."""
    work = at_work(database, **values)
    part_id = work.part("BUREAU").id
    work.act(part_id, "ask_return", **OBJECTION, competent_unit_id=work.units["OTHER"])
    return work, part_id


def test_ruled_to_stay_the_unit_may_not_ask_again(database: Database) -> None:
    work, part_id = disputed(database)

    work.act(part_id, "designate_here", "dispatcher", **RULING)

    (request,) = work.requests(part_id)
    assert (request.state, request.decision) == (RequestState.REFUSED, RULING["note"])
    assert work.part("BUREAU").designated
    with pytest.raises(Conflict) as caught:
        work.act(part_id, "ask_return", **OBJECTION)
    assert caught.value.details["reason"] == "designated"


def test_ruled_to_another_the_ticket_goes_there_and_stays(database: Database) -> None:
    work, part_id = disputed(database)

    work.act(part_id, "designate_other", "dispatcher", **RULING, unit_id=work.units["OTHER"])

    assert work.part("BUREAU").state is AssignmentState.RETURNED
    assert work.state() is State.DISPATCHED
    other = work.part("OTHER")
    assert (other.role, other.state, other.designated) == ("lead", AssignmentState.TO_SIGN, True)


def test_a_ruling_keeps_who_took_part_and_why(database: Database) -> None:
    work, part_id = disputed(database)

    work.act(part_id, "designate_here", "dispatcher", **RULING)

    with database.read() as session:
        ruling = rulings.of_part(session, part_id)
        assert ruling is not None
        assert ruling.party_unit_ids == [work.units["BUREAU"], work.units["OTHER"]]
        assert (ruling.unit_id, ruling.category_code, ruling.basis) == (work.units["BUREAU"], "0402", RULING["basis"])


@pytest.mark.parametrize("action", ["designate_here", "designate_other"])
def test_nothing_is_ruled_where_no_return_is_asked(database: Database, action: str) -> None:
    work = at_work(database)

    with pytest.raises(Conflict) as caught:
        work.act(work.part("BUREAU").id, action, "dispatcher", **RULING, unit_id=work.units["OTHER"])

    assert caught.value.details["reason"] == "nothing-asked"


def test_a_dispute_is_not_ruled_to_the_unit_that_asks(database: Database) -> None:
    work, part_id = disputed(database)

    with pytest.raises(Invalid) as caught:
        work.act(part_id, "designate_other", "dispatcher", **RULING, unit_id=work.units["BUREAU"])

    assert caught.value.details["rule"] == "own-unit"


def test_silence_through_the_window_is_acceptance(database: Database) -> None:
    work = at_work(database)
    part_id = work.part("BUREAU").id
    set_due(work, part_id, return_until=-HOUR)

    with pytest.raises(Conflict) as caught:
        work.act(part_id, "ask_return", **OBJECTION)

    assert caught.value.details["reason"] == "return-window-over"


def test_a_unit_does_not_name_itself_as_competent(database: Database) -> None:
    work = at_work(database)

    with pytest.raises(Invalid) as caught:
        work.act(work.part("BUREAU").id, "ask_return", **OBJECTION, competent_unit_id=work.units["BUREAU"])

    assert caught.value.details["field"] == "competent_unit_id"


def test_a_moment_that_is_past_is_not_asked_for(database: Database) -> None:
    work = at_work(database)
    part_id = work.part("BUREAU").id
    work.act(part_id, "sign")

    with database.read() as session:
        past = session.get_one(Ticket, work.ticket_id).opened_at - HOUR
    with pytest.raises(Invalid) as caught:
        work.act(part_id, "ask_suspension", reason="待春季施工", until=past)

    assert caught.value.details["rule"] == "in-the-past"


def test_what_concerns_the_whole_ticket_is_asked_by_the_lead(database: Database) -> None:
    work = at_work(database, assist=("OTHER",))
    part_id = work.part("OTHER").id
    work.act(part_id, "sign")

    with pytest.raises(Conflict) as caught:
        work.act(part_id, "ask_termination", **OBJECTION)

    assert caught.value.details["reason"] == "lead-only"


def test_two_dispatchers_deciding_at_once_decide_once(database: Database) -> None:
    work, part_id = disputed(database)
    both = Barrier(2)

    def decide(action: str) -> str:
        try:
            with database.work() as uow:
                both.wait(10)
                assignments.move(uow, part_id, action, roles=["dispatcher"], given={**RULING, "unit_id": work.units["OTHER"]})
                time.sleep(0.2)
        except Conflict:
            return "conflict"
        return "done"

    with ThreadPoolExecutor(2) as desks:
        assert sorted(desks.map(decide, ["grant_return", "designate_other"])) == ["conflict", "done"]
    with database.read() as session:
        assert session.query(Ruling).count() <= 1


def test_rulings_are_listed_by_category_and_unit(database: Database) -> None:
    for code in ("0402", "0404"):
        with database.work() as uow:
            if not uow.session.get(Category, code):
                factories.category(uow.session, code)
        work, part_id = disputed(database, category_code=code)
        work.act(part_id, "designate_here", "dispatcher", **{**RULING, "evidence": code})

    with database.read() as session:
        listed = rulings.listed(session, DESK, category_code="0404", unit_id=work.units["OTHER"])

    assert [ruling.evidence for ruling in listed] == ["0404"]
