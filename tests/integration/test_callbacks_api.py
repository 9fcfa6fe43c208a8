"""Call-backs and reviews over HTTP: shapes, roles, paging, what a refused input says."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from hotline.kernel import clock
from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers
from hotline.tickets import assignments, tickets
from hotline.tickets.tickets import NewTicket
from sla import defaults
from tests import factories
from tests.lives import REPLY
from tests.reactions import DEADLINES
from web import auth, errors
from web.api import callbacks as callbacks_api
from web.api import reviews as reviews_api

NEW = NewTicket(channel="phone", type="complaint", title="关于夜间施工的问题", body="夜间施工。", contact_phone="19900000001")
UNSOLVED = {"contacted": "no", "solved": "no", "satisfaction": "dissatisfied", "reason": "没人来过", "verbatim": "还是老样子"}
SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def subscribers() -> Subscribers:
    return DEADLINES


@pytest.fixture
def sign_in(database: Database) -> SignIn:
    """A client of an application with these two blueprints, signed in as a new officer of the role."""
    with database.work() as uow:
        defaults.install_defaults(uow)
        factories.unit(uow.session, "U1")
    app = APIFlask(__name__)
    app.config.update(SECRET_KEY="test", WTF_CSRF_METHODS=set())
    app.extensions["hotline"] = SimpleNamespace(database=database)
    auth.register(app)
    errors.register(app)
    app.register_blueprint(callbacks_api.api)
    app.register_blueprint(reviews_api.api)

    def client(role: str) -> FlaskClient:
        with database.work() as uow:
            officer_id = factories.officer(uow.session, role, roles=(role,)).id
        opened = app.test_client()
        with opened.session_transaction() as session:
            session["officer_id"] = officer_id
        return opened

    return client


def replied(database: Database) -> None:
    with database.work(now=clock.now() - timedelta(hours=5)) as uow:
        ticket = tickets.open_ticket(uow, NEW)
        tickets.move(uow, ticket.id, "dispatch", roles=["dispatcher"], given={"unit_id": 1})
        uow.session.refresh(ticket)
        for action, given in (("sign", {}), ("reply", REPLY)):
            assignments.move(uow, ticket.assignments[-1].id, action, roles=["handler"], given=given)


def test_the_list_shows_who_to_ring_and_what_the_unit_says(database: Database, sign_in: SignIn) -> None:
    replied(database)

    page = sign_in("callback_agent").get("/api/v1/callbacks").get_json()

    (row,) = page["items"]
    assert (row["contact_phone"], row["unit_says_solved"], row["attempts_max"]) == ("19900000001", "yes", 3)
    assert (row["due"]["stage"], row["due"]["state"], page["after"]) == ("callback", "running", None)


def test_a_full_page_names_where_the_next_begins(database: Database, sign_in: SignIn) -> None:
    for _ in range(3):
        replied(database)
    client = sign_in("callback_agent")

    first = client.get("/api/v1/callbacks?limit=2").get_json()
    rest = client.get(f"/api/v1/callbacks?limit=2&after={first['after']}").get_json()

    assert [len(first["items"]), len(rest["items"]), rest["after"]] == [2, 1, None]


def test_not_solved_goes_to_review_and_back_to_the_unit(database: Database, sign_in: SignIn) -> None:
    replied(database)
    agent, auditor = sign_in("callback_agent"), sign_in("reply_auditor")
    assert agent.post("/api/v1/callbacks/1/claim").status_code == 200
    tried = agent.post("/api/v1/callbacks/1/attempts", json={"connect_result": "no_answer"})
    assert tried.get_json() == {"outcome": "again", "ticket_state": "callback"}

    told = agent.post("/api/v1/callbacks/1/attempts", json={"connect_result": "reached", "answers": UNSOLVED})
    assert told.get_json() == {"outcome": "review", "ticket_state": "review"}
    (case,) = auditor.get("/api/v1/reviews").get_json()["items"]
    assert (case["verbatim"], case["redo_left"], case["due"]["stage"]) == ("还是老样子", 1, "review")
    decision = {"version": case["ticket"]["version"], "verdict": "reasonable", "basis": "现场未整改", "decision": "redo"}
    decided = auditor.post("/api/v1/tickets/1/review", json=decision)

    assert (decided.status_code, decided.get_json()["state"], decided.get_json()["round"]) == (200, "dispatched", 2)
    assert auditor.post("/api/v1/tickets/1/review", json=decision).status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"connect_result": "reached"}, "answers"),
        ({"connect_result": "shouted"}, "connect_result"),
        ({"connect_result": "reached", "answers": {**UNSOLVED, "solved": "perhaps"}}, "answers.solved"),
        ({"connect_result": "reached", "answers": {**UNSOLVED, "verbatim": "长" * 2001}}, "answers.verbatim"),
        ({}, "connect_result"),
    ],
)
def test_a_refused_attempt_names_the_field(database: Database, sign_in: SignIn, body: dict[str, object], field: str) -> None:
    replied(database)

    answer = sign_in("callback_agent").post("/api/v1/callbacks/1/attempts", json=body)

    assert answer.status_code == 422
    assert answer.get_json()["error"]["details"]["field"] == field, answer.text


@pytest.mark.parametrize("url", ["/api/v1/callbacks", "/api/v1/reviews"])
def test_a_unit_sees_neither_list(sign_in: SignIn, url: str) -> None:
    assert sign_in("handler").get(url).status_code == 403


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30])
def test_a_strange_cursor_is_refused(sign_in: SignIn, after: str) -> None:
    assert sign_in("callback_agent").get(f"/api/v1/callbacks?after={after}").status_code == 422


def test_an_unknown_call_back_is_not_found(sign_in: SignIn) -> None:
    body = {"connect_result": "busy"}

    assert sign_in("callback_agent").post("/api/v1/callbacks/99/attempts", json=body).status_code == 404


def test_a_body_that_is_not_json_is_refused_in_the_one_shape(database: Database, sign_in: SignIn) -> None:
    replied(database)

    answer = sign_in("callback_agent").post("/api/v1/callbacks/1/attempts", data=b"{", content_type="application/json")

    assert answer.status_code == 422
    assert answer.get_json()["error"]["details"]["rule"] == "not-json"
