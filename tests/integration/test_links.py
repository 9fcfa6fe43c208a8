"""Splitting (分办) and relating (关联): child tickets of their own, and tickets that show each other."""

import pytest

from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Invalid
from hotline.kernel.events import Subscribers
from hotline.tickets import links
from hotline.tickets.workflow import State
from sla.opinions import Callback
from tests import factories
from tests.integration.repeats import dispatched, found_city, move, opened, replied
from tests.reactions import DEADLINES


@pytest.fixture
def subscribers() -> Subscribers:
    return DEADLINES


@pytest.fixture(autouse=True)
def city(database: Database) -> None:
    found_city(database)


def test_split_ticket_has_children_with_call_backs_of_their_own(database: Database) -> None:
    with database.work() as uow:
        citizen = factories.citizen(uow.session)
        ticket = opened(uow, citizen_id=citizen.id)
        matters = [
            {"title": f"关于{what}的问题", "body": f"{what}无人处理", "category_code": "0402"} for what in ("噪声", "扬尘")
        ]

        move(uow, ticket, "split", children=matters)

        children = links.children(uow.session, ticket.id)
        replied(uow, dispatched(uow, children[0]))
        assert [child.state for child in children] == [State.CALLBACK, State.PENDING]
        assert {(child.citizen_id, child.contact_phone, child.parent_id) for child in children} == {
            (citizen.id, ticket.contact_phone, ticket.id)
        }
        assert (ticket.state, uow.session.query(Callback).one().ticket_id) == (State.PENDING, children[0].id)
        assert [one.kind for one in links.of_ticket(uow.session, ticket.id)] == ["child", "child"]


def test_split_into_an_unknown_category_is_refused(database: Database) -> None:
    with database.work() as uow:
        ticket = opened(uow)

        with pytest.raises(Invalid) as refused:
            move(uow, ticket, "split", children=[{"title": "噪声", "body": "噪声", "category_code": "9999"}])

        assert refused.value.details["field"] == "category_code"


def test_related_tickets_show_each_other_and_go_their_own_way(database: Database) -> None:
    with database.work() as uow:
        one, other = opened(uow), opened(uow, 1)

        move(uow, one, "relate", other_id=other.id, note="同一工地")
        with pytest.raises(Conflict):
            move(uow, other, "relate", other_id=one.id)

        seen = [
            (linked.kind, linked.ticket.id) for ticket in (one, other) for linked in links.of_ticket(uow.session, ticket.id)
        ]
        assert seen == [("related", other.id), ("related", one.id)]
        assert {one.state, other.state} == {State.PENDING}
