"""Closing a unit leaves no open work behind: it goes to a successor, or the unit stays open."""

from datetime import timedelta
from typing import Any

import pytest

from hotline.kernel import clock
from hotline.kernel.db import Database
from hotline.people.models import Unit
from hotline.people.units import UnitInUse
from hotline.tickets import assignments, handing_on, tickets
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import AT_WORK, AssignmentState, State
from tests.integration.parts import Work, at_work
from tests.integration.people import TICKET, SignIn
from web.bootstrap import Container

NOTE = "单位停用，由承接单位继续办理"


def hand_on(work: Work, unit: str, successor: str | None) -> None:
    """Hand on, in a transaction of its own."""
    with work.database.work() as uow:
        to = work.units[successor] if successor else None
        handing_on.hand_on(uow, work.units[unit], to, note=NOTE)


def shares(work: Work) -> dict[str, str]:
    """Who works on the ticket, and as what."""
    codes = {unit_id: code for code, unit_id in work.units.items()}
    with work.database.read() as session:
        return {codes[part.unit_id]: part.role for part in assignments.at_work(session, work.ticket_id)}


@pytest.mark.parametrize(("lead", "assist"), [("OTHER", ()), ("BUREAU", ("OTHER",))])
def test_unit_with_open_work_and_no_successor_is_refused_with_the_number(
    database: Database, lead: str, assist: tuple[str, ...]
) -> None:
    work = at_work(database, lead, assist)

    with pytest.raises(UnitInUse) as refused:
        hand_on(work, "OTHER", None)

    assert refused.value.details == {"reason": "open-work", "count": 1}
    assert work.part("OTHER").state is AssignmentState.TO_SIGN


def test_unit_without_open_work_needs_no_successor(database: Database) -> None:
    work = at_work(database, "BUREAU")

    hand_on(work, "OTHER", None)

    assert shares(work) == {"BUREAU": "lead"}


@pytest.mark.parametrize(
    ("lead", "assist", "successor", "after"),
    [
        ("OTHER", (), "BUREAU", {"BUREAU": "lead"}),
        ("OTHER", ("STATION",), "BUREAU", {"BUREAU": "lead", "STATION": "assist"}),
        ("OTHER", ("BUREAU", "STATION"), "BUREAU", {"BUREAU": "lead", "STATION": "assist"}),
        ("BUREAU", ("OTHER",), "STATION", {"BUREAU": "lead", "STATION": "assist"}),
        ("BUREAU", ("OTHER", "STATION"), "STATION", {"BUREAU": "lead", "STATION": "assist"}),
        ("BUREAU", ("OTHER",), "BUREAU", {"BUREAU": "lead"}),
    ],
)
def test_open_work_goes_to_the_successor_and_others_keep_theirs(
    database: Database, lead: str, assist: tuple[str, ...], successor: str, after: dict[str, str]
) -> None:
    work = at_work(database, lead, assist)
    work.bring(work.part("OTHER").id, AssignmentState.CONTACTED)

    hand_on(work, "OTHER", successor)

    assert (shares(work), work.part("OTHER").state) == (after, AssignmentState.RECALLED)
    with database.read() as session:
        leads = next(code for code, role in after.items() if role == "lead")
        assert session.get_one(Ticket, work.ticket_id).lead_unit_id == work.units[leads]


@pytest.mark.parametrize(("lead", "assist", "role"), [("BUREAU", (), "lead"), ("STATION", ("BUREAU",), "assist")])
def test_what_the_unit_passed_on_is_let_go_with_its_part(
    database: Database, lead: str, assist: tuple[str, ...], role: str
) -> None:
    work = at_work(database, lead, assist)
    part = work.part("BUREAU").id
    work.act(part, "sign")
    work.act(part, "sub_dispatch", unit_ids=[work.units["SECTION"]])

    hand_on(work, "BUREAU", "OTHER")

    assert shares(work) == {"OTHER": role, **({lead: "lead"} if assist else {})}


def test_a_waiting_request_lapses_with_the_part_that_asked(database: Database) -> None:
    work = at_work(database, "OTHER")
    part = work.part("OTHER").id
    work.act(part, "sign")
    work.act(part, "ask_extension", reason="材料未到", days=1)

    hand_on(work, "OTHER", "BUREAU")

    assert [request.state.value for request in work.requests(part)] == ["lapsed"]


def test_work_that_cannot_change_hands_keeps_the_unit_open_and_everything_as_it_was(database: Database) -> None:
    work, other = at_work(database, "OTHER"), at_work(database, "OTHER")
    work.bring(work.part("OTHER").id, AssignmentState.CONTACTED)
    with database.work() as uow:
        given: dict[str, Any] = {"resume_at": clock.now() + timedelta(days=3), "note": "等待鉴定"}
        tickets.move(uow, work.ticket_id, "begin", roles=["system"], given={})
        tickets.move(uow, work.ticket_id, "suspend", roles=["system"], given=given)

    with pytest.raises(UnitInUse) as refused:
        hand_on(work, "OTHER", "BUREAU")

    assert refused.value.details == {"reason": "work-stays", "count": 1}
    assert (work.state(), shares(other)) == (State.SUSPENDED, {"OTHER": "lead"})


def test_closing_over_http_refuses_open_work_then_hands_it_on(sign_in: SignIn, parts: Container) -> None:
    opened = sign_in("agent").done("POST", "/tickets", json=TICKET)
    with parts.database.work() as uow:
        first, second = (uow.session.query(Unit).filter_by(code=code).one().id for code in ("U1", "U2"))
        tickets.move(uow, opened["id"], "dispatch", roles=["dispatcher"], given={"unit_id": first})
    administrator = sign_in("administrator")

    refused = administrator.refused(409, "POST", f"/admin/units/{first}/close", json={})
    with parts.database.read() as session:
        assert session.get_one(Unit, first).active
    administrator.done("POST", f"/admin/units/{first}/close", json={"successor_id": second})

    assert (refused["code"], refused["details"]) == ("unit-in-use", {"reason": "open-work", "count": 1})
    with parts.database.read() as session:
        at_work_now = session.query(Assignment).filter(Assignment.state.in_(AT_WORK)).all()
        assert [part.unit_id for part in at_work_now] == [second]
        assert (session.get_one(Unit, first).active, session.get_one(Ticket, opened["id"]).lead_unit_id) == (False, second)
