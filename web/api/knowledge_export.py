"""The articles as a file over HTTP, in pieces as they are read; and the nightly bundles for off-line use."""

import csv
import io
from collections.abc import Iterable, Iterator

from apiflask import APIBlueprint
from flask import Response, send_file
from sqlalchemy import ColumnElement, or_

from hotline.kernel.db import Database
from hotline.people.permissions import Role
from knowledge_base import bundles, exporting, permissions, search
from knowledge_base.bundles import Edition
from knowledge_base.events import ArticlesExported
from knowledge_base.lifecycle import EDITORS, ArticleState
from knowledge_base.models import Article
from knowledge_base.naming import Names
from knowledge_base.search import Reader
from web import knowledge_names, nightly
from web.api.knowledge import local_day
from web.api.schemas.knowledge_files import Bundles, BundleShown, ExportQuery
from web.auth import EVERYONE, UNIT_ROLES, allowed
from web.importing import sheets, tables
from web.requests import asks, container, locale, scope, working

api = APIBlueprint("knowledge_export", __name__, url_prefix="/api/v1/knowledge", tag="Knowledge")
MAY_EXPORT = (*sorted(EDITORS), *UNIT_ROLES, Role.SHIFT_LEADER.value, Role.MANAGER.value, Role.ADMINISTRATOR.value)
BOM = "\ufeff"
"""Excel takes a CSV file without it for the machine's old encoding."""
WHOLE = "all"


@api.get("/export.xlsx")
@asks(api, ExportQuery)
@allowed(*MAY_EXPORT)
def export_xlsx(query: ExportQuery) -> Response:
    """The articles as an Excel file that can be imported again."""
    names, conditions = _begun(query, "xlsx")
    made = sheets.book(exporting.headings(locale()), _rows(container().database, names, conditions, locale()))
    return send_file(made, mimetype=tables.XLSX, as_attachment=True, download_name="articles.xlsx")


@api.get("/export.csv")
@asks(api, ExportQuery)
@allowed(*MAY_EXPORT)
def export_csv(query: ExportQuery) -> Response:
    """The articles as CSV (UTF-8) that can be imported again; no cell of it computes anything."""
    names, conditions = _begun(query, "csv")
    # Pieces are sent after the request's context has gone: nothing in them may ask for it.
    lines = csv_lines(exporting.headings(locale()), _rows(container().database, names, conditions, locale()))
    return _streamed(lines, "text/csv; charset=utf-8", "articles.csv")


@api.get("/export.jsonl")
@asks(api, ExportQuery)
@allowed(*MAY_EXPORT)
def export_jsonl(query: ExportQuery) -> Response:
    """The articles with all their fields, one a line, as JSON."""
    names, conditions = _begun(query, "jsonl")
    made = exporting.lines_with_versions if query.versions else exporting.lines
    return _streamed(made(container().database, conditions, names), "application/x-ndjson", "articles.jsonl")


@api.get("/bundles")
@api.output(Bundles)
@allowed(*EVERYONE)
def list_bundles() -> Bundles:
    """The off-line bundles: staff of the hotline see both editions, units the public one."""
    found = bundles.listed(nightly.folder(container()), _editions())
    return Bundles(items=[BundleShown(**{**vars(one), "edition": one.edition.value}) for one in found])


@api.get("/bundles/<name>")
@allowed(*EVERYONE)
def fetch_bundle(name: str) -> Response:
    """One bundle as a zip; its index.html opens without any network."""
    path = bundles.path_of(nightly.folder(container()), name, _editions())
    return send_file(path.resolve(), mimetype="application/zip", as_attachment=True, download_name=name)


def csv_lines(headings: Iterable[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """A CSV file piece by piece."""
    yield BOM + _csv_line(list(headings))
    for row in rows:
        yield _csv_line([tables.guarded(words) for words in row])


def _begun(query: ExportQuery, form: str) -> tuple[Names, list[ColumnElement[bool]]]:
    """What to write, after keeping in the events that somebody took it along."""
    with working() as uow:
        narrowed = sorted(query.model_dump(exclude_defaults=True, exclude={"search"}))
        uow.record(ArticlesExported(scope().officer_id or 0, form, ",".join(narrowed)))
        return knowledge_names.names_of(uow.session), _conditions(query)


def _conditions(query: ExportQuery) -> list[ColumnElement[bool]]:
    """What the reader may have of what was asked for."""
    today = local_day()
    asked: list[ColumnElement[bool]] = [permissions.readable(scope(), today)]
    if query.state == "":
        asked += search.holds(Reader.STAFF, today)
    elif query.state != WHOLE:
        asked.append(Article.state.in_([one for one in ArticleState if one.value == query.state]))
    if query.unit_id is not None:
        asked.append(Article.owner_unit_id == query.unit_id)
    if query.category:
        asked.append(Article.category_code.startswith(query.category, autoescape=True))
    if query.material:
        asked.append(Article.material == query.material)
    if query.mine:
        asked.append(or_(permissions.own(scope()), Article.created_by_id == scope().officer_id))
    if query.search.strip():
        asked.append(Article.title.contains(query.search.strip(), autoescape=True))
    return asked


def _rows(database: Database, names: Names, conditions: list[ColumnElement[bool]], language: str) -> Iterator[list[str]]:
    for page in exporting.pages(database, conditions):
        yield from exporting.rows(page, names, language)


def _streamed(lines: Iterable[str], mimetype: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(lines, mimetype=mimetype, headers=headers)


def _editions() -> tuple[Edition, ...]:
    staff = scope().sees_all_units or permissions.is_editor(scope())
    return tuple(Edition) if staff else (Edition.PUBLIC,)


def _csv_line(cells: list[str]) -> str:
    target = io.StringIO()
    csv.writer(target).writerow(cells)
    return target.getvalue()
