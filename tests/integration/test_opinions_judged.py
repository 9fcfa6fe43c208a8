"""Judgements that come by keys after a call, and objections to service marks: what each leads to in the rates."""

import uuid
from typing import Any

import pytest
from apiflask import APIFlask

from hotline.insight import metrics
from hotline.intake import calls, contacts
from hotline.tickets.models import Ticket
from sla.opinions import CallEvaluation, ServiceMark
from tests.integration.people import Person, SignIn
from tests.integration.test_appeals import WHY
from tests.integration.test_evaluation_links import machine
from tests.integration.test_marks_api import MARK
from web.bootstrap import Container

LEVELS = ("very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied")


def rung_off(parts: Container) -> tuple[uuid.UUID, int]:
    """A call that was taken, and its contact."""
    with parts.database.work() as uow:
        call = calls.offer(uow, number="19900000003")
        contact = contacts.open_contact(uow, channel="phone", number=call.number, call_id=call.id)
        return call.id, contact.id


def pressed(parts: Container, whole_app: APIFlask, call_id: object, key: Any) -> Any:
    return machine(parts, whole_app, f"/partners/calls/{call_id}/evaluation", {"key": key})


@pytest.mark.parametrize(("key", "level"), list(zip("12345", LEVELS, strict=True)))
def test_a_key_after_a_call_is_one_of_five_levels(parts: Container, whole_app: APIFlask, key: str, level: str) -> None:
    call_id, contact_id = rung_off(parts)

    assert pressed(parts, whole_app, call_id, key).get_json() == {"done": True}

    with parts.database.read() as session:
        kept = session.get_one(CallEvaluation, contact_id)
    assert (kept.satisfaction, kept.channel) == (level, "keys")


@pytest.mark.parametrize("key", ["0", "6", "#", "", "12", 1, None])
def test_another_key_is_refused_by_name(parts: Container, whole_app: APIFlask, key: Any) -> None:
    call_id, contact_id = rung_off(parts)

    answer = pressed(parts, whole_app, call_id, key)

    assert (answer.status_code, answer.get_json()["error"]["details"]["field"]) == (422, "key")
    with parts.database.read() as session:
        assert session.get(CallEvaluation, contact_id) is None


def test_a_call_is_judged_by_keys_once(parts: Container, whole_app: APIFlask) -> None:
    call_id, contact_id = rung_off(parts)
    pressed(parts, whole_app, call_id, "1")

    again = pressed(parts, whole_app, call_id, "5")

    assert (again.status_code, again.get_json()["error"]["details"]["reason"]) == (409, "call-judged-before")
    with parts.database.read() as session:
        assert session.get_one(CallEvaluation, contact_id).satisfaction == "very_satisfied"


def test_a_call_that_we_do_not_know_or_nobody_took_is_not_found(parts: Container, whole_app: APIFlask) -> None:
    with parts.database.work() as uow:
        untaken = calls.offer(uow, number="19900000003").id

    assert [pressed(parts, whole_app, call_id, "1").status_code for call_id in (uuid.uuid4(), untaken)] == [404, 404]


def test_keys_need_the_token(parts: Container, citizen: Person) -> None:
    call_id, _ = rung_off(parts)

    citizen.refused(401, "POST", f"/partners/calls/{call_id}/evaluation", json={"key": "1"})


def objected(parts: Container, whole_app: APIFlask, sign_in: SignIn) -> tuple[int, int, dict[str, Any]]:
    """A bad mark of U1 to which its head objects: its id, its ticket's and the appeal."""
    mark_id = machine(parts, whole_app, "/partners/marks", MARK).get_json()["mark_id"]
    with parts.database.read() as session:
        ticket_id = session.get_one(ServiceMark, mark_id).ticket_id or 0
    body = {"mark_id": mark_id, **WHY}
    return mark_id, ticket_id, sign_in("unit_admin", "U1").done("POST", f"/tickets/{ticket_id}/appeals", json=body)


@pytest.mark.parametrize(
    ("action", "excluded", "state", "rate"),
    [("grant_appeal", True, "terminated", (0, 0, 1)), ("refuse_appeal", False, "dispatched", (0, 1, 0))],
)
def test_a_granted_objection_excludes_the_mark_and_a_refused_one_leaves_it(
    parts: Container, whole_app: APIFlask, sign_in: SignIn, action: str, excluded: bool, state: str, rate: tuple[int, int, int]
) -> None:
    mark_id, ticket_id, appeal = objected(parts, whole_app, sign_in)
    given = {"version": appeal["version"], "given": {"note": "经核实非本人办理"}}

    sign_in("supervisor").done("POST", f"/appeals/{appeal['id']}/actions/{action}", json=given)

    with parts.database.read() as session:
        assert (session.get_one(ServiceMark, mark_id).excluded_at is not None) is excluded
        assert session.get_one(Ticket, ticket_id).state == state
        (found,) = metrics.measure(session, Ticket.id > 0, [metrics.formula("bad_mark_rectification")])
    assert (found.numerator, found.denominator, found.excluded) == rate


def test_a_mark_excluded_meanwhile_does_not_stop_the_decision(parts: Container, whole_app: APIFlask, sign_in: SignIn) -> None:
    mark_id, _, appeal = objected(parts, whole_app, sign_in)
    supervisor = sign_in("supervisor")
    supervisor.done("POST", f"/marks/{mark_id}/exclude", json={"reason": "误操作"})

    given = {"version": appeal["version"], "given": {"note": "同意"}}
    decided = supervisor.done("POST", f"/appeals/{appeal['id']}/actions/grant_appeal", json=given)

    assert decided["state"] == "granted"


def test_a_mark_is_objected_to_once_and_by_its_own_body(parts: Container, whole_app: APIFlask, sign_in: SignIn) -> None:
    mark_id, ticket_id, _ = objected(parts, whole_app, sign_in)
    body = {"mark_id": mark_id, **WHY}

    refused = sign_in("signing_head", "U1").refused(409, "POST", f"/tickets/{ticket_id}/appeals", json=body)
    sign_in("signing_head", "U2").refused(404, "POST", f"/tickets/{ticket_id}/appeals", json=body)

    assert refused["details"]["reason"] == "appealed-before"
