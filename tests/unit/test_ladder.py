"""The ladder of a limit: which row holds for a point, what has come by a moment, what comes next."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from sla import ladder
from sla.ladder import Limited, Point
from sla.limits import Stage
from sla.rosters import OFFICE
from tests.calendars import ZONE, city_calendar

CALENDAR = city_calendar()


def local(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=ZONE)  # type: ignore[arg-type, misc]


DUE = local(2026, 11, 20, 17, 30)
NEAR = local(2026, 11, 19, 17, 30)
HOUR = timedelta(hours=1)
TOLD = {"tells": ["owner"], "channels": ["inbox"]}
PAPER = {**TOLD, "reason": "overdue", "demand": "请答复", "reply": {"amount": 1, "unit": "working_days"}}
ROWS: list[dict[str, Any]] = [
    {"point": "near", **TOLD},
    {"point": "expired", **TOLD},
    {"point": "press", **TOLD, "demand": "请办理", "after": {"amount": 0, "unit": "minutes"}, "stages": ["handle"]},
    {"point": "prompt", **PAPER, "after": {"amount": 1, "unit": "working_days"}, "stages": ["handle"]},
    {"point": "order", **PAPER, "after": {"amount": 3, "unit": "working_days"}, "stages": ["handle"]},
    {"point": "order", **PAPER, "after": {"amount": 120, "unit": "minutes"}, "urgencies": ["urgent"]},
]
LADDER = ladder.read(ROWS)


def limited(*told: str, **values: Any) -> Limited:
    facts = {"stage": Stage.HANDLE, "urgency": "normal", "unit_class": "district", "roster": OFFICE, "due_at": DUE}
    return Limited(**{**facts, "warnings": (("near", NEAR),), "told": told, **values})


@pytest.mark.parametrize(
    ("now", "told", "come", "done"),
    [
        (NEAR - HOUR, (), [], []),
        (NEAR, (), ["near"], ["near"]),
        (DUE, ("near",), ["expired", "press"], ["expired", "press"]),
        (DUE, (), ["near", "expired", "press"], ["expired", "press"]),
        (local(2026, 11, 23, 17, 30), ("near", "expired", "press"), ["prompt"], ["prompt"]),
        (local(2026, 12, 1), ("near", "expired"), ["press", "prompt", "order"], ["press", "order"]),
        (local(2026, 12, 1), ("expired", "press", "prompt", "order"), [], []),
    ],
)
def test_what_comes_is_told_once_and_what_is_past_not_warned_of(
    now: datetime, told: tuple[str, ...], come: list[str], done: list[str]
) -> None:
    passed, _ = ladder.come(CALENDAR, LADDER, limited(*told), now)

    assert (passed, ladder.carried_out(passed)) == (come, done)


@pytest.mark.parametrize(
    ("told", "following"),
    [
        ((), NEAR),
        (("near",), DUE),
        (("near", "expired"), DUE),
        (("near", "expired", "press"), local(2026, 11, 23, 17, 30)),
        (("near", "expired", "press", "prompt"), local(2026, 11, 25, 17, 30)),
        (("near", "expired", "press", "prompt", "order"), None),
    ],
)
def test_the_next_moment_is_that_of_the_first_point_not_told(told: tuple[str, ...], following: datetime | None) -> None:
    assert ladder.next_moment(CALENDAR, LADDER, limited(*told)) == following


def test_an_urgent_row_goes_before_one_of_a_stage_and_counts_minutes() -> None:
    urgent = limited(urgency="urgent")

    found = ladder.row_for(LADDER, urgent, Point.ORDER)

    assert found is not None
    assert ladder.end_of(CALENDAR, DUE, found.after, OFFICE) == DUE + 2 * HOUR


def test_a_stage_without_rungs_ends_with_its_end() -> None:
    desk = limited("near", "expired", stage=Stage.REPLY_AUDIT)

    assert ladder.next_moment(CALENDAR, LADDER, desk) is None


def test_a_limit_moved_twice_keeps_how_often_and_is_told_of_anew() -> None:
    once = ladder.told_anew(["near", "expired", "press"])
    twice = ladder.told_anew([*once, "near"])

    assert (ladder.turn(once), ladder.turn(twice)) == (1, 2)
    assert ladder.next_moment(CALENDAR, LADDER, limited(*twice)) == NEAR


@pytest.mark.parametrize(
    "row",
    [
        {"point": "hint", **TOLD},
        {"point": "press", **TOLD, "demand": "请办理"},
        {"point": "order", **TOLD, "after": {"amount": 1, "unit": "minutes"}},
        {"point": "press", **TOLD, "demand": "请办理", "after": {"amount": -1, "unit": "minutes"}},
        {"point": "near", **TOLD, "stages": ["somewhere"]},
    ],
)
def test_a_row_that_is_not_of_its_shape_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError, TypeError)):
        ladder.read([row])
