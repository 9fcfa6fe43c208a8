"""Seeds the demo city 云泽市: reference data once, then its requests, told through the real use cases with their own dates.

Called by `hotline demo` and by tests. The last weeks are told before the city opens, the months before while it is at work.
Every request has a key, so a second or interrupted run adds only what lacks.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict
from hotline.kernel.events import Subscribers, recorder
from hotline.kernel.vault import Vault
from hotline.people.models import Area, Unit
from hotline.tickets.events import TicketOpened
from hotline.tickets.models import Category, Ticket
from sla.book import calendar_of
from web.demo.asking import let_links_run_out
from web.demo.bends import bend
from web.demo.data import load_city
from web.demo.knowledge import seed_knowledge
from web.demo.lateness import last_worked
from web.demo.marks import tell_marks
from web.demo.papers import keep_watch
from web.demo.plans import Story, World
from web.demo.reference import install_reference
from web.demo.repeats import plan_all
from web.demo.scene import Cast, cast_of
from web.demo.shape import load_shape
from web.demo.telling import tell

Progress = Callable[[str, int, int], None]
"""Told what is being done, and how much of how much is done."""
INDEX = "index"
"""The reaction that puts a ticket into the search index."""

DEFAULT_SEED = 12345


def _say_nothing(what: str, done: int, total: int) -> None:
    """Nobody wants to know."""


class AnotherCity(Conflict):
    """The database holds a city that is not the demo city."""

    code = "another-city"


def seed_city(
    database: Database,
    *,
    scale: float = 1.0,
    seed: int = DEFAULT_SEED,
    now: datetime,
    progress: Progress = _say_nothing,
) -> None:
    """Make the demo city as it looks at `now`, its last weeks; `seed_past` tells the months before.

    Safe to call twice and after a break; the same seed gives the same requests.

    `database` must run the *within* reactions of the city and should owe nothing after (`open_quietly`). A city whose
    requests are all there is left alone. Raises AnotherCity.
    """
    progress("reference", 0, 1)
    seed_reference(database, now=now)
    seed_knowledge(database, load_city(), now=now)
    progress("reference", 1, 1)
    seed_requests(database, scale=scale, seed=seed, now=now, progress=progress)


def seed_reference(database: Database, *, now: datetime) -> None:
    """Put everything but requests into an empty database; nothing when it is there. Raises AnotherCity."""
    city = load_city()
    with database.work(now=now) as uow:
        there = set(uow.session.scalars(select(Area.code)))
        if there - {area.code for area in city.areas}:
            raise AnotherCity("another city is here", areas=len(there))
        if not there:
            install_reference(uow, city)


def seed_requests(database: Database, *, scale: float, seed: int, now: datetime, progress: Progress = _say_nothing) -> None:
    """Add the requests of the last weeks that lack. The city's reference data must be there; it may be at work."""
    world, cast = _look(database, seed, now)
    told = _tell(database, world, cast, plan_all(world, scale, world.shape.recent), "requests", progress)
    with database.work(now=now) as uow:
        bend(uow, cast, world.shape.phrases["bends"])
    with database.work(now=now) as uow:
        tell_marks(uow, cast, world)
    with database.work(now=now) as uow:
        let_links_run_out(uow, cast, now, at_most=world.shape.links_unanswered)
    if told:
        keep_watch(database, cast, world.shape.phrases["bends"]["papers"], until=last_worked(world.hours, now))


def seed_past(
    database: Database, *, scale: float = 1.0, seed: int = DEFAULT_SEED, now: datetime, progress: Progress = _say_nothing
) -> int:
    """Add the requests of the months before those weeks, as far as they lack; returns how many groups of them were.

    Meant to run while the city is at work. Safe to call twice and after a break. What is told in one transaction is little,
    so that nobody waits for it.
    """
    world, cast = _look(database, seed, now)
    return _tell(database, world, cast, plan_all(world, scale, world.shape.past), "past", progress)


def open_quietly(url: str, table: Subscribers, zone: ZoneInfo, vault: Vault) -> Database:
    """A database whose changes have their *within* reactions only: nobody is to be told of what happened weeks ago."""
    return Database(url, recorder=recorder(Subscribers(within=table.within)), put=_ring_nobody, zone=zone, vault=vault)


def open_to_search(url: str, table: Subscribers, zone: ZoneInfo, vault: Vault) -> Database:
    """The same, but tickets that are opened are put into the search index by whoever works off what is owed."""
    indexed = Subscribers(within=table.within, after={TicketOpened: {INDEX: table.after[TicketOpened][INDEX]}})
    return Database(url, recorder=recorder(indexed), put=_ring_nobody, zone=zone, vault=vault)


def _look(database: Database, seed: int, now: datetime) -> tuple[World, Cast]:
    shape = load_shape()
    with database.read() as session:
        return World(load_city(), shape, calendar_of(session, database.zone), seed, now), cast_of(session, shape.phrases)


def _tell(
    database: Database, world: World, cast: Cast, groups: Sequence[Sequence[Story]], what: str, progress: Progress
) -> int:
    """Tell the groups whose first story is not there yet; returns how many were."""
    with database.read() as session:
        told = _told(session, world.seed)
    lacking = [group for group in groups if group[0].key not in told]
    for start in range(0, len(lacking), world.shape.batch):
        batch = lacking[start : start + world.shape.batch]
        with database.work(now=world.now) as uow:
            kept = _at_hand(uow.session)
            for group in batch:
                tell(uow, cast, group)
            del kept
        progress(what, start + len(batch), len(lacking))
    return len(lacking)


def _at_hand(session: Session) -> list[object]:
    """Areas, units and categories, which every step asks for: while somebody holds them the session need not."""
    return [row for table in (Area, Unit, Category) for row in session.scalars(select(table))]


def _told(session: Session, seed: int) -> set[str]:
    keys = session.scalars(select(Ticket.submission_key).where(Ticket.submission_key.startswith(f"demo:{seed}:")))
    return {key for key in keys if key}


def _ring_nobody(delivery_id: int) -> None:
    """Nothing is owed, so nobody is rung."""
