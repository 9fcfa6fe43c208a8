"""Every cell of every life cycle gives a move, Conflict or Forbidden; every state and action has words and an owner."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from docs import generate
from docs.generate import LIFE_CYCLES, WORDS
from hotline.kernel.errors import Conflict, Forbidden, Invalid
from hotline.kernel.transitions import LifeCycle
from hotline.people.permissions import Role
from hotline.tickets.workflow import STANDARD, SUPERIOR, SYSTEM
from sla.lifecycles import REQUESTER

ROLES = [*(role.value for role in Role), SYSTEM, REQUESTER, SUPERIOR]
NAMED = [pytest.param(cycle, id=cycle.name) for cycle in LIFE_CYCLES]
SHOWN = [pytest.param(cycle, id=cycle.name) for cycle in LIFE_CYCLES if cycle.name in WORDS]
LANGUAGES = ("zh-CN", "en")


def cells(cycle: LifeCycle[Any]) -> Iterator[tuple[Any, str, str]]:
    for state in type(next(iter(cycle.initial))):
        for action in dict.fromkeys(row.action for row in cycle.rows):
            for role in ROLES:
                yield state, action, role


def answer(cycle: LifeCycle[Any], state: Any, action: str, role: str, given: dict[str, Any]) -> str:
    """What the machine says: the target state, or the kind of its refusal."""
    try:
        return str(cycle.find(state, action, [role], given).target.value)
    except (Conflict, Forbidden, Invalid) as error:
        return type(error).__name__


def expected(cycle: LifeCycle[Any], state: Any, action: str, role: str) -> str:
    rows = [row for row in cycle.rows if (row.source, row.action) == (state, action)]
    mine = [row for row in rows if role in row.roles]
    return str(mine[0].target.value) if mine else "Forbidden" if rows else "Conflict"


@pytest.mark.parametrize("cycle", NAMED)
def test_every_cell_moves_or_says_why_not(cycle: LifeCycle[Any]) -> None:
    everything = {need: "given" for row in cycle.rows for need in row.needs}

    wrong = [cell for cell in cells(cycle) if answer(cycle, *cell, everything) != expected(cycle, *cell)]

    assert wrong == []


@pytest.mark.parametrize("cycle", NAMED)
def test_a_needed_field_that_is_missing_is_named(cycle: LifeCycle[Any]) -> None:
    for row in cycle.rows:
        for need in row.needs:
            given = {other: "given" for other in row.needs if other != need}
            with pytest.raises(Invalid) as refused:
                cycle.find(row.source, row.action, row.roles, given)
            assert refused.value.details["field"] == need


@pytest.mark.parametrize("cycle", NAMED)
def test_every_state_is_reachable_and_can_end(cycle: LifeCycle[Any]) -> None:
    cycle.check()


@pytest.mark.parametrize("cycle", NAMED)
def test_every_row_says_who_and_every_role_exists(cycle: LifeCycle[Any]) -> None:
    assert all(row.roles for row in cycle.rows)
    assert {role for row in cycle.rows for role in row.roles} <= set(ROLES)


@pytest.mark.parametrize("cycle", NAMED)
def test_the_owner_of_the_states_exists(cycle: LifeCycle[Any]) -> None:
    importlib.import_module(cycle.owner)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cycle", SHOWN)
def test_every_state_and_action_has_words(cycle: LifeCycle[Any], language: str) -> None:
    known = generate.words(language)
    states = {generate.state_word(cycle.name, state.value) for state in type(next(iter(cycle.initial)))}
    actions = {generate.action_word(cycle.name, row.action) for row in cycle.rows}

    assert sorted((states | actions) - {""} - known.keys()) == []


def test_the_standard_workflow_checks_itself() -> None:
    STANDARD.check()


def test_an_archived_ticket_takes_no_move() -> None:
    assert [row.action for row in STANDARD.ticket.rows if row.source in STANDARD.ticket.final] == []
