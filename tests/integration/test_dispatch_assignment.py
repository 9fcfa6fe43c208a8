"""Proposals on a real database: made with the ticket, remembered with the choice, changed by the next return."""

import pytest

from dispatch import assignment, catalogue_versions
from dispatch.routing import Candidate
from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers
from hotline.tickets import assignments, following, tickets
from hotline.tickets.events import AssignmentMoved, AssignmentOpened, TicketMoved, TicketOpened
from hotline.tickets.models import Category, Ticket
from hotline.tickets.tickets import NewTicket
from tests import factories
from tests.integration.test_dispatch_catalogue import STREET, build_city, row

NOISE = NewTicket(
    channel="phone",
    type="complaint",
    title="关于张先生反映占道经营的问题",
    body="门口占道经营。",
    category_code="0101",
    area_code=STREET,
)
OBJECTION = {"reason_code": "duty", "reason": "不属于本单位职责", "legal_basis": "《条例》第三条"}


@pytest.fixture
def subscribers() -> Subscribers:
    return Subscribers(
        within={
            TicketOpened: (assignment.propose_opened,),
            TicketMoved: (assignment.propose_again,),
            AssignmentOpened: (assignment.note_choice,),
            AssignmentMoved: (assignment.note_return, following.follow),
        }
    )


@pytest.fixture(autouse=True)
def city(database: Database) -> None:
    with database.work() as uow:
        build_city(uow.session)
        uow.session.get_one(Category, "0101").typical = ["占道经营"]
        catalogue_versions.import_rows(
            uow, [row("district-bureau:城管", assist=["street"]), row("district-bureau:公安", "any")]
        )


def opened(database: Database, given: NewTicket = NOISE) -> int:
    with database.work() as uow:
        return tickets.open_ticket(uow, given).id


def dispatched(database: Database, ticket_id: int, unit_id: int) -> int:
    with database.work() as uow:
        ticket = tickets.move(uow, ticket_id, "dispatch", roles=["dispatcher"], given={"unit_id": unit_id})
        uow.session.refresh(ticket)
        return ticket.assignments[-1].id


def returned(database: Database, assignment_id: int) -> None:
    with database.work() as uow:
        assignments.move(uow, assignment_id, "ask_return", roles=["liaison"], given=OBJECTION)
        assignments.move(uow, assignment_id, "grant_return", roles=["dispatcher"], given={"note": "理由成立"})


def proposed(database: Database, ticket_id: int) -> list[Candidate]:
    with database.read() as session:
        latest = assignment.latest(session, ticket_id)
        return assignment.candidates_of(latest) if latest else []


def test_a_new_ticket_has_its_proposal_with_reason_law_and_catalogue_version(database: Database) -> None:
    ticket_id = opened(database)

    best = proposed(database, ticket_id)[0]
    with database.read() as session:
        kept = assignment.latest(session, ticket_id)
        assert kept is not None
        assert kept.catalogue_version == 1
    assert (best.unit_name, best.legal_basis, best.reasons[0].code) == ("单位d1-cg", "《条例》", "catalogue")
    assert len(best.assist_ids) == 1


def test_a_direct_answer_gets_no_proposal(database: Database) -> None:
    with database.work() as uow:
        ticket_id = tickets.open_answered(uow, NOISE).id

    assert proposed(database, ticket_id) == []


def test_a_ticket_nothing_is_known_of_opens_with_an_empty_proposal(database: Database) -> None:
    ticket_id = opened(database, NewTicket(channel="phone", type="help", title="没有类别的事", body="……"))

    assert proposed(database, ticket_id) == []


def test_without_a_category_the_words_of_the_text_lead_to_the_unit(database: Database) -> None:
    with database.read() as session:
        ranked = assignment.rank(session, text="有人占道经营", category_code=None, area_code=STREET)

    assert ranked[0].unit_name == "单位d1-cg"
    assert "category-words" in [reason.code for reason in ranked[0].reasons]


def test_the_ranker_of_drafts_gives_category_and_unit_with_the_words(database: Database) -> None:
    with database.read() as session:
        fields = assignment.rank_fields(session, "有人占道经营", STREET)

    assert {(field.field, field.words) for field in fields} == {("category_code", ("占道经营",)), ("unit_id", ("占道经营",))}
    assert all(0 < field.confidence < 1 for field in fields)


def test_the_choice_is_kept_beside_the_proposal(database: Database) -> None:
    ticket_id = opened(database)
    other = proposed(database, ticket_id)[1].unit_id

    dispatched(database, ticket_id, other)

    with database.read() as session:
        kept = assignment.latest(session, ticket_id)
        assert kept is not None
        assert kept.chosen_unit_id == other
        assert kept.chosen_at is not None


def test_a_granted_return_changes_the_next_proposal_of_this_ticket_and_of_others(database: Database) -> None:
    ticket_id = opened(database)
    first = proposed(database, ticket_id)[0].unit_id

    returned(database, dispatched(database, ticket_id, first))

    assert proposed(database, ticket_id)[0].unit_id != first
    assert proposed(database, opened(database))[0].unit_id != first


def test_the_unit_that_returned_is_out_and_the_one_it_named_comes_first(database: Database) -> None:
    ticket_id = opened(database)
    first = proposed(database, ticket_id)[0].unit_id
    assignment_id = dispatched(database, ticket_id, first)
    with database.work() as uow:
        named = factories.unit(uow.session, "named-unit").id
        objection = {**OBJECTION, "competent_unit_id": named}
        assignments.move(uow, assignment_id, "ask_return", roles=["liaison"], given=objection)
        assignments.move(uow, assignment_id, "grant_return", roles=["dispatcher"], given={"note": "理由成立"})

    ranked = proposed(database, ticket_id)

    assert ranked[0].unit_id == named
    assert ranked[0].reasons[0].code == "named-in-return"
    assert first not in [candidate.unit_id for candidate in ranked]


def test_a_refused_return_changes_nothing(database: Database) -> None:
    ticket_id = opened(database)
    first = proposed(database, ticket_id)[0]
    assignment_id = dispatched(database, ticket_id, first.unit_id)

    with database.work() as uow:
        assignments.move(uow, assignment_id, "ask_return", roles=["liaison"], given=OBJECTION)
        assignments.move(uow, assignment_id, "refuse_return", roles=["dispatcher"], given={"note": "属于你单位"})

    assert proposed(database, opened(database))[0] == first


def test_who_answered_similar_tickets_of_the_district_is_a_reason(database: Database) -> None:
    ticket_id = opened(database)
    unit_id = proposed(database, ticket_id)[0].unit_id
    dispatched(database, ticket_id, unit_id)
    with database.work() as uow:
        uow.session.get_one(Ticket, ticket_id).replied_at = uow.now

    best = proposed(database, opened(database))[0]

    assert best.unit_id == unit_id
    assert {reason.code: dict(reason.args) for reason in best.reasons}["handled-before"] == {"tickets": 1, "of": 1}
