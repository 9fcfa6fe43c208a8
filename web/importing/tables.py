"""A list that somebody sends or fetches, as Excel or CSV: headings and rows of words. Excel itself is for `sheets`."""

import csv
import io
from collections.abc import Sequence
from itertools import islice

from hotline.kernel.errors import Invalid, TooLarge
from web.importing import sheets
from web.importing.sheets import MOST_COLUMNS, SheetRow

PACKED = b"PK\x03\x04"
ENCODINGS = ("utf-8-sig", "gb18030")
"""What Chinese spreadsheets write; any GB18030 byte sequence that is UTF-8 too is meant as UTF-8."""
LONGEST_CELL = 200_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"


ACTIVE = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet that opens a CSV file takes a cell that begins so for a formula (OWASP: CSV injection)."""
GUARD = "'"


def guarded(words: str) -> str:
    """A cell of a CSV file that no spreadsheet computes."""
    return GUARD + words if words.startswith((*ACTIVE, GUARD)) else words


def unguarded(words: str) -> str:
    """The words of a cell as they were before `guarded`."""
    return words[1:] if words.startswith(GUARD) and words[1:].startswith((*ACTIVE, GUARD)) else words


def content_type(content: bytes) -> str:
    """What the bytes are, by how they begin: Excel, else CSV."""
    return XLSX if content.startswith(PACKED) else CSV


def read_rows(content: bytes, most_rows: int) -> tuple[list[str], list[SheetRow]]:
    """The headings and the filled rows. Raises Invalid for a file that is no list, TooLarge for too many rows."""
    if content_type(content) == XLSX:
        return sheets.read_rows(content, most_rows)
    return _of_csv(_decoded(content), most_rows)


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            found = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in found:
            return found
    raise Invalid("file", "not-a-sheet")


def _of_csv(words: str, most_rows: int) -> tuple[list[str], list[SheetRow]]:
    csv.field_size_limit(LONGEST_CELL)
    first, _, _ = words.partition("\n")
    delimiter = max(",;\t", key=first.count)
    try:
        lines = list(islice(csv.reader(io.StringIO(words, newline=""), delimiter=delimiter), most_rows + 2))
    except csv.Error as error:
        raise Invalid("file", "not-a-sheet") from error
    if not lines or not any(cell.strip() for cell in lines[0]):
        raise Invalid("file", "empty-sheet")
    if len(lines) > most_rows + 1:
        raise TooLarge("too many rows", field="file", rule="rows", maximum=most_rows)
    headings = [cell.strip() for cell in lines[0][:MOST_COLUMNS]]
    rows = [SheetRow(number, _cells(headings, line)) for number, line in enumerate(lines[1:], start=2)]
    return [head for head in headings if head], [row for row in rows if any(row.cells.values())]


def _cells(headings: Sequence[str], line: Sequence[str]) -> dict[str, str]:
    pairs = zip(headings, line, strict=False)
    return {head: unguarded(cell.strip()) for head, cell in pairs if head}
