"""An answered enquiry becomes a draft article, once, by the unit that answered, without what names a person."""

from typing import Any

import pytest
from sqlalchemy import select

from hotline.people.models import Notice, Unit
from hotline.tickets.events import TicketMoved
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.tickets import NewTicket, open_ticket
from hotline.tickets.workflow import AssignmentState, Secrecy, State
from knowledge_base.models import Article
from tests.integration.people import SignIn
from web.bootstrap import Container
from web.reactions import knowledge

ASKED = NewTicket(
    channel="phone",
    type="enquiry",
    title="张三丰咨询居住证续签",
    body="居住证到期怎么续签",
    category_code="0402",
    contact_name="张三丰",
    contact_phone="19900000001",
)
REPLY = "张三丰您好，居住证到期前一个月可续签，详询13900001234。"


def enquiry(parts: Container, **change: Any) -> int:
    """An enquiry that the unit U1 answered; `change` is what differs of the ticket."""
    with parts.database.work() as uow:
        ticket = open_ticket(uow, ASKED)
        unit_id = uow.session.scalars(select(Unit.id).where(Unit.code == "U1")).one()
        ended = {"state": State.CLOSED, "public_reply": REPLY, "lead_unit_id": unit_id, **change}
        for name, value in ended.items():
            setattr(ticket, name, value)
        part = {"role": "lead", "round": 1, "state": AssignmentState.ENDED, "dispatched_at": uow.now, "reply_form": {}}
        uow.session.add(Assignment(ticket_id=ticket.id, unit_id=unit_id, **part))
        return ticket.id


def test_the_reply_becomes_a_draft_without_names_and_numbers(sign_in: SignIn, parts: Container) -> None:
    ticket_id = enquiry(parts)

    draft = sign_in("liaison", "U1").done("POST", f"/tickets/{ticket_id}/article")

    assert (draft["state"], draft["title"], draft["questions"]) == ("draft", "咨询居住证续签", ["咨询居住证续签"])
    assert (draft["category_code"], draft["ticket_id"], draft["owner_unit"]["name"]) == ("0402", ticket_id, "单位U1")
    for answer in (draft["answer_agent"], draft["answer_public"]):
        assert "居住证到期前一个月可续签" in answer
        assert "张三丰" not in answer
        assert "13900001234" not in answer


def test_the_second_time_the_article_is_named(sign_in: SignIn, parts: Container) -> None:
    ticket_id, officer = enquiry(parts), sign_in("liaison", "U1")
    draft = officer.done("POST", f"/tickets/{ticket_id}/article")

    error = officer.refused(409, "POST", f"/tickets/{ticket_id}/article")

    assert (error["details"]["reason"], error["details"]["article_id"]) == ("enquiry-has-article", draft["id"])


@pytest.mark.parametrize(
    "change", [{"state": State.HANDLING}, {"type": "complaint"}, {"public_reply": ""}, {"secrecy": Secrecy.CONFIDENTIAL}]
)
def test_what_is_no_answered_ordinary_enquiry_becomes_no_article(
    sign_in: SignIn, parts: Container, change: dict[str, Any]
) -> None:
    ticket_id = enquiry(parts, **change)

    assert sign_in("liaison", "U1").ask("POST", f"/tickets/{ticket_id}/article").status_code in (404, 409)
    with parts.database.read() as session:
        assert session.scalars(select(Article)).all() == []


def test_another_unit_does_not_know_of_the_enquiry(sign_in: SignIn, parts: Container) -> None:
    sign_in("liaison", "U2").refused(404, "POST", f"/tickets/{enquiry(parts)}/article")


def test_the_unit_is_asked_once_for_the_knowledge(parts: Container) -> None:
    ticket_id = enquiry(parts)
    closed = TicketMoved(ticket_id, "N", "close", State.CALLBACK.value, State.CLOSED.value)

    for delivery_id in (1, 2):
        knowledge.enquiry_closed(parts.database, delivery_id, closed)

    with parts.database.read() as session:
        told = session.scalars(select(Notice).where(Notice.code == "article-wanted")).all()
        assert [(notice.ticket_id, notice.unit_id) for notice in told] == [
            (ticket_id, session.get_one(Ticket, ticket_id).lead_unit_id)
        ]
