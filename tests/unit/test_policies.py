"""Which limit holds: the handbook's defaults case by case, the most specific row, the version in effect."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hotline.kernel.errors import Invalid
from hotline.kernel.transitions import LifeCycle
from sla.lifecycles import CALLBACK, CLOCK
from sla.limits import LimitUnit, Stage, StartEvent, StartRule
from sla.policies import STARTS, Case, PolicyFacts, PolicyRow, check, find, version_at
from tests.calendars import default_policies

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
WD, WH, MIN = LimitUnit.WORKING_DAYS, LimitUnit.WORKING_HOURS, LimitUnit.MINUTES


@pytest.mark.parametrize(
    ("stage", "case", "amount", "unit"),
    [
        (Stage.HANDLE, ("enquiry", "normal", "general", "street"), 2, WD),
        (Stage.HANDLE, ("help", "normal", "general", "street"), 5, WD),
        (Stage.HANDLE, ("suggestion", "normal", "general", "street"), 7, WD),
        (Stage.HANDLE, ("complaint", "normal", "general", "district"), 15, WD),
        (Stage.HANDLE, ("report", "normal", "general", "district"), 15, WD),
        (Stage.HANDLE, ("praise", "normal", "general", "district"), 5, WD),
        (Stage.HANDLE, ("other", "normal", "general", "district"), 5, WD),
        (Stage.HANDLE, ("complaint", "urgent", "general", "district"), 1440, MIN),
        (Stage.HANDLE, ("enquiry", "normal", "enterprise", "district"), 15, WD),
        (Stage.TOTAL, ("complaint", "normal", "general", None), 15, WD),
        (Stage.SIGN, ("help", "normal", "general", "street"), 1, WD),
        (Stage.SIGN, ("help", "normal", "general", "utility"), 30, MIN),
        (Stage.SIGN, ("help", "urgent", "general", "street"), 30, MIN),
        (Stage.SIGN, ("help", "critical", "general", "utility"), 15, MIN),
        (Stage.CONTACT, ("help", "normal", "general", "street"), 1, WD),
        (Stage.CONTACT, ("help", "urgent", "general", "street"), 120, MIN),
        (Stage.CONTACT, ("help", "normal", "enterprise", "street"), 2, WH),
        (Stage.REDO, ("complaint", "normal", "general", "street"), 3, WD),
        (Stage.CALLBACK, ("complaint", "normal", "general", None), 5, WD),
        (Stage.REVIEW, ("complaint", "normal", "general", None), 2, WD),
    ],
)
def test_default_limit_is_the_handbooks(
    stage: Stage, case: tuple[str, str, str, str | None], amount: int, unit: LimitUnit
) -> None:
    row = find(default_policies(), stage, Case(*case), NOW)

    assert row is not None
    assert (row.amount, row.unit) == (amount, unit)


def policy(**values: object) -> PolicyRow:
    any_case = {"type": None, "urgency": None, "profile": None, "unit_class": None}
    rule = {"amount": 1, "unit": WD, "start_rule": StartRule.NEXT_DAY, "start_event": StartEvent.DISPATCHED, "source": "x"}
    base = {"id": 1, "version": 1, "effective_from": NOW - timedelta(days=9), "stage": Stage.HANDLE}
    return PolicyRow(**{**base, **any_case, **rule, **values})  # type: ignore[arg-type]


CASE = Case("help", "urgent", "enterprise", "utility")


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        ({"type": "help"}, {}),
        ({"type": "help", "unit_class": "utility"}, {"urgency": "urgent"}),
        ({"urgency": "urgent"}, {"profile": "enterprise"}),
        ({"profile": "enterprise"}, {"unit_class": "utility"}),
        ({"unit_class": "utility"}, {"type": "help"}),
    ],
)
def test_the_more_specific_row_wins(winner: dict[str, str], loser: dict[str, str]) -> None:
    rows = [policy(id=1, **loser), policy(id=2, **winner)]

    found = [find(order, Stage.HANDLE, CASE, NOW) for order in (rows, rows[::-1])]

    assert [row.id for row in found if row] == [2, 2]


@pytest.mark.parametrize("other", [{"type": "report"}, {"urgency": "normal"}, {"profile": "general"}, {"unit_class": "street"}])
def test_a_row_of_another_case_does_not_hold(other: dict[str, str]) -> None:
    assert find([policy(**other)], Stage.HANDLE, CASE, NOW) is None


def test_a_version_holds_from_its_day_as_a_whole() -> None:
    old = policy(id=1, urgency="urgent", amount=5)
    new = policy(id=2, version=2, effective_from=NOW, amount=3)

    amounts = [find([old, new], Stage.HANDLE, CASE, at) for at in (NOW - timedelta(seconds=1), NOW)]

    assert [row.amount for row in amounts if row] == [5, 3]


def test_before_the_first_version_nothing_holds() -> None:
    assert version_at([policy()], NOW - timedelta(days=30)) is None
    assert find([policy()], Stage.HANDLE, CASE, NOW - timedelta(days=30)) is None


def test_every_default_has_its_source_and_stands_once() -> None:
    keys = [replace(row, id=0, amount=0, unit=WD, source="", start_rule=StartRule.AT_ONCE) for row in default_policies()]

    assert all(row.source for row in default_policies())
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("cycle", [CLOCK, CALLBACK], ids=lambda cycle: cycle.name)
def test_each_life_has_a_way_to_its_end(cycle: LifeCycle) -> None:  # type: ignore[type-arg]
    cycle.check()


KNOWN = {"type": ["help"], "urgency": ["urgent"], "profile": ["enterprise"], "unit_class": ["utility"]}


def facts(**values: object) -> PolicyFacts:
    rule = {"amount": 1, "unit": WD, "start_rule": StartRule.NEXT_DAY, "start_event": StartEvent.DISPATCHED, "source": "x"}
    return PolicyFacts(**{"stage": Stage.HANDLE, **rule, **values})  # type: ignore[arg-type]


GENERAL = (facts(stage=Stage.TOTAL, start_event=StartEvent.ACCEPTED), facts())


@pytest.mark.parametrize(
    ("row", "field", "rule"),
    [
        (facts(type="nonsense"), "type", "unknown-choice"),
        (facts(unit_class="nonsense"), "unit_class", "unknown-choice"),
        (facts(amount=0, type="help"), "amount", "at-least-one"),
        (facts(type="help", start_event=StartEvent.REPLIED), "start_event", "not-of-this-stage"),
        (facts(stage=Stage.REVIEW, start_event=StartEvent.DOUBTED, unit_class="utility"), "unit_class", "no-units-step"),
        (facts(type="help", source=" "), "source", "required"),
        (facts(amount=9), "rows", "same-case-twice"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named(row: PolicyFacts, field: str, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        check([*GENERAL, row], KNOWN)

    assert {"field": field, "rule": rule, "row": 3}.items() <= refused.value.details.items()


@pytest.mark.parametrize("place", [0, 1])
def test_rows_that_leave_tickets_without_a_limit_are_refused(place: int) -> None:
    with pytest.raises(Invalid, match="general-row-missing"):
        check([GENERAL[1 - place]], KNOWN)


def test_every_stage_says_from_what_it_may_be_counted() -> None:
    assert set(STARTS) == set(Stage)
    check([*GENERAL, *(facts(stage=stage, type="help", start_event=events[0]) for stage, events in STARTS.items())], KNOWN)


def test_what_came_into_force_last_holds_whatever_its_number() -> None:
    early, late = NOW - timedelta(days=9), NOW - timedelta(days=1)
    rows = [policy(version=2, effective_from=late), policy(version=3, effective_from=early)]

    assert [version_at(rows, at) for at in (NOW, early)] == [2, 3]
