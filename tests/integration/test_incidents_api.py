"""Incidents over HTTP: who reads what, what the desk decides, what the worker carries out, what stands beside a call."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from hotline.insight.models import Incident
from hotline.intake.models import RiskAlert
from hotline.kernel import outbox
from hotline.kernel.db import Database
from hotline.kernel.events import Delivery
from hotline.tickets import tickets
from hotline.tickets.models import Assignment, Ticket
from tests import factories
from tests.integration.incident_scene import calls
from tests.integration.people import Person, SignIn
from web.bootstrap import Container

Live = Callable[..., Incident]


@pytest.fixture
def live(parts: Container) -> Live:
    """Eight calls about one failure of the water, found by the watch of the worker."""
    with parts.database.work() as uow:
        for code, parent, level in (("9901", "99", "district"), ("990101", "9901", "street")):
            factories.area(uow.session, code, parent_code=parent, level=level)

    def spotted(count: int = 8) -> Incident:
        calls(parts.database, range(count), address="")
        parts.incidents.look(parts.database)
        with parts.database.read() as session:
            return session.scalars(select(Incident)).one()

    return spotted


def work_off(parts: Container) -> None:
    """Run what is owed, as the worker does."""
    with parts.database.read() as session:
        owed = list(session.scalars(select(Delivery.id).where(Delivery.state == "pending").order_by(Delivery.id)))
    for delivery_id in owed:
        outbox.deliver(parts.database, parts.subscribers, delivery_id, lease_seconds=60, max_attempts=3)


def dispatched_to(database: Database, ticket_ids: list[int], unit_id: int) -> None:
    with database.work() as uow:
        for ticket_id in ticket_ids:
            given = {"unit_id": unit_id, "override": "属地先行协调，已与该单位电话沟通同意接收"}
            tickets.move(uow, ticket_id, "dispatch", roles=["dispatcher"], given=given)


def test_everybody_at_the_hotline_sees_what_is_going_on_now(live: Live, sign_in: SignIn) -> None:
    incident = live()

    (row,) = sign_in("agent").done("GET", "/incidents")["items"]

    assert (row["id"], row["size"], row["people"], row["last_hour"]) == (incident.id, 8, 8, 8)
    assert row["actions"] == []


def test_agents_do_not_read_what_is_over(live: Live, sign_in: SignIn) -> None:
    incident = live()
    leader = sign_in("shift_leader")
    body = {"version": incident.version, "given": {}}
    leader.done("POST", f"/incidents/{incident.id}/actions/end", json=body)

    assert sign_in("agent").done("GET", "/incidents?state=all")["items"] == []
    sign_in("agent", locale="en").refused(404, "GET", f"/incidents/{incident.id}")
    assert len(leader.done("GET", "/incidents?state=all")["items"]) == 1


def test_unit_counts_only_tickets_that_are_its_own(live: Live, sign_in: SignIn, parts: Container) -> None:
    incident = live()
    unit = sign_in("handler", "U1")
    assert unit.done("GET", "/incidents")["items"] == []

    with parts.database.read() as session:
        first = list(session.scalars(select(Ticket.id).order_by(Ticket.id).limit(2)))
    dispatched_to(parts.database, first, 1)

    (row,) = unit.done("GET", "/incidents")["items"]
    shown = unit.done("GET", f"/incidents/{incident.id}")
    assert (row["size"], [ticket["id"] for ticket in shown["tickets"]]) == (2, first)


def test_alarms_are_counted_of_visible_tickets_alone(live: Live, sign_in: SignIn, parts: Container) -> None:
    incident = live()
    contact = sign_in("agent").done("POST", "/contacts")["id"]
    with parts.database.work() as uow:
        mine, other, *_ = uow.session.scalars(select(Ticket).order_by(Ticket.id))
        other.contact_id = contact
        alert = {"word": "触电", "level": "1", "partner": "119", "source": "typed", "reason": ""}
        uow.session.add(RiskAlert(contact_id=contact, at=uow.now, **alert))
    dispatched_to(parts.database, [mine.id], 1)

    assert sign_in("shift_leader").done("GET", f"/incidents/{incident.id}")["alarms"] == 1
    assert sign_in("handler", "U1").done("GET", f"/incidents/{incident.id}")["alarms"] == 0


def test_unit_may_not_act(live: Live, sign_in: SignIn) -> None:
    incident = live()

    sign_in("handler", "U1").refused(403, "POST", f"/incidents/{incident.id}/actions/confirm", json={"version": 1, "given": {}})


def test_leader_instructs_and_agents_read_the_answer_beside_the_next_call(live: Live, sign_in: SignIn) -> None:
    incident = live()
    leader, agent = sign_in("shift_leader"), sign_in("agent")
    told = {"version": incident.version, "given": {"answer": "正在抢修，预计18时恢复。"}}
    leader.done("POST", f"/incidents/{incident.id}/actions/instruct", json=told)

    found = agent.done("POST", "/incidents/beside", json={"text": "我家停水了，怎么回事", "area": "990101"})
    other = agent.done("POST", "/incidents/beside", json={"text": "隔壁装修太吵", "area": "990101"})

    assert [row["answer"] for row in found["items"]] == ["正在抢修，预计18时恢复。"]
    assert other["items"] == []


def test_gathering_is_carried_out_by_the_worker_and_again_changes_nothing(
    live: Live, sign_in: SignIn, parts: Container
) -> None:
    incident = live()
    leader = sign_in("shift_leader")

    wanted = {"version": incident.version, "unit_id": 1, "override": "属地先行协调，已与该单位电话沟通同意接收"}
    leader.done("POST", f"/incidents/{incident.id}/gather", json=wanted)
    work_off(parts)
    work_off(parts)

    shown = leader.done("GET", f"/incidents/{incident.id}")
    assert [ticket["state"] for ticket in shown["tickets"]] == ["dispatched", *["merged"] * 7]
    assert shown["main"]["id"] == shown["tickets"][0]["id"]
    with parts.database.read() as session:
        assert session.query(Assignment).count() == 1


def test_reply_tells_how_far_it_is(live: Live, sign_in: SignIn) -> None:
    incident = live()
    leader = sign_in("shift_leader")
    shown = leader.done("POST", f"/incidents/{incident.id}/actions/confirm", json={"version": incident.version, "given": {}})

    answered = {"version": shown["version"], "answer": "供水已恢复。"}
    progress = leader.done("POST", f"/incidents/{incident.id}/reply", json=answered)

    assert (progress["total"], progress["done"]) == (8, 0)
    assert {left["reason"] for left in progress["left"]} == {"not-dispatched"}
    assert leader.done("GET", f"/incidents/{incident.id}")["reply"] == progress


def test_stale_version_is_a_conflict(live: Live, sign_in: SignIn) -> None:
    incident = live()
    leader = sign_in("shift_leader")

    error = leader.refused(409, "POST", f"/incidents/{incident.id}/actions/confirm", json={"version": 99, "given": {}})

    assert error["details"]["reason"] == "stale"


def test_split_take_out_and_add_by_hand(live: Live, sign_in: SignIn) -> None:
    incident = live()
    leader = sign_in("shift_leader")
    first, second, third, *_ = [ticket["id"] for ticket in leader.done("GET", f"/incidents/{incident.id}")["tickets"]]

    def sent(*ticket_ids: int, version: int) -> dict[str, object]:
        return {"version": version, "ticket_ids": list(ticket_ids)}

    version = incident.version
    out = leader.done("POST", f"/incidents/{incident.id}/take-out", json=sent(first, version=version))
    assert (out["size"], [ticket["id"] for ticket in out["out"]]) == (7, [first])
    made = leader.done(
        "POST", f"/incidents/{incident.id}/split", json={**sent(second, third, version=out["version"]), "name": "北段"}
    )
    assert (made["name"], made["size"]) == ("北段", 2)
    back = leader.done("POST", f"/incidents/{made['id']}/tickets", json=sent(first, version=made["version"]))
    assert back["size"] == 3


def test_draft_becomes_a_ticket_of_the_incident(live: Live, sign_in: SignIn, parts: Container) -> None:
    incident = live()
    leader, agent = sign_in("shift_leader"), sign_in("agent")
    leader.done("POST", f"/incidents/{incident.id}/gather", json={"version": incident.version})
    draft = _draft(agent)

    path = f"/drafts/{draft['id']}/incident/{incident.id}"
    ticket = agent.done("POST", path, json={"version": draft["version"]})
    again = agent.done("POST", path, json={"version": draft["version"]})

    assert (ticket["state"], again["id"]) == ("merged", ticket["id"])
    assert leader.done("GET", f"/incidents/{incident.id}")["size"] == 9


def _draft(agent: Person) -> dict[str, object]:
    contact = agent.done("POST", "/contacts")
    draft = contact["drafts"][0]
    fields = {"type": "help", "title": "停水", "body": "临江路停水", "contact_phone": "19900008888"}
    done: dict[str, object] = agent.done(
        "PATCH", f"/drafts/{draft['id']}", json={"version": draft["version"], "fields": fields}
    )
    return done
