"""Messages from the rows of a CSV file, with a sentence's worth of why for each row that cannot be one. Pure.

Columns `id,time,place,title,text`; `person` (or `user`) and `area` if they are there; others are ignored. Times are the city's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hotline.insight.hotspots import Message
from hotline.kernel.errors import Invalid

NEEDED = ("id", "time", "text")
"""Columns without which a file is none of messages; `title` and `place` may be missing."""
RULES = ("required", "given-twice", "not-a-time", "no-words")
"""What a row may break."""
HALVES = {"上午": 0, "凌晨": 0, "早上": 0, "中午": 12, "下午": 12, "傍晚": 12, "晚上": 12}
_TIME = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
    rf"(?:[\sT,，]*(?P<half>{'|'.join(HALVES)})?\s*(?P<hour>\d{{1,2}})\s*[:：时点]\s*(?:(?P<minute>\d{{1,2}})\s*[:：分]?\s*)?"
    r"(?:(?P<second>\d{1,2})(?:\.\d+)?\s*秒?)?)?"
)
_SHORT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?")


@dataclass(frozen=True)
class Refused:
    """A row that was left out: its number (the heading is row 1), the column and the rule it breaks."""

    row: int
    column: str
    rule: str
    given: str


def read(rows: Iterable[Mapping[str | None, object]], zone: ZoneInfo) -> tuple[list[Message], list[Refused]]:
    """The messages and the rows that are none. Raises Invalid if a column is missing that every file must have."""
    taken, refused = list[Message](), list[Refused]()
    seen = set[str]()
    for number, row in enumerate(rows, 2):
        cells = {str(name).strip().lower(): str(value or "").strip() for name, value in row.items() if name}
        if number == 2:
            _check_columns(cells)
        at = moment(cells["time"], zone)
        wrong = _wrong(cells, seen, at)
        if wrong is not None or at is None:
            column, rule = wrong or ("time", "not-a-time")
            refused.append(Refused(number, column, rule, cells[column][:40]))
            continue
        seen.add(cells["id"])
        taken.append(_message(cells, at))
    return taken, refused


def moment(text: str, zone: ZoneInfo) -> datetime | None:
    """The time a cell tells, of a zone of its own or the city's; None for what is no time."""
    for way in (_of_a_clock, _written):
        found = way(text.strip())
        if found is not None:
            return found if found.tzinfo else found.replace(tzinfo=zone)
    return None


def _of_a_clock(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _written(text: str) -> datetime | None:
    found = _TIME.fullmatch(text) or _SHORT.fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    year, month, day, hour, minute, second = (
        int(parts[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    later = HALVES.get(parts.get("half") or "", 0)
    try:
        made = datetime(year, month, day, hour % 24, minute, second)  # noqa: DTZ001 the zone is the caller's
    except ValueError:
        return None
    return made + timedelta(hours=later if later and hour < 12 else 0)


def _check_columns(cells: Mapping[str, str]) -> None:
    missing = [name for name in NEEDED if name not in cells]
    if missing:
        raise Invalid("file", "missing-columns", columns=", ".join(missing))


def _wrong(cells: Mapping[str, str], seen: set[str], at: datetime | None) -> tuple[str, str] | None:
    rules: Iterator[tuple[str, str, bool]] = iter(
        (
            ("id", "required", not cells["id"]),
            ("id", "given-twice", cells["id"] in seen),
            ("time", "not-a-time", at is None),
            ("text", "no-words", not cells["text"] and not cells.get("title")),
        )
    )
    return next(((column, rule) for column, rule, broken in rules if broken), None)


def _message(cells: Mapping[str, str], at: datetime) -> Message:
    return Message(
        id=cells["id"],
        at=at,
        title=cells.get("title", ""),
        text=cells["text"],
        place=cells.get("place", ""),
        person=cells.get("person", "") or cells.get("user", ""),
        area=cells.get("area", ""),
    )
