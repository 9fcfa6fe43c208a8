"""Lists, moves and routes that refuse: wrong queries and values, stale versions, repeats, wrong roles, other units' parts."""

import base64
import json
from typing import Any

import pytest
from apiflask import APIFlask
from werkzeug.routing import Rule

from hotline.people.models import Unit
from tests.integration.people import BEYOND, TICKET, Person, SignIn
from web import auth
from web.bootstrap import Container

QUERIES = [
    "view=nonsense",
    "after=nonsense",
    f"after={BEYOND}",
    "limit=100000",
    "from=yesterday",
    "from=0001-01-01",
    "to=9999-12-31",
    "metric=nonsense",
    "metric=received&part=nonsense",
]


@pytest.mark.parametrize("query", QUERIES)
def test_wrong_query_of_a_list_is_refused(sign_in: SignIn, query: str) -> None:
    answer = sign_in("dispatcher").ask("GET", f"/tickets?{query}")

    assert answer.status_code in (404, 422), answer.text


@pytest.mark.parametrize("view", ["all", "to_dispatch", "open"])
@pytest.mark.parametrize(
    "values",
    [
        *([], {}, 1, None, "xx", [1], [1, 2], ["x", "y"], [None, None], [[1], [2]], [True, {"at": "2026-01-01T00:00:00Z"}, 1]),
        *(
            [{"at": "2026-01-01T00:00:00Z"}, "x"],
            [{"at": "0001-01-01T00:00:00+14:00"}, 1],
            [{"at": 1}, 1],
            [{}, 1],
            [1, "y", 3],
        ),
    ],
)
def test_cursor_that_we_did_not_make_is_refused(sign_in: SignIn, view: str, values: Any) -> None:
    after = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()

    sign_in("dispatcher").refused(422, "GET", f"/tickets?view={view}&after={after}")


@pytest.mark.parametrize("view", ["all", "to_dispatch", "open"])
def test_cursor_that_we_made_leads_to_the_next_page(sign_in: SignIn, view: str) -> None:
    desk = sign_in("dispatcher")
    opened = {desk.done("POST", "/tickets", json=TICKET)["id"] for _ in range(2)}

    first = desk.done("GET", f"/tickets?view={view}&limit=1")
    second = desk.done("GET", f"/tickets?view={view}&limit=1&after={first['after']}")

    assert {row["id"] for row in (*first["items"], *second["items"])} == opened
    assert second["after"] is None


@pytest.mark.parametrize("query", ["search=%00", "search=" + "灯" * 200, f"unit={BEYOND}", "state=nonsense"])
def test_strange_query_of_a_list_finds_nothing(sign_in: SignIn, query: str) -> None:
    answer = sign_in("dispatcher").ask("GET", f"/tickets?{query}")

    assert answer.status_code in (200, 404, 422), answer.text


MOVES: list[tuple[dict[str, Any], int]] = [
    ({}, 422),
    ({"unit_id": None}, 422),
    ({"unit_id": "first"}, 422),
    ({"unit_id": {"id": 1}}, 422),
    ({"unit_id": True}, 422),
    ({"unit_id": BEYOND}, 404),
    ({"unit_id": 999}, 404),
    ({"unit_id": 1, "assist_unit_ids": "all"}, 422),
    ({"unit_id": 1, "assist_unit_ids": [BEYOND]}, 404),
    ({"unit_id": 1, "note": {"a": 1}}, 422),
    ({"unit_id": 1, "note": "长" * 100_000}, 422),
]


@pytest.mark.parametrize(("given", "status"), MOVES)
def test_dispatch_with_wrong_values_is_refused_and_changes_nothing(sign_in: SignIn, given: dict[str, Any], status: int) -> None:
    dispatcher = sign_in("dispatcher")
    ticket = dispatcher.done("POST", "/tickets", json=TICKET)

    path, move = f"/tickets/{ticket['id']}/actions/dispatch", {"version": ticket["version"], "given": given}
    dispatcher.refused(status, "POST", path, json=move)

    assert dispatcher.done("GET", f"/tickets/{ticket['id']}")["state"] == "pending"


def test_stale_version_is_a_conflict(sign_in: SignIn, parts: Container) -> None:
    dispatcher, unit_id = sign_in("dispatcher"), unit_of(parts, "U1")
    ticket = dispatcher.done("POST", "/tickets", json=TICKET)
    path, move = f"/tickets/{ticket['id']}/actions/dispatch", {"version": ticket["version"], "given": {"unit_id": unit_id}}
    dispatcher.done("POST", path, json=move)

    error = dispatcher.refused(409, "POST", path, json=move)

    assert (error["code"], error["details"]["reason"]) == ("conflict", "stale")


def test_same_idempotency_key_opens_one_ticket(sign_in: SignIn) -> None:
    agent = sign_in("agent")

    headers = {"X-CSRF-Token": agent.csrf, "Idempotency-Key": "once"}
    answers = [agent.client.post("/api/v1/tickets", json=TICKET, headers=headers) for _ in range(2)]

    assert len({answer.get_json()["number"] for answer in answers}) == 1
    assert len(agent.done("GET", "/tickets")["items"]) == 1
    too_long = agent.client.post("/api/v1/tickets", json=TICKET, headers={**headers, "Idempotency-Key": "k" * 200})
    assert too_long.get_json()["error"]["details"]["field"] == "Idempotency-Key"


def test_forged_request_without_the_token_is_refused(sign_in: SignIn) -> None:
    agent = sign_in("agent")
    agent.csrf = ""

    agent.refused(422, "POST", "/tickets", json=TICKET)


def test_every_route_refuses_strangers_and_wrong_roles(whole_app: APIFlask, citizen: Person, sign_in: SignIn) -> None:
    roles = {"handler": sign_in("handler"), "agent": sign_in("agent")}
    for rule in whole_app.url_map.iter_rules():
        kind, allowed = auth.rule_of(whole_app.view_functions[rule.endpoint])
        if kind != "roles" or not rule.rule.startswith("/api/v1/"):
            continue
        method, path = example(rule)
        assert citizen.refused(401, method, path, json={})["code"] == "unauthenticated"
        for role, person in roles.items():
            if role not in allowed:
                assert person.refused(403, method, path, json={})["code"] == "forbidden"


def test_other_units_part_is_hidden_from_a_liaison(sign_in: SignIn, parts: Container) -> None:
    dispatcher = sign_in("dispatcher")
    ticket = dispatcher.done("POST", "/tickets", json=TICKET)
    move = {"version": ticket["version"], "given": {"unit_id": unit_of(parts, "U1")}}
    detail = dispatcher.done("POST", f"/tickets/{ticket['id']}/actions/dispatch", json=move)
    (part,) = detail["assignments"]
    sign, seen = f"/assignments/{part['id']}/actions/sign", {"version": part["version"]}

    other = sign_in("liaison", "U2")
    other.refused(404, "POST", sign, json=seen)
    other.refused(404, "GET", f"/tickets/{ticket['id']}")
    dispatcher.refused(403, "POST", sign, json=seen)
    assert sign_in("liaison", "U1").done("POST", sign, json=seen)["state"] == "handling"


def unit_of(parts: Container, code: str) -> int:
    """The id of a unit."""
    with parts.database.read() as session:
        return session.query(Unit).filter_by(code=code).one().id


def example(rule: Rule) -> tuple[str, str]:
    """A method and an address that reach the view of a rule, without the prefix of the interface."""
    method = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})[0]
    values = dict.fromkeys(rule.arguments, "1")
    if "call_id" in values:
        values["call_id"] = "00000000-0000-0000-0000-000000000001"
    path = rule.rule
    for part in rule.arguments:
        start, end = path.index("<"), path.index(">")
        name = path[start + 1 : end].split(":")[-1]
        path = path[:start] + values[name] + path[end + 1 :]
        assert part
    return method, path.removeprefix("/api/v1")
