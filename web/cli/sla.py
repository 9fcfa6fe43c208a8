"""`hotline sla`: why a limit ends when it ends, the calendar, versions of the limits, recounts and the sweep.

Nothing personal is printed. What is changed here is changed as the administrator's pages do it, by the same use cases.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import select

from hotline.kernel import clock, settings
from hotline.kernel.errors import Invalid
from hotline.tickets.models import Ticket
from sla import explanation, practices, recounts, sweep, trials, versions, year_files, years
from sla.book import book_of
from sla.limits import LimitUnit, Stage, StartEvent, StartRule
from sla.policies import PolicyFacts
from sla.rosters import OFFICE
from sla.sentences import sentence
from web import texts
from web.bootstrap import Container, build

MOMENT = "%Y-%m-%d %H:%M"


@click.group("sla")
def sla() -> None:
    """Time: limits, calendar, versions, recounts."""


@sla.command("explain")
@click.argument("number")
def explain(number: str) -> None:
    """Print the sum of every limit of the ticket NUMBER in words.

    \b
    hotline sla explain 2611220000018
    """
    with _container() as container, container.database.read() as session:
        zone = container.database.zone
        found = session.scalars(select(Ticket.id).where(Ticket.number == number)).one_or_none()
        if found is None:
            click.echo(texts.text("ticket.unknown", number=number), err=True)
            sys.exit(1)
        for one in explanation.sums(session, book_of(session, zone).calendar, found):
            click.echo(f"{one.clock.state.value:<8} {sentence(one.lines, texts.text, zone)}")


@sla.command("due")
@click.option("--start", required=True, help="From when, in the city's time: 2025-09-27 16:40.")
@click.option("--limit", required=True, help='How long: "15 working_days", "2 working_hours", "7 natural_days", "30 minutes".')
@click.option("--roster", default=OFFICE, show_default=True, help="Whose hours count.")
@click.option(
    "--count",
    type=click.Choice([rule.value for rule in StartRule]),
    help="From the next day (days, as a rule) or at once (hours and minutes).",
)
def due(start: str, limit: str, roster: str, count: str | None) -> None:
    """Print when a limit ends, and its sum.

    \b
    hotline sla due --start "2025-09-27 16:40" --limit "15 working_days"
    """
    amount, unit = _limit(limit)
    usual = StartRule.NEXT_DAY if unit in (LimitUnit.WORKING_DAYS, LimitUnit.NATURAL_DAYS) else StartRule.AT_ONCE
    facts = PolicyFacts(
        stage=Stage.HANDLE,
        amount=amount,
        unit=unit,
        start_rule=StartRule(count) if count else usual,
        start_event=StartEvent.DISPATCHED,
        source="own",
    )
    with _container() as container, container.database.read() as session:
        zone = container.database.zone
        begun = _moment(start).replace(tzinfo=zone)
        found = trials.of_facts(book_of(session, zone), facts, begun, roster)
        click.echo(found.due_at.astimezone(zone).strftime(MOMENT))
        click.echo(sentence(found.lines, texts.text, zone))


@sla.group("calendar")
def calendar() -> None:
    """The working calendar's years."""


@calendar.command("show")
@click.argument("year", type=int)
def show_year(year: int) -> None:
    """Print what is known of YEAR, and the days that differ from their weekday.

    \b
    hotline sla calendar show 2026
    """
    with _container() as container, container.database.read() as session:
        zone = container.database.zone
        fact = years.fact(session, zone, year, clock.now().astimezone(zone).date())
        click.echo(f"{fact.year}  {fact.status.value}  {fact.working_days} working days  {fact.source}")
        for one in years.days(session, zone, year):
            if one.row is not None:
                click.echo(f"  {one.day}  {one.day:%a}  {one.row.kind.value:<8} {one.row.name}")


@calendar.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--year", type=int, required=True, help="The year to put in; days of other years are named and left.")
@click.option("--source", default="", help="The notice these days rest on; the name of the file if empty.")
@click.option("--dry-run", "only", flag_value="look", default=None, help="Say what would change, and change nothing.")
def import_year(file: Path, year: int, source: str, only: str | None) -> None:
    """Put a year's notice in from FILE (.ics or .csv); open limits are counted again.

    Exit status 1 when a line cannot be read; nothing is changed then.

    \b
    hotline sla calendar import notice-2027.ics --year 2027 --dry-run
    """
    read = year_files.read(file.read_bytes(), year)
    for one in read.findings:
        click.echo(f"{file.name}:{one.line}: {one.field}: {one.rule}: {one.given}", err=True)
    with _container() as container:
        if only:
            _preview_year(container, year, source or file.name, read)
        if read.findings:
            sys.exit(1)
        if not only:
            with container.database.work() as uow:
                recount = years.put(uow, year, source or file.name, read.days)
            click.echo(f"{len(read.days)} days, recount {recount.id}")


@sla.group("policies")
def policies() -> None:
    """Versions of the limits."""


@policies.command("list")
def list_policies() -> None:
    """Print every version, the one in force with a star.

    \b
    hotline sla policies list
    """
    with _container() as container, container.database.read() as session:
        for one in versions.listed(session, clock.now()):
            since = one.version.effective_from
            begun = since.astimezone(container.database.zone).strftime(MOMENT) if since else "-"
            star = "*" if one.in_force else " "
            click.echo(
                f"{star} {one.version.version:>3}  {one.version.status.value:<9} {begun:<16} {one.rows:>3}  {one.version.name}"
            )


@policies.command("show")
@click.argument("version", type=int)
def show_policies(version: int) -> None:
    """Print the rows of VERSION.

    \b
    hotline sla policies show 1
    """
    with _container() as container, container.database.read() as session:
        versions.get(session, version)
        for row in versions.rows_of(session, version):
            case = "/".join(named or "*" for named in (row.type, row.urgency, row.profile, row.unit_class))
            limit = f"{row.amount} {row.unit.value}"
            start = f"{row.start_rule.value:<9} {row.start_event.value:<10}"
            click.echo(f"{row.stage.value:<16} {case:<32} {limit:<18} {start} {row.source}")


@policies.command("profiles")
def list_profiles() -> None:
    """Print the shipped examples of places.

    \b
    hotline sla policies profiles
    """
    for one in practices.practices().values():
        click.echo(f"{one.code:<10} {one.name}  {one.source}")


@policies.command("draft")
@click.option("--from-version", type=int, help="Draft from this version.")
@click.option("--profile", help="Draft from this shipped example.")
@click.option("--name", default="", help="The draft's name; an example brings its own.")
def draft(from_version: int | None, profile: str | None, name: str) -> None:
    """Make a draft, from a version or from a shipped example; print its number.

    \b
    hotline sla policies draft --profile guangdong
    """
    if (from_version is None) == (profile is None):
        raise click.UsageError("--from-version or --profile")
    with _container() as container, container.database.work() as uow:
        if profile is not None:
            made = versions.draft_from_profile(uow, profile, name)
        else:
            made = versions.draft_from_version(uow, from_version or 0, name)
        click.echo(str(made.version))


@policies.command("publish")
@click.argument("version", type=int)
@click.option("--from", "since", help="From when, in the city's time: 2026-12-01 00:00; now if left out.")
@click.option("--note", default="", help="Why; kept with the version and each limit that moves.")
def publish(version: int, since: str | None, note: str) -> None:
    """Let the draft VERSION come into force; open limits are counted again from then.

    \b
    hotline sla policies publish 2 --from "2026-12-01 00:00" --note 新办法
    """
    with _container() as container, container.database.work() as uow:
        begins = _moment(since).replace(tzinfo=uow.zone) if since else None
        recount = versions.publish(uow, version, effective_from=begins, note=note)
        click.echo(f"recount {recount.id}")


@sla.group("recount")
def recount() -> None:
    """Passes over open limits after a change."""


@recount.command("list")
def list_recounts() -> None:
    """Print the latest passes and how far they are.

    \b
    hotline sla recount list
    """
    with _container() as container, container.database.read() as session:
        for one in recounts.listed(session):
            done = "finished" if one.recount.finished_at else "open"
            counts = f"{one.recount.seen}/{one.total}  {one.recount.changed} changed"
            click.echo(f"{one.recount.id:>4}  {done:<8}  {one.recount.cause.value:<8} {counts}  {one.recount.source}")


@recount.command("run")
def run_recounts() -> None:
    """Work off what is due now, as the worker does; may be stopped and run again.

    \b
    hotline sla recount run
    """
    with _container() as container:
        with container.database.read() as session:
            ahead = sum(one.total - one.recount.seen for one in recounts.listed(session) if not one.recount.finished_at)
        with click.progressbar(length=ahead, file=sys.stderr) as bar:
            seen = recounts.run_due(container.database, tell=bar.update)
    click.echo(str(seen))


@sla.command("sweep")
def run_sweep() -> None:
    """Announce what is near or past now, as the worker does; may be stopped and run again.

    \b
    hotline sla sweep
    """
    with _container() as container:
        click.echo(str(sweep.run(container.database)))


def _preview_year(container: Container, year: int, source: str, read: year_files.Read) -> None:
    zone = container.database.zone
    with container.database.read() as session:
        found = years.preview(session, zone, year, source, read.days, clock.now())
    click.echo(f"{found.checked} checked, {found.changed} changed, {found.newly_late} newly late, {found.settled} settled")
    for item in found.items:
        was, becomes = (moment.astimezone(zone).strftime(MOMENT) for moment in (item.was, item.becomes))
        click.echo(f"  {item.number}  {item.stage.value:<16} {was} -> {becomes}")


def _limit(given: str) -> tuple[int, LimitUnit]:
    amount, _, unit = given.partition(" ")
    if not amount.isdecimal() or unit not in set(LimitUnit):
        raise click.BadParameter(f'"15 working_days"; {", ".join(LimitUnit)}', param_hint="--limit")
    return int(amount), LimitUnit(unit)


def _moment(given: str) -> datetime:
    try:
        return datetime.strptime(given, MOMENT)  # noqa: DTZ007 the caller knows the city's zone
    except ValueError as error:
        raise Invalid("start", "not-a-date") from error


@contextmanager
def _container() -> Iterator[Container]:
    container = build(settings.load())
    try:
        yield container
    finally:
        container.close()
