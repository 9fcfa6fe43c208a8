"""Evaluation by link, by robot and by keys over HTTP: sent, used once, run out, unknown; two at once; what follows."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from hotline.intake import contacts
from hotline.kernel import clock
from hotline.kernel.errors import Conflict
from hotline.people.models import Unit
from hotline.tickets import assignments, tickets
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import Secrecy
from sla import asking, book, call_evaluations, callback_lists, evaluation_links
from sla.evaluation_links import LinkKind
from sla.events import EvaluationLinkMade, RobotWanted
from sla.models import SlaRule
from sla.opinions import Callback, CallEvaluation, EvaluationLink
from tests.fakes import FakeNotifier, FakeRobot
from tests.integration.people import Person, SignIn
from tests.lives import REPLY
from web.bootstrap import Container
from web.reactions.evaluations import Evaluations

NEW = NewTicket(channel="phone", type="help", title="路灯不亮", body="听涛路的路灯三天没有亮了", contact_phone="19900000001")
GOOD = {"contacted": "yes", "solved": "yes", "satisfaction": "satisfied", "attitude": "very_satisfied", "words": "很快"}
BAD = {**GOOD, "solved": "no", "satisfaction": "dissatisfied", "reason_codes": ["not_solved"]}
LATER = timedelta(days=10)


@pytest.fixture
def notifier() -> FakeNotifier:
    return FakeNotifier()


def replied(parts: Container, **values: Any) -> int:
    """The call-back of a ticket that U1 answered."""
    with parts.database.work() as uow:
        ticket = tickets.open_ticket(uow, NewTicket(**{**vars(NEW), **values}))
        unit_id = uow.session.query(Unit).filter_by(code="U1").one().id
        tickets.move(uow, ticket.id, "dispatch", roles=["dispatcher"], given={"unit_id": unit_id})
        (part,) = assignments.at_work(uow.session, ticket.id)
        for action, given in (("sign", {}), ("reply", REPLY)):
            assignments.move(uow, part.id, action, roles=["handler"], given=given)
        return callback_lists.of_ticket(uow.session, ticket.id)[-1].id


def sent(parts: Container, notifier: FakeNotifier, kind: LinkKind, subject_id: int) -> str:
    """Send the last link of this thing as the outbox would; gives its token."""
    with parts.database.read() as session:
        link = evaluation_links.latest(session, kind, [subject_id])[subject_id]
    reaction = Evaluations(notifier, FakeRobot(), "https://12345.example.cn/")
    reaction.send_link(parts.database, link.id, EvaluationLinkMade(link.id, kind.value, subject_id))
    found = re.search(r"https://12345\.example\.cn/portal/evaluate#([\w-]+)", notifier.sent[-1].text)
    assert found
    return found.group(1)


def asked(parts: Container, notifier: FakeNotifier, **values: Any) -> tuple[int, str]:
    """A call-back asked by its plan's message, and the token in it."""
    callback_id = replied(parts, **values)
    with parts.database.work(now=clock.now() + LATER) as uow:
        asking.ask_due(uow)
    with parts.database.work() as uow:
        # The hour of the message is days ahead, the page is opened now.
        uow.session.execute(update(EvaluationLink).values(made_at=uow.now))
    return callback_id, sent(parts, notifier, LinkKind.MATTER, callback_id)


def ticket_of(parts: Container, callback_id: int) -> Ticket:
    with parts.database.read() as session:
        return session.get_one(Ticket, session.get_one(Callback, callback_id).ticket_id)


def set_rule(parts: Container, key: str, value: Any) -> None:
    with parts.database.work() as uow:
        row = uow.session.scalars(select(SlaRule).where(SlaRule.key == key)).one()
        row.value = value
        book.forget(uow.session)


@pytest.mark.parametrize(("given", "state"), [(GOOD, "closed"), (BAD, "review")])
def test_link_has_the_consequences_of_a_call(
    parts: Container, citizen: Person, notifier: FakeNotifier, given: dict[str, Any], state: str
) -> None:
    callback_id, token = asked(parts, notifier)

    look = citizen.done("POST", "/public/evaluations/look", json={"token": token})
    assert (look["kind"], look["title"], look["used"], look["expired"]) == ("matter", "路灯不亮", False, False)
    assert (look["scale"], look["asks"][0]) == ("five", "contacted")
    assert citizen.done("POST", "/public/evaluations", json={"token": token, **given}) == {"done": True}

    ticket = ticket_of(parts, callback_id)
    assert (ticket.state, ticket.outcome_source, ticket.first_solved) == (state, "explicit", given["solved"])


def test_link_works_once(parts: Container, citizen: Person, notifier: FakeNotifier) -> None:
    callback_id, token = asked(parts, notifier)
    citizen.done("POST", "/public/evaluations", json={"token": token, **GOOD})

    refused = citizen.refused(409, "POST", "/public/evaluations", json={"token": token, **BAD})

    assert refused["details"]["reason"] == "link-used"
    look = citizen.done("POST", "/public/evaluations/look", json={"token": token})
    assert (look["used"], look["title"]) == (True, "")
    assert ticket_of(parts, callback_id).solved == "yes"


def test_link_that_ran_out_is_refused_with_words(parts: Container, citizen: Person, notifier: FakeNotifier) -> None:
    callback_id, token = asked(parts, notifier)
    with parts.database.work() as uow:
        evaluation_links.revoke(uow, LinkKind.MATTER, callback_id)

    refused = citizen.refused(409, "POST", "/public/evaluations", json={"token": token, **GOOD})

    assert refused["details"]["reason"] == "link-expired"
    assert citizen.done("POST", "/public/evaluations/look", json={"token": token})["expired"] is True


def test_link_runs_out_after_the_days_of_the_rule(parts: Container, notifier: FakeNotifier) -> None:
    _, token = asked(parts, notifier)

    with pytest.raises(Conflict) as caught, parts.database.work(now=clock.now() + 2 * LATER) as uow:
        evaluation_links.take(uow, token)

    assert caught.value.details["reason"] == "link-expired"


@pytest.mark.parametrize("token", ["x" * 43, "路" * 20, "A" * 128])
def test_token_that_we_did_not_make_is_not_found(parts: Container, citizen: Person, token: str) -> None:
    citizen.refused(404, "POST", "/public/evaluations/look", json={"token": token})
    citizen.refused(404, "POST", "/public/evaluations", json={"token": token, **GOOD})


def test_only_the_hash_of_a_token_is_kept(parts: Container, notifier: FakeNotifier) -> None:
    _, token = asked(parts, notifier)

    with parts.database.read() as session:
        (link,) = session.scalars(select(EvaluationLink)).all()
        assert token not in str(vars(link))
        assert evaluation_links.token_of(session, link) == token


def test_of_two_at_once_exactly_one_evaluates(parts: Container, notifier: FakeNotifier, whole_app: Any) -> None:
    callback_id, token = asked(parts, notifier)
    answers: list[int] = []
    together = threading.Barrier(2)

    def evaluate(given: dict[str, Any]) -> None:
        client = whole_app.test_client()
        together.wait()
        answers.append(client.post("/api/v1/public/evaluations", json={"token": token, **given}).status_code)

    threads = [threading.Thread(target=evaluate, args=(given,)) for given in (GOOD, BAD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200, 409]


def test_answer_by_telephone_closes_the_link(
    parts: Container, citizen: Person, sign_in: SignIn, notifier: FakeNotifier
) -> None:
    callback_id, token = asked(parts, notifier)
    body = {"connect_result": "reached", "answers": {key: GOOD[key] for key in ("contacted", "solved", "satisfaction")}}
    sign_in("callback_agent").done("POST", f"/callbacks/{callback_id}/attempts", json=body)

    refused = citizen.refused(409, "POST", "/public/evaluations", json={"token": token, **BAD})

    assert refused["details"]["reason"] == "link-expired"


def test_agent_sends_a_link_and_the_earlier_one_dies(
    parts: Container, citizen: Person, sign_in: SignIn, notifier: FakeNotifier
) -> None:
    callback_id, old = asked(parts, notifier)

    fact = sign_in("callback_agent").done("POST", f"/callbacks/{callback_id}/link")
    new = sent(parts, notifier, LinkKind.MATTER, callback_id)

    assert fact["used_at"] is None
    citizen.refused(409, "POST", "/public/evaluations", json={"token": old, **BAD})
    assert citizen.done("POST", "/public/evaluations", json={"token": new, **GOOD}) == {"done": True}


def test_matter_that_became_confidential_gets_no_link_and_shows_nothing(
    parts: Container, citizen: Person, sign_in: SignIn, notifier: FakeNotifier
) -> None:
    callback_id, token = asked(parts, notifier)
    with parts.database.work() as uow:
        uow.session.execute(update(Ticket).values(secrecy=Secrecy.CONFIDENTIAL))

    refused = sign_in("callback_agent").refused(409, "POST", f"/callbacks/{callback_id}/link")

    assert refused["details"]["reason"] == "no-link-possible"
    assert citizen.done("POST", "/public/evaluations/look", json={"token": token})["title"] == ""


def test_sending_again_after_use_sends_nothing(parts: Container, citizen: Person, notifier: FakeNotifier) -> None:
    callback_id, token = asked(parts, notifier)
    citizen.done("POST", "/public/evaluations", json={"token": token, **GOOD})
    before = len(notifier.sent)

    with parts.database.read() as session:
        link_id = evaluation_links.latest(session, LinkKind.MATTER, [callback_id])[callback_id].id
    Evaluations(notifier, FakeRobot(), "").send_link(
        parts.database, 1, EvaluationLinkMade(link_id, LinkKind.MATTER.value, callback_id)
    )

    assert len(notifier.sent) == before


def test_silence_on_a_link_brings_a_person(parts: Container, notifier: FakeNotifier, sign_in: SignIn) -> None:
    callback_id, _ = asked(parts, notifier)

    with parts.database.work(now=clock.now() + 2 * LATER) as uow:
        assert asking.ask_due(uow) == 1
        assert asking.ask_due(uow) == 0

    (row,) = sign_in("callback_agent").done("GET", "/callbacks")["items"]
    assert (row["id"], row["channel"], row["state"]) == (callback_id, "person", "open")


def test_silence_counts_where_the_plan_says_so_and_is_kept_apart(parts: Container, notifier: FakeNotifier) -> None:
    plan = {"name": "silent", "when": {}, "percent": 100, "channels": ["sms"], "unanswered": "default"}
    set_rule(parts, "callback.plans", [plan])
    callback_id, _ = asked(parts, notifier)

    with parts.database.work(now=clock.now() + 2 * LATER) as uow:
        asking.ask_due(uow)

    ticket = ticket_of(parts, callback_id)
    assert (ticket.state, ticket.outcome_source, ticket.satisfied, ticket.solved) == ("closed", "default", "satisfied", None)
    assert (ticket.first_satisfied, ticket.first_solved) == (None, None)


def test_plan_without_share_asks_nobody(parts: Container) -> None:
    set_rule(parts, "callback.plans", [{"name": "few", "when": {}, "percent": 0, "channels": ["person"]}])

    callback_id = replied(parts)

    ticket = ticket_of(parts, callback_id)
    assert (ticket.state, ticket.outcome_source, ticket.satisfied) == ("closed", "not_sampled", None)


def robot_asked(parts: Container, robot: FakeRobot) -> int:
    set_rule(parts, "callback.plans", [{"name": "robot", "when": {}, "percent": 100, "channels": ["robot"]}])
    callback_id = replied(parts)
    with parts.database.work(now=clock.now() + LATER) as uow:
        asking.ask_due(uow)
        ticket_id = uow.session.get_one(Callback, callback_id).ticket_id
    Evaluations(FakeNotifier(), robot, "").place_call(parts.database, 7, RobotWanted(callback_id, ticket_id))
    return callback_id


def machine(parts: Container, whole_app: Any, path: str, body: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {parts.integrator_token}"}
    return whole_app.test_client().post(f"/api/v1{path}", json=body, headers=headers)


def test_robot_rings_and_its_answers_close_the_ticket(parts: Container, whole_app: Any) -> None:
    robot = FakeRobot()
    callback_id = robot_asked(parts, robot)
    (call,) = robot.placed
    assert (call.callback_id, call.phone, len(call.levels)) == (callback_id, "19900000001", 5)

    answers = {key: GOOD[key] for key in ("contacted", "solved", "satisfaction")}
    body = {"connect_result": "reached", "answers": answers, "recording_ref": "r-1"}
    answer = machine(parts, whole_app, f"/partners/robot/callbacks/{callback_id}", body)

    assert answer.get_json() == {"outcome": "closed", "ticket_state": "closed"}
    with parts.database.read() as session:
        callback = session.get_one(Callback, callback_id)
        assert (callback.answer.channel if callback.answer else "", callback.attempts[0].channel) == ("robot", "robot")


def test_whom_a_robot_does_not_reach_a_person_rings(parts: Container, whole_app: Any) -> None:
    callback_id = robot_asked(parts, FakeRobot())

    answer = machine(parts, whole_app, f"/partners/robot/callbacks/{callback_id}", {"connect_result": "no_answer"})

    assert answer.get_json()["outcome"] == "again"
    with parts.database.read() as session:
        assert session.get_one(Callback, callback_id).channel == "person"


def test_without_a_robot_a_person_rings(parts: Container) -> None:
    callback_id = robot_asked(parts, FakeRobot(absent=True))

    with parts.database.read() as session:
        assert session.get_one(Callback, callback_id).channel == "person"


def test_robot_result_needs_the_token(parts: Container, citizen: Person) -> None:
    callback_id = replied(parts)

    citizen.refused(401, "POST", f"/partners/robot/callbacks/{callback_id}", json={"connect_result": "busy"})


def called(parts: Container) -> int:
    """A finished call from a known number."""
    with parts.database.work() as uow:
        contact = contacts.open_contact(uow, channel="phone", number="19900000002")
        contacts.end(uow, contact, summary_code="answered")
        return contact.id


def test_caller_judges_the_call_by_link_once(parts: Container, citizen: Person, notifier: FakeNotifier) -> None:
    contact_id = called(parts)
    token = sent(parts, notifier, LinkKind.CALL, contact_id)

    assert citizen.done("POST", "/public/evaluations/look", json={"token": token})["asks"] == ["satisfaction"]
    citizen.done("POST", "/public/evaluations", json={"token": token, "satisfaction": "dissatisfied", "words": "等太久"})

    citizen.refused(409, "POST", "/public/evaluations", json={"token": token, "satisfaction": "satisfied"})
    with parts.database.read() as session:
        kept = session.get_one(CallEvaluation, contact_id)
        now = clock.now()
        rate = call_evaluations.rate(session, now - timedelta(days=1), now + timedelta(days=1))
    assert (kept.satisfaction, kept.channel, rate.judged, rate.value) == ("dissatisfied", "link", 1, 0.0)


def test_share_of_none_asks_no_caller(parts: Container) -> None:
    set_rule(parts, "call_evaluation.percent", 0)

    called(parts)

    with parts.database.read() as session:
        assert session.scalars(select(EvaluationLink)).all() == []
