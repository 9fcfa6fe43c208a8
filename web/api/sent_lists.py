"""Lists of dispatch as a form sends them: the file read into rows by field, and what is said beside it."""

from flask import request
from pydantic import AwareDatetime, Field

from dispatch.catalogue_lists import Sent
from hotline.kernel.errors import Invalid
from web.api.schemas.base import Shape
from web.importing import dispatch_lists
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
    return dispatch_lists.read(of, file.filename[-NAME_CHARACTERS:], content, most_rows)
