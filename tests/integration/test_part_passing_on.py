"""Several units on one ticket: parts passed on through two levels, joint handling, the officer named, each unit's lateness."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from hotline.kernel import clock
from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Forbidden, HotlineError, Invalid
from hotline.kernel.events import Subscribers
from hotline.people.models import Unit
from hotline.tickets import following, ladders, tickets
from hotline.tickets.events import AssignmentMoved
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import SUPERIOR, SYSTEM, AssignmentState, State
from tests import factories
from tests.integration.parts import Work, at_work, set_due
from tests.lives import OBJECTION, REPLY

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MISSING = {"missing_note": "站所未答复，先行答复"}


@pytest.fixture
def subscribers() -> Subscribers:
    return Subscribers(within={AssignmentMoved: (following.follow,)})


def passed_on(database: Database) -> tuple[Work, int, int, int]:
    """A ticket passed on from BUREAU to SECTION and from there to STATION; the parts, from the top."""
    work = at_work(database)
    parts = [work.part("BUREAU").id]
    for below in ("SECTION", "STATION"):
        work.act(parts[-1], "sign")
        work.act(parts[-1], "sub_dispatch", unit_ids=[work.units[below]], note="请现场核实")
        parts.append(work.part(below).id)
    return work, *parts  # type: ignore[return-value]  # three of them


def refused(caught: pytest.ExceptionInfo[HotlineError]) -> str:
    return str(caught.value.details.get("reason") or caught.value.details.get("rule"))


def test_each_level_answers_to_the_one_above_and_only_the_lead_moves_the_ticket(database: Database) -> None:
    work, bureau, section, station = passed_on(database)
    work.act(station, "sign")

    work.act(station, "reply", **REPLY)
    work.act(section, "reply", **REPLY)
    assert work.state() is State.HANDLING
    work.act(bureau, "reply", **REPLY)

    assert work.state() is State.CALLBACK
    assert (work.part("STATION").parent_id, work.part("SECTION").parent_id) == (section, bureau)


@pytest.mark.parametrize("level", [0, 1])
def test_no_reply_over_a_unit_below_at_work_without_saying_so(database: Database, level: int) -> None:
    work, *parts = passed_on(database)

    with pytest.raises(Invalid) as caught:
        work.act(parts[level], "reply", **REPLY)
    assert (caught.value.details["field"], refused(caught)) == ("missing_note", "units-at-work")
    work.act(parts[level], "reply", **REPLY, **MISSING)

    assert work.part("STATION").state is AssignmentState.RECALLED
    assert work.part("BUREAU" if level == 0 else "SECTION").reply_form == MISSING


def test_the_superior_decides_what_the_unit_below_asks(database: Database) -> None:
    work, _, section, station = passed_on(database)
    work.act(station, "ask_return", **OBJECTION)

    work.act(station, "grant_return", SUPERIOR, note="改由本科室办理")

    assert work.part("STATION").state is AssignmentState.RETURNED
    assert (work.state(), work.part("SECTION").state) == (State.HANDLING, AssignmentState.SIGNED)
    work.act(section, "sub_dispatch", unit_ids=[work.units["STATION"]])


def test_a_poor_reply_is_sent_back_by_the_superior_while_that_is_at_work(database: Database) -> None:
    work, _, section, station = passed_on(database)
    work.act(station, "sign")
    work.act(station, "reply", **REPLY)

    work.act(station, "rework", SUPERIOR, note="请补充照片")
    assert work.part("STATION").replied_at is None
    work.act(station, "reply", **REPLY)
    work.act(section, "reply", **REPLY)

    with pytest.raises(Conflict) as caught:
        work.act(station, "rework", SUPERIOR, note="请补充照片")
    assert refused(caught) == "superior-done"


def test_what_is_recalled_is_recalled_through_all_levels(database: Database) -> None:
    work, bureau, _, _ = passed_on(database)

    work.act(bureau, "recall", "dispatcher", note="改派")

    states = {code: work.part(code).state for code in ("BUREAU", "SECTION", "STATION")}
    assert set(states.values()) == {AssignmentState.RECALLED}
    assert work.state() is State.PENDING


def test_a_superior_has_no_say_over_a_part_it_did_not_pass_on(database: Database) -> None:
    work, bureau, _, _ = passed_on(database)

    with pytest.raises(Forbidden):
        work.act(bureau, "recall", "handler", note="收回")


@pytest.mark.parametrize("code", ["OTHER", "BUREAU"])
def test_nothing_is_passed_on_outside_the_own_tree(database: Database, code: str) -> None:
    work = at_work(database)
    part_id = work.part("BUREAU").id
    work.act(part_id, "sign")

    with pytest.raises(Invalid) as caught:
        work.act(part_id, "sub_dispatch", unit_ids=[work.units["SECTION"], work.units[code]])

    assert refused(caught) == "outside-the-tree"
    with pytest.raises(AssertionError):
        work.part("SECTION")


def test_a_unit_has_one_part_at_a_time(database: Database) -> None:
    work, bureau, _, _ = passed_on(database)

    with pytest.raises(Conflict) as caught:
        work.act(bureau, "sub_dispatch", unit_ids=[work.units["STATION"]])

    assert refused(caught) == "has-part"


def test_nothing_is_passed_on_to_the_unit_complained_of(database: Database) -> None:
    work = at_work(database)
    part_id = work.part("BUREAU").id
    work.act(part_id, "sign")
    with database.work() as uow:
        uow.session.get_one(Ticket, work.ticket_id).complained_unit_id = work.units["SECTION"]

    with pytest.raises(Conflict) as caught:
        work.act(part_id, "sub_dispatch", unit_ids=[work.units["STATION"]])

    assert refused(caught) == "complained-unit"


@pytest.mark.parametrize(("away", "rule"), [(-HOUR, "in-the-past"), (3 * DAY, "after-own-limit")])
def test_a_limit_given_lies_between_now_and_the_own_limit(database: Database, away: timedelta, rule: str) -> None:
    work = at_work(database)
    part_id = work.part("BUREAU").id
    work.act(part_id, "sign")
    set_due(work, part_id, due_at=2 * DAY)

    with pytest.raises(Invalid) as caught:
        work.act(part_id, "sub_dispatch", unit_ids=[work.units["SECTION"]], due_at=clock.now() + away)
    assert refused(caught) == rule
    work.act(part_id, "sub_dispatch", unit_ids=[work.units["SECTION"]], due_at=clock.now() + DAY)

    assert work.part("SECTION").limit_given is not None


def test_nothing_more_is_passed_on_while_the_reply_is_being_signed(database: Database) -> None:
    work = at_work(database)
    part_id = work.part("BUREAU").id
    work.act(part_id, "sign")
    with database.work() as uow:
        ladders.put(uow, unit_id=work.units["BUREAU"], unit_class=None, important=None, kind=None, steps=["section_head"])
    work.act(part_id, "propose_reply", **REPLY)

    with pytest.raises(Conflict) as caught:
        work.act(part_id, "sub_dispatch", unit_ids=[work.units["SECTION"]])

    assert refused(caught) == "request-open"


def test_assistants_answer_or_object_without_moving_the_ticket(database: Database) -> None:
    work = at_work(database, assist=("OTHER", "SECTION"))
    lead, other, section = (work.part(code).id for code in ("BUREAU", "OTHER", "SECTION"))
    work.act(lead, "sign")
    work.act(other, "sign")

    work.act(other, "reply", **REPLY)
    work.act(section, "ask_return", **OBJECTION)
    work.act(section, "grant_return", "dispatcher", note="异议成立")

    assert work.state() is State.HANDLING
    work.act(lead, "reply", **REPLY)
    assert work.state() is State.CALLBACK


def test_the_lead_may_answer_without_a_silent_assistant_and_says_so(database: Database) -> None:
    work = at_work(database, assist=("OTHER",))
    lead = work.part("BUREAU").id
    work.act(lead, "sign")

    with pytest.raises(Invalid) as caught:
        work.act(lead, "reply", **REPLY)
    assert refused(caught) == "units-at-work"
    work.act(lead, "reply", **REPLY, **MISSING)

    assert work.part("OTHER").state is AssignmentState.RECALLED


def test_each_unit_answers_for_its_own_lateness(database: Database) -> None:
    work = at_work(database, assist=("OTHER", "SECTION"))
    lead, other, section = (work.part(code).id for code in ("BUREAU", "OTHER", "SECTION"))
    for part_id in (lead, other):
        work.act(part_id, "sign")
    set_due(work, lead, due_at=DAY)
    for part_id in (other, section):
        set_due(work, part_id, due_at=-HOUR)

    work.act(other, "reply", **REPLY)
    work.act(lead, "reply", **REPLY, **MISSING)

    on_time = {code: work.part(code).on_time for code in ("BUREAU", "OTHER", "SECTION")}
    assert on_time == {"BUREAU": True, "OTHER": False, "SECTION": False}


def test_only_an_active_officer_of_the_unit_is_named(database: Database) -> None:
    work = at_work(database)
    part_id = work.part("BUREAU").id
    with database.work() as uow:
        place, elsewhere = (uow.session.get_one(Unit, work.units[code]) for code in ("BUREAU", "OTHER"))
        own = factories.officer(uow.session, "own", roles=("handler",), in_unit=place).id
        gone = factories.officer(uow.session, "gone", roles=("handler",), in_unit=place)
        gone.active = False
        strange = factories.officer(uow.session, "strange", roles=("handler",), in_unit=elsewhere).id

    for officer_id in (gone.id, strange):
        with pytest.raises(Invalid) as caught:
            work.act(part_id, "name_officer", "unit_admin", officer_id=officer_id)
        assert refused(caught) == "not-of-the-unit"
    work.act(part_id, "name_officer", "unit_admin", officer_id=own)

    assert work.part("BUREAU").named_officer_id == own


def test_lead_and_assistant_replying_at_once_do_not_stop_each_other(database: Database) -> None:
    work = at_work(database, assist=("OTHER",))
    lead, other = work.part("BUREAU").id, work.part("OTHER").id
    for part_id in (lead, other):
        work.act(part_id, "sign")
    both = Barrier(2)

    def reply(part_id: int) -> str:
        both.wait(10)
        try:
            work.act(part_id, "reply", **REPLY, **MISSING)
        except Conflict:
            return "conflict"
        return "done"

    with ThreadPoolExecutor(2) as officers:
        answers = list(officers.map(reply, [lead, other]))

    assert answers[0] == "done"
    assert work.state() is State.CALLBACK


def test_units_that_answered_in_an_earlier_round_are_given_a_part_in_the_next(database: Database) -> None:
    work = at_work(database, assist=("OTHER",))
    _pass_on_and_answer(work)
    with database.work() as uow:
        tickets.move(uow, work.ticket_id, "doubt", roles=[SYSTEM], given={})
        tickets.move(uow, work.ticket_id, "redo", roles=["reply_auditor"], given={"verdict": "reasonable", "basis": "仍在施工"})

    _pass_on_and_answer(work, "add_assist")

    assert (work.state(), work.part("SECTION").round, work.part("OTHER").round) == (State.CALLBACK, 2, 2)


def test_unit_that_answered_to_a_lead_taken_off_answers_to_the_next(database: Database) -> None:
    work, bureau, section, station = passed_on(database)
    work.bring(station, AssignmentState.REPLIED)
    work.act(section, "reply", **REPLY)

    with database.work() as uow:
        given = {"unit_id": work.units["BUREAU"], "note": "重新交办"}
        tickets.move(uow, work.ticket_id, "redispatch", roles=["dispatcher"], given=given)
    again = work.part("BUREAU").id
    work.act(again, "sign")
    work.act(again, "sub_dispatch", unit_ids=[work.units["SECTION"]])

    assert (again != bureau, work.part("SECTION").parent_id) == (True, again)


def _pass_on_and_answer(work: Work, *before: str) -> None:
    """The lead signs, passes on and answers when those below and beside it did."""
    with work.database.work() as uow:
        for action in before:
            given = {"assist_unit_ids": [work.units["OTHER"]]}
            tickets.move(uow, work.ticket_id, action, roles=["dispatcher"], given=given)
    work.act(work.part("BUREAU").id, "sign")
    work.act(work.part("BUREAU").id, "sub_dispatch", unit_ids=[work.units["SECTION"]])
    for code in ("SECTION", "OTHER"):
        work.bring(work.part(code).id, AssignmentState.REPLIED)
    work.act(work.part("BUREAU").id, "reply", **REPLY)
