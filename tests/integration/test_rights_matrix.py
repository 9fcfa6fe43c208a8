"""The table of rights behind every door: each route, list, push and inbox, for every role in every relation at every level.

What is expected comes from `rights.matrix` alone; `tests/architecture/mutate_rights.py` shows that a check left out is noticed.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask

from hotline.kernel.scope import Scope
from hotline.people import access_log, units
from hotline.people.models import Officer
from hotline.people.permissions import scope_of
from hotline.tickets import queries, rights
from hotline.tickets.events import AssignmentMoved, TicketAdded, TicketMoved
from hotline.tickets.models import Ticket
from hotline.tickets.rights import Relation, Right
from hotline.tickets.workflow import STANDARD, AssignmentState, OrderState, Secrecy, State
from tests import factories
from tests.fakes import FakePush
from tests.integration import rights_scene
from tests.integration.people import Person
from tests.integration.rights_routes import OF_CONTACTS, OF_ORDERS, PROBES, Probe
from tests.integration.rights_scene import NAME, ORIGINALS, PHONE, Scene, Stand
from web import auth, sockets
from web.bootstrap import Container
from web.reactions.pushing import Pushing

TABLE = {(cell.kind, cell.what, cell.role, cell.relation, cell.level): cell.allowed for cell in rights.matrix()}
MASKED = "199****0123"


@pytest.fixture
def app(whole_app: APIFlask) -> APIFlask:
    whole_app.config["WTF_CSRF_METHODS"] = set()
    return whole_app


@pytest.fixture(params=list(Secrecy))
def scene(request: pytest.FixtureRequest, parts: Container) -> Scene:
    return rights_scene.build(parts, request.param)


def may(stand: Stand, scene: Scene, what: str, kind: str = "right") -> bool:
    """What the matrix says."""
    return any(TABLE.get((kind, what, role, stand.relation, scene.level), False) for role in stand.roles)


def signed_in(app: APIFlask, stand: Stand) -> Person:
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["officer_id"] = stand.officer_id
    return Person(client)


def each(app: APIFlask, scene: Scene) -> Iterator[tuple[Stand, Person]]:
    return ((stand, signed_in(app, stand)) for stand in scene.people)


def expected(app: APIFlask, endpoint: str, probe: Probe, stand: Stand, *, seen: bool, allowed: bool) -> int:
    """The status: the route's roles first, then whether the thing is seen, then the right."""
    if outside(app, endpoint, stand):
        return 403
    if not seen:
        return 404
    return probe.done if allowed else probe.refused


def outside(app: APIFlask, endpoint: str, stand: Stand) -> bool:
    """Whether the route's roles alone refuse: before any ticket is read, so the same at every level."""
    _, roles = auth.rule_of(app.view_functions[endpoint])
    return not roles.intersection(stand.roles)


def asked(person: Person, probe: Probe, ids: dict[str, Any]) -> int:
    path = probe.path.format(**ids)
    body = None if probe.method == "GET" else probe.body
    answer = person.ask(probe.method, path, json=body)
    answer.close()
    return answer.status_code


def test_routes_answer_as_the_table_says(app: APIFlask, scene: Scene) -> None:
    wrong = []
    printed: set[Relation] = set()
    for stand, person in each(app, scene):
        for endpoint, probes in PROBES.items():
            for probe in probes:
                if outside(app, endpoint, stand) and scene.level is not Secrecy.NORMAL:
                    continue
                seen, allowed = may(stand, scene, Right.SEE), may(stand, scene, probe.right)
                wanted = expected(app, endpoint, probe, stand, seen=seen, allowed=allowed)
                if probe.right is Right.EXPORT and wanted == probe.done:
                    # A sheet takes a second to set: where it is allowed, one is printed for each relation.
                    if stand.relation in printed:
                        continue
                    printed.add(stand.relation)
                if (answer := asked(person, probe, scene.ids)) != wanted:
                    wrong.append((endpoint, probe.path, stand, answer, wanted))

    assert wrong == []


def test_orders_are_moved_by_the_hotline_and_the_unit_ordered(app: APIFlask, scene: Scene) -> None:
    wrong = []
    for stand, person in each(app, scene):
        for endpoint, probe in OF_ORDERS.items():
            seen = may(stand, scene, Right.SEE) and stand.relation in (Relation.HOTLINE, Relation.SUPERVISED)
            wanted = expected(app, endpoint, probe, stand, seen=seen, allowed=True)
            if (answer := asked(person, probe, scene.ids)) != wanted:
                wrong.append((endpoint, stand, answer, wanted))

    assert wrong == []


def test_ticket_page_holds_what_its_reader_may_read(app: APIFlask, scene: Scene) -> None:
    wrong = []
    for stand, person in each(app, scene):
        if not may(stand, scene, Right.SEE):
            continue
        text = person.ask("GET", f"/tickets/{scene.ids['ticket']}").get_data(as_text=True)
        original = may(stand, scene, Right.READ_ORIGINAL)
        contact = may(stand, scene, Right.SEE_CONTACT)
        told = {
            **{word: (word in text, original) for word in ORIGINALS},
            "evidence": (scene.ids["evidence"] in text, may(stand, scene, Right.SEE_ATTACHMENTS)),
            "phone": (PHONE in text or NAME in text, contact),
            "mask": (MASKED in text, not contact and (original or scene.level is Secrecy.NORMAL)),
        }
        wrong += [(stand, what, pair) for what, pair in told.items() if pair[0] != pair[1]]

    assert wrong == []


def test_lists_counts_and_search_hold_only_what_is_seen(app: APIFlask, scene: Scene) -> None:
    wrong: list[tuple[Stand, str, Any, bool]] = []
    for stand, person in each(app, scene):
        seen, original = may(stand, scene, Right.SEE), may(stand, scene, Right.READ_ORIGINAL)
        for query in ("view=all", f"view=all&search={scene.number}", "view=all&state=handling"):
            answer = person.ask("GET", f"/tickets?{query}")
            found = [row["number"] for row in answer.get_json()["items"]] if answer.status_code == 200 else []
            titled = rights_scene.TITLE in answer.get_data(as_text=True)
            if (scene.number in found) != seen or titled != (seen and original):
                wrong.append((stand, query, found, titled))
        counts = person.done("GET", "/tickets/counts")["counts"]
        if any(counts.values()) and not seen:
            wrong.append((stand, "counts", counts, False))

    assert wrong == []


def test_inbox_names_no_ticket_that_is_hidden(app: APIFlask, scene: Scene) -> None:
    wrong = []
    for stand, person in each(app, scene):
        inbox = person.done("GET", "/notices")
        named = scene.number in str(inbox["items"])
        if (named or inbox["unread"]) and not may(stand, scene, Right.SEE):
            wrong.append((stand, inbox))

    assert wrong == []


def test_moves_offered_are_those_of_the_table(app: APIFlask, scene: Scene) -> None:
    states = {"ticket": State.HANDLING, "assignment": AssignmentState.CONTACTED, "order": OrderState.ISSUED}
    wrong = []
    for stand, person in each(app, scene):
        if not may(stand, scene, Right.SEE):
            continue
        offered = person.done("GET", f"/tickets/{scene.ids['ticket']}")["actions"]
        for kind in states:
            mine = {move["action"] for move in offered if move["on"] == kind and move["id"] != scene.ids["sub"]}
            if not mine <= {action for action in mine if may(stand, scene, action, kind)}:
                wrong.append((stand, kind, mine))
        rows = STANDARD.ticket.actions(State.HANDLING, stand.roles)
        mine = {row.action for row in rows if may(stand, scene, row.action, "ticket")}
        if {move["action"] for move in offered if move["on"] == "ticket"} != mine:
            wrong.append((stand, "ticket", offered))

    assert wrong == []


def telling(stand: Stand, scene: Scene, kind: str, actions: set[str]) -> list[str]:
    """Of the moves the table refuses: all that the same roles have elsewhere, and one of the rest or of a hidden ticket.

    What the roles have nowhere is refused by one look into the row, which the walk of every cell of the life cycles shows.
    """
    refused = sorted(action for action in actions if not may(stand, scene, action, kind))
    if not may(stand, scene, Right.SEE):
        return refused[:1]
    held = [action for action in refused if rights.actions().get((kind, action), frozenset()).intersection(stand.roles)]
    return held + [action for action in refused if action not in held][:1]


def test_moves_outside_the_table_are_refused(app: APIFlask, parts: Container) -> None:
    scene = rights_scene.build(parts, Secrecy.CONFIDENTIAL)
    things = {
        "ticket": (
            f"/tickets/{scene.ids['ticket']}",
            {row.action for row in STANDARD.ticket.rows if row.source is State.HANDLING},
        ),
        "assignment": (
            f"/assignments/{scene.ids['lead']}",
            {row.action for row in STANDARD.assignment.rows if row.source is AssignmentState.CONTACTED},
        ),
    }
    versions = {"ticket": scene.ids["version"], "assignment": scene.ids["lead_version"]}
    wrong = []
    for stand, person in each(app, scene):
        refused = 403 if may(stand, scene, Right.SEE) else 404
        for kind, (path, actions) in things.items():
            for action in telling(stand, scene, kind, actions):
                answer = person.ask("POST", f"{path}/actions/{action}", json={"version": versions[kind]})
                if answer.status_code != refused:
                    wrong.append((stand, kind, action, answer.status_code))

    assert wrong == []


def test_whoever_passed_a_part_on_decides_about_it_and_nobody_else_above(app: APIFlask, parts: Container) -> None:
    scene = rights_scene.build(parts, Secrecy.NORMAL)

    offered = {
        stand.relation: {move["action"] for move in person.done("GET", f"/tickets/{scene.ids['ticket']}")["actions"]
                         if move["id"] == scene.ids["sub"] and move["on"] == "assignment"}
        for stand, person in each(app, scene)
        if stand.roles == ("handler",) and stand.relation in (Relation.OWN, Relation.BELOW)
        and stand.officer_id != scene.people[-1].officer_id
    }  # fmt: skip

    assert "recall" in offered[Relation.OWN]
    assert offered[Relation.BELOW] == set()


@pytest.mark.parametrize("level", list(Secrecy))
def test_pushes_reach_only_who_may_see_and_all_who_are_at_work(parts: Container, level: Secrecy) -> None:
    scene = rights_scene.build(parts, level)
    push = FakePush()
    reactions = Pushing(push)
    ticket_id, lead = scene.ids["ticket"], scene.ids["lead"]
    reactions.ticket_moved(parts.database, 1, TicketMoved(ticket_id, scene.number, "press", "handling", "handling"))
    reactions.ticket_added(parts.database, 2, TicketAdded(ticket_id, scene.number, "urge"))
    with parts.database.read() as session:
        own_unit = session.get_one(Ticket, ticket_id).lead_unit_id or 0
        scopes = {stand: scope(session, stand) for stand in scene.people}
    reactions.assignment_moved(
        parts.database, 3, AssignmentMoved(lead, ticket_id, scene.number, own_unit, "contact", "contacted", "contacted")
    )

    told = {room for name, _, rooms in push.emitted if name in ("ticket", "assignment") for room in rooms}

    reached = {stand for stand, found in scopes.items() if told.intersection(sockets.rooms_of(found))}
    assert [stand for stand in reached if not may(stand, scene, Right.SEE)] == []
    at_work = {stand for stand in scene.people if stand.relation in (Relation.OWN, Relation.HOTLINE)}
    assert {stand for stand in at_work if may(stand, scene, Right.SEE)} <= reached


def scope(session: Any, stand: Stand) -> Scope:  # a Session
    return scope_of(session.get_one(Officer, stand.officer_id), units.superiors(session))


def test_filter_and_table_say_the_same(parts: Container, scene: Scene) -> None:
    with parts.database.read() as session:
        found = {
            stand: (queries.visible_ids(session, scope(session, stand), [scene.ids["ticket"]]) != set())
            for stand in scene.people
        }
        ticket = session.get_one(Ticket, scene.ids["ticket"])
        asked_of_table = {stand: rights.may(scope(session, stand), Right.SEE, ticket) for stand in scene.people}

    assert found == {stand: may(stand, scene, Right.SEE) for stand in scene.people}
    assert found == asked_of_table


def test_contacts_and_drafts_belong_to_their_agent(app: APIFlask, parts: Container) -> None:
    scene = rights_scene.build(parts, Secrecy.NORMAL)
    agents = {role: next(stand for stand in scene.people if stand.roles == (role,)) for role in ("agent", "shift_leader")}
    owner, leader = (signed_in(app, stand) for stand in agents.values())
    with parts.database.work() as uow:
        stranger_id = factories.officer(uow.session, "stranger", roles=("agent",)).id
    stranger = signed_in(app, Stand(stranger_id, ("agent",), Relation.HOTLINE))
    scene.ids["draft"] = owner.done("POST", f"/contacts/{scene.ids['contact']}/drafts")["id"]

    for probe in OF_CONTACTS.values():
        assert asked(stranger, probe, scene.ids) == 403, probe.path
        assert asked(leader, probe, scene.ids) != 403, probe.path


def test_hand_over_of_anothers_contact_or_a_hidden_ticket_is_refused(app: APIFlask, parts: Container) -> None:
    scene = rights_scene.build(parts, Secrecy.NORMAL)
    given = {"partner": "platform", "reason": "需要协助"}
    with parts.database.work() as uow:
        stranger_id = factories.officer(uow.session, "stranger", roles=("agent",)).id
    stranger = signed_in(app, Stand(stranger_id, ("agent",), Relation.HOTLINE))
    two_hats = next(stand for stand in scene.people if len(stand.roles) == 2 and stand.relation is Relation.COMPLAINED)

    stranger.refused(403, "POST", "/transfers", json={**given, "contact_id": scene.ids["contact"]})
    signed_in(app, two_hats).refused(404, "POST", "/transfers", json={**given, "ticket_id": scene.ids["ticket"]})


def test_revealed_contact_data_is_logged_with_the_reason(app: APIFlask, parts: Container) -> None:
    scene = rights_scene.build(parts, Secrecy.CONFIDENTIAL)
    named = next(stand for stand in scene.people if rights.NAMED_OFFICER in stand.roles)

    shown = signed_in(app, named).done(
        "POST", f"/tickets/{scene.ids['ticket']}/reveal", json={"field": "phone", "reason": "上门前联系"}
    )

    assert shown["value"] == PHONE
    with parts.database.read() as session:
        (look,) = access_log.looks(session, scene.ids["ticket"])
    assert (look.officer_id, look.reason) == (named.officer_id, "上门前联系")


def test_bulk_move_answers_row_by_row_and_once_per_key(app: APIFlask, parts: Container) -> None:
    scene = rights_scene.build(parts, Secrecy.NORMAL)
    desk = signed_in(app, next(stand for stand in scene.people if stand.roles == ("dispatcher",)))
    body = {
        "action": "press",
        "given": {"note": "请尽快"},
        "items": [{"id": scene.ids["ticket"], "version": scene.ids["version"]}, {"id": 999, "version": 1}],
    }
    headers = {"Idempotency-Key": "press-1"}

    first = desk.client.post("/api/v1/tickets/bulk", json=body, headers=headers).get_json()["results"]
    again = desk.client.post("/api/v1/tickets/bulk", json=body, headers=headers).get_json()["results"]

    assert [row["ok"] for row in first] == [True, False]
    assert first[1]["error"]["code"] == "not-found"
    assert [row["ok"] for row in again] == [True, False]
    assert desk.done("GET", f"/tickets/{scene.ids['ticket']}")["urge_count"] == 1
