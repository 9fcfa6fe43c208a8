"""`hotline kb import | export | bundle | guides`: articles from files and to files, off-line bundles, service guides."""

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import ColumnElement

from hotline.kernel import settings
from knowledge_base import exporting, guides, importing
from knowledge_base.bundles import Edition
from knowledge_base.columns import recognise
from knowledge_base.import_checks import ERROR
from knowledge_base.importing import Sent
from knowledge_base.lifecycle import EDITORS
from knowledge_base.models import Becomes, ImportRun
from knowledge_base.naming import Names
from web import knowledge_names, knowledge_terms, nightly, texts
from web.api.knowledge_export import csv_lines
from web.bootstrap import Container, build
from web.importing import sheets, tables

FORMS = (".xlsx", ".csv", ".jsonl")
CHOICES = [one.value for one in importing.OFFERED[EDITORS]]


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--becomes", type=click.Choice(CHOICES), default=CHOICES[0], show_default=True, help="What the articles become.")
@click.option("--dry-run", "only", flag_value="look", default=None, help="Say what is wrong, and change nothing.")
def import_file(file: Path, becomes: str, only: str | None) -> None:
    """Bring in articles from FILE (.xlsx or .csv); rows that are wrong are named and left out.

    Exit status 1 when a row was left out.

    \b
    hotline kb import articles.xlsx --dry-run
    hotline kb import articles.csv --becomes published
    """
    with _container() as container:
        run = _check(container, file, Becomes(becomes)) if only else _take(container, file, Becomes(becomes))
    for one in run.findings:
        click.echo(f"{file.name}:{one['row']}: {one['field']}: {one['rule']}: {one['given']}", err=True)
    click.echo(f"{run.taken}/{run.total}")
    if any(one["level"] == ERROR for one in run.findings):
        sys.exit(1)


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--versions", "what", flag_value="versions", default=None, help="With every wording (.jsonl only).")
def export_file(file: Path, what: str | None) -> None:
    """Write all articles, whatever their state, to FILE: .xlsx and .csv can be imported again, .jsonl has every field.

    \b
    hotline kb export articles.xlsx
    hotline kb export articles.jsonl --versions
    """
    if file.suffix not in FORMS:
        raise click.BadParameter(", ".join(FORMS), param_hint="FILE")
    with _container() as container:
        with container.database.read() as session:
            names = knowledge_names.names_of(session)
        _write(container, file, names, what)


@click.command("bundle")
@click.option(
    "--public", "edition", flag_value=Edition.PUBLIC.value, default=Edition.STAFF.value, help="Nothing internal in it."
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=None, help="Folder; else the data folder's.")
def bundle(edition: str, out: Path | None) -> None:
    """Write the off-line bundle now: a zip whose index.html opens in a browser without any network.

    \b
    hotline kb bundle
    hotline kb bundle --public --out /mnt/usb
    """
    with _container() as container:
        click.echo(nightly.write_bundle(container, Edition(edition), out or nightly.folder(container)))


@click.group("guides")
def guide_commands() -> None:
    """Service guides of the service platform (setting `guides_url`)."""


@guide_commands.command("sync")
def sync_guides() -> None:
    """Take over what changed at the service platform since the last look.

    \b
    hotline kb guides sync
    """
    with _container() as container:
        state = guides.sync(container.database, container.guides, knowledge_names.placing)
    if state is None:
        click.echo(texts.text("kb.no-guide-source"))
        return
    for one in state.findings:
        click.echo(f"{one['origin_id']}: {one['field']}: {one['rule']}", err=True)
    click.echo(f"+{state.taken} -{state.removed}")


@guide_commands.command("show")
def show_guides() -> None:
    """Print how far the service platform was followed.

    \b
    hotline kb guides show
    """
    with _container() as container, container.database.read() as session:
        state, alive = guides.standing(session, container.guides.name)
        looked = state.finished_at.isoformat() if state and state.finished_at else "-"
        click.echo(f"{container.guides.name or 'null:'}  {looked}  {alive}  {state.error if state else ''}".rstrip())


COMMANDS = (import_file, export_file, bundle, guide_commands)
"""What `hotline kb` has of this module."""


@contextmanager
def _container() -> Iterator[Container]:
    container = build(settings.load())
    try:
        yield container
    finally:
        container.close()


def _check(container: Container, file: Path, becomes: Becomes) -> ImportRun:
    with container.database.work() as uow:
        importer = knowledge_names.house(container.database, uow.session, becomes)
        return importing.check(uow, _sent(file, importer.around.terms.rules.import_most), importer)


def _take(container: Container, file: Path, becomes: Becomes) -> ImportRun:
    with container.database.work() as uow:
        run = importing.begin(uow, _sent(file, knowledge_terms.rules_of(uow.session).import_most), becomes)
    nightly.take_in_files(container)
    with container.database.read() as session:
        return importing.get(session, run.id)


def _sent(file: Path, most_rows: int) -> Sent:
    content = file.read_bytes()
    headings, rows = tables.read_rows(content, most_rows)
    cells = [(one.number, one.cells) for one in rows]
    digest = hashlib.sha256(content).hexdigest()
    return Sent(file.name, digest, tables.content_type(content), recognise(headings), cells)


def _write(container: Container, file: Path, names: Names, what: str | None) -> None:
    conditions: list[ColumnElement[bool]] = []
    if file.suffix == ".jsonl":
        made = exporting.lines_with_versions if what else exporting.lines
        with file.open("w", encoding="utf-8") as target:
            target.writelines(made(container.database, conditions, names))
        return
    headings = exporting.headings(texts.DEFAULT)
    rows = (
        row for page in exporting.pages(container.database, conditions) for row in exporting.rows(page, names, texts.DEFAULT)
    )
    if file.suffix == ".csv":
        with file.open("w", encoding="utf-8", newline="") as target:
            target.writelines(csv_lines(headings, rows))
        return
    with sheets.book(headings, rows) as made_book:
        file.write_bytes(made_book.read())
