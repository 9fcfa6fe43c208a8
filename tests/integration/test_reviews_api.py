"""A dissatisfied case decided by a move of its ticket: kept, and limited, like one decided over the review."""

from typing import Any

import pytest

from hotline.people.models import Unit
from hotline.tickets import assignments, tickets
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import SYSTEM, State
from sla import reviews
from tests.integration.people import SignIn
from web.bootstrap import Container

NEW = NewTicket(channel="phone", type="complaint", title="夜间施工", body="工地夜里施工。", contact_phone="19900000001")
REPLY = {"reply_internal": "已处理", "reply_public": "您好，来电已收悉，已责令停工。", "solved": "yes"}
RIGHT: dict[str, Any] = {"verdict": "reasonable", "basis": "仍在施工"}


def in_review(parts: Container) -> Ticket:
    """A ticket whose requester is not content with the answer of U1."""
    with parts.database.work() as uow:
        ticket = tickets.open_ticket(uow, NEW)
        unit_id = uow.session.query(Unit).filter_by(code="U1").one().id
        tickets.move(uow, ticket.id, "dispatch", roles=["dispatcher"], given={"unit_id": unit_id})
    doubted(parts, ticket.id)
    return ticket


def doubted(parts: Container, ticket_id: int) -> int:
    """Let the unit answer and the requester doubt it; the ticket's version."""
    with parts.database.work() as uow:
        (part,) = assignments.at_work(uow.session, ticket_id)
        for action, given in (("sign", {}), ("reply", REPLY)):
            assignments.move(uow, part.id, action, roles=["handler"], given=given)
        return tickets.move(uow, ticket_id, "doubt", roles=[SYSTEM], given={}).version


def test_decision_by_a_move_is_kept_as_a_review(sign_in: SignIn, parts: Container) -> None:
    ticket, auditor = in_review(parts), sign_in("reply_auditor")
    version = auditor.done("GET", f"/tickets/{ticket.id}")["version"]

    shown = auditor.done("POST", f"/tickets/{ticket.id}/actions/redo", json={"version": version, "given": RIGHT})

    with parts.database.read() as session:
        (kept,) = reviews.of_ticket(session, ticket.id)
    assert (shown["state"], kept.decision, kept.verdict, kept.round) == (State.DISPATCHED, "redo", "reasonable", 1)


@pytest.mark.parametrize(
    ("given", "field"), [({"basis": "无据"}, "verdict"), ({**RIGHT, "verdict": "unreasonable"}, "decision")]
)
def test_redo_without_a_verdict_that_bears_it_is_refused(
    sign_in: SignIn, parts: Container, given: dict[str, Any], field: str
) -> None:
    ticket, auditor = in_review(parts), sign_in("reply_auditor")
    version = auditor.done("GET", f"/tickets/{ticket.id}")["version"]

    refused = auditor.refused(422, "POST", f"/tickets/{ticket.id}/actions/redo", json={"version": version, "given": given})

    assert refused["details"]["field"] == field


def test_redo_beyond_the_rules_is_the_supervisors_whichever_way_it_is_sent(sign_in: SignIn, parts: Container) -> None:
    ticket, auditor, supervisor = in_review(parts), sign_in("reply_auditor"), sign_in("supervisor")
    version = auditor.done("GET", f"/tickets/{ticket.id}")["version"]
    path = f"/tickets/{ticket.id}/actions/redo"
    auditor.done("POST", path, json={"version": version, "given": RIGHT})
    sent: dict[str, Any] = {"version": doubted(parts, ticket.id), "given": RIGHT}

    refused = auditor.refused(403, "POST", path, json=sent)
    (row,) = auditor.done("POST", "/tickets/bulk", json={**bulk(ticket.id, sent["version"]), "given": RIGHT})["results"]

    assert (refused["details"]["reason"], row["ok"]) == ("redo-limit", False)
    assert supervisor.done("POST", path, json=sent)["round"] == 3


def bulk(ticket_id: int, version: int) -> dict[str, Any]:
    return {"action": "redo", "items": [{"id": ticket_id, "version": version}]}
