"""Whatever reaches a ticket stands in the matrix of rights: every route with an id, every socket event; the table is whole."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from apiflask import APIFlask

from docs import generate
from hotline.people.permissions import UNIT_ROLES
from hotline.tickets import rights
from hotline.tickets.rights import NAMED_OFFICER, Cell, Relation, Right
from hotline.tickets.workflow import STANDARD, SUPERIOR, Secrecy
from tests.architecture import mutate_rights
from tests.architecture.sources import calls, literal, python_files
from tests.integration.rights_routes import ELSEWHERE, EMITTED, LISTENED, OF_CONTACTS, OF_ORDERS, PROBES
from web.app import create_app

OF_A_TICKET = frozenset(
    {"ticket_id", "assignment_id", "order_id", "token", "callback_id", "transfer_id", "contact_id", "draft_id", "alert_id",
     "call_id", "notice_id", "mark_id", "appeal_id"}
)  # fmt: skip
"""Names in addresses of routes that lead to a ticket or to what hangs on it."""
MICROPHONE = "mic."
CELLS = tuple(rights.matrix())


@pytest.fixture(scope="module")
def app() -> Iterator[APIFlask]:
    container = generate.built()
    yield create_app(container)
    container.close()


def test_every_route_to_a_ticket_is_asked_for_every_role(app: APIFlask) -> None:
    reaching = {rule.endpoint for rule in app.url_map.iter_rules() if OF_A_TICKET.intersection(rule.arguments)}

    assert reaching == {*PROBES, *OF_ORDERS, *OF_CONTACTS, *ELSEWHERE}


def test_every_socket_event_says_who_is_let_in() -> None:
    web = python_files("web")
    sent = {literal(call.args[0]) for path in web for name, call in calls(path) if name == "emit" and call.args}
    heard = {literal(call.args[0]) for path in web for name, call in calls(path) if name == "on" and call.args}

    assert {name for name in sent if name} <= {*EMITTED, *LISTENED}
    at_the_server = {name for name in heard if name and not name.startswith(MICROPHONE)} - set(EMITTED)
    assert at_the_server == set(LISTENED)


def test_table_has_a_cell_for_every_role_relation_level_and_move() -> None:
    whats = len(Right) + len(rights.actions())

    assert len(CELLS) == len(set(CELLS)) == len(rights.ROLES) * len(Relation) * len(Secrecy) * whats


def test_every_move_by_people_is_allowed_to_somebody() -> None:
    moved = {(cell.kind, cell.what) for cell in CELLS if cell.allowed and cell.kind != "right"}

    assert moved == set(rights.actions(STANDARD))


@pytest.mark.parametrize("relation", [Relation.COMPLAINED, Relation.FOREIGN])
def test_nothing_is_allowed_to_the_unit_complained_of_and_to_strangers(relation: Relation) -> None:
    assert [cell for cell in allowed() if cell.relation is relation] == []


def test_who_is_told_or_once_had_it_moves_nothing() -> None:
    told = (Relation.COPIED, Relation.FORMER)

    assert [cell for cell in allowed() if cell.relation in told and (cell.kind != "right" or cell.what == Right.ACT)] == []


def test_units_never_read_or_reveal_what_is_confidential_but_for_the_officer_named() -> None:
    kept = (Right.READ_ORIGINAL, Right.SEE_ATTACHMENTS, Right.SEE_CONTACT, Right.REVEAL)
    units = {*UNIT_ROLES, SUPERIOR, NAMED_OFFICER}

    found = {
        (cell.role, cell.what, cell.level)
        for cell in allowed()
        if cell.what in kept and cell.role in units and cell.level is not Secrecy.NORMAL
    }

    assert found == {(NAMED_OFFICER, Right.REVEAL, Secrecy.CONFIDENTIAL)}


def test_strictly_confidential_contact_is_shown_to_nobody_unasked() -> None:
    strict = [cell for cell in allowed() if cell.level is Secrecy.STRICT]

    assert [cell for cell in strict if cell.what == Right.SEE_CONTACT] == []
    assert {cell.relation for cell in strict if cell.what == Right.REVEAL} == {Relation.HOTLINE}


def test_whoever_may_do_anything_may_see() -> None:
    seen = {(cell.role, cell.relation, cell.level) for cell in allowed() if cell.what == Right.SEE}
    pseudo = (SUPERIOR, NAMED_OFFICER)

    blind = [cell for cell in allowed() if cell.role not in pseudo and (cell.role, cell.relation, cell.level) not in seen]

    assert blind == []


def test_checks_that_mutation_removes_stand_in_the_source() -> None:
    assert [mutant.name for mutant in mutate_rights.MUTANTS if mutate_rights.source(mutant).count(mutant.check) != 1] == []


def test_removing_a_check_is_noticed_and_an_untouched_copy_is_not() -> None:
    mutant = next(mutant for mutant in mutate_rights.MUTANTS if mutant.name == "complained-unit")

    assert not mutate_rights.survives(mutant)
    assert mutate_rights.survives(replace(mutant, instead=mutant.check))


def allowed() -> list[Cell]:
    return [cell for cell in CELLS if cell.allowed]
