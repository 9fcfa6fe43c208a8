"""One row of a list of articles: its cells become an article's content, and every cell that is wrong is told. Pure.

What an article may say is checked by `content.findings`, as everywhere; here is only what cells add: how days, lists and names
are written.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from hotline.kernel.errors import Invalid
from knowledge_base import content as contents
from knowledge_base.columns import columns
from knowledge_base.content import ArticleContent
from knowledge_base.models import Secrecy
from knowledge_base.naming import Names
from knowledge_base.terms import Terms

CODE_CHARACTERS = 64
GIVEN_CHARACTERS = 100
"""How much of a wrong cell is repeated beside its rule."""
DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
COMMAS = re.compile(r"[,，]")
LINES = re.compile(r"[\n\r|]+")
EMPTY = ArticleContent(title="", answer_agent="")

Words = Mapping[str, str]
"""The words of a row by field; a field whose column the file lacks is not there."""


@dataclass(frozen=True)
class Wrong:
    """A cell that breaks a rule: its field, the rule, what stood there, and what the rule's sentence names."""

    field: str
    rule: str
    given: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class RowRead:
    """What a row says. `content` is usable only where nothing is `wrong`."""

    content: ArticleContent
    code: str
    wrong: tuple[Wrong, ...]


@dataclass(frozen=True)
class Surroundings:
    """What rows are read in: names and codes, the city's terms, and the units the importer may write for.

    `owners` None means any unit; the first of `owners` is taken where a row names none.
    """

    names: Names
    terms: Terms
    owners: tuple[int, ...] | None = None


def read(words: Words, around: Surroundings, base: ArticleContent = EMPTY) -> RowRead:
    """A row as an article. A field that the file has no column for stays as `base` says it."""
    values, wrong = _values(words, around.names)
    if base is EMPTY and "secrecy" not in values:
        # Nothing becomes public by being left out: words for citizens make an article public.
        values["secrecy"] = Secrecy.PUBLIC if values.get("answer_public") else Secrecy.INTERNAL
    said = _owned(replace(base, **values), around)
    broken = {one.field for one in wrong}
    of_rules = (one for one in contents.findings(said, around.terms) if one.field not in broken)
    wrong += [Wrong(one.field, one.rule, _given(words, one.field), one.details) for one in of_rules]
    if around.owners is not None and said.owner_unit_id not in around.owners and "owner_unit_id" not in broken:
        wrong.append(Wrong("owner_unit_id", "not-your-unit", _given(words, "owner_unit_id"), {}))
    code = words.get("code", "").strip()
    if len(code) > CODE_CHARACTERS:
        wrong.append(Wrong("code", "too-long", _given(words, "code"), {"maximum": CODE_CHARACTERS, "given": len(code)}))
    return RowRead(said, code, tuple(wrong))


def _values(words: Words, names: Names) -> tuple[dict[str, Any], list[Wrong]]:  # fields of an article of several types
    """What the cells say, and which of them cannot be understood."""
    values: dict[str, Any] = {}
    wrong: list[Wrong] = []
    for field, cell in words.items():
        if field == "code" or (field == "secrecy" and not cell.strip()):
            continue
        try:
            values[field] = READERS.get(field, _as_it_is)(field, cell.strip(), names)
        except Invalid as error:
            details = {key: value for key, value in error.details.items() if key not in ("field", "rule")}
            wrong.append(Wrong(field, str(error.details["rule"]), _given(words, field), details))
    return values, wrong


def _owned(said: ArticleContent, around: Surroundings) -> ArticleContent:
    if said.owner_unit_id is None and around.owners:
        return replace(said, owner_unit_id=around.owners[0])
    return said


def _given(words: Words, field: str) -> str:
    return words.get(field, "")[:GIVEN_CHARACTERS]


def _as_it_is(field: str, cell: str, names: Names) -> str:
    return cell


def _day(field: str, cell: str, names: Names) -> date | None:
    """A day as people and Excel write it: 2026-01-02, 2026/1/2, 2026年1月2日, with or without a time after it."""
    if not cell:
        return None
    found = DAY.fullmatch(cell)
    try:
        return date(*(int(part) for part in found.groups())) if found else datetime.fromisoformat(cell).date()
    except ValueError as error:
        raise Invalid(field, "not-a-date", given=cell) from error


def _keywords(field: str, cell: str, names: Names) -> tuple[str, ...]:
    return _unique(COMMAS.split(cell))


def _questions(field: str, cell: str, names: Names) -> tuple[str, ...]:
    return _unique(LINES.split(cell))


def _unique(parts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _secrecy(field: str, cell: str, names: Names) -> Secrecy:
    known = {word.casefold(): code for code, words in columns()["secrecy"].choices.items() for word in (code, *words)}
    if cell.casefold() not in known:
        raise Invalid(
            field, "unknown-choice", given=cell, allowed=[words[0] for words in columns()["secrecy"].choices.values()]
        )
    return Secrecy(known[cell.casefold()])


def _category(field: str, cell: str, names: Names) -> str | None:
    return names.category_of(cell) if cell else None


def _area(field: str, cell: str, names: Names) -> str | None:
    return names.area_of(cell) if cell else None


def _unit(field: str, cell: str, names: Names) -> int | None:
    return names.unit_of(cell) if cell else None


READERS: Mapping[str, Callable[[str, str, Names], Any]] = {  # each field has its own type
    "category_code": _category,
    "area_code": _area,
    "owner_unit_id": _unit,
    "secrecy": _secrecy,
    "keywords": _keywords,
    "questions": _questions,
    **dict.fromkeys(contents.DAYS, _day),
}
"""How a field is read from its cell; the others are words as they stand."""
