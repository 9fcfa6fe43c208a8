"""Service marks over HTTP: pushed with the token, read by who may see the ticket, excluded by the supervisors."""

from typing import Any

import pytest

from hotline.people.models import Unit
from tests import factories
from tests.integration.people import Person, SignIn
from web.bootstrap import Container

MARK: dict[str, Any] = {
    "source": "province",
    "external_id": "M-1",
    "unit_code": "U1",
    "item": "居住证申领",
    "case_number": "BJ-2026-0081",
    "stars": 1,
    "labels": ["流程复杂"],
    "words": "跑了三趟还没办成",
    "real_name": True,
    "name": "赵晓梅",
    "phone": "19900000777",
    "given_at": "2026-11-20T10:00:00+08:00",
}


@pytest.fixture
def platform(citizen: Person, parts: Container) -> Person:
    """The evaluation system, which has the token."""
    citizen.client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {parts.integrator_token}"
    return citizen


def test_a_pushed_mark_is_answered_with_its_ticket_and_again_as_a_duplicate(platform: Person) -> None:
    first = platform.done("POST", "/partners/marks", json=MARK)
    again = platform.done("POST", "/partners/marks", json=MARK)

    assert first["ticket_number"]
    assert again == {**first, "duplicate": True}


def test_a_good_mark_has_no_ticket(platform: Person) -> None:
    told = platform.done("POST", "/partners/marks", json={**MARK, "stars": 5})

    assert (told["ticket_number"], told["duplicate"]) == (None, False)


def test_a_mark_without_the_token_is_refused(citizen: Person, sign_in: SignIn) -> None:
    citizen.refused(401, "POST", "/partners/marks", json=MARK)
    sign_in("supervisor").refused(403, "POST", "/partners/marks", json=MARK)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"stars": 6}, "stars"), ({"phone": "12"}, "phone"), ({"given_at": "gestern"}, "given_at"), ({"source": ""}, "source")],
)
def test_a_wrong_mark_is_refused_by_its_field(platform: Person, wrong: dict[str, Any], field: str) -> None:
    refused = platform.refused(422, "POST", "/partners/marks", json={**MARK, **wrong})

    assert refused["details"]["field"] == field


def test_bad_marks_are_listed_for_who_may_see_their_tickets(platform: Person, sign_in: SignIn) -> None:
    pushed = platform.done("POST", "/partners/marks", json=MARK)

    (row,) = sign_in("supervisor").done("GET", "/marks?state=open")["items"]
    (own,) = sign_in("liaison", "U1").done("GET", "/marks")["items"]

    assert (row["id"], row["ticket"]["number"], row["unit"]["name"]) == (pushed["mark_id"], pushed["ticket_number"], "单位U1")
    assert (row["stars"], row["labels"], row["words"], row["real_name"]) == (1, ["流程复杂"], MARK["words"], True)
    assert (row["may_exclude"], own["may_exclude"]) == (True, False)
    assert sign_in("liaison", "U2").done("GET", "/marks")["items"] == []


def test_the_ticket_shows_its_mark_and_stands_in_the_view(platform: Person, sign_in: SignIn) -> None:
    pushed = platform.done("POST", "/partners/marks", json=MARK)
    reviewer = sign_in("reply_auditor")

    (listed,) = reviewer.done("GET", "/tickets?view=bad_marks")["items"]

    (mark,) = reviewer.done("GET", f"/tickets/{listed['id']}")["marks"]
    assert (mark["id"], mark["case_number"], mark["added"], mark["appeal"]) == (pushed["mark_id"], "BJ-2026-0081", None, None)


@pytest.mark.parametrize(("role", "open_to"), [("unit_admin", True), ("section_head", True), ("liaison", False)])
def test_heads_of_the_evaluated_body_may_object(platform: Person, sign_in: SignIn, role: str, open_to: bool) -> None:
    platform.done("POST", "/partners/marks", json=MARK)
    person = sign_in(role, "U1")

    (row,) = person.done("GET", "/marks")["items"]

    assert row["appealable"] is open_to


def test_nobody_may_object_twice(platform: Person, sign_in: SignIn) -> None:
    pushed, head = platform.done("POST", "/partners/marks", json=MARK), sign_in("unit_admin", "U1")
    (row,) = head.done("GET", "/marks")["items"]
    objection = {"mark_id": pushed["mark_id"], "reason_code": "wrong_facts", "reason": "与记录不符"}

    head.done("POST", f"/tickets/{row['ticket']['id']}/appeals", json=objection)

    (row,) = head.done("GET", "/marks")["items"]
    assert (row["appealable"], row["appeal"]["state"]) == (False, "asked")


def test_a_supervisor_excludes_a_mark_for_a_reason(platform: Person, sign_in: SignIn) -> None:
    pushed, supervisor = platform.done("POST", "/partners/marks", json=MARK), sign_in("supervisor")
    path = f"/marks/{pushed['mark_id']}/exclude"

    told = supervisor.done("POST", path, json={"reason": "经核实非本人办理"})

    assert told["excluded"]["reason"] == "经核实非本人办理"
    assert supervisor.done("GET", "/marks?state=open")["items"] == []
    (row,) = supervisor.done("GET", "/marks?state=all")["items"]
    assert (row["excluded"]["reason"], row["ticket"]["state"]) == ("经核实非本人办理", "terminated")
    supervisor.refused(409, "POST", path, json={"reason": "再来一次"})


@pytest.mark.parametrize(("role", "unit"), [("reply_auditor", None), ("liaison", "U1"), ("agent", None)])
def test_others_exclude_nothing(platform: Person, sign_in: SignIn, role: str, unit: str | None) -> None:
    pushed = platform.done("POST", "/partners/marks", json=MARK)
    person = sign_in(role, unit) if unit else sign_in(role)

    person.refused(403, "POST", f"/marks/{pushed['mark_id']}/exclude", json={"reason": "不合理"})


def test_an_unknown_mark_is_not_found(sign_in: SignIn) -> None:
    sign_in("supervisor").refused(404, "POST", "/marks/999/exclude", json={"reason": "误操作"})


def test_a_mark_of_the_hotline_itself_waits_at_its_desk(platform: Person, sign_in: SignIn, parts: Container) -> None:
    with parts.database.work() as uow:
        if not uow.session.query(Unit).filter_by(code="HOTLINE").count():
            factories.unit(uow.session, "HOTLINE", kind="hotline")

    platform.done("POST", "/partners/marks", json={**MARK, "unit_code": "HOTLINE"})

    (row,) = sign_in("supervisor").done("GET", "/marks")["items"]
    assert row["ticket"]["state"] == "pending"
