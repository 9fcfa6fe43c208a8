"""One level higher: a head of the unit signs the reply of a redo, by its own ladder or by the rule, and none is ever stuck."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Invalid
from hotline.people.models import Officer, Unit
from hotline.tickets import assignments, ladders, rules
from hotline.tickets.models import TicketRule
from hotline.tickets.workflow import AssignmentState, RequestKind
from tests import factories
from tests.integration.parts import Work, at_work
from tests.lives import REPLY

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SECTION, SIGNING, ADMIN = "section_head", "signing_head", "unit_admin"


def redone(database: Database, *heads: str, ladder: tuple[str, ...] = (), **values: Any) -> Work:
    """A ticket in its second round with a bureau that has these heads and, for important cases, this ladder."""
    work = at_work(database, **{"round": 2, **values})
    with database.work() as uow:
        bureau = uow.session.get_one(Unit, work.units["BUREAU"])
        for role in heads:
            factories.officer(uow.session, role, roles=(role,), in_unit=bureau)
        if ladder:
            ladders.put(uow, unit_id=bureau.id, unit_class=None, important=True, kind=None, steps=ladder)
    work.act(work.part("BUREAU").id, "sign")
    return work


def needed(work: Work, code: str = "BUREAU") -> list[str]:
    with work.database.work() as uow:
        part = assignments.get(uow.session, work.part(code).id)
        return ladders.of_part(uow.session, part, RequestKind.REPLY, uow.now)


@pytest.mark.parametrize(
    ("heads", "ladder", "signs"),
    [
        ((), (), []),
        ((ADMIN,), (), [ADMIN]),
        ((SIGNING,), (), [SIGNING]),
        ((ADMIN, SIGNING), (), [SIGNING]),
        ((SECTION,), (), []),
        ((ADMIN, SIGNING), (SECTION, SIGNING), [SECTION, SIGNING]),
        ((), (SECTION,), [SECTION]),
    ],
)
def test_a_redo_is_signed_by_the_units_own_ladder_else_by_the_first_head_of_the_rule_that_it_has(
    database: Database, heads: tuple[str, ...], ladder: tuple[str, ...], signs: list[str]
) -> None:
    assert needed(redone(database, *heads, ladder=ladder)) == signs


def test_the_reply_of_a_redo_waits_for_its_signature(database: Database) -> None:
    work = redone(database, ADMIN)
    part_id = work.part("BUREAU").id

    with pytest.raises(Conflict) as caught:
        work.act(part_id, "reply", **REPLY)
    work.act(part_id, "propose_reply", **REPLY)
    work.act(part_id, "approve", ADMIN)

    assert caught.value.details["ladder"] == [ADMIN]
    assert work.part("BUREAU").state is AssignmentState.REPLIED


def test_a_unit_without_a_head_replies_to_a_redo_by_itself(database: Database) -> None:
    work = redone(database)

    work.act(work.part("BUREAU").id, "reply", **REPLY)

    assert work.part("BUREAU").state is AssignmentState.REPLIED


def test_a_head_who_left_is_not_waited_for(database: Database) -> None:
    work = redone(database, SIGNING)
    with database.work() as uow:
        uow.session.query(Officer).filter_by(login=SIGNING).one().active = False

    assert needed(work) == []


def test_the_first_round_and_who_assists_are_signed_as_before(database: Database) -> None:
    first = redone(database, ADMIN, round=1)
    assert needed(first) == []

    second = at_work(database, "OTHER", assist=("BUREAU",), round=2)

    assert needed(second) == []


def test_a_city_names_who_signs_a_redo(database: Database) -> None:
    work = redone(database, ADMIN, SECTION)
    with database.work() as uow:
        uow.session.add(TicketRule(key="redo.signed_by", value=[SECTION], effective_from=LONG_AGO, source="本市"))

    assert needed(work) == [SECTION]


def test_a_rule_that_names_a_role_without_signature_is_refused() -> None:
    with pytest.raises(Invalid):
        rules.read({**rules.defaults(), "redo.signed_by": ["agent"]})
