"""`hotline dispatch catalogue | duties`: the catalogue and the duty lists from files, to files, and what they leave open."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from dispatch import catalogue, catalogue_lists, catalogue_versions, coverage, duty_lists
from dispatch.catalogue_lists import Sent
from dispatch.catalogue_rows import Diff, Finding
from dispatch.catalogue_versions import Publication
from dispatch.duty_lists import DutyDiff
from dispatch.sheet_columns import CATALOGUE, DUTIES
from hotline.kernel import clock, settings
from hotline.kernel.db import UnitOfWork
from hotline.people.models import Unit
from web import dispatch_rules, texts
from web.bootstrap import Container, build
from web.importing import dispatch_lists, sheets

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
TARGET = click.Path(dir_okay=False, path_type=Path)
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"])

dry_run = click.option("--dry-run", "only", flag_value="look", default=None, help="Say what is wrong, and change nothing.")
effective_from = click.option(
    "--effective-from", "begins", type=MOMENT, default=None, help="Local day or moment; else at once."
)


@click.group("catalogue")
def catalogue_commands() -> None:
    """The dispatch catalogue: bring in a version, write one out, see what it leaves open."""


@catalogue_commands.command("import")
@click.argument("file", type=FILE)
@dry_run
@effective_from
@click.option("--note", default="", help="Why there is a new version.")
def import_catalogue(file: Path, only: str | None, begins: datetime | None, note: str) -> None:
    """Make FILE (.xlsx or .csv) the catalogue: a new version, none while one cell is wrong (exit status 1).

    \b
    hotline dispatch catalogue import catalogue.xlsx --dry-run
    hotline dispatch catalogue import catalogue.xlsx --effective-from 2026-12-01
    """
    with _container() as container, container.database.work() as uow:
        sent = _sent(uow, CATALOGUE, file)
        publication = Publication(_moment(begins, uow.zone), note, file.name)
        checked = catalogue_lists.check(uow, sent, publication)
        version = None if only else catalogue_lists.take(uow, checked, publication)
    _say_difference(checked.diff)
    if version is not None:
        click.echo(texts.text("dispatch.version-made", number=version))
    _say_wrong(file, sent, checked.findings)


@catalogue_commands.command("export")
@click.argument("file", type=TARGET)
@click.option("--version", "number", type=int, default=None, help="Which version; else the one in force.")
def export_catalogue(file: Path, number: int | None) -> None:
    """Write a version to FILE (.xlsx), as it can be brought in again.

    \b
    hotline dispatch catalogue export catalogue.xlsx
    """
    with _container() as container, container.database.read() as session:
        version = catalogue_versions.get(session, number or catalogue.version_at(session, clock.now()))
        rows = catalogue_versions.rows_of(session, version.number, container.database.zone)
        _write(file, catalogue_lists.headings(texts.DEFAULT), catalogue_lists.lines(session, rows, texts.DEFAULT))


@catalogue_commands.command("coverage")
def show_coverage() -> None:
    """Name what the catalogue leaves open: categories without a unit, units without rows or duties, rows that end.

    \b
    hotline dispatch catalogue coverage
    """
    with _container() as container, container.database.read() as session:
        found = coverage.report(session, clock.now(), dispatch_rules.rules_of(session).ending_days)
    click.echo(texts.text("dispatch.coverage", rows=found.rows, leaves=found.leaves, units=found.units))
    for one in found.without_unit:
        click.echo(texts.text("dispatch.no-unit", category="/".join(one.path), areas="、".join(one.areas)))
    click.echo(texts.text("dispatch.no-rows", count=len(found.without_rows), units=_named(found.without_rows)))
    click.echo(texts.text("dispatch.no-duties", count=len(found.without_duties), units=_named(found.without_duties)))
    for outside in found.outside_duties:
        click.echo(texts.text("dispatch.outside", category=outside.row.category_code, unit=outside.unit.name))
    for row in found.ending:
        click.echo(texts.text("dispatch.ending", category=row.category_code, unit=row.unit_rule, until=row.effective_to))


@click.group("duties")
def duty_commands() -> None:
    """The duty lists of units: bring in, write out."""


@duty_commands.command("import")
@click.argument("file", type=FILE)
@dry_run
@effective_from
def import_duties(file: Path, only: str | None, begins: datetime | None) -> None:
    """Make FILE (.xlsx or .csv) the duty lists of the units it names; others keep theirs. Exit status 1 for a wrong cell.

    \b
    hotline dispatch duties import duties.xlsx --dry-run
    """
    with _container() as container, container.database.work() as uow:
        sent = _sent(uow, DUTIES, file)
        publication = Publication(_moment(begins, uow.zone), "", file.name)
        checked = duty_lists.check(uow, sent, publication)
        if not only:
            duty_lists.take(uow, checked, publication)
    _say_difference(checked.diff)
    _say_wrong(file, sent, checked.findings)


@duty_commands.command("export")
@click.argument("file", type=TARGET)
def export_duties(file: Path) -> None:
    """Write all duty lists to FILE (.xlsx), as they can be brought in again.

    \b
    hotline dispatch duties export duties.xlsx
    """
    with _container() as container, container.database.read() as session:
        lines = duty_lists.lines(session, clock.now(), container.database.zone, texts.DEFAULT)
        _write(file, duty_lists.headings(texts.DEFAULT), lines)


COMMANDS = (catalogue_commands, duty_commands)
"""What `hotline dispatch` has of this module."""


def _named(units: Iterable[Unit]) -> str:
    return "、".join(unit.name for unit in units)


@contextmanager
def _container() -> Iterator[Container]:
    container = build(settings.load())
    try:
        yield container
    finally:
        container.close()


def _sent(uow: UnitOfWork, of: str, file: Path) -> Sent:
    return dispatch_lists.read(of, file.name, file.read_bytes(), dispatch_rules.rules_of(uow.session).import_most)


def _moment(begins: datetime | None, zone: ZoneInfo) -> datetime | None:
    return begins.replace(tzinfo=zone) if begins else None


def _write(file: Path, headings: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    with sheets.book(headings, lines) as made:
        file.write_bytes(made.read())


def _say_difference(diff: Diff | DutyDiff) -> None:
    sizes = {"added": len(diff.added), "changed": len(diff.changed), "removed": len(diff.removed)}
    click.echo(texts.text("dispatch.difference", **sizes, unchanged=diff.unchanged))


def _say_wrong(file: Path, sent: Sent, findings: Sequence[Finding]) -> None:
    """Each wrong cell as file:row: column: rule: what stood there; then an exit status of 1."""
    for one in findings:
        heading = sent.found.headings.get(one.field, one.field)
        click.echo(f"{file.name}:{one.row}: {heading}: {one.rule}: {one.given}", err=True)
    if findings:
        sys.exit(1)
