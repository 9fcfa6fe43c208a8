"""Warning points, the order of a ticket's limits, and the rules' shape."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hotline.kernel.errors import Invalid
from sla import limits, packaged, rules
from sla.ladder import RUNGS, Limited, end_of, row_for
from sla.limits import Ahead, Limit, LimitUnit, Stage, StartRule, WarnPoint, due_at
from sla.policies import Case, find
from sla.reckoning import Basis, points, reckon
from sla.rosters import AROUND_THE_CLOCK, OFFICE
from tests.calendars import city_calendar, default_policies, default_rules

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 # zone is given
NOON = datetime(2025, 6, 3, 12, 0, tzinfo=UTC)
URGENCIES = ["normal", "urgent", "critical"]
ROSTERS = st.sampled_from([OFFICE, AROUND_THE_CLOCK, "heating"])
TYPES = ["enquiry", "help", "suggestion", "complaint", "report", "praise"]


@given(MOMENTS, st.sampled_from(list(Stage)), st.sampled_from(TYPES), st.sampled_from(URGENCIES), ROSTERS)
def test_near_comes_before_the_end_and_every_rung_after_it(
    start: datetime, stage: Stage, kind: str, urgency: str, roster: str
) -> None:
    calendar, known = city_calendar(), default_rules()
    row = find(default_policies(), stage, Case(kind, urgency, "general", "city_department"), NOON)
    assume(row is not None)
    assert row is not None
    basis = Basis(start, row.limit, roster)
    due = reckon(calendar, basis)
    limited = Limited(stage, urgency, "city_department", roster, (), due, ())

    near = [point.at for point in points(calendar, basis, due, stage=stage, rows=known.warn_points)]
    rungs = [found for rung in RUNGS if (found := row_for(known.ladder, limited, rung))]
    later = [end_of(calendar, due, rung.after, roster) for rung in rungs]

    assert [*near, due, *later] == sorted([*near, due, *later])


def test_of_the_points_of_one_name_the_stages_own_holds_and_then_the_highest_threshold() -> None:
    limit = Limit(10, LimitUnit.WORKING_DAYS, StartRule.NEXT_DAY)
    low, high = (WarnPoint(limit.unit, least, Ahead.SHARE, 80) for least in (1, 5))
    own = WarnPoint(limit.unit, 1, Ahead.WORKING_DAYS, 2, Stage.HANDLE)
    beyond = WarnPoint(limit.unit, 11, Ahead.SHARE, 10)
    early = WarnPoint(limit.unit, 1, Ahead.SHARE, 50, name="half")

    assert limits.points([low, own, high, beyond, early], Stage.HANDLE, limit) == [own, early]
    assert limits.points([low, high, beyond], Stage.REDO, limit) == [high]
    assert limits.points([beyond], Stage.HANDLE, limit) == []


@given(MOMENTS, st.sampled_from(TYPES), st.sampled_from(URGENCIES))
def test_sign_in_ends_before_contact_and_contact_before_handling_and_that_before_the_whole(
    start: datetime, kind: str, urgency: str
) -> None:
    case = Case(kind, urgency, "general", "city_department")
    ends = []
    for stage in (Stage.SIGN, Stage.CONTACT, Stage.HANDLE, Stage.TOTAL):
        row = find(default_policies(), stage, case, NOON)
        assert row is not None
        ends.append(due_at(city_calendar(), start, row.limit, OFFICE))

    assert ends == sorted(ends)


@given(MOMENTS, st.integers(1, 5000))
def test_minutes_run_day_and_night(start: datetime, amount: int) -> None:
    limit = Limit(amount, LimitUnit.MINUTES, StartRule.AT_ONCE)

    assert due_at(city_calendar(), start, limit, OFFICE) - start == timedelta(minutes=amount)


def test_a_missing_rule_is_named() -> None:
    values = {key: value for key, value in packaged.rule_values().items() if key != "redo.rounds"}

    with pytest.raises(Invalid) as caught:
        rules.read(values)

    assert caught.value.details["entry"] == "redo.rounds"


@pytest.mark.parametrize(
    ("key", "value"),
    [("redo.rounds", "many"), ("warn.points", [{"unit": "weeks", "at_least": 1, "ahead": "share", "amount": 1}])],
)
def test_a_malformed_rule_is_refused(key: str, value: object) -> None:
    values = packaged.rule_values()

    with pytest.raises(Invalid):
        rules.read({**values, key: value})
