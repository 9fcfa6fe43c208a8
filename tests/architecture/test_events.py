"""Events carry ids and plain values only, and every one is heard or says why not."""

import dataclasses
import inspect
import types
import typing
from collections.abc import Iterator
from typing import Any

import pytest

from docs import generate
from hotline.kernel.events import Event, Subscribers

UNHEARD = {
    "officer-changed": "lists of officers are read anew; the event is the record of who administered",
    "officer-locked": "the officer is told at the sign-in; the event is the record for the administrator",
    "unit-changed": "lists of units are read anew; the event is the record of who administered",
    "category-changed": "lists of categories are read anew; the event is the record of who administered",
    "articles-exported": "the event is the record of who took them along",
    "article-used": "counted from the table of uses; the event is the record of who did it",
    "callback-attempted": "the call-back list is read anew after each call; kept as the record of the tries",
    "dissatisfaction-reviewed": "the ticket's own move, recorded with it, is what others follow",
    "service-mark-received": "the ticket that a bad one opens, recorded with it, is what others follow",
    "service-mark-rectified": "the end of its ticket, recorded with it, is what others follow",
    "service-mark-added": "its line on the ticket tells it; kept as the record of the further evaluation",
    "service-mark-excluded": "the ticket's own move or line, recorded with it, is what others follow",
    "clock-warned": "the alarms noted with it are what tells people; kept as the record of the warning",
    "clock-expired": "the alarms noted with it are what tells people; pages count the time down themselves",
    "limit-escalated": "the alarms and the paper noted with it are what tells people; kept as the record of the rung",
    "words-erased": "pages read the timeline anew; kept as the record of who erased what",
    "policy-published": "the recount requested with it does the rest; the event is the record of who published",
    "calendar-changed": "the recount requested with it does the rest; the event is the record of who changed it",
    "rule-changed": "rules are read anew; the event is the record of who changed it",
    "recount-finished": "its page is read anew; each ticket's timeline has what changed",
    "ticket-evaluated": "the ticket's own move, recorded with it, is what others follow",
}
"""Events nobody reacts to, each with its reason."""
PERSONAL = {
    "phone",
    "name",
    "text",
    "title",
    "body",
    "address",
    "contact_name",
    "contact_phone",
    "id_number",
    "verbatim",
    "note",
}
PLAIN = {int, float, str, bool, types.NoneType}
LONGEST_NAME = 64
EVENTS = [pytest.param(kind, id=kind.name) for kind in generate.subclasses(Event)]


@pytest.fixture(scope="module")
def table() -> Iterator[Subscribers]:
    container = generate.built()
    yield container.subscribers
    container.close()


def test_every_event_is_heard_or_listed_with_a_reason(table: Subscribers) -> None:
    heard = {kind.name for kind in (*table.within, *table.after)}
    known = {kind.name for kind in generate.subclasses(Event)}

    assert known - heard == set(UNHEARD)


def test_event_names_are_unique() -> None:
    names = [kind.name for kind in generate.subclasses(Event)]

    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("kind", EVENTS)
def test_event_is_frozen_and_named_in_kebab_case(kind: type[Event]) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]  # dataclass's own
    assert kind.name.replace("-", "").isalpha()
    assert kind.name == kind.name.lower()
    assert len(kind.name) <= LONGEST_NAME


@pytest.mark.parametrize("kind", EVENTS)
def test_event_has_no_personal_data(kind: type[Event]) -> None:
    assert {field.name for field in dataclasses.fields(kind)} & PERSONAL == set()


@pytest.mark.parametrize("kind", EVENTS)
def test_event_fields_are_plain_values(kind: type[Event]) -> None:
    hints = typing.get_type_hints(kind)

    assert {inner for field in dataclasses.fields(kind) for inner in _parts(hints[field.name])} <= PLAIN


def test_reaction_keys_fit_their_column(table: Subscribers) -> None:
    keys = {key for reactions in table.after.values() for key in reactions}

    assert all(0 < len(key) <= LONGEST_NAME for key in keys)


def test_after_reactions_take_database_delivery_and_event(table: Subscribers) -> None:
    for reactions in table.after.values():
        for reaction in reactions.values():
            assert len(inspect.signature(reaction).parameters) == 3


def _parts(hint: Any) -> set[Any]:  # a type hint
    return set(typing.get_args(hint)) or {hint}
