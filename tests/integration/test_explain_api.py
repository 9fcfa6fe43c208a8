"""The sum of every limit over HTTP: in the reader's words, and no order to others."""

from datetime import timedelta
from typing import Any

import pytest

from hotline.kernel import clock
from tests.integration.people import Person, SignIn
from tests.integration.test_asked_api import desk, dispatched, liaison
from web.bootstrap import Container

__all__ = ["desk", "dispatched", "liaison"]


def explained(person: Person, ticket_id: int) -> dict[str, dict[str, Any]]:
    """The limits of a ticket by stage."""
    return {fact["stage"]: fact for fact in person.done("GET", f"/tickets/{ticket_id}/explain")["clocks"]}


def test_both_limits_come_first_with_their_policy_and_moments(desk: Person, dispatched: dict[str, Any]) -> None:
    clocks = desk.done("GET", f"/tickets/{dispatched['id']}/explain")["clocks"]

    assert [fact["stage"] for fact in clocks[:2]] == ["total", "handle"]
    assert (clocks[0]["unit"], clocks[1]["unit"]["name"]) == (None, "单位U1")
    assert {fact["stage"] for fact in clocks} >= {"dispatch", "sign", "contact"}
    assert all(fact["policy"]["version"] and fact["policy"]["source"] for fact in clocks)
    assert not any(fact["paused"] or fact["expired"] for fact in clocks)


@pytest.mark.parametrize(
    ("locale", "words"), [("zh-CN", ("诉求总时限", "5个工作日")), ("en", ("Request as a whole", "5 working day"))]
)
def test_the_sum_is_told_in_the_readers_language(
    sign_in: SignIn, dispatched: dict[str, Any], locale: str, words: tuple[str, ...]
) -> None:
    reader = sign_in("shift_leader", locale=locale)

    told = explained(reader, dispatched["id"])["total"]["sentence"]

    assert all(word in told for word in words)
    assert "explain." not in told


def test_a_unit_reads_no_order_to_another(
    desk: Person, liaison: Person, sign_in: SignIn, parts: Container, dispatched: dict[str, Any]
) -> None:
    supervisor, other = sign_in("supervisor"), sign_in("liaison", "U2")
    version = desk.done("GET", f"/tickets/{dispatched['id']}")["version"]
    order = {"reason_code": "overdue", "note": "请尽快办理", "due_at": (clock.now() + timedelta(days=30)).isoformat()}
    supervisor.done("POST", f"/tickets/{dispatched['id']}/actions/supervise", json={"version": version, "given": order})

    assert explained(liaison, dispatched["id"])["supervision"]["unit"]["name"] == "单位U1"
    other.refused(404, "GET", f"/tickets/{dispatched['id']}/explain")
