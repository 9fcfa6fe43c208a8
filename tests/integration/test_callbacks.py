"""Call-backs on a real database: who is asked, what the answers lead to, redo and its limit, the portal's own evaluation."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hotline.kernel.db import Actor, Database
from hotline.kernel.errors import Conflict, Forbidden, HotlineError, Invalid
from hotline.kernel.events import Subscribers
from hotline.kernel.scope import Scope
from hotline.tickets import assignments, tickets
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import AT_WORK, State
from sla import callback_lists, callbacks, defaults, reviews
from sla.answers import CallbackAnswers, ConnectResult, Contacted, Satisfaction, Solved
from sla.lifecycles import CallbackState
from sla.opinions import Callback, CallbackAnswer
from sla.reviews import Decision, Judged, Verdict
from tests import factories
from tests.conftest import ZONE
from tests.lives import REPLY
from tests.reactions import DEADLINES

START = datetime(2026, 11, 18, 9, 0, tzinfo=ZONE)
HOUR = timedelta(hours=1)
NEXT_MORNING = datetime(2026, 11, 19, 9, 0, tzinfo=ZONE)
NEXT_AFTERNOON = datetime(2026, 11, 19, 15, 0, tzinfo=ZONE)
EVENING_AFTER = datetime(2026, 11, 20, 19, 0, tzinfo=ZONE)
RINGER = Scope(officer_id=None, roles=frozenset({"callback_agent"}))
LISTING = Scope(officer_id=1, roles=frozenset({"callback_agent", "reply_auditor"}), sees_all_units=True)
AUDITOR = Scope(officer_id=None, roles=frozenset({"reply_auditor"}))
SUPERVISOR = Scope(officer_id=None, roles=frozenset({"supervisor"}))
HANDLER = Scope(officer_id=None, roles=frozenset({"handler"}))
NEW = NewTicket(channel="phone", type="complaint", title="关于夜间施工的问题", body="夜间施工。诉求：停止。")
HAPPY = CallbackAnswers(Contacted.YES, Solved.YES, Satisfaction.SATISFIED)
UNSOLVED = CallbackAnswers(Contacted.NO, Solved.NO, Satisfaction.DISSATISFIED, reason="没人来过", verbatim="一直没解决")


@pytest.fixture
def subscribers() -> Subscribers:
    return DEADLINES


@pytest.fixture
def city(database: Database) -> Database:
    with database.work() as uow:
        defaults.install_defaults(uow)
        factories.unit(uow.session, "U1")
    return database


def replied(database: Database, *, phone: str = "19900000001", reply_wanted: bool = True) -> int:
    with database.work(now=START) as uow:
        ticket = tickets.open_ticket(uow, replace(NEW, contact_phone=phone, reply_wanted=reply_wanted))
        tickets.move(uow, ticket.id, "dispatch", roles=["dispatcher"], given={"unit_id": 1})
    answered(database, ticket.id)
    return ticket.id


def answered(database: Database, ticket_id: int, at: datetime = START + HOUR) -> None:
    with database.work(now=at) as uow:
        query = select(Assignment.id).where(Assignment.ticket_id == ticket_id, Assignment.state.in_(AT_WORK))
        assignment_id = uow.session.scalars(query).one()
        assignments.move(uow, assignment_id, "sign", roles=["handler"], given={})
        assignments.move(uow, assignment_id, "reply", roles=["handler"], given=REPLY)


def rung(
    database: Database,
    ticket_id: int,
    result: ConnectResult = ConnectResult.REACHED,
    answers: CallbackAnswers | None = None,
    *,
    after: timedelta = HOUR,
    scope: Scope = RINGER,
) -> Callback:
    with database.work(now=START + HOUR + after) as uow:
        callback = callback_lists.of_ticket(uow.session, ticket_id)[-1]
        return callbacks.attempt(uow, scope, callback.id, connect_result=result, answers=answers)


def decided(
    database: Database,
    ticket_id: int,
    decision: Decision,
    *,
    scope: Scope = AUDITOR,
    verdict: Verdict = Verdict.REASONABLE,
    explanation: str = "",
) -> None:
    with database.work(now=START + 3 * HOUR) as uow:
        reviews.review(uow, scope, ticket_id, Judged(verdict, "现场未整改", decision, explanation))


def ticket_of(database: Database, ticket_id: int) -> Ticket:
    with database.read() as session:
        ticket = session.get_one(Ticket, ticket_id)
        session.expunge(ticket)
    return ticket


def test_a_reply_opens_a_call_back_within_five_working_days(city: Database) -> None:
    replied(city)

    with city.read() as session:
        (found,) = callback_lists.open_callbacks(session, LISTING, now=START)
        assert (found.ticket.state, found.unit_says_solved) == (State.CALLBACK, "yes")
        assert found.callback.due_at == datetime(2026, 11, 25, 17, 30, tzinfo=ZONE)


@pytest.mark.parametrize("asked", [{"reply_wanted": False}, {"phone": ""}])
def test_nobody_is_rung_who_wants_no_answer_or_left_no_number(city: Database, asked: dict[str, bool | str]) -> None:
    ticket_id = replied(city, **asked)  # type: ignore[arg-type]

    ticket = ticket_of(city, ticket_id)
    assert (ticket.state, ticket.outcome_source, ticket.satisfied) == (State.CLOSED, "not_wanted", None)
    with city.read() as session:
        assert callback_lists.open_callbacks(session, LISTING, now=START) == []


DOUBTED = {Satisfaction.DISSATISFIED, Satisfaction.VERY_DISSATISFIED}


@pytest.mark.parametrize("solved", list(Solved))
@pytest.mark.parametrize("satisfaction", list(Satisfaction))
def test_answers_close_or_send_to_review(city: Database, solved: Solved, satisfaction: Satisfaction) -> None:
    ticket_id = replied(city)

    rung(city, ticket_id, answers=CallbackAnswers(Contacted.UNKNOWN, solved, satisfaction))

    ticket = ticket_of(city, ticket_id)
    doubted = solved is Solved.NO or satisfaction in DOUBTED
    assert ticket.state is (State.REVIEW if doubted else State.CLOSED)
    facts = (ticket.contacted, ticket.solved, ticket.satisfied, ticket.outcome_source)
    assert facts == (None, solved.value, satisfaction.value, "explicit")


def test_the_third_unanswered_try_closes_as_unreachable(city: Database) -> None:
    ticket_id = replied(city)

    states = [
        rung(city, ticket_id, result, after=moment - START - HOUR).state
        for moment, result in zip(
            (NEXT_MORNING, NEXT_AFTERNOON, EVENING_AFTER),
            (ConnectResult.NO_ANSWER, ConnectResult.BUSY, ConnectResult.THIRD_PERSON),
            strict=True,
        )
    ]

    assert states == [CallbackState.OPEN, CallbackState.OPEN, CallbackState.UNREACHABLE]
    ticket = ticket_of(city, ticket_id)
    assert (ticket.state, ticket.outcome_source, ticket.solved) == (State.CLOSED, "unreachable", None)


def test_tries_in_a_row_count_once(city: Database) -> None:
    ticket_id = replied(city)

    states = [rung(city, ticket_id, ConnectResult.BUSY, after=timedelta(minutes=place)).state for place in range(4)]

    assert states == [CallbackState.OPEN] * 4


@pytest.mark.parametrize("result", [ConnectResult.REFUSED, ConnectResult.WRONG_NUMBER])
def test_a_final_result_is_not_tried_again(city: Database, result: ConnectResult) -> None:
    ticket_id = replied(city)

    assert rung(city, ticket_id, result).state is CallbackState.UNREACHABLE


@pytest.mark.parametrize(
    ("result", "answers"), [(ConnectResult.REACHED, None), (ConnectResult.BUSY, HAPPY), (ConnectResult.THIRD_PERSON, HAPPY)]
)
def test_answers_belong_to_a_call_that_reached(city: Database, result: ConnectResult, answers: CallbackAnswers | None) -> None:
    ticket_id = replied(city)

    with pytest.raises(Invalid):
        rung(city, ticket_id, result, answers)


def test_an_ended_call_back_takes_no_second_answer(city: Database) -> None:
    ticket_id = replied(city)
    rung(city, ticket_id, answers=HAPPY)

    with pytest.raises(Conflict):
        rung(city, ticket_id, answers=UNSOLVED)

    assert ticket_of(city, ticket_id).satisfied == "satisfied"


def test_a_handler_may_not_call_back(city: Database) -> None:
    ticket_id = replied(city)

    with pytest.raises(Forbidden):
        rung(city, ticket_id, answers=HAPPY, scope=HANDLER)


def test_a_call_back_taken_by_one_agent_is_closed_to_another_for_a_while(city: Database) -> None:
    ticket_id = replied(city)
    with city.work() as uow:
        first, second = (factories.officer(uow.session, login, roles=("callback_agent",)).id for login in ("a", "b"))
    mine, hers = (Scope(officer_id=found, roles=RINGER.roles) for found in (first, second))
    with city.work(Actor(first), now=START + HOUR) as uow:
        callbacks.claim(uow, mine, callback_lists.of_ticket(uow.session, ticket_id)[0].id)

    with pytest.raises(Conflict):
        rung(city, ticket_id, answers=HAPPY, scope=hers, after=timedelta(minutes=5))

    assert rung(city, ticket_id, answers=HAPPY, scope=hers, after=HOUR).state is CallbackState.DONE


def test_unsolved_comes_back_to_the_unit_and_ends_solved(city: Database) -> None:
    ticket_id = replied(city)
    rung(city, ticket_id, answers=UNSOLVED)

    decided(city, ticket_id, Decision.REDO)
    redone = ticket_of(city, ticket_id)
    assert (redone.state, redone.round, redone.reasonable) == (State.DISPATCHED, 2, "reasonable")
    assert redone.due_at == datetime(2026, 11, 23, 17, 30, tzinfo=ZONE)
    answered(city, ticket_id, START + 5 * HOUR)
    rung(city, ticket_id, answers=HAPPY, after=6 * HOUR)

    ticket = ticket_of(city, ticket_id)
    assert (ticket.state, ticket.solved, ticket.satisfied) == (State.CLOSED, "yes", "satisfied")
    with city.read() as session:
        kept = session.scalars(select(CallbackAnswer).order_by(CallbackAnswer.callback_id)).all()
        assert [answer.solved for answer in kept] == ["no", "yes"]
        facts = callback_lists.facts(session, ticket_id)
        assert [(fact.round, fact.satisfaction, fact.source) for fact in facts] == [
            (1, "dissatisfied", "explicit"),
            (2, "satisfied", "explicit"),
        ]


def test_a_second_redo_needs_the_supervisor(city: Database) -> None:
    ticket_id = replied(city)
    rung(city, ticket_id, answers=UNSOLVED)
    decided(city, ticket_id, Decision.REDO)
    answered(city, ticket_id, START + 5 * HOUR)
    rung(city, ticket_id, answers=UNSOLVED, after=6 * HOUR)

    with pytest.raises(Forbidden) as caught:
        decided(city, ticket_id, Decision.REDO)
    decided(city, ticket_id, Decision.REDO, scope=SUPERVISOR)

    assert caught.value.details["reason"] == "redo-limit"
    assert ticket_of(city, ticket_id).round == 3


def test_a_case_is_explained_and_kept_closed(city: Database) -> None:
    ticket_id = replied(city)
    rung(city, ticket_id, answers=UNSOLVED)

    decided(city, ticket_id, Decision.KEEP_CLOSED, verdict=Verdict.UNREASONABLE, explanation="已依法说明理由。")

    ticket = ticket_of(city, ticket_id)
    assert (ticket.state, ticket.reasonable, ticket.solved) == (State.CLOSED, "unreasonable", "no")
    with city.read() as session:
        assert reviews.of_ticket(session, ticket_id)[0].explanation == "已依法说明理由。"
        assert reviews.due_reviews(session, LISTING) == []


@pytest.mark.parametrize(
    ("decision", "verdict", "scope", "kind"),
    [
        (Decision.KEEP_CLOSED, Verdict.REASONABLE, AUDITOR, Invalid),
        (Decision.REDO, Verdict.UNREASONABLE, AUDITOR, Invalid),
        (Decision.REDO, Verdict.REASONABLE, RINGER, Forbidden),
    ],
)
def test_a_review_is_refused(
    city: Database, decision: Decision, verdict: Verdict, scope: Scope, kind: type[HotlineError]
) -> None:
    ticket_id = replied(city)
    rung(city, ticket_id, answers=UNSOLVED)

    with pytest.raises(kind):
        decided(city, ticket_id, decision, verdict=verdict, scope=scope)

    assert ticket_of(city, ticket_id).state is State.REVIEW


def test_a_case_waits_in_the_list_with_its_answers_and_limit(city: Database) -> None:
    ticket_id = replied(city)
    rung(city, ticket_id, answers=UNSOLVED)

    with city.read() as session:
        (due,) = reviews.due_reviews(session, LISTING)
        assert due.ticket.id == ticket_id
        assert due.callback.answer is not None
        assert due.callback.answer.verbatim == "一直没解决"
        assert due.clock is not None


@pytest.mark.parametrize(("answers", "state"), [(HAPPY, State.CLOSED), (UNSOLVED, State.REVIEW)])
def test_the_portal_evaluation_has_the_same_consequences(city: Database, answers: CallbackAnswers, state: State) -> None:
    ticket_id = replied(city)

    with city.work(now=START + 2 * HOUR) as uow:
        callbacks.evaluate_online(uow, tickets.get(uow, ticket_id), answers)

    ticket = ticket_of(city, ticket_id)
    assert (ticket.state, ticket.outcome_source) == (state, "explicit")


def test_an_evaluation_is_taken_once(city: Database) -> None:
    ticket_id = replied(city)
    with city.work(now=START + 2 * HOUR) as uow:
        callbacks.evaluate_online(uow, tickets.get(uow, ticket_id), HAPPY)

    with pytest.raises(Conflict), city.work(now=START + 3 * HOUR) as uow:
        callbacks.evaluate_online(uow, tickets.get(uow, ticket_id), UNSOLVED)


def test_open_call_backs_are_paged_by_what_is_due(city: Database) -> None:
    ids = [replied(city) for _ in range(3)]

    with city.read() as session:
        first = callback_lists.open_callbacks(session, LISTING, now=START, limit=2)
        rest = callback_lists.open_callbacks(session, LISTING, now=START, limit=2, after=first[-1].callback.id)

        assert [found.ticket.id for found in [*first, *rest]] == ids
