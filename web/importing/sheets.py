"""Excel files as rows of words, and templates to fill in. What the columns mean is in `kinds`. The only user of openpyxl."""

import io
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import IO, Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation

from hotline.kernel.errors import Invalid, TooLarge

MOST_COLUMNS = 40
MOST_UNPACKED_BYTES = 64 * 2**20
"""A sheet of a thousand rows unpacks to far less; a file made to burst memory to far more."""
LONGEST_CELL = 32_767
"""Characters; Excel's own bound."""
BOLD = Font(bold=True)
LONGEST_LIST = 255
"""Excel refuses a list of choices that is longer, in characters."""


@dataclass(frozen=True)
class SheetRow:
    """One filled row: its number as the sheet counts, from 1, and its cells by heading."""

    number: int
    cells: Mapping[str, str]


def read_rows(content: bytes, most_rows: int) -> tuple[list[str], list[SheetRow]]:
    """The headings and the filled rows of the first sheet. Raises Invalid for a file that is none, TooLarge for too many."""
    try:
        _check_unpacked(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        lines = list(islice(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), most_rows + 2))
        book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError, SyntaxError) as error:
        raise Invalid("file", "not-a-sheet") from error
    if not lines:
        raise Invalid("file", "empty-sheet")
    headings = [_words(cell) for cell in lines[0]]
    rows = [
        SheetRow(number, {head: words for head, words in zip(headings, map(_words, line), strict=False) if head})
        for number, line in enumerate(lines[1:], start=2)
    ]
    filled = [row for row in rows if any(row.cells.values())]
    if len(lines) > most_rows + 1:
        raise TooLarge("too many rows", field="file", rule="rows", maximum=most_rows)
    return [head for head in headings if head], filled


def template(title: str, headings: Sequence[str], choices: Mapping[str, Iterable[str]]) -> bytes:
    """An empty sheet with these headings; `choices` are offered in the columns they are given for."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new book has one
    sheet.title = title[:31]
    sheet.freeze_panes = "A2"
    for column, heading in enumerate(headings, start=1):
        sheet.cell(1, column, heading).font = Font(bold=True)
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = 20
        offered = ",".join(choices.get(heading, ()))
        if offered and len(offered) <= LONGEST_LIST:
            rule = DataValidation(type="list", formula1=f'"{offered}"', allow_blank=True)
            rule.add(f"{letter}2:{letter}1001")
            sheet.add_data_validation(rule)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def book(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """A sheet of words written row by row, as a file that goes away when it is closed. No cell computes anything.

    Excel holds LONGEST_CELL characters in a cell; what is longer is cut.
    """
    made = Workbook(write_only=True)
    sheet = made.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, words, BOLD) for words in headings])
    for row in rows:
        sheet.append([_cell(sheet, words, None) for words in row])
    target = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    made.save(target)
    target.seek(0)
    return target


def _cell(sheet: Any, words: str, font: Font | None) -> Any:  # openpyxl gives its write-only sheet and cell no types
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", words)[:LONGEST_CELL])
    cell.data_type = "s"  # else words that begin with = would be a formula
    if font is not None:
        cell.font = font
    return cell


def _check_unpacked(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED_BYTES:
            raise TooLarge("unpacks to too much", field="file", limit_bytes=MOST_UNPACKED_BYTES)


def _words(cell: object) -> str:
    """A cell as words; a code that Excel took for a number is one again."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return str(cell).replace("\x00", "").strip()
