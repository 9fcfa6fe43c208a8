"""Limits agree with a walk minute by minute, which knows nothing of sums: whatever unit, roster, breaks and extensions."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sla.limits import Limit, LimitUnit, StartRule
from sla.reckoning import BREAKS, Basis, Step, StepKind, reckon
from sla.rosters import AROUND_THE_CLOCK, OFFICE
from tests.calendars import ZONE, city_calendar, default_rules

MINUTE, ONE_DAY = timedelta(minutes=1), timedelta(days=1)
CLOSING = time(17, 30)
SEASON = ((11, 15), (3, 15))
STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(lambda start: start.replace(second=0, microsecond=0))  # noqa: DTZ001 # wall time
SPANS = st.integers(0, 9_000).map(lambda minutes: minutes * MINUTE)
AMOUNTS = {LimitUnit.WORKING_DAYS: 15, LimitUnit.WORKING_HOURS: 30, LimitUnit.NATURAL_DAYS: 20, LimitUnit.MINUTES: 3_000}
Counts = Callable[[datetime], bool]
"""Whether the minute that begins then counts."""


@st.composite
def questions(draw: st.DrawFn) -> Basis:
    """A limit with up to two moves, all at whole minutes of wall time."""
    unit, start = draw(st.sampled_from(LimitUnit)), draw(STARTS)
    limit = Limit(draw(st.integers(1, AMOUNTS[unit])), unit, draw(st.sampled_from(StartRule)))
    steps, moment = [], start
    for _ in range(draw(st.integers(0, 2))):
        moment += draw(SPANS)
        until = moment + draw(SPANS)
        steps.append(Step(draw(st.sampled_from(StepKind)), since=moment, until=until, days=draw(st.integers(1, 5))))
    return Basis(start, limit, draw(st.sampled_from([OFFICE, AROUND_THE_CLOCK, "heating"])), steps=tuple(steps))


@settings(max_examples=60)
@given(questions())
def test_a_limit_ends_where_a_walk_ends(asked: Basis) -> None:
    steps = tuple(Step(step.kind, since=_aware(step.since), until=_aware(step.until), days=step.days) for step in asked.steps)

    due = reckon(city_calendar(), Basis(asked.started_at.replace(tzinfo=ZONE), asked.limit, asked.roster, steps=steps))

    assert due == walked(asked).replace(tzinfo=ZONE).astimezone(UTC)


def walked(asked: Basis) -> datetime:
    """The end in wall time."""
    counts, end, over = _counts(asked), _first_end(asked), asked.started_at
    for step in asked.steps:
        since, until = step.since or end, step.until or end
        if step.kind in BREAKS:
            since, over = max(since, over), max(until, over)
            end = _on(end, _between(since, until, counts), counts) if end > since else end
        elif step.kind is StepKind.EXTENDED:
            end = _closing(end, step.days)
        else:
            end = max(end, until) if step.kind is StepKind.COMMITTED else min(end, until)
    return end


def _first_end(asked: Basis) -> datetime:
    limit, at_once = asked.limit, asked.limit.start_rule is StartRule.AT_ONCE
    if limit.unit is LimitUnit.WORKING_DAYS:
        return _closing(asked.started_at - ONE_DAY if at_once else asked.started_at, limit.amount)
    begin = asked.started_at if at_once else datetime.combine(asked.started_at.date() + ONE_DAY, time.min)
    if limit.unit is LimitUnit.NATURAL_DAYS:
        return begin + limit.amount * ONE_DAY
    if limit.unit is LimitUnit.MINUTES:
        return begin + limit.amount * MINUTE
    return _on(begin, 60 * limit.amount, _counts(asked))


def _counts(asked: Basis) -> Counts:
    if asked.limit.unit is LimitUnit.WORKING_DAYS:
        return _in_office
    if asked.limit.unit is not LimitUnit.WORKING_HOURS or asked.roster == AROUND_THE_CLOCK:
        return lambda moment: True
    return _in_office if asked.roster == OFFICE else _heating


def _in_office(moment: datetime) -> bool:
    minute = 60 * moment.hour + moment.minute
    spans = default_rules().hours.make_up
    return city_calendar().is_working_day(moment.date()) and any(start <= minute < end for start, end in spans)


def _heating(moment: datetime) -> bool:
    first, last = SEASON
    return not last < (moment.month, moment.day) < first or _in_office(moment)


def _closing(start: datetime, days: int) -> datetime:
    day = start.date()
    while days:
        day += ONE_DAY
        days -= city_calendar().is_working_day(day)
    return datetime.combine(day, CLOSING)


def _on(moment: datetime, minutes: int, counts: Counts) -> datetime:
    end = moment
    while minutes:
        minutes -= counts(moment)
        moment += MINUTE
        end = moment
    return end


def _between(since: datetime, until: datetime, counts: Counts) -> int:
    found = 0
    while since < until:
        found += counts(since)
        since += MINUTE
    return found


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=ZONE) if moment else None
