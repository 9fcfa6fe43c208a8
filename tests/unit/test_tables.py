"""Lists as Excel and CSV, as Chinese spreadsheets write them; cells that a spreadsheet would compute are made harmless."""

import pytest

from hotline.kernel.errors import Invalid, TooLarge
from tests.knowledge_files import row, sheet, table
from web.importing import tables

ROWS = [row(), row(标题="退休年龄")]


@pytest.mark.parametrize(
    "content",
    [sheet(ROWS), *(table(ROWS, encoding) for encoding in ("utf-8", "utf-8-sig", "gb18030")), table(ROWS).replace(b",", b"\t")],
)
def test_a_list_is_read_whatever_wrote_it(content: bytes) -> None:
    headings, rows = tables.read_rows(content, 10)

    assert headings == list(ROWS[0])
    assert [(one.number, one.cells["标题"]) for one in rows] == [(2, "养老金怎么领"), (3, "退休年龄")]


def test_rows_are_counted_as_the_file_counts_them() -> None:
    content = table([row(), dict.fromkeys(row(), ""), row(标题="退休年龄")])

    assert [one.number for one in tables.read_rows(content, 10)[1]] == [2, 4]


@pytest.mark.parametrize("make", [sheet, table])
def test_too_many_rows_are_refused(make: object) -> None:
    with pytest.raises(TooLarge):
        tables.read_rows(make([row()] * 3), 2)  # type: ignore[operator]  # one of two functions


@pytest.mark.parametrize("content", [b"", b"\n", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", b"a\x00b"])
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        tables.read_rows(content, 10)


@pytest.mark.parametrize("words", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "'=1", "'", "'a", "养老金", ""])
def test_a_guarded_cell_computes_nothing_and_comes_back(words: str) -> None:
    guarded = tables.guarded(words)

    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert tables.unguarded(guarded) == words
