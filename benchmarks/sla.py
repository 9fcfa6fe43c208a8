"""Deadlines per second and right answers, beside numpy's and pandas' business days and hours; how the cost grows with the span.

The same questions go to all in one run: `python -m benchmarks.sla`. numpy and pandas know weekends and holidays, but no make-up
workdays. What is right is said by a walk day by day, and by the hand-checked table of the tests.
"""

import csv
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.tseries.offsets import CustomBusinessDay, CustomBusinessHour

from benchmarks.frame import Row, seconds, table
from sla.calendar import CityCalendar, DayKind
from tests.calendars import ZONE, city_calendar, default_rules

SIZES = {"small": 1_000, "full": 50_000}
SLOW = 50
"""One in so many starts is enough for a peer or a long span: figures are per question."""
LIMIT_DAYS, LIMIT_HOURS = 15, 2
SPANS_DAYS, SPANS_HOURS = (1, 100, 1_000), (2, 200, 2_000)
FIRST = datetime(2024, 1, 2, tzinfo=UTC)
RANGE_DAYS = 3 * 365 - 60
ONE_DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
CLOSING = time(17, 30)
CHECKED = Path(__file__).parents[1] / "tests" / "data" / "deadlines.tsv"

Answer = Callable[[datetime, int], datetime]
"""From a start and an amount to the end, all in the city's wall time without a zone, as numpy and pandas take it."""


def run(size: str = "full") -> list[Row]:
    """Measure with that many starts (small, full)."""
    calendar, starts = city_calendar(), _starts(SIZES[size])
    days, hours = _days_by(calendar), _hours_by(calendar)
    return [
        *_compared(f"{LIMIT_DAYS} working days", LIMIT_DAYS, days, starts),
        _vector(calendar, days["ours"], starts),
        *_compared(f"{LIMIT_HOURS} working hours with lunch break", LIMIT_HOURS, hours, starts),
        *_checked("working_days", "next_day", days),
        *_checked("working_hours", "at_once", hours),
        *_growth("working days", SPANS_DAYS, days, starts[::SLOW]),
        *_growth("working hours", SPANS_HOURS, hours, starts[::SLOW]),
    ]


def main() -> None:
    """Print the table; the first argument is the size."""
    print(table(run(sys.argv[1] if len(sys.argv) > 1 else "full")))


def _days_by(calendar: CityCalendar) -> dict[str, Answer]:
    holidays = _holidays(calendar)
    peer = np.busdaycalendar(holidays=holidays)

    @cache  # an offset is made once for an amount, as its user would: making one costs more than asking it
    def offset(days: int) -> CustomBusinessDay:
        return CustomBusinessDay(days, holidays=holidays)

    def by_numpy(start: datetime, days: int) -> datetime:
        found = np.busday_offset(np.datetime64(start.date()), days, roll="backward", busdaycal=peer)
        return datetime.combine(found.astype(date), CLOSING)

    def by_pandas(start: datetime, days: int) -> datetime:
        return datetime.combine((pd.Timestamp(start) + offset(days)).date(), CLOSING)

    return {
        "ours": lambda start, days: _wall(calendar.add_working_days(start.replace(tzinfo=ZONE), days)),
        "numpy": by_numpy,
        "pandas": by_pandas,
        "walking day by day": partial(_walk_days, calendar),
    }


def _hours_by(calendar: CityCalendar) -> dict[str, Answer]:
    holidays = _holidays(calendar)

    @cache
    def offset(hours: int) -> CustomBusinessHour:
        return CustomBusinessHour(hours, start=["09:00", "13:30"], end=["12:00", "17:30"], holidays=holidays)

    def by_pandas(start: datetime, hours: int) -> datetime:
        found: datetime = (pd.Timestamp(start) + offset(hours)).to_pydatetime()
        return found

    return {
        "ours": lambda start, hours: _wall(calendar.add_working_minutes(start.replace(tzinfo=ZONE), hours * 60)),
        "pandas": by_pandas,
        "walking day by day": partial(_walk_hours, calendar),
    }


def _compared(name: str, amount: int, answers: Mapping[str, Answer], starts: Sequence[datetime]) -> list[Row]:
    """A row for each peer: questions a second one at a time, and the share of wrong answers."""
    few = starts[::SLOW]
    right = [answers["walking day by day"](start, amount) for start in few]
    ours = len(starts) / seconds(partial(_ask, answers["ours"], starts, amount))
    rows = []
    for peer in (name for name in answers if name not in ("ours", "walking day by day")):
        theirs = len(few) / seconds(partial(_ask, answers[peer], few, amount))
        wrong = {who: _share_wrong(answers[who], few, amount, right) for who in ("ours", peer)}
        note = f"wrong answers: ours {wrong['ours']:.1%}, {peer} {wrong[peer]:.1%}, which has no make-up workdays"
        rows.append(Row(f"{name}, one at a time", ours, "/s", peer, theirs, note))
    return rows


def _vector(calendar: CityCalendar, ours: Answer, starts: Sequence[datetime]) -> Row:
    """numpy's strength: all in one vector of days."""
    days = np.array([np.datetime64(start.date()) for start in starts])
    peer = np.busdaycalendar(holidays=_holidays(calendar))
    theirs = seconds(partial(np.busday_offset, days, LIMIT_DAYS, roll="backward", busdaycal=peer))
    asked = seconds(partial(_ask, ours, starts, LIMIT_DAYS))
    name = f"{LIMIT_DAYS} working days, all at once"
    return Row(name, len(starts) / asked, "/s", "numpy", len(starts) / theirs, "numpy in one vector, as wrong as above")


def _checked(unit: str, start_rule: str, answers: Mapping[str, Answer]) -> list[Row]:
    """The hand-checked limits of office hours that nothing moved: how many of a hundred each gets right."""
    asked = {"unit": unit, "start_rule": start_rule, "roster": "office", "steps": "", "calendar": "plain"}
    with CHECKED.open(encoding="utf-8") as lines:
        table_of_cases = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
        cases = [case for case in table_of_cases if all(case[name] == value for name, value in asked.items())]
    right = {who: 100 - 100 * sum(_fails(answer, case) for case in cases) / len(cases) for who, answer in answers.items()}
    peers = [who for who in answers if who not in ("ours", "walking day by day")]
    name, note = f"hand-checked limits in {unit.replace('_', ' ')}", f"{len(cases)} cases of tests/data/deadlines.tsv"
    return [Row(name, right["ours"], "% right", peer, right[peer], note) for peer in peers]


def _growth(unit: str, spans: Sequence[int], answers: Mapping[str, Answer], starts: Sequence[datetime]) -> list[Row]:
    """Microseconds a question by the length of the limit."""
    rows = []
    for span in spans:
        cost = {
            who: seconds(partial(_ask, answer, starts, span), repeat=2) / len(starts) * 1e6 for who, answer in answers.items()
        }
        peers = [who for who in answers if who not in ("ours", "numpy")]
        rows += [Row(f"{span} {unit}", cost["ours"], "µs", peer, cost[peer]) for peer in peers]
    return rows


def _ask(answer: Answer, starts: Sequence[datetime], amount: int) -> None:
    for start in starts:
        answer(start, amount)


def _share_wrong(answer: Answer, starts: Sequence[datetime], amount: int, right: Sequence[datetime]) -> float:
    found = (answer(start, amount) for start in starts)
    return sum(one != other for one, other in zip(found, right, strict=True)) / len(starts)


def _fails(answer: Answer, case: Mapping[str, str]) -> bool:
    return answer(datetime.fromisoformat(case["start"]), int(case["amount"])) != datetime.fromisoformat(case["due"])


def _walk_days(calendar: CityCalendar, start: datetime, days: int) -> datetime:
    day, left = start.date(), days
    while left:
        day += ONE_DAY
        left -= calendar.is_working_day(day)
    return datetime.combine(day, CLOSING)


def _walk_hours(calendar: CityCalendar, start: datetime, hours: int) -> datetime:
    midnight, left = datetime.combine(start.date(), time.min), hours * 60 * MINUTE
    spans = default_rules().hours.make_up
    while True:
        for begins, ends in spans if calendar.is_working_day(midnight.date()) else ():
            opens, closes = max(start, midnight + begins * MINUTE), midnight + ends * MINUTE
            if closes - opens >= left:
                return opens + left
            left -= max(closes - opens, timedelta(0))
        midnight += ONE_DAY


def _wall(moment: datetime) -> datetime:
    return moment.astimezone(ZONE).replace(tzinfo=None)


def _holidays(calendar: CityCalendar) -> list[date]:
    return [row.day for row in calendar.rows.values() if row.kind is DayKind.HOLIDAY]


def _starts(count: int) -> list[datetime]:
    draw = random.Random(12345)
    return [_wall(FIRST + draw.randrange(RANGE_DAYS * 24 * 60) * MINUTE) for _ in range(count)]


if __name__ == "__main__":
    main()
