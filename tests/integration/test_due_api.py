"""What falls due over HTTP: a unit sees its own steps, the hotline those of the reader's role, late ones first."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hotline.kernel import clock
from hotline.tickets.models import Ticket
from sla.limits import Stage
from sla.models import Clock
from tests.integration.limits import plan_with_only
from tests.integration.people import TICKET, Person, SignIn
from tests.integration.test_asked_api import desk, dispatched, liaison, moved
from tests.lives import OBJECTION
from web.bootstrap import Container

__all__ = ["desk", "dispatched", "liaison"]


def due(person: Person, query: str = "") -> dict[str, list[str]]:
    """The stages that fall due by group."""
    groups = person.done("GET", f"/due{query}")["groups"]
    return {group["key"]: [item["stage"] for item in group["items"]] for group in groups}


def put(parts: Container, stage: Stage, ahead: timedelta) -> None:
    """Let the limits of a stage end so much later than now."""
    with parts.database.work() as uow:
        for found in uow.session.scalars(select(Clock).where(Clock.stage == stage)):
            found.due_at = uow.now + ahead


def test_a_unit_sees_its_own_steps_and_no_others(
    desk: Person, liaison: Person, sign_in: SignIn, parts: Container, dispatched: dict[str, Any]
) -> None:
    put(parts, Stage.SIGN, timedelta(hours=-1))
    put(parts, Stage.CONTACT, timedelta(days=3))

    seen = due(liaison)

    assert seen["overdue"] == ["sign"]
    assert "contact" in seen["week"]
    assert "total" not in {stage for stages in seen.values() for stage in stages}
    assert not any(due(sign_in("liaison", "U2")).values())
    assert not any(due(desk).values())


def test_a_role_of_the_hotline_sees_the_steps_that_it_does(
    desk: Person, liaison: Person, sign_in: SignIn, dispatched: dict[str, Any]
) -> None:
    moved(liaison, dispatched, "ask_return", **OBJECTION)

    seen = {stage for stages in due(desk).values() for stage in stages}

    assert seen == {"decide_return"}
    assert not any(due(sign_in("reply_auditor")).values())


def test_a_row_names_ticket_limit_and_unit(liaison: Person, parts: Container, dispatched: dict[str, Any]) -> None:
    put(parts, Stage.SIGN, timedelta(hours=-1))

    (late,) = next(group["items"] for group in liaison.done("GET", "/due")["groups"] if group["key"] == "overdue")

    assert late["ticket"]["id"] == dispatched["id"]
    assert (late["unit"]["name"], late["limit"]["state"]) == ("单位U1", "over")


def test_a_group_goes_on_from_its_cursor(desk: Person, parts: Container) -> None:
    for number in range(5):
        desk.done("POST", "/tickets", json={**TICKET, "title": f"路灯不亮{number}"})
    put(parts, Stage.DISPATCH, timedelta(hours=-1))
    found: list[str] = []
    after = ""

    while True:
        (group,) = desk.done("GET", f"/due?group=overdue&limit=2{after}")["groups"]
        found += [item["ticket"]["number"] for item in group["items"]]
        if group["after"] is None:
            break
        after = f"&after={group['after'].replace('+', '%2B')}"

    with parts.database.read() as session:
        assert sorted(found) == sorted(session.scalars(select(Ticket.number)))
    assert group["total"] == 5


def test_another_day_is_told_without_what_is_past(desk: Person, parts: Container) -> None:
    desk.done("POST", "/tickets", json=TICKET)
    put(parts, Stage.DISPATCH, timedelta(days=2))
    tomorrow = (clock.now().astimezone(parts.database.zone) + timedelta(days=1)).date()

    answer = desk.done("GET", f"/due?day={tomorrow}")

    assert [group["key"] for group in answer["groups"]] == ["today", "tomorrow", "week"]
    assert due(desk, f"?day={tomorrow}")["tomorrow"] == ["dispatch"]


@pytest.mark.parametrize(
    ("day", "working", "name"), [("2025-10-01", False, "国庆节"), ("2025-10-11", True, "国庆节"), ("2025-10-13", True, "")]
)
def test_the_day_is_told_as_the_calendar_has_it(desk: Person, day: str, working: bool, name: str) -> None:
    answer = desk.done("GET", f"/due?day={day}")

    assert (answer["working_day"], name in answer["day_name"]) == (working, True)


@pytest.mark.parametrize("query", ["group=overdue&after=nonsense", "group=nonsense", "day=nonsense", "limit=0"])
def test_a_broken_question_is_refused(desk: Person, query: str) -> None:
    desk.done("POST", "/tickets", json=TICKET)

    desk.refused(422, "GET", f"/due?{query}")


@pytest.mark.parametrize(
    ("where", "index"),
    [
        (
            "state = 'running' and unit_id is null and stage in ('dispatch', 'ruling') and due_at < now()",
            "ix_sla_clock_desk_due",
        ),
        ("state <> 'stopped' and provisional and due_at > now()", "ix_sla_clock_provisional"),
    ],
)
def test_limits_of_desks_and_provisional_ones_are_read_by_their_index(parts: Container, where: str, index: str) -> None:
    with parts.database.read() as session:
        plan = plan_with_only(session, index, f"select due_at from sla_clock where {where}")  # noqa: S608 our own words

    assert index in plan
