"""Who asks and who answers at the same moment: over a link, by telephone, by robot, by the clock. Exactly one outcome each."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select, update

from hotline.kernel import clock
from hotline.tickets import timeline
from sla import asking, evaluation_links
from sla.evaluation_links import LinkKind
from sla.opinions import Callback, CallEvaluation, EvaluationLink
from tests.fakes import FakeNotifier, FakeRobot
from tests.integration.people import Person, SignIn
from tests.integration.test_evaluation_links import BAD, GOOD, LATER, asked, called, machine, robot_asked, sent, ticket_of
from web.bootstrap import Container

Ask = Callable[[], int]
"""Asks the application once and gives the status of its answer."""
PLAIN = {key: GOOD[key] for key in ("contacted", "solved", "satisfaction")}
REACHED = {"connect_result": "reached", "answers": PLAIN}
ROUNDS = 4
"""Each race is run so often: a wrong order of locks shows in some of them."""


@pytest.fixture
def notifier() -> FakeNotifier:
    return FakeNotifier()


def together(*asks: Ask) -> list[int]:
    """What each was answered, lowest first; all ask at the same moment."""
    answers: list[int] = []
    gate = threading.Barrier(len(asks))

    def run(ask: Ask) -> None:
        gate.wait()
        answers.append(ask())

    threads = [threading.Thread(target=run, args=(ask,)) for ask in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def by_link(whole_app: APIFlask, token: str, given: dict[str, Any]) -> Ask:
    client = whole_app.test_client()
    return lambda: client.post("/api/v1/public/evaluations", json={"token": token, **given}).status_code


def by_agent(agent: Person, callback_id: int) -> Ask:
    return lambda: agent.ask("POST", f"/callbacks/{callback_id}/attempts", json=REACHED).status_code


def by_robot(parts: Container, whole_app: APIFlask, callback_id: int, body: dict[str, Any]) -> Ask:
    return lambda: int(machine(parts, whole_app, f"/partners/robot/callbacks/{callback_id}", body).status_code)


def answers_kept(parts: Container, callback_id: int) -> int:
    """How often the timeline says that the requester answered."""
    with parts.database.read() as session:
        ticket_id = session.get_one(Callback, callback_id).ticket_id
        return [line.action for line in timeline.lines(session, ticket_id)].count("callback_answer")


@pytest.mark.parametrize("_again", range(ROUNDS))
def test_a_link_used_while_an_agent_saves_the_call_is_one_outcome(
    parts: Container, whole_app: APIFlask, sign_in: SignIn, notifier: FakeNotifier, _again: int
) -> None:
    callback_id, token = asked(parts, notifier)
    agent = sign_in("callback_agent")

    first, second = together(by_link(whole_app, token, BAD), by_agent(agent, callback_id))

    assert (first in (200, 201), second) == (True, 409)
    assert answers_kept(parts, callback_id) == 1
    assert ticket_of(parts, callback_id).solved in ("yes", "no")


@pytest.mark.parametrize("_again", range(ROUNDS))
def test_a_link_used_while_a_robot_reports_is_one_outcome(
    parts: Container, whole_app: APIFlask, notifier: FakeNotifier, _again: int
) -> None:
    callback_id, token = asked(parts, notifier)

    answers = together(by_link(whole_app, token, GOOD), by_robot(parts, whole_app, callback_id, REACHED))

    assert answers == [200, 409]
    assert answers_kept(parts, callback_id) == 1


def test_a_robot_that_reports_after_a_person_changes_nothing(parts: Container, whole_app: APIFlask, sign_in: SignIn) -> None:
    callback_id = robot_asked(parts, FakeRobot())
    assert by_agent(sign_in("callback_agent"), callback_id)() == 201

    late = {"connect_result": "reached", "answers": {**PLAIN, "solved": "no"}}
    assert by_robot(parts, whole_app, callback_id, late)() == 409

    assert (ticket_of(parts, callback_id).solved, ticket_of(parts, callback_id).state) == ("yes", "closed")


@pytest.mark.parametrize("_again", range(ROUNDS))
def test_a_link_used_while_the_clock_goes_on_is_taken_or_refused_in_words(
    parts: Container, whole_app: APIFlask, notifier: FakeNotifier, _again: int
) -> None:
    callback_id, token = asked(parts, notifier)
    with parts.database.work() as uow:
        uow.session.execute(update(Callback).values(link_until=uow.now, opens_at=uow.now))

    def by_clock() -> int:
        with parts.database.work() as uow:
            return asking.ask_due(uow)

    found = together(by_link(whole_app, token, GOOD), by_clock)

    assert found in ([0, 200], [1, 200])
    assert (answers_kept(parts, callback_id), ticket_of(parts, callback_id).state) == (1, "closed")


def test_the_clock_twice_at_once_sends_one_link(parts: Container, notifier: FakeNotifier) -> None:
    callback_id, _ = asked(parts, notifier)
    with parts.database.work() as uow:
        evaluation_links.revoke(uow, LinkKind.MATTER, callback_id)
        uow.session.execute(update(Callback).values(link_until=None))

    def by_clock() -> int:
        with parts.database.work(now=clock.now() + LATER) as uow:
            return asking.ask_due(uow)

    assert together(by_clock, by_clock) == [0, 1]
    with parts.database.read() as session:
        assert len(session.scalars(select(EvaluationLink)).all()) == 2


@pytest.mark.parametrize("_again", range(ROUNDS))
def test_a_call_judged_by_link_and_by_link_again_is_judged_once(
    parts: Container, whole_app: APIFlask, notifier: FakeNotifier, _again: int
) -> None:
    contact_id = called(parts)
    token = sent(parts, notifier, LinkKind.CALL, contact_id)

    answers = together(*(by_link(whole_app, token, {"satisfaction": level}) for level in ("satisfied", "dissatisfied")))

    assert answers == [200, 409]
    with parts.database.read() as session:
        assert len(session.scalars(select(CallEvaluation)).all()) == 1
