"""Reading the days of a year from a file: calendars (ICS) with 休 and 班 in their summaries, and tables (CSV). Pure.

What cannot be read is named line by line; nothing is guessed. Called by `years` through the administrator's pages and the
command line.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Component

from hotline.kernel.errors import Invalid
from sla.calendar import DayKind

ONE_DAY = timedelta(days=1)
SATURDAY = 5
LONGEST_SPAN = 31
"""No holiday is longer; an entry that is has been misunderstood."""
LONGEST_NAME = 64
WORK = re.compile(r"班|work\s*day|补班|调休上课", re.IGNORECASE)
REST = re.compile(r"休|假|holiday|\boff\b", re.IGNORECASE)
MARKS = re.compile(r"[（(\[【]\s*(休|班|假|补班|上班|放假|调休)\s*[)）\]】]|第\d+天.*$|调休|补班|上班|放假|假期|休息|休$|班$")
KINDS = {
    **dict.fromkeys(("holiday", "in_lieu", "rest", "off", "休", "放假", "节假日", "true", "1"), DayKind.HOLIDAY),
    **dict.fromkeys(("workday", "work", "班", "上班", "补班", "调休上班", "false", "0"), DayKind.WORKDAY),
}
"""Words of the column kind; `true` and `1` answer "is it off", as common feeds put it."""
COLUMNS = {
    **dict.fromkeys(("day", "date", "日期"), "day"),
    **dict.fromkeys(("kind", "type", "isoffday", "类型", "安排"), "kind"),
    **dict.fromkeys(("name", "holiday", "名称", "节日"), "name"),
}
ORDER = ("day", "kind", "name")
DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日")
APPLE = "X-APPLE-SPECIAL-DAY"
APPLES = {"WORK-HOLIDAY": DayKind.HOLIDAY, "ALTERNATE-WORKDAY": DayKind.WORKDAY}


RULES = frozenset(
    {"not-a-date", "of-another-year", "twice", "workday-anyway", "required", "name-too-long"}
    | {"no-single-holiday", "neither-rest-nor-work"}
)
"""What a finding may say; worded as `error.invalid.<rule>`."""


@dataclass(frozen=True)
class DayIn:
    """A day that differs from its weekday, as a file or a person gives it."""

    day: date
    kind: DayKind
    name: str


@dataclass(frozen=True)
class Finding:
    """What is wrong with a line (from 1) of a file: the field, the rule it breaks, and what stands there."""

    line: int
    field: str
    rule: str
    given: str


@dataclass(frozen=True)
class Read:
    """The days of one year that a file gives, ascending, and what could not be read."""

    days: Sequence[DayIn]
    findings: Sequence[Finding]


Entry = tuple[int, DayIn] | Finding
"""A day with its line, or what is wrong."""


def read(content: bytes, year: int) -> Read:
    """The days of that year. Raises Invalid for what is neither calendar nor table."""
    text = _text(content)
    entries = _from_ics(text) if text.lstrip().startswith("BEGIN:VCALENDAR") else _from_csv(text)
    return _sorted_out(entries, year)


def judged(days: Sequence[DayIn], year: int) -> Iterator[tuple[int, str, str, str]]:
    """What is wrong with days given for a year: place (from 0), field, rule, what was given."""
    seen: set[date] = set()
    for place, one in enumerate(days):
        if one.day.year != year:
            yield place, "day", "of-another-year", one.day.isoformat()
        elif one.day in seen:
            yield place, "day", "twice", one.day.isoformat()
        elif one.kind is DayKind.WORKDAY and one.day.weekday() < SATURDAY:
            yield place, "kind", "workday-anyway", one.day.isoformat()
        elif not one.name.strip():
            yield place, "name", "required", one.day.isoformat()
        elif len(one.name) > LONGEST_NAME:
            yield place, "name", "name-too-long", one.name
        seen.add(one.day)


def _sorted_out(entries: Iterator[Entry], year: int) -> Read:
    found: list[tuple[int, DayIn]] = []
    findings: list[Finding] = []
    others: set[int] = set()
    for entry in entries:
        if isinstance(entry, Finding):
            findings.append(entry)
        elif entry[1].day.year == year:
            found.append(entry)
        elif entry[1].day.year not in others:
            # Feeds cover several years: each is named once, not day by day.
            others.add(entry[1].day.year)
            findings.append(Finding(entry[0], "day", "of-another-year", str(entry[1].day.year)))
    wrong = {place: (field, rule, given) for place, field, rule, given in judged([one for _, one in found], year)}
    findings += [Finding(found[place][0], *what) for place, what in wrong.items()]
    kept = [one for place, (_, one) in enumerate(found) if place not in wrong]
    if not kept and not findings:
        raise Invalid("file", "no-days")
    return Read(sorted(kept, key=lambda one: one.day), sorted(findings, key=lambda one: one.line))


def _from_ics(text: str) -> Iterator[Entry]:
    lines = [place for place, line in enumerate(text.splitlines(), start=1) if line.strip() == "BEGIN:VEVENT"]
    try:
        events = Calendar.from_ical(text).walk("VEVENT")
    except (ValueError, IndexError) as error:
        raise Invalid("file", "not-a-calendar") from error
    for line, event in zip(lines, events, strict=False):
        yield from _of_event(line, event)


def _of_event(line: int, event: Component) -> Iterator[Entry]:
    summary = str(event.get("SUMMARY", "")).strip()
    first, after = _span(event)
    kind = _kind_of(summary, str(event.get(APPLE, "")))
    if first is None or after is None:
        yield Finding(line, "day", "not-a-date", summary)
    elif "RRULE" in event or not ONE_DAY <= after - first <= LONGEST_SPAN * ONE_DAY:
        yield Finding(line, "day", "no-single-holiday", summary)
    elif kind is None:
        yield Finding(line, "kind", "neither-rest-nor-work", summary)
    else:
        name = MARKS.sub("", summary).strip(" 　-—·:：") or summary
        yield from ((line, DayIn(first + ONE_DAY * place, kind, name)) for place in range((after - first).days))


def _span(event: Component) -> tuple[date | None, date | None]:
    """The first day and the one after the last (RFC 5545: DTEND is exclusive, and may be missing for one day)."""
    first, after = (_day(event, name) for name in ("DTSTART", "DTEND"))
    return first, after or (first + ONE_DAY if first else None)


def _day(event: Component, name: str) -> date | None:
    found = getattr(event.get(name), "dt", None)
    return found.date() if isinstance(found, datetime) else found


def _kind_of(summary: str, apple: str) -> DayKind | None:
    if apple in APPLES:
        return APPLES[apple]
    if WORK.search(summary):
        return DayKind.WORKDAY
    return DayKind.HOLIDAY if REST.search(summary) else None


def _from_csv(text: str) -> Iterator[Entry]:
    order: Sequence[str] | None = None
    for line, cells in enumerate(csv.reader(io.StringIO(text)), start=1):
        if not any(cell.strip() for cell in cells):
            continue
        if order is None:
            named = [COLUMNS.get(cell.strip().lower(), "") for cell in cells]
            order = named if "day" in named else ORDER
            if order is named:
                continue
        yield _of_row(line, dict(zip(order, (cell.strip() for cell in cells), strict=False)))


def _of_row(line: int, row: dict[str, str]) -> Entry:
    day, kind = _date(row.get("day", "")), KINDS.get(row.get("kind", "").lower())
    if day is None:
        return Finding(line, "day", "not-a-date", row.get("day", ""))
    if kind is None:
        return Finding(line, "kind", "neither-rest-nor-work", row.get("kind", ""))
    return line, DayIn(day, kind, row.get("name", ""))


def _date(given: str) -> date | None:
    for form in DATES:
        try:
            return datetime.strptime(given, form).date()  # noqa: DTZ007 a day has no zone
        except ValueError:
            continue
    return None


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("file", "not-a-calendar")
