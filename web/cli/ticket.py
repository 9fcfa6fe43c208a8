"""`hotline ticket`: look at one ticket from the command line, without personal data."""

import sys

import click
from sqlalchemy import select

from hotline.kernel import settings
from hotline.tickets import timeline
from hotline.tickets.models import Ticket
from web import texts
from web.bootstrap import build


@click.group("ticket")
def ticket() -> None:
    """Tickets."""


@ticket.command("show")
@click.argument("number")
def show(number: str) -> None:
    """Print the state and timeline of the ticket NUMBER, and whether its chain is whole.

    \b
    hotline ticket show 2611220000018
    """
    container = build(settings.load())
    with container.database.read() as session:
        found = session.scalars(select(Ticket).where(Ticket.number == number)).one_or_none()
        if found is None:
            click.echo(texts.text("ticket.unknown", number=number), err=True)
            sys.exit(1)
        entries = timeline.lines(session, found.id)
        click.echo(f"{found.number}  {found.state.value}  {texts.text(f'type.{found.type}')}")
        for entry in entries:
            at = entry.at.astimezone(container.database.zone).strftime("%Y-%m-%d %H:%M:%S")
            moved = f" {entry.state_from} → {entry.state_to}" if entry.state_to else ""
            click.echo(f"  {entry.seq:>3}  {at}  {entry.action:<16}{moved}")
        broken = timeline.broken_at(entries)
    click.echo(texts.text("ticket.chain-whole") if broken is None else texts.text("ticket.chain-broken", seq=broken))
    container.close()
