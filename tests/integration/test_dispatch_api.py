"""Proposals, look-ups, hand-overs and receipts over HTTP, on a real database behind the real rules of access."""

from dataclasses import dataclass
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from dispatch import assignment, catalogue_versions
from hotline.intake.models import Contact
from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers
from hotline.tickets import tickets
from hotline.tickets.events import TicketOpened
from hotline.tickets.models import Category
from hotline.tickets.tickets import NewTicket
from tests import factories
from tests.integration.test_dispatch_catalogue import STREET, build_city, row
from web import auth, errors
from web.api import dispatch, partners, transfers

TOKEN = "integrator"
HANDOVER = {"partner": "110", "contact_id": 1, "reason": "有人持刀", "place": "桂影路", "summary": "打架"}


@dataclass(frozen=True)
class Parts:
    """What these views ask of the container."""

    database: Database
    integrator_token: str = TOKEN


@pytest.fixture
def subscribers() -> Subscribers:
    return Subscribers(within={TicketOpened: (assignment.propose_opened,)})


@pytest.fixture
def app(database: Database) -> APIFlask:
    made = APIFlask(__name__)
    made.config.update(SECRET_KEY="-", WTF_CSRF_METHODS=[])
    made.extensions["hotline"] = Parts(database)
    auth.register(made)
    errors.register(made)
    for blueprint in (dispatch.api, transfers.api, partners.api):
        made.register_blueprint(blueprint)
    with database.work() as uow:
        build_city(uow.session)
        factories.handling_path(uow.session)
        rows = [row("district-bureau:城管", assist=["street"]), row("city-cg", "city")]
        catalogue_versions.import_rows(uow, rows)
        uow.session.get_one(Category, "010101").typical = ["摆摊"]
        uow.session.add(Contact(channel="phone", number="19900000001", opened_at=uow.now))
    return made


def signed_in(app: APIFlask, database: Database, *roles: str) -> FlaskClient:
    client = app.test_client()
    with database.work() as uow:
        officer_id = factories.officer(uow.session, login="-".join(roles), roles=roles).id
    with client.session_transaction() as session:
        session["officer_id"] = officer_id
    return client


@pytest.fixture
def agent(app: APIFlask, database: Database) -> FlaskClient:
    client = signed_in(app, database, "agent")
    with database.work() as uow, client.session_transaction() as session:
        uow.session.get_one(Contact, 1).agent_id = session["officer_id"]
    return client


def opened_ticket(database: Database) -> int:
    with database.work() as uow:
        given = NewTicket(
            channel="phone", type="complaint", title="占道", body="占道。", category_code="0101", area_code=STREET
        )
        return tickets.open_ticket(uow, given).id


def test_a_tickets_proposal_names_units_reasons_law_and_who_assists(agent: FlaskClient, database: Database) -> None:
    ticket_id = opened_ticket(database)

    told = agent.get(f"/api/v1/tickets/{ticket_id}/proposal").json

    best = told["candidates"][0]
    assert (told["ticket_id"], best["unit"]["name"], best["legal_basis"]) == (ticket_id, "单位d1-cg", "《条例》")
    assert best["reasons"][0] == {"code": "catalogue", "args": {"category": "类别0101", "source": "清单"}}
    assert [unit["name"] for unit in told["assist"]] == ["单位s1"]


def test_a_proposal_of_an_unknown_ticket_is_not_found(agent: FlaskClient) -> None:
    assert agent.get("/api/v1/tickets/999/proposal").status_code == 404


def test_a_text_is_ranked_before_there_is_a_ticket(agent: FlaskClient) -> None:
    told = agent.post("/api/v1/dispatch/rank", json={"text": "有人摆摊", "area": STREET}).json

    assert told["ticket_id"] is None
    assert {reason["code"] for reason in told["candidates"][0]["reasons"]} == {"catalogue", "category-words"}


@pytest.mark.parametrize(
    ("query", "codes"),
    [("search=d1", ["d1", "d1-cg", "d1-ga"]), ("search=no-such", []), ("search=%25", [])],
)
def test_units_are_found_by_a_part_of_their_name(agent: FlaskClient, query: str, codes: list[str]) -> None:
    assert [unit["code"] for unit in agent.get(f"/api/v1/units?{query}").json["items"]] == codes


def test_one_unit_is_found_by_its_id(agent: FlaskClient) -> None:
    first = agent.get("/api/v1/units?search=").json["items"][0]

    assert agent.get(f"/api/v1/units?id={first['id']}").json["items"] == [first]


def test_look_ups_are_whole_and_in_order(agent: FlaskClient) -> None:
    categories = agent.get("/api/v1/categories").json["items"]
    areas = agent.get("/api/v1/areas").json["items"]
    paths = agent.get("/api/v1/handling-paths").json["items"]

    assert [(entry["code"], entry["leaf"]) for entry in categories[:3]] == [("01", False), ("0101", False), ("010101", True)]
    assert categories[2]["path"] == ["类别01", "类别0101", "类别010101"]
    assert [entry["code"] for entry in areas] == ["99", "9901", STREET, "9902"]
    assert paths == [{"code": "petition", "name": "信访", "channel": "请到信访部门反映"}]


def test_a_hand_over_is_opened_once_per_key_and_starts_unsent(agent: FlaskClient) -> None:
    answers = [agent.post("/api/v1/transfers", json=HANDOVER, headers={"Idempotency-Key": "k-1"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert (answers[0].json["state"], answers[0].json["voice_state"]) == ("to_send", "calling")
    assert len(agent.get("/api/v1/transfers").json["items"]) == 1


def test_who_answered_the_voice_call_is_recorded(agent: FlaskClient) -> None:
    transfer_id = agent.post("/api/v1/transfers", json=HANDOVER).json["id"]

    told = agent.post(f"/api/v1/transfers/{transfer_id}/voice", json={"state": "answered", "answered_by": "接警员3号"}).json

    assert (told["voice_state"], told["voice_answered_by"], told["state"]) == ("answered", "接警员3号", "to_send")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"partner": "999"}, "partner"),
        ({"reason": ""}, "reason"),
        ({"contact_id": None}, "contact_id"),
        ({"summary": "x" * 1001}, "summary"),
        ({"more": 1}, "more"),
    ],
)
def test_a_hand_over_that_breaks_a_rule_names_the_field(agent: FlaskClient, wrong: dict[str, Any], field: str) -> None:
    answer = agent.post("/api/v1/transfers", json={**HANDOVER, **wrong})

    assert answer.status_code == 422
    assert (answer.json["error"]["code"], answer.json["error"]["details"]["field"]) == ("invalid", field)


def test_a_voice_answer_without_a_name_is_refused(agent: FlaskClient) -> None:
    transfer_id = agent.post("/api/v1/transfers", json=HANDOVER).json["id"]

    assert agent.post(f"/api/v1/transfers/{transfer_id}/voice", json={"state": "answered"}).status_code == 422


def test_a_partners_receipt_needs_the_token_and_completes_the_hand_over(
    app: APIFlask, agent: FlaskClient, database: Database
) -> None:
    transfer_id = agent.post("/api/v1/transfers", json=HANDOVER, headers={"Idempotency-Key": "k-1"}).json["id"]
    with database.read() as session:
        key = transfers.transfers.get(session, transfer_id).idempotency_key
    receipt = {"idempotency_key": key, "receipt_no": "JJ-7"}
    partner = app.test_client()

    refused = partner.post("/api/v1/partners/110/receipts", json=receipt)
    answers = [
        partner.post("/api/v1/partners/110/receipts", json=receipt, headers={"Authorization": f"Bearer {TOKEN}"})
        for _ in range(2)
    ]

    assert refused.status_code == 401
    assert agent.post("/api/v1/partners/110/receipts", json=receipt).status_code == 403, "no officer speaks for a partner"
    assert [(answer.status_code, answer.json["state"]) for answer in answers] == [(200, "receipted")] * 2


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", "/api/v1/transfers"), ("get", "/api/v1/transfers"), ("post", "/api/v1/dispatch/rank")],
)
def test_units_may_neither_hand_over_nor_rank(app: APIFlask, database: Database, method: str, path: str) -> None:
    client = signed_in(app, database, "handler")

    assert getattr(client, method)(path, json=HANDOVER if method == "post" else None).status_code == 403


@pytest.mark.parametrize("path", ["units", "categories", "areas", "handling-paths", "transfers", "tickets/1/proposal"])
def test_nothing_is_told_without_a_session(app: APIFlask, path: str) -> None:
    assert app.test_client().get(f"/api/v1/{path}").status_code == 401
