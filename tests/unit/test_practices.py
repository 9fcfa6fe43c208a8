"""The examples of places: each is whole, and gives the numbers of the comparison of places (handbook 4.1)."""

from datetime import UTC, datetime

import pytest

from sla import policies, rules
from sla.limits import LimitUnit, Stage, StartEvent
from sla.packaged import rule_values
from sla.policies import Case, PolicyRow
from sla.practices import practices
from sla.versions import known_words

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
WD, ND, MIN = LimitUnit.WORKING_DAYS, LimitUnit.NATURAL_DAYS, LimitUnit.MINUTES
HANDLE, TOTAL, SIGN, CONTACT = Stage.HANDLE, Stage.TOTAL, Stage.SIGN, Stage.CONTACT


def found(code: str, stage: Stage, case: Case) -> PolicyRow:
    rows = [
        PolicyRow(id=place, version=1, effective_from=AT, **vars(facts))
        for place, facts in enumerate(practices()[code].rows, start=1)
    ]
    row = policies.find(rows, stage, case, AT)
    assert row is not None
    return row


def case(kind: str, urgency: str = "normal", profile: str = "general", unit_class: str = "street") -> Case:
    return Case(kind, urgency, profile, unit_class)


@pytest.mark.parametrize("code", ["beijing", "guangdong", "shandong", "sichuan", "tianjin"])
def test_every_example_is_whole_and_its_rules_can_be_read(code: str) -> None:
    practice = practices()[code]
    values = dict(rule_values())

    policies.check(practice.rows, known_words())
    rules.read({**values, **{key: rule.value for key, rule in practice.rules.items()}})

    assert set(practice.rules) <= set(values)
    assert practice.name
    assert practice.source


@pytest.mark.parametrize(
    ("code", "stage", "asked", "amount", "unit"),
    [
        *(("guangdong", stage, case("enquiry"), 2, WD) for stage in (HANDLE, TOTAL)),
        *(("guangdong", stage, case(kind), 10, WD) for stage in (HANDLE, TOTAL) for kind in ("help", "suggestion")),
        *(("guangdong", stage, case(kind), 15, WD) for stage in (HANDLE, TOTAL) for kind in ("complaint", "report")),
        *(("sichuan", stage, case("enquiry"), 3, WD) for stage in (HANDLE, TOTAL)),
        *(("sichuan", stage, case(kind), 7, WD) for stage in (HANDLE, TOTAL) for kind in ("help", "suggestion")),
        *(("sichuan", stage, case(kind), 15, WD) for stage in (HANDLE, TOTAL) for kind in ("complaint", "report")),
        *(
            ("shandong", HANDLE, case(kind), 5, WD)
            for kind in ("enquiry", "help", "suggestion", "complaint", "report", "other")
        ),
        ("shandong", CONTACT, case("complaint", profile="enterprise"), 2, LimitUnit.WORKING_HOURS),
        ("shandong", Stage.FEEDBACK, case("help", profile="enterprise"), 1, WD),
        ("shandong", HANDLE, case("complaint", profile="enterprise"), 15, WD),
        ("shandong", HANDLE, case("complaint", profile="provincial"), 15, WD),
        ("tianjin", SIGN, case("help"), 1, WD),
        ("tianjin", SIGN, case("help", "critical"), 15, MIN),
        ("tianjin", SIGN, case("help", unit_class="utility"), 30, MIN),
        ("tianjin", SIGN, case("help", "critical", unit_class="utility"), 15, MIN),
        ("beijing", HANDLE, case("help"), 7, ND),
        ("beijing", HANDLE, case("complaint"), 15, ND),
        ("beijing", SIGN, case("help"), 1440, MIN),
        ("beijing", SIGN, case("help", "urgent"), 120, MIN),
        ("beijing", CONTACT, case("help"), 1440, MIN),
    ],
)
def test_example_gives_the_numbers_that_were_seen(code: str, stage: Stage, asked: Case, amount: int, unit: LimitUnit) -> None:
    row = found(code, stage, asked)

    assert (row.amount, row.unit) == (amount, unit)
    assert row.source


@pytest.mark.parametrize(
    ("code", "key", "days"),
    [
        ("shandong", "return.window_working_days", 2),
        ("shandong", "extension.working_days", 10),
        ("tianjin", "return.window_working_days", 1),
        ("tianjin", "return.window_working_days_important", 2),
    ],
)
def test_example_brings_its_rules(code: str, key: str, days: int) -> None:
    assert practices()[code].rules[key].value == days


def test_guangdong_counts_the_units_limit_from_receipt() -> None:
    assert found("guangdong", HANDLE, case("help")).start_event is StartEvent.ACCEPTED
