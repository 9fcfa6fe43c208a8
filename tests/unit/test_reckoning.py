"""From the facts of a limit to its end: laws of breaks and moves, warnings in order, what a clock keeps read back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.kernel.errors import Invalid
from sla import reckoning
from sla.limits import Ahead, Limit, LimitUnit, Stage, StartRule, WarnPoint
from sla.reckoning import Basis, Step, StepKind
from sla.rosters import AROUND_THE_CLOCK, OFFICE
from tests.calendars import ZONE, city_calendar, default_rules

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 # zone is given
SPANS = st.timedeltas(timedelta(0), timedelta(days=40))
LIMITS = st.builds(Limit, st.integers(1, 60), st.sampled_from(LimitUnit), st.sampled_from(StartRule))
ROSTERS = st.sampled_from([OFFICE, AROUND_THE_CLOCK, "heating"])


def local(wall: str) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZONE)


@st.composite
def moves(draw: st.DrawFn, start: datetime) -> Step:
    """A step of any kind some time after the start."""
    since = start + draw(SPANS)
    until = since + draw(SPANS)
    return Step(draw(st.sampled_from(StepKind)), since=since, until=until, days=draw(st.integers(1, 10)))


@st.composite
def bases(draw: st.DrawFn) -> Basis:
    """A limit that was moved up to four times."""
    start = draw(MOMENTS)
    steps = tuple(draw(moves(start)) for _ in range(draw(st.integers(0, 4))))
    cap = draw(st.none() | st.builds(start.__add__, SPANS))
    return Basis(start, draw(LIMITS), draw(ROSTERS), no_later_than=cap, steps=steps)


def broken(basis: Basis, *steps: Step) -> Basis:
    return Basis(basis.started_at, basis.limit, basis.roster, basis.given, basis.no_later_than, (*basis.steps, *steps))


@given(bases())
def test_counting_again_gives_the_same_end(basis: Basis) -> None:
    assert reckoning.reckon(city_calendar(), basis) == reckoning.reckon(city_calendar(), basis)


@given(bases(), SPANS, SPANS)
def test_a_break_never_brings_the_end_forward(basis: Basis, after: timedelta, length: timedelta) -> None:
    since = basis.started_at + after
    pause = Step(StepKind.PAUSED, since=since, until=since + length)

    assert reckoning.reckon(city_calendar(), broken(basis, pause)) >= reckoning.reckon(city_calendar(), basis)


@given(bases(), SPANS, SPANS)
def test_what_is_late_stays_late(basis: Basis, after: timedelta, length: timedelta) -> None:
    due = reckoning.reckon(city_calendar(), basis)
    since = max(due + after, *(step.until for step in basis.steps if step.until), due)
    pause = Step(StepKind.PAUSED, since=since, until=since + length)

    assert reckoning.reckon(city_calendar(), broken(basis, pause)) == due


@given(MOMENTS, LIMITS, ROSTERS, SPANS, SPANS, SPANS)
def test_a_break_in_two_parts_is_one_break(
    start: datetime, limit: Limit, roster: str, after: timedelta, one: timedelta, other: timedelta
) -> None:
    since, middle, until = start + after, start + after + one, start + after + one + other
    whole = Basis(start, limit, roster, steps=(Step(StepKind.PAUSED, since=since, until=until),))
    parts = Basis(
        start,
        limit,
        roster,
        steps=(Step(StepKind.PAUSED, since=since, until=middle), Step(StepKind.SENT_BACK, since=middle, until=until)),
    )

    assert reckoning.reckon(city_calendar(), parts) == reckoning.reckon(city_calendar(), whole)


@given(MOMENTS, LIMITS, ROSTERS, SPANS, SPANS)
def test_as_much_of_its_own_time_is_left_after_a_break_as_before(
    start: datetime, limit: Limit, roster: str, after: timedelta, length: timedelta
) -> None:
    calendar, plain = city_calendar(), Basis(start, limit, roster)
    own, due = reckoning.own_time(calendar, plain), reckoning.reckon(calendar, plain)
    since = min(start + after, due)
    pause = Step(StepKind.PAUSED, since=since, until=since + length)

    moved = reckoning.reckon(calendar, broken(plain, pause))

    if since < due:
        assert own.between(since + length, moved) == own.between(since, due)


@given(bases(), st.integers(1, 10))
def test_an_extension_ends_later_and_a_merger_never_does(basis: Basis, days: int) -> None:
    calendar = city_calendar()
    due = reckoning.reckon(calendar, basis)

    assert reckoning.reckon(calendar, broken(basis, Step(StepKind.EXTENDED, days=days))) > due
    assert reckoning.reckon(calendar, broken(basis, Step(StepKind.MERGED, until=due + timedelta(1)))) == due
    assert reckoning.reckon(calendar, broken(basis, Step(StepKind.COMMITTED, until=due - timedelta(1)))) == due


@given(bases(), st.integers(1, 10), SPANS)
def test_no_step_goes_past_what_caps_it(basis: Basis, days: int, after: timedelta) -> None:
    cap = basis.started_at + after
    step = Step(StepKind.EXTENDED, days=days, no_later_than=cap)

    assert reckoning.reckon(city_calendar(), broken(basis, step)) <= cap


@given(MOMENTS, MOMENTS, LIMITS, ROSTERS)
def test_a_later_start_never_ends_earlier(one: datetime, other: datetime, limit: Limit, roster: str) -> None:
    ends = [reckoning.reckon(city_calendar(), Basis(start, limit, roster)) for start in sorted((one, other))]

    assert ends == sorted(ends)


@given(MOMENTS, LIMITS, ROSTERS)
def test_a_longer_limit_never_ends_earlier(start: datetime, limit: Limit, roster: str) -> None:
    longer = Limit(limit.amount + 1, limit.unit, limit.start_rule)

    assert reckoning.reckon(city_calendar(), Basis(start, longer, roster)) > reckoning.reckon(
        city_calendar(), Basis(start, limit, roster)
    )


@given(bases(), st.sampled_from(Stage))
def test_warnings_lie_between_start_and_end_in_their_order(basis: Basis, stage: Stage) -> None:
    calendar, limit = city_calendar(), basis.limit
    rows = (*default_rules().warn_points, WarnPoint(limit.unit, 1, Ahead.SHARE, 50, name="half"))
    due = max(reckoning.reckon(calendar, basis), basis.started_at)

    found = reckoning.points(calendar, basis, due, stage=stage, rows=rows)

    assert [point.at for point in found] == sorted(point.at for point in found)
    assert all(basis.started_at < point.at <= due for point in found)
    assert {point.name for point in found} <= {"near", "half"}


@pytest.mark.parametrize(
    ("stage", "limit", "start", "expected", "reason"),
    [
        (Stage.HANDLE, (5, "working_days"), "2025-06-03 10:00", "2025-06-09 17:30", "one working day before"),
        (Stage.HANDLE, (3, "working_days"), "2025-09-30 10:00", "2025-10-10 17:30", "the day before the make-up Saturday"),
        (Stage.HANDLE, (2, "working_days"), "2025-06-02 10:00", "2025-06-04 14:42", "80 % of fourteen office hours"),
        (Stage.HANDLE, (1, "working_days"), "2025-06-05 17:30", "2025-06-06 16:06", "80 % of one day: never a day before"),
        (Stage.SIGN, (15, "minutes"), "2025-06-06 23:50", "2025-06-07 00:00", "five minutes before the end of fifteen"),
        (Stage.SIGN, (30, "minutes"), "2025-06-06 23:50", "2025-06-07 00:15", "five minutes before the end of thirty"),
        (Stage.CONTACT, (120, "minutes"), "2025-06-06 23:00", "2025-06-07 00:36", "80 % of two hours"),
        (Stage.DISPATCH, (2, "working_hours"), "2025-06-06 16:30", "2025-06-09 09:36", "80 % of the office time"),
        (Stage.HANDLE, (10, "natural_days"), "2025-06-02 00:00", "2025-06-10 19:12", "80 % of eleven days and nights"),
    ],
)
def test_a_warning_comes_where_the_rules_put_it(
    stage: Stage, limit: tuple[int, str], start: str, expected: str, reason: str
) -> None:
    by_days = limit[1].endswith("days")
    asked = Limit(limit[0], LimitUnit(limit[1]), StartRule.NEXT_DAY if by_days else StartRule.AT_ONCE)
    basis, calendar = Basis(local(start), asked, OFFICE), city_calendar()

    found = reckoning.points(calendar, basis, reckoning.reckon(calendar, basis), stage=stage, rows=default_rules().warn_points)

    assert [(point.name, point.at) for point in found] == [("near", local(expected))], reason


def test_a_break_does_not_count_towards_the_share_that_is_gone() -> None:
    calendar, limit = city_calendar(), Limit(120, LimitUnit.MINUTES, StartRule.AT_ONCE)
    pause = Step(StepKind.PAUSED, since=local("2025-06-06 23:30"), until=local("2025-06-08 23:30"))
    basis = Basis(local("2025-06-06 23:00"), limit, OFFICE, steps=(pause,))
    due = reckoning.reckon(calendar, basis)

    (near,) = reckoning.points(calendar, basis, due, stage=Stage.CONTACT, rows=default_rules().warn_points)

    assert (near.at, due) == (local("2025-06-09 00:36"), local("2025-06-09 01:00"))


def test_a_warning_that_would_come_with_the_start_is_left_out() -> None:
    limit, rows = Limit(3, LimitUnit.WORKING_DAYS, StartRule.NEXT_DAY), default_rules().warn_points
    basis = Basis(local("2025-06-03 17:30"), limit, OFFICE, given=local("2025-06-04 17:30"))

    assert reckoning.points(city_calendar(), basis, local("2025-06-04 17:30"), stage=Stage.SUPERVISION, rows=rows) == ()


def test_a_limit_named_for_a_weekend_is_warned_of_by_plain_time() -> None:
    limit, rows = Limit(2, LimitUnit.WORKING_DAYS, StartRule.NEXT_DAY), default_rules().warn_points
    basis = Basis(local("2025-06-07 00:00"), limit, OFFICE, given=local("2025-06-08 00:00"))

    (near,) = reckoning.points(city_calendar(), basis, local("2025-06-08 00:00"), stage=Stage.HANDLE, rows=rows)

    assert near.at == local("2025-06-07 19:12")


@pytest.mark.parametrize(("roster", "expected"), [("heating", "2025-12-06 01:00"), (OFFICE, "2025-12-08 11:00")])
def test_hours_are_those_of_the_roster(roster: str, expected: str) -> None:
    basis = Basis(local("2025-12-05 23:00"), Limit(2, LimitUnit.WORKING_HOURS, StartRule.AT_ONCE), roster)

    assert reckoning.reckon(city_calendar(), basis) == local(expected)


@pytest.mark.parametrize("unit", list(LimitUnit))
def test_a_limit_of_nothing_is_refused(unit: LimitUnit) -> None:
    with pytest.raises(Invalid):
        reckoning.reckon(city_calendar(), Basis(local("2025-06-03 10:00"), Limit(0, unit, StartRule.AT_ONCE), OFFICE))


@given(bases())
def test_what_a_clock_keeps_is_read_back_to_the_same_end(basis: Basis) -> None:
    cap = basis.no_later_than.isoformat() if basis.no_later_than else None
    kept: dict[str, Any] = {"given": None, "no_later_than": cap, "steps": [written(step) for step in basis.steps]}

    read = reckoning.read_basis(basis.started_at, basis.limit, basis.roster, kept)

    assert reckoning.reckon(city_calendar(), read) == reckoning.reckon(city_calendar(), basis)


def written(step: Step) -> dict[str, Any]:
    """A step as a clock keeps it: plain JSON."""
    values = {name: value for name, value in vars(step).items() if name != "kind" and value}
    return {"code": step.kind.value} | {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }


@pytest.mark.parametrize(
    ("row", "moved"),
    [
        ({"code": "paused", "since": "2025-06-04T02:00:00+00:00", "at": "2025-06-12T09:30:00+00:00"}, True),
        ({"code": "extended", "at": "2025-06-12T09:30:00+00:00"}, True),
        ({"code": "recounted", "was": "2025-06-10T09:30:00+00:00", "at": "2025-06-12T09:30:00+00:00"}, False),
        ({"code": "corrected", "at": "2025-06-12T09:30:00+00:00"}, False),
    ],
)
def test_a_row_without_its_facts_is_read_by_the_end_it_gave_and_a_note_moves_nothing(row: dict[str, Any], moved: bool) -> None:
    limit = Limit(5, LimitUnit.WORKING_DAYS, StartRule.NEXT_DAY)

    read = reckoning.read_basis(local("2025-06-03 10:00"), limit, OFFICE, {"steps": [row]})

    assert reckoning.reckon(city_calendar(), read) == local("2025-06-12 17:30" if moved else "2025-06-10 17:30")
