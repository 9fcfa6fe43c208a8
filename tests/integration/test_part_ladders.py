"""Papers that climb a unit's ladder of approval: a big unit's, a small unit's without any, what each signature does."""

import pytest

from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Forbidden, Invalid
from hotline.kernel.events import Subscribers
from hotline.people.models import Unit
from hotline.tickets import following, ladders
from hotline.tickets.events import AssignmentMoved
from hotline.tickets.models import ApprovalLadder
from hotline.tickets.workflow import AssignmentState, RequestKind, RequestState, State
from tests import factories
from tests.integration.parts import Work, at_work
from tests.lives import OBJECTION, REPLY

SECTION, SIGNING = "section_head", "signing_head"
HEARD: list[str] = []


@pytest.fixture
def subscribers() -> Subscribers:
    HEARD.clear()
    return Subscribers(within={AssignmentMoved: (following.follow, lambda uow, event: HEARD.append(event.action))})


def with_ladder(database: Database, *steps: str, important: bool | None = None) -> tuple[Work, int]:
    """A signed part of a unit with a ladder."""
    work = at_work(database)
    with database.work() as uow:
        ladders.put(uow, unit_id=work.units["BUREAU"], unit_class=None, important=important, kind=None, steps=steps)
    part_id = work.part("BUREAU").id
    work.act(part_id, "sign")
    return work, part_id


def refused_as(caught: pytest.ExceptionInfo[Conflict | Forbidden | Invalid]) -> str:
    return str(caught.value.details.get("reason") or caught.value.details.get("rule"))


def test_a_small_unit_without_ladder_replies_and_asks_at_once(database: Database) -> None:
    work = at_work(database)
    part_id = work.part("BUREAU").id
    work.act(part_id, "sign")

    work.act(part_id, "ask_return", **OBJECTION)
    work.act(part_id, "refuse_return", "dispatcher", note="属于你单位")
    work.act(part_id, "reply", **REPLY)

    assert [request.state for request in work.requests(part_id)] == [RequestState.REFUSED]
    assert work.part("BUREAU").state is AssignmentState.REPLIED


def test_a_big_unit_may_not_reply_unsigned(database: Database) -> None:
    work, part_id = with_ladder(database, SECTION, SIGNING)

    with pytest.raises(Conflict) as caught:
        work.act(part_id, "reply", **REPLY)

    assert refused_as(caught) == "needs-approval"
    assert caught.value.details["ladder"] == [SECTION, SIGNING]


def test_the_last_signature_gives_the_reply(database: Database) -> None:
    work, part_id = with_ladder(database, SECTION, SIGNING)

    work.act(part_id, "propose_reply", **REPLY)
    assert work.state() is State.HANDLING
    work.act(part_id, "approve", SECTION, note="同意")
    assert work.part("BUREAU").state is AssignmentState.SIGNED
    work.act(part_id, "approve", SIGNING)

    part, (request,) = work.part("BUREAU"), work.requests(part_id)
    assert (part.state, part.reply_public, part.on_time) == (AssignmentState.REPLIED, REPLY["reply_public"], True)
    assert request.state is RequestState.GRANTED
    assert [(entry["role"], entry["note"]) for entry in request.approvals] == [(SECTION, "同意"), (SIGNING, "")]
    assert work.state() is State.CALLBACK


def test_a_step_is_signed_by_its_own_role_only(database: Database) -> None:
    work, part_id = with_ladder(database, SECTION, SIGNING)
    work.act(part_id, "propose_reply", **REPLY)

    with pytest.raises(Forbidden) as caught:
        work.act(part_id, "approve", SIGNING)

    assert refused_as(caught) == "other-step"


def test_a_head_who_proposes_passes_the_own_steps_at_once(database: Database) -> None:
    work, part_id = with_ladder(database, "unit_admin", SIGNING)

    work.act(part_id, "propose_reply", "unit_admin", **REPLY)

    (request,) = work.requests(part_id)
    assert (request.step, request.state) == (1, RequestState.CLIMBING)


def test_whoever_holds_every_step_replies_without_asking(database: Database) -> None:
    work, part_id = with_ladder(database, "unit_admin")

    work.act(part_id, "reply", "unit_admin", **REPLY)

    assert work.part("BUREAU").state is AssignmentState.REPLIED


def test_a_disapproved_reply_comes_back_with_its_words(database: Database) -> None:
    work, part_id = with_ladder(database, SECTION)
    work.act(part_id, "propose_reply", **REPLY, reply_form={"true": True})

    work.act(part_id, "disapprove", SECTION, note="请补充依据")

    (request,) = work.requests(part_id)
    assert (request.state, request.decision) == (RequestState.REFUSED, "请补充依据")
    assert request.data == {**REPLY, "reply_form": {"true": True}, "missing_note": None}
    work.act(part_id, "propose_reply", **REPLY)


def test_the_hotline_hears_of_a_return_when_the_unit_has_signed_it(database: Database) -> None:
    work, part_id = with_ladder(database, SECTION)
    work.act(part_id, "ask_return", **OBJECTION)

    with pytest.raises(Conflict) as caught:
        work.act(part_id, "grant_return", "dispatcher", note="同意")
    assert refused_as(caught) == "nothing-asked"
    work.act(part_id, "approve", SECTION)
    work.act(part_id, "grant_return", "dispatcher", note="同意")

    assert HEARD[1:] == ["propose_return", "approve", "ask_return", "grant_return"]
    assert work.state() is State.PENDING


def test_an_important_ticket_climbs_further_than_an_ordinary_one(database: Database) -> None:
    with database.work() as uow:
        unit = factories.unit(uow.session, "BIG", unit_class="bureau")
        for important, steps in ((True, [SECTION, SIGNING]), (None, [SECTION])):
            ladders.put(uow, unit_id=None, unit_class="bureau", important=important, kind=None, steps=steps)

        found = [ladders.steps(uow.session, unit, important=value, kind=RequestKind.REPLY) for value in (True, False)]

    assert found == [[SECTION, SIGNING], [SECTION]]


def test_a_units_own_row_goes_before_its_classs_and_may_switch_it_off(database: Database) -> None:
    with database.work() as uow:
        unit, other = (factories.unit(uow.session, code, unit_class="bureau") for code in ("BIG", "SMALL"))
        ladders.put(uow, unit_id=None, unit_class="bureau", important=True, kind=RequestKind.REPLY, steps=[SECTION])
        ladders.put(uow, unit_id=other.id, unit_class=None, important=None, kind=None, steps=[])

        found = [ladders.steps(uow.session, each, important=True, kind=RequestKind.REPLY) for each in (unit, other)]

    assert found == [[SECTION], []]


def test_putting_a_ladder_again_replaces_it_and_removing_it_leaves_none(database: Database) -> None:
    with database.work() as uow:
        for steps in ([SECTION], [SIGNING]):
            row = ladders.put(uow, unit_id=None, unit_class=None, important=None, kind=None, steps=steps)
        assert [entry.steps for entry in ladders.listed(uow.session)] == [[SIGNING]]

        ladders.remove(uow, row.id)

        assert uow.session.query(ApprovalLadder).count() == 0


WRONG = [
    ({"steps": ["agent"]}, "unknown-role"),
    ({"steps": [SECTION, SECTION]}, "twice"),
    ({"steps": [SECTION], "unit_class": "bureau"}, "unit-or-class"),
]


@pytest.mark.parametrize(("given", "rule"), WRONG)
def test_a_wrong_ladder_is_refused(database: Database, given: dict[str, object], rule: str) -> None:
    with database.work() as uow:
        unit: Unit = factories.unit(uow.session, "BIG")

    with pytest.raises(Invalid) as caught, database.work() as uow:
        ladders.put(uow, **{"unit_id": unit.id, "unit_class": None, "important": None, "kind": None, **given})  # type: ignore[arg-type]  # table of cases

    assert refused_as(caught) == rule
