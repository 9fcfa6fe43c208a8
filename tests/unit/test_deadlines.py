"""The hand-checked limits of `tests/data/deadlines.tsv`: each ends where it was counted to end and says whether it may move."""

import csv
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest

from sla import reckoning
from sla.calendar import CityCalendar, DayKind, DayRow, YearRules
from sla.limits import Limit, LimitUnit, StartRule
from sla.reckoning import Basis, Step, StepKind
from sla.rosters import Roster, WeeklyHours, spans
from tests.calendars import ZONE, city_calendar, default_rules

DATA = Path(__file__).parents[1] / "data"
FICTIONAL = "虚构：关于2027年部分节假日安排的通知"
LEAST_CASES = 300
KINDS = {
    *(
        "Friday evening",
        "evening before a make-up day",
        "on a make-up day",
        "across a holiday",
        "lunch and closing",
        "midnight",
    ),
    *(
        "31 December",
        "leap day",
        "year without data",
        "fictional notice 2027",
        "pause",
        "urgent at night",
        "rosters and seasons",
    ),
    *("natural days", "moved", "long spans"),
}
DAILY = spans(("08:00", "20:00"))
WATER_HALL = Roster("water_hall", WeeklyHours((DAILY,) * 7, DAILY, spans(("10:00", "16:00"))))


def cases() -> list[Mapping[str, str]]:
    with (DATA / "deadlines.tsv").open(encoding="utf-8") as lines:
        return list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))


def local(wall: str) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZONE)


@cache
def calendar(name: str) -> CityCalendar:
    """Without a notice for 2027, or with the fictional one."""
    known, plain = default_rules(), city_calendar()
    with (DATA / "notice_2027_fictional.csv").open(encoding="utf-8") as lines:
        notice = [
            DayRow(date.fromisoformat(row["day"]), DayKind(row["kind"]), row["name"], FICTIONAL)
            for row in csv.DictReader(lines)
        ]
    year = notice[0].day.year
    rows = [row for row in plain.rows.values() if row.day.year != year] + notice if name == "notice" else plain.rows.values()
    announced = plain.years.announced | {year} if name == "notice" else plain.years.announced
    years = YearRules(announced, known.fixed_holidays, known.year_end_days)
    return CityCalendar(rows, years=years, hours=known.hours, zone=ZONE, rosters=(*known.rosters, WATER_HALL))


def basis(case: Mapping[str, str]) -> Basis:
    limit = Limit(int(case["amount"]), LimitUnit(case["unit"]), StartRule(case["start_rule"]))
    given, cap, steps = None, None, list[Step]()
    for word, _, value in (text.partition(" ") for text in case["steps"].split("; ") if text):
        if word == "given":
            given = local(value)
        elif word != "cap":
            steps.append(step(StepKind(word), value))
        elif steps:
            steps[-1] = Step(**{**vars(steps[-1]), "no_later_than": local(value)})
        else:
            cap = local(value)
    return Basis(local(case["start"]), limit, case["roster"], given, cap, tuple(steps))


def step(kind: StepKind, value: str) -> Step:
    if kind in reckoning.BREAKS:
        since, until = (local(wall) for wall in value.split(".."))
        return Step(kind, since=since, until=until)
    return Step(kind, days=int(value)) if kind is StepKind.EXTENDED else Step(kind, until=local(value))


@pytest.mark.parametrize(
    "case", cases(), ids=lambda case: f"{case['kind']}: {case['start']} {case['steps']} {case['calendar']}"
)
def test_limit_ends_as_counted_by_hand(case: Mapping[str, str]) -> None:
    known, asked = calendar(case["calendar"]), basis(case)

    due = reckoning.reckon(known, asked)

    assert due.astimezone(ZONE) == local(case["due"]), case["reason"]
    assert reckoning.is_provisional(known, asked, due) is (case["provisional"] == "yes"), case["reason"]


def test_the_table_holds_every_kind_of_case_and_a_reason_for_each() -> None:
    kinds = Counter(case["kind"] for case in cases())

    assert kinds.total() >= LEAST_CASES
    assert kinds.keys() >= KINDS
    assert all(case["reason"] for case in cases())


def test_the_notice_moves_some_ends_and_settles_all_but_the_last_days() -> None:
    after = {question(case): case for case in cases() if case["calendar"] == "notice"}
    pairs = [(case, after[question(case)]) for case in cases() if case["calendar"] == "plain" and question(case) in after]

    assert any(before["due"] != later["due"] for before, later in pairs)
    assert all(later["provisional"] == "no" or later["due"] >= "2027-12-29" for _, later in pairs)


def question(case: Mapping[str, str]) -> tuple[str, ...]:
    """What is asked, whatever is announced."""
    return tuple(case[name] for name in ("start", "amount", "unit", "start_rule", "roster", "steps"))
