"""Lists of dispatch as a form sends them: the file read into rows by field, and what is said beside it."""

from flask import request
from pydantic import AwareDatetime, Field

from dispatch.catalogue_lists import Sent
from dispatch.sheet_columns import recognise
from hotline.kernel.errors import Invalid
from web.api.schemas.base import Shape
from web.importing import tables
from web.requests import parse

NAME_CHARACTERS = 200


class Form(Shape):
    """What is sent beside a file: whether it is only looked at, from when it holds (else at once), and why."""

    dry: bool = False
    effective_from: AwareDatetime | None = None
    note: str = Field("", max_length=2000)


def form() -> Form:
    """The fields of the form. Raises Invalid."""
    return parse(Form, {name: value for name, value in request.form.items() if value and name in Form.model_fields})


def sent(of: str, most_rows: int) -> Sent:
    """The file of the form as rows of that list. Raises Invalid, and TooLarge for more rows than the rule allows."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("file", "required")
    content: bytes = file.read()
    return read(of, file.filename[-NAME_CHARACTERS:], content, most_rows)


def read(of: str, name: str, content: bytes, most_rows: int) -> Sent:
    """A file's bytes as rows of that list. Raises as `sent`."""
    headings, rows = tables.read_rows(content, most_rows)
    found = recognise(of, headings)
    named = {heading: field for field, heading in found.headings.items()}
    return Sent(
        name=name,
        found=found,
        rows=[(row.number, {named[head]: cell for head, cell in row.cells.items() if head in named}) for row in rows],
    )
