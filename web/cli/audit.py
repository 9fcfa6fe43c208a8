"""`hotline audit`: whether the timelines are as they were written, and erasing words from them.

Prints numbers and days only, no words of anybody.
"""

import sys
import time
from contextlib import closing

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel import settings
from hotline.kernel.db import Actor
from hotline.kernel.errors import NotFound
from hotline.people import officers, permissions, units
from hotline.people.models import Officer
from hotline.tickets import anchors, timeline
from hotline.tickets import audit as timelines
from hotline.tickets.models import Ticket, TimelineEntry
from web import texts
from web.bootstrap import build

PROGRESS_S = 1.0


@click.group("audit")
def audit() -> None:
    """Timelines: proof that nobody changed them."""


@audit.command("verify")
@click.option("--ticket", "number", default="", help="Walk the chain of this ticket only, without the daily anchors.")
def verify(number: str) -> None:
    """Walk every chain and anchor; say the first broken line of each broken chain. Exit status 1 when something is broken.

    \b
    hotline audit verify
    hotline audit verify --ticket 2611220000018
    """
    container = build(settings.load())
    with container.database.read() as session:
        found = _walk(session, number)
    container.close()
    click.echo(texts.text("audit.whole") if not found else texts.text("audit.broken", count=found))
    sys.exit(1 if found else 0)


@audit.command("erase")
@click.option("--ticket", "number", required=True, help="Number of the ticket.")
@click.option("--seq", type=int, required=True, help="Number of the line in the ticket's timeline.")
@click.option("--reason", required=True, help="Why; it stands in the timeline.")
@click.option("--as", "login", required=True, help="Login of the administrator who is answerable for it.")
def erase(*, number: str, seq: int, reason: str, login: str) -> None:
    """Erase the words of one line of a timeline for good. The line itself stays, and a new one says who erased and why.

    \b
    hotline audit erase --ticket 2611220000018 --seq 3 --reason "erased on the requester's demand" --as admin
    """
    with closing(build(settings.load())) as container:
        with container.database.read() as session:
            officer = _officer(session, login)
            scope = permissions.scope_of(officer, units.superiors(session))
            entry_id = _line(session, number, seq)
        with container.database.work(Actor(officer.id, officer.name)) as uow:
            timeline.erase(uow, scope, entry_id, reason)
    click.echo(texts.text("audit.erased", number=number, seq=seq))


def _officer(session: Session, login: str) -> Officer:
    found = officers.by_login(session, login)
    if found is None or not found.active:
        raise NotFound("officer", thing="officer", login=login)
    return found


def _line(session: Session, number: str, seq: int) -> int:
    query = select(TimelineEntry.id).join(Ticket, Ticket.id == TimelineEntry.ticket_id)
    entry_id = session.scalar(query.where(Ticket.number == number, TimelineEntry.seq == seq))
    if entry_id is None:
        raise NotFound("timeline line", thing="timeline-line", number=number, seq=seq)
    return entry_id


def _walk(session: Session, number: str) -> int:
    ticket_id = session.scalar(select(Ticket.id).where(Ticket.number == number)) if number else None
    if number and ticket_id is None:
        click.echo(texts.text("ticket.unknown", number=number), err=True)
        return 1
    found = 0
    for line in timelines.broken_lines(session, ticket_id=ticket_id, progress=_Shown()):
        click.echo(texts.text("audit.line" if line.seq else "audit.no-line", number=line.number, seq=line.seq))
        found += 1
    return found if number else found + _anchors(session)


def _anchors(session: Session) -> int:
    found = 0
    for fault in anchors.faults(session):
        click.echo(texts.text(f"audit.anchor.{fault.reason}", day=fault.day))
        found += 1
    last = anchors.newest(session)
    if last is None:
        click.echo(texts.text("audit.no-anchor"))
    else:
        click.echo(texts.text("audit.last-anchor", day=last.day, last_id=last.last_id, signature=last.signature))
    return found


class _Shown:
    """Progress on standard error, at most once a second."""

    def __init__(self) -> None:
        self._next = time.monotonic() + PROGRESS_S

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() >= self._next:
            click.echo(texts.text("audit.progress", done=done, total=total), err=True)
            self._next = time.monotonic() + PROGRESS_S
