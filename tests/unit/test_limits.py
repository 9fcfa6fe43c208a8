"""Warning points, the order of a ticket's limits, and the rules' shape."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.kernel.errors import Invalid
from sla import defaults, rules
from sla.limits import OFFICE, Limit, LimitUnit, Stage, StartRule, due_at, warn_at, warn_point
from sla.policies import Case, find
from tests.calendars import ZONE, city_calendar, default_policies, default_rules

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 # zone is given
NOON = datetime(2025, 6, 3, 12, 0, tzinfo=UTC)
TYPES = ["enquiry", "help", "suggestion", "complaint", "report", "praise"]


def local(wall: str) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZONE)


def warned(start: str, stage: Stage, limit: Limit) -> datetime:
    began, calendar = local(start), city_calendar()
    point = warn_point(default_rules().warn_points, stage, limit)
    assert point is not None
    return warn_at(calendar, began, due_at(calendar, began, limit, OFFICE), limit, point).astimezone(ZONE)


@pytest.mark.parametrize(
    ("stage", "limit", "start", "expected", "reason"),
    [
        (Stage.HANDLE, (5, "working_days"), "2025-06-03 10:00", "2025-06-09 17:30", "one working day before"),
        (Stage.HANDLE, (3, "working_days"), "2025-09-30 10:00", "2025-10-10 17:30", "the day before the make-up Saturday"),
        (Stage.HANDLE, (2, "working_days"), "2025-06-02 10:00", "2025-06-04 14:42", "80 % of fourteen office hours"),
        (Stage.SIGN, (15, "minutes"), "2025-06-06 23:50", "2025-06-07 00:00", "five minutes before the end of fifteen"),
        (Stage.CONTACT, (120, "minutes"), "2025-06-06 23:00", "2025-06-07 00:36", "80 % of two hours"),
        (Stage.DISPATCH, (2, "working_hours"), "2025-06-06 16:30", "2025-06-09 09:36", "80 % of the office time"),
    ],
)
def test_warning_comes_where_the_rules_put_it(
    stage: Stage, limit: tuple[int, str], start: str, expected: str, reason: str
) -> None:
    given_limit = Limit(limit[0], LimitUnit(limit[1]), StartRule.NEXT_DAY if limit[1] == "working_days" else StartRule.AT_ONCE)

    assert warned(start, stage, given_limit) == local(expected), reason


@given(MOMENTS, st.sampled_from(list(LimitUnit)), st.integers(1, 60), st.sampled_from(list(Stage)))
def test_a_warning_lies_between_start_and_end(start: datetime, unit: LimitUnit, amount: int, stage: Stage) -> None:
    calendar, limit = city_calendar(), Limit(amount, unit, StartRule.AT_ONCE)
    due = due_at(calendar, start, limit, OFFICE)
    point = warn_point(default_rules().warn_points, stage, limit)

    assert point is not None
    assert start <= warn_at(calendar, start, due, limit, point) <= due


@given(MOMENTS, st.sampled_from(TYPES), st.sampled_from(["normal", "urgent", "critical"]))
def test_sign_in_ends_before_contact_and_contact_before_handling(start: datetime, kind: str, urgency: str) -> None:
    case = Case(kind, urgency, "general", "city_department")
    ends = []
    for stage in (Stage.SIGN, Stage.CONTACT, Stage.HANDLE):
        row = find(default_policies(), stage, case, NOON)
        assert row is not None
        ends.append(due_at(city_calendar(), start, row.limit, OFFICE))

    assert ends == sorted(ends)


@given(MOMENTS, st.integers(1, 5000))
def test_minutes_run_day_and_night(start: datetime, amount: int) -> None:
    limit = Limit(amount, LimitUnit.MINUTES, StartRule.AT_ONCE)

    assert due_at(city_calendar(), start, limit, OFFICE) - start == timedelta(minutes=amount)


def test_a_missing_rule_is_named() -> None:
    values = {key: rule["value"] for key, rule in defaults.defaults()["rules"].items() if key != "redo.rounds"}

    with pytest.raises(Invalid) as caught:
        rules.read(values)

    assert caught.value.details["entry"] == "redo.rounds"


@pytest.mark.parametrize(
    ("key", "value"),
    [("redo.rounds", "many"), ("warn.points", [{"unit": "weeks", "at_least": 1, "ahead": "share", "amount": 1}])],
)
def test_a_malformed_rule_is_refused(key: str, value: object) -> None:
    values = {name: rule["value"] for name, rule in defaults.defaults()["rules"].items()}

    with pytest.raises(Invalid):
        rules.read({**values, key: value})
