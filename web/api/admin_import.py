"""Importing lists from Excel over HTTP: a template to fill in, a check that changes nothing, applying all or nothing."""

import io

from apiflask import APIBlueprint
from flask import Response, request, send_file

from hotline.kernel.errors import Invalid, NotFound
from hotline.people.permissions import Role
from web.api.schemas.admin import ImportedPassword, ImportFault, ImportOutcome
from web.auth import allowed, forget_superiors
from web.importing import applying
from web.importing.applying import Outcome
from web.importing.kinds import KINDS, Kind
from web.requests import container, locale, working

api = APIBlueprint("admin_import", __name__, url_prefix="/api/v1/admin/import", tag="Administration")
ADMINISTRATOR = Role.ADMINISTRATOR.value
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@api.get("/<kind>/template.xlsx")
@allowed(ADMINISTRATOR)
def template(kind: str) -> Response:
    """An Excel file with the headings of this kind of list: areas, units, officers or categories."""
    made = applying.template(kind, _kind(kind), locale())
    return send_file(io.BytesIO(made), mimetype=XLSX, as_attachment=True, download_name=f"{kind}.xlsx")


@api.post("/<kind>/check")
@api.output(ImportOutcome)
@allowed(ADMINISTRATOR)
def check(kind: str) -> ImportOutcome:
    """Every fault with its cell; nothing is changed."""
    settings = container().settings
    with working() as uow:
        outcome = applying.check(uow, _kind(kind), _content(), most_rows=settings.import_max_rows, locale=locale())
    return _shown(outcome, [])


@api.post("/<kind>")
@api.output(ImportOutcome)
@allowed(ADMINISTRATOR)
def apply(kind: str) -> ImportOutcome:
    """Make every row, or nothing when one has a fault."""
    settings = container().settings
    with working() as uow:
        outcome = applying.apply(uow, _kind(kind), _content(), most_rows=settings.import_max_rows, locale=locale())
    forget_superiors()
    made = [ImportedPassword(login=login, name=name, first_password=password) for login, name, password in outcome.passwords]
    return _shown(outcome, made).model_copy(update={"applied": not outcome.faults})


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise NotFound("import", thing="import", kind=name)
    return KINDS[name]


def _content() -> bytes:
    file = request.files.get("file")
    if file is None:
        raise Invalid("file", "required")
    content: bytes = file.read()
    return content


def _shown(outcome: Outcome, passwords: list[ImportedPassword]) -> ImportOutcome:
    faults = [ImportFault(row=one.row, column=one.column, rule=one.rule, message=one.message) for one in outcome.faults]
    return ImportOutcome(rows=outcome.rows, applied=False, faults=faults, passwords=passwords)
