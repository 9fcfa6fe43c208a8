"""What nobody else may learn: tokens are in no log and no table, and of confidential matters nothing is told to who answers."""

import logging
from typing import Any

import pytest
from sqlalchemy import MetaData, text

from hotline.tickets import tickets
from hotline.tickets.workflow import Secrecy
from sla import evaluation_links
from sla.evaluation_links import LinkKind
from sla.events import EvaluationLinkMade, RobotWanted
from sla.opinions import Callback
from tests.fakes import FakeNotifier, FakeRobot
from tests.integration.people import Person, SignIn
from tests.integration.test_evaluation_links import BAD, GOOD, LATER, NEW, asked, called, replied
from web.bootstrap import Container
from web.reactions.evaluations import Evaluations

SECRETS = [Secrecy.CONFIDENTIAL, Secrecy.STRICT]


@pytest.fixture
def notifier() -> FakeNotifier:
    return FakeNotifier()


def kept(parts: Container) -> str:
    """Everything in the database as text."""
    with parts.database.engine.connect() as connection:
        found = MetaData()
        found.reflect(connection)
        rows = (connection.execute(text(f'select to_jsonb(t)::text from "{name}" t')).scalars() for name in found.tables)  # noqa: S608 our own tables
        return "\n".join(row for table in rows for row in table)


def secret(parts: Container, level: Secrecy) -> int:
    """The call-back of a ticket that became secret after its unit answered."""
    callback_id = replied(parts)
    with parts.database.work() as uow:
        tickets.get(uow, uow.session.get_one(Callback, callback_id).ticket_id).secrecy = level
    return callback_id


def test_a_token_is_in_no_table_and_no_log(
    parts: Container, citizen: Person, notifier: FakeNotifier, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    callback_id, token = asked(parts, notifier)

    citizen.done("POST", "/public/evaluations/look", json={"token": token})
    citizen.done("POST", "/public/evaluations", json={"token": token, **GOOD})
    citizen.refused(409, "POST", "/public/evaluations", json={"token": token, **BAD})

    assert token not in caplog.text
    assert token not in kept(parts)


def test_an_address_never_has_the_token(notifier: FakeNotifier, parts: Container) -> None:
    _, token = asked(parts, notifier)

    told, _, address = notifier.sent[-1].text.partition("https://")

    assert token not in told
    assert address.partition("#")[2].startswith(token)


def test_a_message_names_neither_matter_nor_person(parts: Container, notifier: FakeNotifier) -> None:
    asked(parts, notifier, contact_name="赵晓梅", address="听涛路3号")

    for private in ("赵晓梅", "路灯", "听涛路"):
        assert private not in notifier.sent[-1].text


@pytest.mark.parametrize("level", SECRETS)
def test_a_secret_matter_gets_neither_link_nor_robot(
    parts: Container, sign_in: SignIn, notifier: FakeNotifier, level: Secrecy
) -> None:
    callback_id = secret(parts, level)
    robot = FakeRobot()
    with parts.database.work() as uow:
        ticket_id = uow.session.get_one(Callback, callback_id).ticket_id
        link = evaluation_links.make(uow, LinkKind.MATTER, callback_id, valid=LATER)
    reaction = Evaluations(notifier, robot, "https://12345.example.cn")

    reaction.send_link(parts.database, 1, EvaluationLinkMade(link.id, "matter", callback_id))
    reaction.place_call(parts.database, 2, RobotWanted(callback_id, ticket_id))

    assert (notifier.sent, robot.placed) == ([], [])


@pytest.mark.parametrize("level", SECRETS)
def test_who_called_about_a_secret_matter_is_sent_nothing_about_the_call(
    parts: Container, notifier: FakeNotifier, level: Secrecy
) -> None:
    contact_id = called(parts)
    with parts.database.work() as uow:
        values: dict[str, Any] = {**vars(NEW), "contact_id": contact_id, "secrecy": level}
        tickets.open_ticket(uow, NEW.__class__(**values))
        link_id = evaluation_links.latest(uow.session, LinkKind.CALL, [contact_id])[contact_id].id

    Evaluations(notifier, FakeRobot(), "").send_link(parts.database, 1, EvaluationLinkMade(link_id, "call", contact_id))

    assert notifier.sent == []


@pytest.mark.parametrize(("level", "told"), [(Secrecy.NORMAL, True), (Secrecy.CONFIDENTIAL, False), (Secrecy.STRICT, False)])
def test_the_script_says_what_to_do_when_somebody_else_answers_and_names_no_secret_matter(
    parts: Container, sign_in: SignIn, level: Secrecy, told: bool
) -> None:
    secret(parts, level)

    rows = sign_in("shift_leader").done("GET", "/callbacks")["items"]

    for row in rows:
        assert "非本人接听" in row["script"]
        assert ("路灯" in row["script"]) is told


def test_a_third_person_leaves_nothing_of_an_answer(parts: Container, sign_in: SignIn) -> None:
    callback_id = replied(parts)
    agent, path = sign_in("callback_agent"), f"/callbacks/{callback_id}/attempts"

    answers = {key: GOOD[key] for key in ("contacted", "solved", "satisfaction")}
    agent.refused(422, "POST", path, json={"connect_result": "third_person", "answers": answers})
    told = agent.done("POST", path, json={"connect_result": "third_person"})

    assert (told["outcome"], told["ticket_state"]) == ("again", "callback")
