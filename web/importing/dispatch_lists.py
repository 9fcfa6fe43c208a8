"""A file of the catalogue or of duty lists as rows by field. What the columns mean is in `dispatch.sheet_columns`."""

from dispatch.catalogue_lists import Sent
from dispatch.sheet_columns import recognise
from web.importing import tables


def read(of: str, name: str, content: bytes, most_rows: int) -> Sent:
    """A file's bytes as rows of that list. Raises Invalid for no list, TooLarge for more rows than the rule allows."""
    headings, rows = tables.read_rows(content, most_rows)
    found = recognise(of, headings)
    named = {heading: field for field, heading in found.headings.items()}
    return Sent(
        name=name,
        found=found,
        rows=[(row.number, {named[head]: cell for head, cell in row.cells.items() if head in named}) for row in rows],
    )
