"""Every row of a part's life cycle, taken once for real from each of its states, with its mark in the timeline."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hotline.kernel import clock
from hotline.kernel.db import Database
from hotline.kernel.transitions import Transition
from hotline.people.models import Unit
from hotline.tickets import ladders
from hotline.tickets.workflow import ASSIGNMENT_ROWS, SUPERIOR, SYSTEM, AssignmentState, RequestKind
from tests import factories
from tests.integration.parts import RULING, Work, at_work
from tests.lives import OBJECTION, REPLY

LATER = timedelta(days=30)
ASKED: dict[RequestKind, Callable[[], dict[str, Any]]] = {
    RequestKind.RETURN: lambda: OBJECTION,
    RequestKind.EXTENSION: lambda: {"reason": "材料待检", "days": 3},
    RequestKind.COMMITMENT: lambda: {"reason": "历史遗留", "until": clock.now() + LATER, "plan": "分三步办理"},
    RequestKind.SUSPENSION: lambda: {"reason": "待春季施工", "until": clock.now() + LATER},
    RequestKind.TERMINATION: lambda: OBJECTION,
}
ASKED_FIRST = {"approve": RequestKind.RETURN, "disapprove": RequestKind.RETURN, "designate_here": RequestKind.RETURN}
ASKED_FIRST |= {"designate_other": RequestKind.RETURN}
ASKED_FIRST |= {f"{verb}_{kind}": kind for verb in ("grant", "refuse") for kind in ASKED}
BEFORE_CONTACT = (AssignmentState.TO_SIGN, AssignmentState.SIGNED)
CELLS = [
    pytest.param(row, role, id=f"{row.action}-{row.source}-{role}")
    for row in ASSIGNMENT_ROWS
    for role in sorted({sorted(row.roles)[0], SYSTEM, SUPERIOR} & row.roles)
]


@pytest.mark.parametrize(("row", "role"), CELLS)
def test_row_moves_the_part_and_is_written_down(database: Database, row: Transition[AssignmentState], role: str) -> None:
    work = at_work(database)
    unit = "SECTION" if role == SUPERIOR else "BUREAU"
    part_id = prepared(work, unit, row, role)

    moved = work.act(part_id, row.action, role, **given_for(work, row))

    assert moved.state is row.target
    assert row.action in work.actions()
    assert (moved.ended_at is None) == (row.target in (AssignmentState.TO_SIGN, *STILL_AT_WORK))


STILL_AT_WORK = (AssignmentState.SIGNED, AssignmentState.CONTACTED)


def prepared(work: Work, unit: str, row: Transition[AssignmentState], role: str) -> int:
    """The part in the row's state, with what the row decides on asked before."""
    part_id = passed_on(work) if unit == "SECTION" else work.part(unit).id
    if row.action in ("approve", "disapprove", "propose_reply"):
        signer = role if row.action != "propose_reply" else "section_head"
        with work.database.work() as uow:
            ladders.put(uow, unit_id=work.units[unit], unit_class=None, important=None, kind=None, steps=[signer])
    kind = ASKED_FIRST.get(row.action)
    if kind is RequestKind.RETURN and row.source not in BEFORE_CONTACT:
        work.bring(part_id, AssignmentState.SIGNED)
        work.act(part_id, f"ask_{kind}", **ASKED[kind]())
        work.act(part_id, "contact", note="已联系")
        return part_id
    work.bring(part_id, row.source)
    if kind is not None:
        work.act(part_id, f"ask_{kind}", **ASKED[kind]())
    return part_id


def passed_on(work: Work) -> int:
    above = work.part("BUREAU").id
    work.act(above, "sign")
    work.act(above, "sub_dispatch", unit_ids=[work.units["SECTION"]])
    return work.part("SECTION").id


def given_for(work: Work, row: Transition[AssignmentState]) -> dict[str, Any]:
    """What the row needs, with real ids."""
    if row.action.startswith("ask_"):
        return ASKED[RequestKind(row.action.removeprefix("ask_"))]()
    if row.action == "name_officer":
        return {"officer_id": an_officer_of(work, "BUREAU")}
    known = {**REPLY, **RULING, "unit_id": work.units["OTHER"], "unit_ids": [work.units["SECTION"]]}
    return {need: known[need] for need in row.needs}


def an_officer_of(work: Work, code: str) -> int:
    with work.database.work() as uow:
        place = uow.session.get_one(Unit, work.units[code])
        return factories.officer(uow.session, "qiao", roles=("handler",), in_unit=place).id
