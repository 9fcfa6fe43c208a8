"""The catalogue as a list that is sent or fetched: every wrong cell told before anything is written, then taken as a version.

Nothing is taken while one cell is wrong: half a catalogue would send matters to nobody. How files are read is `web`'s.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dispatch import catalogue, catalogue_cells, catalogue_rows, catalogue_versions
from dispatch.catalogue_cells import Words
from dispatch.catalogue_rows import CatalogueRow, Diff, Finding
from dispatch.catalogue_versions import Publication
from dispatch.sheet_columns import CATALOGUE, Found, columns
from dispatch.sheet_names import Names, names_of
from hotline.kernel.db import UnitOfWork

HEADING_ROW = 1
RULES = (
    *("missing-column", "column-twice", "column-not-read"),
    *("required", "unknown-code", "ambiguous-name", "unknown-word", "unknown-choice", "too-long", "too-many", "twice-in-file"),
    *("unknown-condition", "not-a-word", "not-a-month", "not-a-period", "not-a-date", "ends-before-it-begins"),
)
"""Every rule that a cell of the lists of dispatch may break, for the texts."""
Row = tuple[int, Words]
"""The number of a row as its file counts, and its words by field."""


@dataclass(frozen=True)
class Sent:
    """A file as it was read: which columns it has, and its rows by heading."""

    name: str
    found: Found
    rows: Sequence[Row]


@dataclass(frozen=True)
class Checked:
    """What a file comes to: its right rows, every wrong cell, and how it differs from the version it would follow."""

    rows: tuple[CatalogueRow, ...]
    findings: tuple[Finding, ...]
    diff: Diff


def check(uow: UnitOfWork, sent: Sent, publication: Publication) -> Checked:
    """Look at a file as a version; nothing is written. Raises Invalid for a moment that has passed."""
    begins = catalogue_versions.beginning(uow, publication)
    before = catalogue_versions.rows_of(uow.session, catalogue.version_at(uow.session, begins), uow.zone)
    names, known = names_of(uow.session), catalogue_versions.known_codes(uow.session)
    findings = of_headings(sent.found)
    numbered = list[tuple[int, CatalogueRow]]()
    for number, words in sent.rows if not findings else ():
        values, wrong = catalogue_cells.read(number, words, names)
        broken = {one.field for one in wrong}
        row, more = catalogue_rows.read(number, values, known)
        findings += [*wrong, *(one for one in more if one.field not in broken)]
        if row is not None and not wrong:
            numbered.append((number, row))
    findings += catalogue_rows.twice(numbered)
    rows = catalogue_rows.dated((row for _, row in numbered), before)
    return Checked(tuple(rows), tuple(sorted(findings, key=lambda one: one.row)), catalogue_rows.diff(before, rows))


def take(uow: UnitOfWork, checked: Checked, publication: Publication) -> int | None:
    """Make a version of a file that has no wrong cell and says something new; its number, else nothing."""
    diff = checked.diff
    if checked.findings or not (diff.added or diff.removed or diff.changed):
        return None
    return catalogue_versions.publish(uow, checked.rows, publication).number


def headings(locale: str) -> list[str]:
    """The headings of the list."""
    return [column.heading(locale) for column in columns(CATALOGUE).values()]


def lines(session: Session, rows: Iterable[CatalogueRow], locale: str) -> Iterator[list[str]]:
    """The rows as words; what is written can be sent again."""
    names: Names = names_of(session)
    for row in rows:
        yield catalogue_cells.written(row, names, locale)


def of_headings(found: Found) -> list[Finding]:
    """What is wrong with a file's columns. Unknown ones are refused too: a condition left out would widen its row."""
    return [
        *(Finding(HEADING_ROW, name, "missing-column") for name in found.lacking),
        *(Finding(HEADING_ROW, "", "column-twice", heading) for heading in found.twice),
        *(Finding(HEADING_ROW, "", "column-not-read", heading) for heading in found.unknown),
    ]
