"""A sheet checked or applied: every row as its use case in one transaction, every fault with its cell, all or nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import HotlineError, Invalid
from web import errors, texts
from web.importing import sheets, tables
from web.importing.kinds import Imported, Kind, choice_words
from web.importing.sheets import SheetRow

COLUMN_OF = {"role": "roles", "unit_id": "unit_code", "name": "label"}
"""Columns that are named otherwise than the field of the use case that objects."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell: the row as the sheet counts, the column's heading (empty: the row), rule, sentence, words."""

    row: int
    column: str
    rule: str
    message: str
    given: str = ""


@dataclass
class Outcome:
    """What an import came to. `passwords` are (login, name, first password); `counts` as in `Imported`."""

    rows: int = 0
    faults: list[Fault] = field(default_factory=list)
    passwords: list[tuple[str, str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def heading(column: str, locale: str) -> str:
    """The heading of a column in that language."""
    return texts.text(f"field.{column}", locale)


def template(name: str, kind: Kind, locale: str) -> bytes:
    """An Excel file to fill in."""
    offered = {heading(column, locale): choice_words(group, locale) for column, group in kind.choices.items()}
    return sheets.template(name, [heading(column, locale) for column in kind.columns], offered)


def check(uow: UnitOfWork, kind: Kind, content: bytes, *, most_rows: int, locale: str) -> Outcome:
    """Do everything, note the faults, and undo it all. Raises Invalid, TooLarge for a file that cannot be read."""
    outcome = _put(uow, kind, content, most_rows=most_rows, locale=locale)
    _undo(uow)
    outcome.passwords.clear()
    return outcome


def apply(uow: UnitOfWork, kind: Kind, content: bytes, *, most_rows: int, locale: str) -> Outcome:
    """Do everything; undo it all if there is a fault. Raises Invalid, TooLarge for a file that cannot be read."""
    outcome = _put(uow, kind, content, most_rows=most_rows, locale=locale)
    if outcome.faults:
        _undo(uow)
        outcome.passwords.clear()
    return outcome


def _put(uow: UnitOfWork, kind: Kind, content: bytes, *, most_rows: int, locale: str) -> Outcome:
    headings, rows = tables.read_rows(content, most_rows)
    columns = _columns(kind, headings)
    outcome, imported = Outcome(rows=len(rows)), Imported()
    row_of: dict[int, int] = {}
    for row in rows:
        cells = _cells(kind, columns, row)
        with _noting(uow, kind, outcome, row=row.number, locale=locale):
            kind.put(uow, cells, imported)
        row_of |= {made_id: row.number for made_id, _ in imported.waiting[len(row_of) :]}
    for made_id, waiting in imported.waiting:
        with _noting(uow, kind, outcome, row=row_of[made_id], locale=locale):
            kind.finish(uow, made_id, waiting)
    outcome.passwords, outcome.counts = imported.passwords, imported.counts
    return outcome


@contextmanager
def _noting(uow: UnitOfWork, kind: Kind, outcome: Outcome, *, row: int, locale: str) -> Iterator[None]:
    """Undo one row that is refused, and note why; the rows after it are tried all the same."""
    try:
        with uow.session.begin_nested():
            yield
    except HotlineError as error:
        outcome.faults.append(_fault(kind, row, error, locale))


def _fault(kind: Kind, number: int, error: HotlineError, locale: str) -> Fault:
    name = str(error.details.get("field", ""))
    column = heading(name if name in kind.columns else COLUMN_OF.get(name, name), locale) if name else ""
    rule = str(error.details.get("rule") or error.details.get("reason") or error.code)
    given = str(error.details.get("given", ""))
    return Fault(row=number, column=column, rule=rule, message=errors.message(error, locale), given=given)


def _columns(kind: Kind, headings: Iterable[str]) -> dict[str, str]:
    """Column name → heading of the sheet; headings may be of any language, or the names themselves. Raises Invalid."""
    there = list(headings)
    known = {words.casefold(): column for column in kind.columns for words in _headings(column)}
    unknown = [head for head in there if head.casefold() not in known]
    if unknown:
        raise Invalid(
            "file", "unknown-column", given=unknown[0], known=[heading(column, texts.DEFAULT) for column in kind.columns]
        )
    found = {known[head.casefold()]: head for head in there}
    missing = [column for column in kind.columns[:2] if column not in found]
    if missing:
        raise Invalid("file", "missing-column", known=[heading(column, texts.DEFAULT) for column in missing])
    return found


def _headings(column: str) -> list[str]:
    return [column, *(heading(column, locale) for locale in texts.LOCALES)]


def _cells(kind: Kind, columns: dict[str, str], row: SheetRow) -> dict[str, str]:
    return {column: row.cells.get(columns.get(column, ""), "") for column in kind.columns}


def _undo(uow: UnitOfWork) -> None:
    uow.session.rollback()
    uow.deliveries.clear()
