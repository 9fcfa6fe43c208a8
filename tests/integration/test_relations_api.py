"""Over HTTP: which open tickets may be merged, and a matter asked again (再次反映) after its ticket ended."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from hotline.intake.models import RepeatDecision
from hotline.tickets import links, tickets
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import Secrecy
from tests import factories
from tests.integration.people import Person, SignIn
from web.bootstrap import Container

NEW = NewTicket(channel="phone", type="complaint", title="听涛路夜间施工噪声", body="听涛路工地夜间施工到两点。")

CALLERS = (("张先生", "19900000001"), ("李女士", "19900000002"))


@pytest.fixture
def caller_id(parts: Container) -> int:
    """The caller whose own earlier tickets are compared also where no search answers."""
    with parts.database.work() as uow:
        return factories.citizen(uow.session).id


def opened(parts: Container, caller_id: int, **values: Any) -> Ticket:
    with parts.database.work() as uow:
        return tickets.open_ticket(uow, replace(NEW, citizen_id=caller_id, **values))


def withdrawn(parts: Container, ticket: Ticket) -> None:
    with parts.database.work() as uow:
        tickets.move(uow, ticket.id, "withdraw", roles=["dispatcher"], given={"note": "本人撤回"})


def test_open_tickets_that_look_alike_are_offered_with_reasons(sign_in: SignIn, parts: Container, caller_id: int) -> None:
    ticket, alike, over = (opened(parts, caller_id) for _ in range(3))
    opened(parts, caller_id, type="report")
    opened(parts, caller_id, secrecy=Secrecy.CONFIDENTIAL)
    withdrawn(parts, over)

    offered = sign_in("dispatcher").done("GET", f"/tickets/{ticket.id}/repeats")["items"]

    by_id = {one["ticket"]["id"]: one for one in offered}
    assert set(by_id) >= {alike.id, over.id}
    assert by_id[alike.id]["proposal"] == "merge"
    assert by_id[alike.id]["may"] == ["merge", "related", "reject"]
    assert by_id[over.id]["proposal"] == "again"
    assert "same-citizen" in {reason["code"] for reason in by_id[alike.id]["reasons"]}
    assert "merge" not in {may for one in offered if one["ticket"]["type"] == "report" for may in one["may"]}


def decision(ticket: Ticket, verdict: str) -> dict[str, Any]:
    return {"verdict": verdict, "note": "同一件事", "version": ticket.version}


def test_a_merge_decided_on_an_offer_is_carried_out_and_kept(sign_in: SignIn, parts: Container, caller_id: int) -> None:
    main, ticket = (opened(parts, caller_id) for _ in range(2))

    path = f"/tickets/{ticket.id}/repeats/{main.id}/decision"
    assert sign_in("dispatcher").done("POST", path, json=decision(ticket, "merged"))["state"] == "merged"

    with parts.database.read() as session:
        (kept,) = session.scalars(select(RepeatDecision))
        assert (kept.ticket_id, kept.other_id, kept.verdict) == (ticket.id, main.id, "merged")
        assert kept.score > 0
        assert kept.features


def test_what_was_rejected_is_not_offered_again_from_either_side(sign_in: SignIn, parts: Container, caller_id: int) -> None:
    other, ticket = (opened(parts, caller_id) for _ in range(2))
    desk = sign_in("dispatcher")

    desk.done("POST", f"/tickets/{ticket.id}/repeats/{other.id}/decision", json=decision(ticket, "rejected"))

    assert desk.done("GET", f"/tickets/{ticket.id}/repeats")["items"] == []
    assert desk.done("GET", f"/tickets/{other.id}/repeats")["items"] == []


def test_a_decision_on_a_ticket_that_changed_meanwhile_is_refused(sign_in: SignIn, parts: Container, caller_id: int) -> None:
    other, ticket = (opened(parts, caller_id) for _ in range(2))
    stale = {**decision(ticket, "rejected"), "version": ticket.version - 1}

    sign_in("dispatcher").refused(409, "POST", f"/tickets/{ticket.id}/repeats/{other.id}/decision", json=stale)


def test_a_draft_rejects_an_earlier_ticket_for_good(sign_in: SignIn, parts: Container, caller_id: int) -> None:
    earlier = opened(parts, caller_id)
    agent = sign_in("agent")
    draft = draft_of(agent)

    agent.done("POST", f"/drafts/{draft['id']}/repeats/{earlier.id}/reject")
    made = agent.done("POST", f"/drafts/{draft['id']}/confirm", json={"version": draft["version"]})

    offered = sign_in("dispatcher").done("GET", f"/tickets/{made['id']}/repeats")["items"]
    assert earlier.id not in [one["ticket"]["id"] for one in offered]


def test_report_is_offered_nothing_to_merge_with(sign_in: SignIn, parts: Container, caller_id: int) -> None:
    opened(parts, caller_id)
    report = opened(parts, caller_id, type="report")

    assert sign_in("dispatcher").done("GET", f"/tickets/{report.id}/repeats")["items"] == []


def test_units_ask_for_no_repeats(sign_in: SignIn, parts: Container, caller_id: int) -> None:
    ticket = opened(parts, caller_id)

    sign_in("handler", "U1").refused(403, "GET", f"/tickets/{ticket.id}/repeats")
    sign_in("dispatcher").refused(404, "GET", "/tickets/999/repeats")


def draft_of(agent: Person) -> dict[str, Any]:
    """A draft with everything that a ticket needs."""
    draft = agent.done("POST", "/contacts")["drafts"][0]
    fields = {"type": "complaint", "title": NEW.title, "body": NEW.body, "contact_phone": "19900000001"}
    typed: dict[str, Any] = agent.done("PATCH", f"/drafts/{draft['id']}", json={"version": draft["version"], "fields": fields})
    return typed


def test_matter_asked_again_is_linked_to_the_ticket_that_ended(sign_in: SignIn, parts: Container, caller_id: int) -> None:
    agent, earlier = sign_in("agent"), opened(parts, caller_id)
    withdrawn(parts, earlier)
    draft = draft_of(agent)

    sent = {"version": draft["version"], "repeat_of_id": earlier.id}
    made = [agent.done("POST", f"/drafts/{draft['id']}/confirm", json=sent) for _ in range(2)]

    assert [row["repeat_of_id"] for row in made] == [earlier.id] * 2
    with parts.database.read() as session:
        (seen,) = links.of_ticket(session, earlier.id)
        assert (seen.kind, seen.ticket.id) == ("again_later", made[0]["id"])


def test_matter_of_an_open_ticket_is_joined_and_not_asked_again(sign_in: SignIn, parts: Container, caller_id: int) -> None:
    agent, earlier = sign_in("agent"), opened(parts, caller_id)
    draft = draft_of(agent)

    sent = {"version": draft["version"], "repeat_of_id": earlier.id}
    refused = agent.refused(409, "POST", f"/drafts/{draft['id']}/confirm", json=sent)

    assert (refused["details"]["reason"], refused["details"]["number"]) == ("still-open", earlier.number)
    agent.refused(404, "POST", f"/drafts/{draft['id']}/confirm", json={**sent, "repeat_of_id": 999})


def test_merged_citizens_follow_their_own_tickets_and_learn_nothing_of_each_other(
    citizen: Person, parts: Container, caller_id: int
) -> None:
    main, other = (opened(parts, caller_id, contact_name=name, contact_phone=phone) for name, phone in CALLERS)
    with parts.database.work() as uow:
        given = {"main_id": main.id, "note": "同一工地"}
        tickets.move(uow, other.id, "merge", roles=["dispatcher"], given=given)

    added = {"query_code": other.query_code, "text": "我是李女士，昨晚又施工到两点"}
    shown = citizen.done("POST", f"/public/tickets/{other.number}/additions", json=added)
    citizen.done("POST", f"/public/tickets/{other.number}/urges", json={"query_code": other.query_code})
    elder = citizen.ask("POST", f"/public/tickets/{main.number}/look", json={"query_code": main.query_code}).text

    assert (shown["state"], shown["can_add"], shown["can_urge"]) == ("merged", True, True)
    assert [line["text"] for line in shown["timeline"]][-1] == added["text"]
    assert main.number not in str(shown)
    assert not [word for word in (other.number, "李女士", "昨晚", "merge") if word in elder]
