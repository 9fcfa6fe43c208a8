"""Files of articles over HTTP: a template, a dry run cell by cell, taking the right rows, progress, what was refused."""

import hashlib
import io

from apiflask import APIBlueprint
from flask import Response, request, send_file
from sqlalchemy.orm import Session

from hotline.kernel.errors import Forbidden, Invalid, NotFound
from knowledge_base import import_checks, importing, permissions
from knowledge_base.columns import columns, recognise
from knowledge_base.importing import Sent
from knowledge_base.lifecycle import EDITORS
from knowledge_base.models import Becomes, ImportRun
from knowledge_base.rules import KnowledgeRules
from web import knowledge_names, knowledge_terms, texts
from web.api.present_timing import names_of
from web.api.schemas.base import OfficerRef
from web.api.schemas.knowledge_files import ImportFinding, ImportRuns, ImportRunShown, TakeIn
from web.auth import UNIT_ROLES, allowed
from web.importing import sheets, tables
from web.requests import container, locale, reading, scope, takes, working

api = APIBlueprint("knowledge_import", __name__, url_prefix="/api/v1/knowledge", tag="Knowledge")
WRITERS = (*sorted(EDITORS), *UNIT_ROLES)
NAME_CHARACTERS = 200
YES = frozenset({"1", "true", "yes"})


@api.get("/import-template.xlsx")
@allowed(*WRITERS)
def fetch_template() -> Response:
    """An Excel file with the columns of a list of articles."""
    language = locale()
    with reading() as session:
        materials = knowledge_terms.rules_of(session).materials
    secrecy = columns()["secrecy"]
    offered = {
        columns()["material"].heading(language): materials,
        secrecy.heading(language): [secrecy.word(code, language) for code in secrecy.choices],
    }
    made = sheets.template("articles", [one.heading(language) for one in columns().values()], offered)
    return send_file(io.BytesIO(made), mimetype=tables.XLSX, as_attachment=True, download_name="articles.xlsx")


@api.get("/imports")
@api.output(ImportRuns)
@allowed(*WRITERS)
def list_imports() -> ImportRuns:
    """The latest files: an editor sees all, others their own."""
    with reading() as session:
        own = None if permissions.is_editor(scope()) else scope().officer_id
        items = [_shown(session, run) for run in importing.listed(session, own)]
        rules = knowledge_terms.rules_of(session)
    briefly = [one.model_copy(update={"findings": []}) for one in items]
    choices = [one.value for one in importing.offered(scope().roles, rules)]
    return ImportRuns(items=briefly, choices=choices, most=rules.import_most)


@api.post("/imports")
@api.output(ImportRunShown, status_code=201)
@allowed(*WRITERS)
def bring_in() -> ImportRunShown:
    """Multipart: `file` (Excel or CSV), `dry` (1: check and change nothing), `becomes`; right rows are taken by the worker."""
    with working() as uow:
        rules = knowledge_terms.rules_of(uow.session)
        becomes, sent = _becomes(request.form.get("becomes", ""), rules), _sent(rules.import_most)
        if request.form.get("dry", "0") in YES:
            importer = knowledge_names.importer_for(container().database, uow.session, scope(), becomes)
            return _shown(uow.session, importing.check(uow, sent, importer))
        return _shown(uow.session, importing.begin(uow, sent, becomes))


@api.get("/imports/<int:run_id>")
@api.output(ImportRunShown)
@allowed(*WRITERS)
def show_import(run_id: int) -> ImportRunShown:
    """How far a file is, and every cell that was wrong."""
    with reading() as session:
        return _shown(session, _own(session, run_id))


@api.post("/imports/<int:run_id>/take")
@takes(api, TakeIn)
@api.output(ImportRunShown, status_code=201)
@allowed(*WRITERS)
def take_in(run_id: int, body: TakeIn) -> ImportRunShown:
    """Take the right rows of a dry run."""
    with working() as uow:
        becomes = _becomes(body.becomes, knowledge_terms.rules_of(uow.session))
        return _shown(uow.session, importing.take(uow, _own(uow.session, run_id), becomes))


@api.get("/imports/<int:run_id>/refused.xlsx")
@allowed(*WRITERS)
def fetch_refused(run_id: int) -> Response:
    """The rows that were not taken, as they were, with the reasons beside them: mend them and send this file."""
    with reading() as session:
        run = _own(session, run_id)
        there = [name for name in columns() if name in run.headings]
        lines = [
            [*(words.get(name, "") for name in there), "\n".join(_finding(run, one).message for one in wrong)]
            for words, wrong in importing.refused_rows(run)
        ]
    made = sheets.book([*(run.headings[name] for name in there), texts.text("field.reason", locale())], lines)
    return send_file(made, mimetype=tables.XLSX, as_attachment=True, download_name=f"refused-{run_id}.xlsx")


def _sent(most_rows: int) -> Sent:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("file", "required")
    content: bytes = file.read()
    headings, rows = tables.read_rows(content, most_rows)
    return Sent(
        name=file.filename[-NAME_CHARACTERS:],
        sha256=hashlib.sha256(content).hexdigest(),
        content_type=tables.content_type(content),
        found=recognise(headings),
        rows=[(one.number, one.cells) for one in rows],
    )


def _becomes(given: str, rules: KnowledgeRules) -> Becomes:
    """What the articles become; the usual when nothing is said. Raises Invalid, Forbidden."""
    choices = importing.offered(scope().roles, rules)
    if not given:
        return choices[0]
    if given not in [one.value for one in Becomes]:
        raise Invalid("becomes", "unknown-choice", given=given, allowed=[one.value for one in choices])
    if Becomes(given) not in choices:
        raise Forbidden("not to become this", action=given)
    return Becomes(given)


def _own(session: Session, run_id: int) -> ImportRun:
    """The run, when it is the reader's to see. Raises NotFound."""
    run = importing.get(session, run_id)
    if not permissions.is_editor(scope()) and run.requested_by_id != scope().officer_id:
        raise NotFound("import", thing="import", id=run_id)
    return run


def _shown(session: Session, run: ImportRun) -> ImportRunShown:
    names = names_of(session, [run.requested_by_id])
    who = OfficerRef(id=run.requested_by_id, name=names.get(run.requested_by_id, "")) if run.requested_by_id else None
    wrong = {one["row"] for one in run.findings if one["level"] == import_checks.ERROR and one["row"] > 1}
    kept = {name: getattr(run, name) for name in ("id", "name", "dry", "total", "done", "taken", "requested_at", "finished_at")}
    return ImportRunShown(
        **kept,
        becomes=run.becomes.value,
        state=_state(run),
        refused=len(wrong),
        findings=[_finding(run, one) for one in run.findings],
        columns_unknown=[one["given"] for one in run.findings if one["rule"] == "column-not-read"],
        may_be_taken=run.dry and run.taken > 0,
        requested_by=who,
    )


def _state(run: ImportRun) -> str:
    if run.finished_at is not None:
        return "checked" if run.dry else "finished"
    return "running" if run.done else "waiting"


def _finding(run: ImportRun, one: dict[str, object]) -> ImportFinding:
    field = str(one["field"])
    column = columns().get(field)
    heading = str(run.headings.get(field) or (column.heading(locale()) if column else ""))
    details = one["details"] if isinstance(one["details"], dict) else {}
    rule = str(one["rule"])
    keys = [f"error.invalid.{rule}", f"error.conflict.{rule}", f"error.{rule}"]
    shown = {name: "、".join(map(str, value)) if isinstance(value, list | tuple) else value for name, value in details.items()}
    message = texts.first(keys, locale(), **{**shown, "field": heading})
    said = {name: one[name] for name in ("row", "rule", "given", "level")}
    return ImportFinding.model_validate({**said, "field": heading, "message": message})
