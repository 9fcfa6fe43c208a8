"""Plans of call-backs as values: who is asked how, the sample that can be proven, which tries count and when."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.kernel.errors import Invalid
from sla import packaged, plans, rules
from sla.plans import Case, Channel
from tests.conftest import ZONE

RULES = rules.read(packaged.rule_values()).opinions.callback
PLAIN = Case(
    types="help",
    urgencies="normal",
    profiles="general",
    channels="phone",
    secrecy="normal",
    anonymous=False,
    important=False,
    again=False,
)
ROW: dict[str, Any] = {"name": "all", "when": {}, "percent": 30, "channels": ["sms", "robot"]}


def case(**changed: Any) -> Case:
    return Case(**{**vars(PLAIN), **changed})


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def is_weekday(day: date) -> bool:
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("changed", "channels"),
    [
        ({}, ("sms", "person")),
        ({"types": "report"}, ("person",)),
        ({"types": "bad_mark"}, ("person",)),
        ({"urgencies": "urgent"}, ("person",)),
        ({"urgencies": "critical"}, ("person",)),
        ({"profiles": "enterprise"}, ("person",)),
        ({"secrecy": "confidential"}, ("person",)),
        ({"secrecy": "strict"}, ("person",)),
        ({"important": True}, ("person",)),
        ({"again": True}, ("person",)),
        ({"anonymous": True}, ("sms", "person")),
    ],
)
def test_default_plans_choose_who_is_rung_by_a_person(changed: dict[str, Any], channels: tuple[str, ...]) -> None:
    plan = plans.plan_for(RULES.plans, case(**changed))

    assert (plan.channels, plan.percent) == (channels, 100)


@pytest.mark.parametrize(("percent", "least", "most"), [(0, 0, 0), (30, 250, 350), (100, 1000, 1000)])
def test_sample_has_about_the_share_of_its_plan(percent: int, least: int, most: int) -> None:
    (plan,) = plans.read_plans([{**ROW, "percent": percent}])

    assert least <= sum(plan.samples(ticket_id) for ticket_id in range(1000)) <= most


@given(st.integers(1, 10**12), st.integers(0, 99))
def test_sample_is_never_rolled_again_and_grows_with_the_share(ticket_id: int, percent: int) -> None:
    smaller, larger = (plans.is_sampled("all", ticket_id, share) for share in (percent, percent + 1))

    assert smaller == plans.is_sampled("all", ticket_id, percent)
    assert larger or not smaller


@pytest.mark.parametrize(
    ("unanswered", "turns"),
    [("person", [Channel.SMS, Channel.ROBOT, Channel.PERSON, None]), ("default", [Channel.SMS, Channel.ROBOT, None])],
)
def test_channels_come_in_turn_until_a_person_rings_or_silence_counts(unanswered: str, turns: list[Channel | None]) -> None:
    (plan,) = plans.read_plans([{**ROW, "unanswered": unanswered}])

    found: list[Channel | None] = [plan.channels[0]]
    while found[-1] is not None:
        found.append(plan.after(found[-1]))

    assert found == turns


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ([], "last-holds-for-all"),
        ([{**ROW, "when": {"types": ["help"]}}], "last-holds-for-all"),
        ([{**ROW, "when": {"moods": ["bad"]}}, ROW], "unknown-field"),
        ([ROW, ROW], "names-twice"),
        ([{**ROW, "channels": []}], "plan-without-channel-or-share"),
        ([{**ROW, "percent": 101}], "plan-without-channel-or-share"),
    ],
)
def test_plans_that_cannot_be_meant_are_refused(rows: list[dict[str, Any]], rule: str) -> None:
    with pytest.raises(Invalid) as caught:
        plans.read_plans(rows)

    assert caught.value.details["rule"] == rule


@pytest.mark.parametrize(
    ("counted", "moment", "counts"),
    [
        ([], at(19, 9), True),
        ([], at(19, 13), False),
        ([], at(19, 21), False),
        ([at(19, 9)], at(19, 9, 30), False),
        ([at(19, 9)], at(19, 11), False),
        ([at(19, 11, 50)], at(19, 14, 0), True),
        ([at(19, 9)], at(20, 9), False),
        ([at(19, 9), at(19, 15)], at(19, 19), False),
        ([at(19, 9), at(19, 15)], at(20, 19), True),
        ([at(19, 9), at(20, 15)], at(20, 19), True),
        ([at(19, 9), at(19, 15)], at(20, 9), False),
    ],
    ids=[
        "the first in the morning",
        "none at noon",
        "none at night",
        "none within the gap",
        "none twice in one part of the day",
        "the second in the afternoon",
        "none in the morning of the next day",
        "not the third on the same day",
        "the third on another day",
        "the third after two days",
        "no third in a part of the day used",
    ],
)
def test_try_counts_in_its_own_part_of_the_day_on_two_days(counted: list[datetime], moment: datetime, counts: bool) -> None:
    assert RULES.tries.counts(counted, moment, ZONE) is counts


@pytest.mark.parametrize(
    ("counted", "now", "following"),
    [
        ([], at(19, 7), at(19, 8, 30)),
        ([], at(19, 10), at(19, 10)),
        ([at(19, 9)], at(19, 9), at(19, 14)),
        ([at(19, 9), at(19, 15)], at(19, 15), at(20, 18)),
        ([], at(20, 22), at(23, 8, 30)),
    ],
    ids=["opens with the first slot", "now is as good", "the next part of the day", "another day", "over the week-end"],
)
def test_next_try_is_the_earliest_that_would_count(counted: list[datetime], now: datetime, following: datetime) -> None:
    assert RULES.tries.next_after(counted, now, ZONE, is_weekday) == following


@given(st.lists(st.integers(0, 10 * 24 * 60), min_size=0, max_size=12))
def test_tries_made_when_told_to_are_all_counted(waits: list[int]) -> None:
    counted: list[datetime] = []
    now = at(16, 0)
    for wait in [*waits, *[0] * 3][: RULES.tries.attempts]:
        moment = RULES.tries.next_after(counted, now + timedelta(minutes=wait), ZONE, is_weekday)
        assert moment is not None
        assert RULES.tries.counts(counted, moment, ZONE)
        counted.append(moment)
        now = moment

    assert len({moment.astimezone(ZONE).date() for moment in counted}) >= RULES.tries.days


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"name": "a", "from": "12:00", "to": "09:00"}],
        [{"name": "a", "from": "09:00", "to": "12:00"}, {"name": "b", "from": "11:00", "to": "13:00"}],
        [{"name": "a", "from": "20:00", "to": "25:00"}],
    ],
)
def test_parts_of_the_day_that_overlap_or_turn_back_are_refused(rows: list[dict[str, str]]) -> None:
    with pytest.raises(Invalid):
        plans.read_slots(rows)
