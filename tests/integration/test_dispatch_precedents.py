"""Precedents of a dispute: rulings on tickets whose words are alike, whatever their category."""

import pytest

from dispatch import precedents
from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers
from hotline.tickets import following
from hotline.tickets.events import AssignmentMoved
from hotline.tickets.models import Category, Ticket
from tests import factories
from tests.integration.parts import RULING, at_work
from tests.integration.test_part_disputes import DESK, disputed

CASES = {
    "0402": "小区门口道路红线内堆放建筑垃圾",
    "0403": "地下车库漏水无人维修",
    "0404": "工地夜间施工噪声扰民",
}


@pytest.fixture
def subscribers() -> Subscribers:
    return Subscribers(within={AssignmentMoved: (following.follow,)})


def ruled(database: Database, code: str, words: str) -> None:
    with database.work() as uow:
        if not uow.session.get(Category, code):
            factories.category(uow.session, code)
    work, part_id = disputed(database, category_code=code)
    told(database, words)
    work.act(part_id, "designate_here", "dispatcher", **{**RULING, "evidence": words})


def told(database: Database, words: str) -> int:
    """Give the newest ticket these words."""
    with database.work() as uow:
        ticket = uow.session.query(Ticket).order_by(Ticket.id.desc()).first()
        assert ticket is not None
        ticket.title = ticket.body = words
        return ticket.id


def test_ruling_of_alike_words_comes_before_one_of_the_same_category(database: Database) -> None:
    for code, words in CASES.items():
        ruled(database, code, words)
    at_work(database, category_code="0403")
    ticket_id = told(database, "半夜工地还在施工噪声太大扰民")

    with database.read() as session:
        found = precedents.alike(session, DESK, session.get_one(Ticket, ticket_id))

    assert [one.category_code for one in found][:2] == ["0404", "0403"]
