"""A row of a sheet of the catalogue or of duties, both ways: words to plain values cell by cell, and values to words. Pure.

What a row may say is checked by `catalogue_rows`; here is only what cells add: how days, lists, months and names are written.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from dispatch.catalogue_rows import GIVEN_CHARACTERS, CatalogueRow, Finding
from dispatch.conditions import KINDS
from dispatch.localities import LOCAL_RULE
from dispatch.sheet_columns import CATALOGUE, Column, columns
from dispatch.sheet_names import Names
from hotline.kernel.errors import Invalid

DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
SPANS = re.compile(r"(\d{1,2})\s*(?:[-~—至到]\s*(\d{1,2}))?\s*月?")
TIMES = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-~—至到]\s*(\d{1,2})[:：](\d{2})")
PARTS = re.compile(r"[、,，;；\n\r|]+")
COMMA = "、"
ANY = "any"

Words = Mapping[str, str]
"""The words of a row by field; a field whose column the file lacks is not there."""


def read(number: int, words: Words, names: Names, of: str = CATALOGUE) -> tuple[dict[str, Any], list[Finding]]:
    """Plain values as `catalogue_rows.read` takes them, and every cell that cannot be understood."""
    values: dict[str, Any] = {}
    wrong = list[Finding]()
    for field, cell in words.items():
        if not cell.strip():
            continue
        try:
            values[field] = READERS.get(field, _as_it_is)(columns(of)[field], cell.strip(), names)
        except Invalid as error:
            details = {key: value for key, value in error.details.items() if key not in ("field", "rule", "given")}
            wrong.append(Finding(number, field, str(error.details["rule"]), cell[:GIVEN_CHARACTERS], details))
    conditions = {name: values.pop(name) for name in KINDS if name in values}
    if of == CATALOGUE:
        values["conditions"] = conditions
        values.setdefault("area_rule", _level_of(values.get("unit")))
    return values, wrong


def written(row: CatalogueRow, names: Names, locale: str) -> list[str]:
    """A row of the catalogue as the words of a sheet's cells."""
    known = columns(CATALOGUE)
    special = {
        "category": names.category(row.category),
        "area_rule": known["area_rule"].word(row.area_rule, locale),
        "unit": names.unit(row.unit, known["unit"], locale),
        "assist": COMMA.join(names.unit(rule, known["unit"], locale) for rule in row.assist),
        "effective_from": day_words(row.effective_from),
        "effective_to": day_words(row.effective_to),
    }
    return [_cell(column, row, special, locale) for column in known.values()]


def day_words(day: date | None) -> str:
    """A day as it is written."""
    return day.isoformat() if day else ""


def _cell(column: Column, row: CatalogueRow, special: Mapping[str, str], locale: str) -> str:
    if column.field in special:
        return special[column.field]
    if column.field in KINDS:
        return COMMA.join(column.word(str(value), locale) for value in row.conditions.get(column.field, ()))
    return str(getattr(row, column.field))


def _level_of(unit: Any) -> str:  # what was read of the unit's cell
    """How far down a place must be known for a unit, where the row does not say it."""
    local = LOCAL_RULE.match(unit) if isinstance(unit, str) else None
    return local.group(1) if local else ANY


def _as_it_is(column: Column, cell: str, names: Names) -> str:
    return cell


def _category(column: Column, cell: str, names: Names) -> str:
    return names.category_of(cell)


def _unit(column: Column, cell: str, names: Names) -> str:
    return names.unit_of(column.field, cell, columns(CATALOGUE)["unit"] if column.field == "assist" else column)


def _units(column: Column, cell: str, names: Names) -> list[str]:
    return [_unit(column, part, names) for part in _parts(cell)]


def _choice(column: Column, cell: str, names: Names) -> str:
    code = column.code(cell)
    if code is None:
        raise Invalid(column.field, "unknown-choice", allowed=[words[0] for words in column.choices.values()])
    return code


def _choices(column: Column, cell: str, names: Names) -> list[str]:
    return [_choice(column, part, names) for part in _parts(cell)]


def _open_choices(column: Column, cell: str, names: Names) -> list[str]:
    """Codes of which a city may have more than are named here: channels."""
    return [column.code(part) or part for part in _parts(cell)]


def _list(column: Column, cell: str, names: Names) -> list[str]:
    return _parts(cell)


def _months(column: Column, cell: str, names: Names) -> list[int]:
    """Months as people write them: "11、12、1", "11-3", "11月至3月"."""
    found = list[int]()
    for part in _parts(cell.replace("月", "")):
        span = SPANS.fullmatch(part)
        if span is None or not all(1 <= int(one) <= 12 for one in span.groups() if one):
            raise Invalid(column.field, "not-a-month")
        first, last = int(span.group(1)), int(span.group(2) or span.group(1))
        found += range(first, last + 1) if first <= last else [*range(first, 13), *range(1, last + 1)]
    return found


def _hours(column: Column, cell: str, names: Names) -> list[str]:
    spans = [(part, TIMES.fullmatch(part)) for part in _parts(cell)]
    if any(span is None for _, span in spans):
        raise Invalid(column.field, "not-a-period")
    return ["{:0>2}:{}-{:0>2}:{}".format(*span.groups()) for _, span in spans if span]


def _day(column: Column, cell: str, names: Names) -> date:
    """A day as people and Excel write it: 2026-01-02, 2026/1/2, 2026年1月2日, with or without a time after it."""
    found = DAY.fullmatch(cell)
    try:
        return date(*(int(part) for part in found.groups())) if found else datetime.fromisoformat(cell).date()
    except ValueError as error:
        raise Invalid(column.field, "not-a-date") from error


def _parts(cell: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in PARTS.split(cell) if part.strip()))


READERS: Mapping[str, Callable[[Column, str, Names], Any]] = {  # each field has its own type
    "category": _category,
    "area_rule": _choice,
    "unit": _unit,
    "assist": _units,
    "words": _list,
    "no_words": _list,
    "requester": _choices,
    "channel": _open_choices,
    "profile": _choices,
    "urgency": _choices,
    "months": _months,
    "hours": _hours,
    "effective_from": _day,
    "effective_to": _day,
}
"""How a field is read from its cell; the others are words as they stand."""
