"""Appeals over HTTP: a head objects in time and once, the hotline decides, a granted one leaves the rates."""

from datetime import timedelta
from typing import Any

import pytest

from hotline.insight import metrics
from hotline.kernel.db import Actor
from hotline.kernel.errors import Conflict
from hotline.people import permissions, units
from hotline.people.models import Officer, Unit
from hotline.tickets import assignments, tickets
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from sla import appeals, callback_lists, callbacks
from sla.answers import CallbackAnswers, Contacted, Satisfaction, Solved
from sla.appeals import Objection
from sla.opinions import Appeal
from tests.integration.people import SignIn
from tests.lives import REPLY
from web.bootstrap import Container

NEW = NewTicket(channel="phone", type="help", title="路灯不亮", body="听涛路的路灯三天没有亮了", contact_phone="19900000001")
UNHAPPY = CallbackAnswers(Contacted.YES, Solved.NO, Satisfaction.DISSATISFIED)
HAPPY = CallbackAnswers(Contacted.YES, Solved.YES, Satisfaction.SATISFIED)
WHY = {"reason_code": "wrong_facts", "reason": "现场已经修好，附照片"}


def judged(parts: Container, answers: CallbackAnswers = UNHAPPY) -> tuple[int, int]:
    """A ticket of U1 that its requester judged, and the call-back."""
    with parts.database.work() as uow:
        ticket = tickets.open_ticket(uow, NEW)
        unit_id = uow.session.query(Unit).filter_by(code="U1").one().id
        tickets.move(uow, ticket.id, "dispatch", roles=["dispatcher"], given={"unit_id": unit_id})
        (part,) = assignments.at_work(uow.session, ticket.id)
        for action, given in (("sign", {}), ("reply", REPLY)):
            assignments.move(uow, part.id, action, roles=["handler"], given=given)
        callback = callbacks.evaluate_online(uow, ticket, answers)
        return ticket.id, callback.id


def rates(parts: Container) -> dict[str, tuple[int, int, int]]:
    with parts.database.read() as session:
        found = metrics.measure(session, Ticket.id > 0)
    return {one.formula.key: (one.numerator, one.denominator, one.excluded) for one in found}


@pytest.mark.parametrize(("action", "counted"), [("grant_appeal", (0, 0, 1)), ("refuse_appeal", (0, 1, 0))])
def test_granted_objection_leaves_the_rates_and_a_refused_one_does_not(
    parts: Container, sign_in: SignIn, action: str, counted: tuple[int, int, int]
) -> None:
    ticket_id, callback_id = judged(parts)
    head, supervisor = sign_in("signing_head", "U1"), sign_in("supervisor")

    asked = head.done("POST", f"/tickets/{ticket_id}/appeals", json={"callback_id": callback_id, **WHY})
    (row,) = supervisor.done("GET", "/appeals?state=asked")["items"]
    given = {"version": asked["version"], "given": {"note": "经核实"}}
    decided = supervisor.done("POST", f"/appeals/{asked['id']}/actions/{action}", json=given)

    assert (row["satisfaction"], row["appeal"]["due"]["stage"]) == ("dissatisfied", "appeal")
    assert [move["action"] for move in row["appeal"]["actions"]] == ["grant_appeal", "refuse_appeal"]
    assert (decided["decision"], decided["actions"], decided["due"]) == ("经核实", [], None)
    for key in ("satisfaction", "resolution", "first_satisfaction", "first_resolution"):
        assert rates(parts)[key] == counted


def test_ticket_page_tells_a_head_what_may_be_objected_to(parts: Container, sign_in: SignIn) -> None:
    ticket_id, callback_id = judged(parts)
    head = sign_in("unit_admin", "U1")

    before = head.done("GET", f"/tickets/{ticket_id}")
    head.done("POST", f"/tickets/{ticket_id}/appeals", json={"callback_id": callback_id, **WHY})
    after = head.done("GET", f"/tickets/{ticket_id}")

    assert [fact["appealable"] for fact in (*before["callbacks"], *after["callbacks"])] == [True, False]
    assert [fact["state"] for fact in after["appeals"]] == ["asked"]


def test_nobody_objects_twice(parts: Container, sign_in: SignIn) -> None:
    ticket_id, callback_id = judged(parts)
    head, path = sign_in("signing_head", "U1"), f"/tickets/{ticket_id}/appeals"
    head.done("POST", path, json={"callback_id": callback_id, **WHY})

    refused = head.refused(409, "POST", path, json={"callback_id": callback_id, **WHY})

    assert refused["details"]["reason"] == "appealed-before"


def test_good_judgement_is_not_objected_to(parts: Container, sign_in: SignIn) -> None:
    ticket_id, callback_id = judged(parts, HAPPY)

    refused = sign_in("signing_head", "U1").refused(
        409, "POST", f"/tickets/{ticket_id}/appeals", json={"callback_id": callback_id, **WHY}
    )

    assert refused["details"]["reason"] == "not-a-bad-judgement"


@pytest.mark.parametrize(
    ("role", "unit", "status"), [("handler", "U1", 403), ("signing_head", "U2", 404), ("supervisor", "", 403)]
)
def test_only_heads_of_the_unit_object(parts: Container, sign_in: SignIn, role: str, unit: str, status: int) -> None:
    ticket_id, callback_id = judged(parts)

    sign_in(role, unit).refused(status, "POST", f"/tickets/{ticket_id}/appeals", json={"callback_id": callback_id, **WHY})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (WHY, "callback_id"),
        ({**WHY, "callback_id": 1, "mark_id": 1}, "callback_id"),
        ({**WHY, "callback_id": 1, "reason_code": "mood"}, "reason_codes"),
    ],
)
def test_objection_that_cannot_be_meant_names_the_field(
    parts: Container, sign_in: SignIn, body: dict[str, Any], field: str
) -> None:
    ticket_id, _ = judged(parts)

    refused = sign_in("signing_head", "U1").refused(422, "POST", f"/tickets/{ticket_id}/appeals", json=body)

    assert refused["details"]["field"] == field


def test_objection_comes_too_late_after_the_days_of_the_rule(parts: Container, sign_in: SignIn) -> None:
    ticket_id, callback_id = judged(parts)
    sign_in("signing_head", "U1")

    with parts.database.read() as session:
        at = callback_lists.of_ticket(session, ticket_id)[0].ended_at
    assert at is not None
    with parts.database.read() as session:
        head = session.query(Officer).filter(Officer.login.startswith("signing_head")).one()
        scope = permissions.scope_of(head, units.superiors(session))
    objection = Objection("other", "理由", callback_id=callback_id)
    with parts.database.work(now=at + timedelta(days=40)) as uow, pytest.raises(Conflict) as caught:
        appeals.ask(uow, scope, ticket_id, objection)

    assert caught.value.details["reason"] == "appeal-window-over"


@pytest.mark.parametrize(
    ("role", "unit", "status"), [("signing_head", "U1", 403), ("dispatcher", "", 403), ("handler", "U2", 404)]
)
def test_only_the_hotlines_leaders_decide(parts: Container, sign_in: SignIn, role: str, unit: str, status: int) -> None:
    ticket_id, callback_id = judged(parts)
    asked = sign_in("unit_admin", "U1").done("POST", f"/tickets/{ticket_id}/appeals", json={"callback_id": callback_id, **WHY})

    sent = {"version": asked["version"], "given": {"note": "同意"}}
    sign_in(role, unit).refused(status, "POST", f"/appeals/{asked['id']}/actions/grant_appeal", json=sent)


def test_decision_needs_words_and_the_version_that_was_seen(parts: Container, sign_in: SignIn) -> None:
    ticket_id, callback_id = judged(parts)
    asked = sign_in("unit_admin", "U1").done("POST", f"/tickets/{ticket_id}/appeals", json={"callback_id": callback_id, **WHY})
    supervisor, path = sign_in("supervisor"), f"/appeals/{asked['id']}/actions/refuse_appeal"

    supervisor.refused(409, "POST", path, json={"version": 99, "given": {"note": "不同意"}})
    supervisor.refused(422, "POST", path, json={"version": asked["version"], "given": {}})
    supervisor.done("POST", path, json={"version": asked["version"], "given": {"note": "不同意"}})

    supervisor.refused(409, "POST", path, json={"version": asked["version"] + 1, "given": {"note": "不同意"}})
    with parts.database.work(Actor()) as uow:
        assert uow.session.get_one(Appeal, asked["id"]).state == "refused"


def test_deciding_one_of_two_appeals_leaves_the_other_its_limit(parts: Container, sign_in: SignIn) -> None:
    ticket_id, first = judged(parts)
    path = f"/tickets/{ticket_id}"
    with parts.database.work() as uow:
        tickets.move(uow, ticket_id, "redo", roles=["reply_auditor"], given={"verdict": "reasonable", "basis": "属实"})
        (part,) = assignments.at_work(uow.session, ticket_id)
        for action, given in (("sign", {}), ("reply", REPLY)):
            assignments.move(uow, part.id, action, roles=["handler"], given=given)
        second = callbacks.evaluate_online(uow, tickets.get(uow, ticket_id), UNHAPPY).id
    head, supervisor = sign_in("signing_head", "U1"), sign_in("supervisor")
    asked = [head.done("POST", f"{path}/appeals", json={"callback_id": one, **WHY}) for one in (first, second)]

    sent = {"version": asked[0]["version"], "given": {"note": "不成立"}}
    supervisor.done("POST", f"/appeals/{asked[0]['id']}/actions/refuse_appeal", json=sent)

    shown = {row["appeal"]["id"]: row["appeal"]["due"] for row in supervisor.done("GET", "/appeals")["items"]}
    assert shown[asked[0]["id"]] is None
    assert shown[asked[1]["id"]]["state"] == "running"


def test_citizens_limit_stays_stopped_through_a_redo(parts: Container, sign_in: SignIn) -> None:
    ticket_id, _ = judged(parts)
    with parts.database.work() as uow:
        tickets.move(uow, ticket_id, "redo", roles=["reply_auditor"], given={"verdict": "reasonable", "basis": "属实"})

    shown = sign_in("supervisor").done("GET", f"/tickets/{ticket_id}")

    assert (shown["total_due"]["stage"], shown["total_due"]["state"]) == ("total", "stopped")
