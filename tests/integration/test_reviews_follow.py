"""What a decision on a dissatisfied case leads to: the ticket, its part in the rates, the level above, an order."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hotline.insight import metrics
from hotline.kernel.db import Database
from hotline.kernel.errors import Forbidden, HotlineError, Invalid
from hotline.kernel.events import Subscribers
from hotline.kernel.scope import Scope
from hotline.people.models import Unit
from hotline.tickets import assignments, ladders, tickets
from hotline.tickets.models import Assignment, SupervisionOrder, Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import AT_WORK, State
from sla import callback_lists, callbacks, defaults, reviews
from sla.answers import CallbackAnswers, Contacted, Satisfaction, Solved
from sla.reviews import Decision, Judged, Verdict
from tests import factories
from tests.conftest import ZONE
from tests.lives import REPLY
from tests.reactions import DEADLINES

START = datetime(2026, 11, 18, 9, 0, tzinfo=ZONE)
HOUR = timedelta(hours=1)
AUDITOR = Scope(officer_id=None, roles=frozenset({"reply_auditor"}))
SUPERVISOR = Scope(officer_id=None, roles=frozenset({"supervisor"}))
READER = Scope(officer_id=1, roles=frozenset({"reply_auditor"}), sees_all_units=True)
NEW = NewTicket(channel="phone", type="complaint", title="夜间施工", body="夜间施工，诉求：停止。", contact_phone="19900000001")
HAPPY = CallbackAnswers(Contacted.YES, Solved.YES, Satisfaction.SATISFIED)
UNHAPPY = CallbackAnswers(Contacted.NO, Solved.NO, Satisfaction.DISSATISFIED)
SAID = (
    UNHAPPY,
    CallbackAnswers(Contacted.YES, Solved.NO, Satisfaction.SATISFIED),
    CallbackAnswers(Contacted.YES, Solved.YES, Satisfaction.VERY_DISSATISFIED),
)
"""Not solved and dissatisfied, only the one, only the other."""
AGAIN = {Decision.REDO, Decision.SUPERVISE}
ENDS = {
    Decision.REDO: State.DISPATCHED,
    Decision.SUPERVISE: State.DISPATCHED,
    Decision.KEEP_CLOSED: State.CLOSED,
    Decision.TERMINATE: State.TERMINATED,
}


@pytest.fixture
def subscribers() -> Subscribers:
    return DEADLINES


@pytest.fixture
def city(database: Database) -> Database:
    """U1 is a township below U2."""
    with database.work() as uow:
        defaults.install_defaults(uow)
        above = factories.unit(uow.session, "U2")
        factories.unit(uow.session, "U1", territorial_id=above.id)
    return database


def unit_id(database: Database, code: str) -> int:
    with database.read() as session:
        return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def answered(database: Database, ticket_id: int, at: datetime, answers: CallbackAnswers) -> None:
    """Let the lead reply and the requester judge."""
    with database.work(now=at) as uow:
        query = select(Assignment.id).where(Assignment.ticket_id == ticket_id, Assignment.state.in_(AT_WORK))
        part_id = uow.session.scalars(query).one()
        for action, given in (("sign", {}), ("reply", REPLY)):
            assignments.move(uow, part_id, action, roles=["handler"], given=given)
    with database.work(now=at + HOUR) as uow:
        callbacks.evaluate_online(uow, tickets.get(uow, ticket_id), answers)


def doubted(database: Database, answers: CallbackAnswers = UNHAPPY) -> int:
    lead = unit_id(database, "U1")
    with database.work(now=START) as uow:
        ticket = tickets.open_ticket(uow, NEW)
        tickets.move(uow, ticket.id, "dispatch", roles=["dispatcher"], given={"unit_id": lead})
    answered(database, ticket.id, START + HOUR, answers)
    return ticket.id


def decide(database: Database, ticket_id: int, judged: Judged, scope: Scope = SUPERVISOR) -> Ticket:
    with database.work(now=START + 3 * HOUR) as uow:
        reviews.review(uow, scope, ticket_id, judged)
    with database.read() as session:
        return session.get_one(Ticket, ticket_id)


def rates(database: Database) -> dict[str, tuple[int, int]]:
    with database.read() as session:
        found = metrics.measure(session, Ticket.id > 0)
    return {one.formula.key: (one.numerator, one.denominator) for one in found}


@pytest.mark.parametrize("said", SAID, ids=lambda said: f"{said.solved}-{said.satisfaction}")
@pytest.mark.parametrize(("verdict", "decision"), list(itertools.product(Verdict, Decision)))
def test_every_verdict_and_decision_leads_to_its_state_and_part_in_the_rates(
    city: Database, verdict: Verdict, decision: Decision, said: CallbackAnswers
) -> None:
    ticket_id = doubted(city, said)
    judged = Judged(verdict, "现场核查", decision, explanation="已向诉求人说明")

    if decision in AGAIN and verdict is Verdict.UNREASONABLE:
        with pytest.raises(Invalid):
            decide(city, ticket_id, judged)
        return
    ticket = decide(city, ticket_id, judged)

    assert (ticket.state, ticket.reasonable) == (ENDS[decision], verdict.value)
    counted = verdict is not Verdict.UNREASONABLE
    assert rates(city)["resolution"] == (counted and said.solved is Solved.YES, counted)
    assert rates(city)["satisfaction"] == (counted and said.satisfaction is Satisfaction.SATISFIED, counted)
    assert rates(city)["first_resolution"] == rates(city)["resolution"]


def test_redo_goes_one_level_higher(city: Database) -> None:
    above = unit_id(city, "U2")
    with city.work() as uow:
        ladders.put(uow, unit_id=None, unit_class=None, important=True, kind=None, steps=["section_head", "signing_head"])
    ticket_id = doubted(city)
    with city.read() as session:
        (due,) = reviews.due_reviews(session, READER)
        assert reviews.signer_of_redo(session, due.ticket, START) == "signing_head"

    ticket = decide(city, ticket_id, Judged(Verdict.REASONABLE, "仍在施工", Decision.REDO), AUDITOR)

    assert (ticket.important, ticket.round) == (True, 2)
    with city.read() as session:
        parts = session.scalars(select(Assignment).where(Assignment.ticket_id == ticket_id, Assignment.round == 2)).all()
        assert {(part.role, part.unit_id == above) for part in parts} == {("lead", False), ("copied", True)}


def test_redo_under_supervision_issues_an_order_at_once(city: Database) -> None:
    ticket_id = doubted(city)

    ticket = decide(city, ticket_id, Judged(Verdict.REASONABLE, "仍在施工", Decision.SUPERVISE))

    with city.read() as session:
        (order,) = session.scalars(select(SupervisionOrder).where(SupervisionOrder.ticket_id == ticket_id)).all()
    assert (order.unit_id, order.reason_code, order.due_at) == (ticket.lead_unit_id, "dissatisfied", ticket.due_at)
    assert ticket.round == 2


def test_an_order_is_not_an_auditors_to_issue(city: Database) -> None:
    ticket_id = doubted(city)

    with pytest.raises(Forbidden):
        decide(city, ticket_id, Judged(Verdict.REASONABLE, "仍在施工", Decision.SUPERVISE), AUDITOR)

    with city.read() as session:
        assert session.get_one(Ticket, ticket_id).state is State.REVIEW


def test_redo_beyond_the_rounds_of_the_rule_is_the_supervisors(city: Database) -> None:
    ticket_id = doubted(city)
    decide(city, ticket_id, Judged(Verdict.REASONABLE, "仍在施工", Decision.REDO), AUDITOR)
    answered(city, ticket_id, START + 4 * HOUR, UNHAPPY)
    again = Judged(Verdict.REASONABLE, "仍在施工", Decision.REDO)

    with pytest.raises(HotlineError) as caught:
        decide(city, ticket_id, again, AUDITOR)

    assert caught.value.details["reason"] == "redo-limit"
    assert decide(city, ticket_id, again, SUPERVISOR).round == 3


def test_first_and_last_results_are_both_kept(city: Database) -> None:
    ticket_id = doubted(city)
    decide(city, ticket_id, Judged(Verdict.REASONABLE, "仍在施工", Decision.REDO))
    answered(city, ticket_id, START + 4 * HOUR, HAPPY)

    found = rates(city)

    assert (found["satisfaction"], found["first_satisfaction"]) == ((1, 1), (0, 1))
    assert (found["resolution"], found["first_resolution"]) == ((1, 1), (0, 1))
    with city.read() as session:
        ticket = session.get_one(Ticket, ticket_id)
        assert (ticket.first_solved, ticket.first_satisfied) == ("no", "dissatisfied")


def test_a_second_review_shows_what_was_said_first(city: Database) -> None:
    ticket_id = doubted(city, replace(UNHAPPY, reason="没人来过"))
    decide(city, ticket_id, Judged(Verdict.REASONABLE, "仍在施工", Decision.REDO))
    answered(city, ticket_id, START + 4 * HOUR, UNHAPPY)

    with city.read() as session:
        (due,) = reviews.due_reviews(session, READER)
        assert due.first is not None
        assert due.first.answer is not None
        assert (due.first.round, due.first.answer.reason, due.callback.round) == (1, "没人来过", 2)


def test_silence_counts_in_the_official_rate_and_not_beside_it(city: Database) -> None:
    ticket_id = doubted(city, HAPPY)
    with city.work() as uow:
        ticket = tickets.get(uow, ticket_id)
        tickets.record_outcome(uow, ticket, contacted=None, solved=None, satisfied="satisfied", source="default")

    found = rates(city)

    assert (found["satisfaction"], found["satisfaction_explicit"], found["resolution"]) == ((1, 1), (0, 0), (0, 0))


@pytest.mark.parametrize("source", ["unreachable", "not_wanted", "not_sampled"])
def test_who_did_not_speak_is_in_no_rate(city: Database, source: str) -> None:
    lead = unit_id(city, "U1")
    with city.work(now=START) as uow:
        ticket = tickets.open_ticket(uow, NEW)
        tickets.move(uow, ticket.id, "dispatch", roles=["dispatcher"], given={"unit_id": lead})
        tickets.record_outcome(uow, ticket, contacted=None, solved=None, satisfied=None, source=source)

    found = rates(city)

    for key in ("satisfaction", "satisfaction_explicit", "first_satisfaction", "resolution", "first_resolution"):
        assert found[key] == (0, 0)


def test_rounds_are_told_apart_in_the_facts_of_the_ticket(city: Database) -> None:
    ticket_id = doubted(city)
    decide(city, ticket_id, Judged(Verdict.REASONABLE, "仍在施工", Decision.REDO))
    answered(city, ticket_id, START + 4 * HOUR, HAPPY)

    with city.read() as session:
        facts = callback_lists.facts(session, ticket_id)

    assert [(fact.round, fact.solved, fact.channel, fact.source) for fact in facts] == [
        (1, "no", "portal", "explicit"),
        (2, "yes", "portal", "explicit"),
    ]
