"""Seeds the demo city 云泽市: reference data once, then its requests, told through the real use cases with their own dates.

Called by `hotline demo start` and by tests. Every request has a key, so a second or interrupted run adds only what lacks.
"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict
from hotline.kernel.events import Subscribers, recorder
from hotline.kernel.vault import Vault
from hotline.people.models import Area
from hotline.tickets.models import Ticket
from sla.book import calendar_of
from web.demo import plans
from web.demo.asking import let_links_run_out
from web.demo.bends import bend
from web.demo.data import load_city
from web.demo.knowledge import seed_knowledge
from web.demo.lateness import last_worked
from web.demo.marks import tell_marks
from web.demo.papers import keep_watch
from web.demo.plans import World
from web.demo.reference import install_reference
from web.demo.scene import cast_of
from web.demo.shape import load_shape
from web.demo.telling import tell

Progress = Callable[[str, int, int], None]
"""Told what is being done, and how much of how much is done."""

DEFAULT_SEED = 12345


class AnotherCity(Conflict):
    """The database holds a city that is not the demo city."""

    code = "another-city"


def seed_city(
    database: Database,
    *,
    scale: float = 1.0,
    seed: int = DEFAULT_SEED,
    now: datetime,
    progress: Progress = lambda what, done, total: None,
) -> None:
    """Make the demo city as it looks at `now`. Safe to call twice and after a break; the same seed gives the same requests.

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


def seed_requests(
    database: Database, *, scale: float, seed: int, now: datetime, progress: Progress = lambda what, done, total: None
) -> None:
    """Add the requests that lack; the city's reference data must be there. May run while the city is at work."""
    shape = load_shape()
    with database.read() as session:
        world = World(load_city(), shape, calendar_of(session, database.zone), seed, now)
        cast = cast_of(session, shape.phrases)
        told = _told(session, seed)
    stories = [story for story in plans.plan(world, scale) if story.key not in told]
    for start in range(0, len(stories), shape.batch):
        batch = stories[start : start + shape.batch]
        with database.work(now=now) as uow:
            for story in batch:
                tell(uow, cast, story)
        progress("requests", start + len(batch), len(stories))
    with database.work(now=now) as uow:
        bend(uow, cast, shape.phrases["bends"])
    with database.work(now=now) as uow:
        tell_marks(uow, cast, world)
    with database.work(now=now) as uow:
        let_links_run_out(uow, cast, now, at_most=shape.links_unanswered)
    if stories:
        keep_watch(database, cast, shape.phrases["bends"]["papers"], until=last_worked(world.hours, now))


def open_quietly(url: str, table: Subscribers, zone: ZoneInfo, vault: Vault) -> Database:
    """A database whose changes have their *within* reactions only: nobody is to be told of what happened weeks ago."""
    return Database(url, recorder=recorder(Subscribers(within=table.within)), put=_ring_nobody, zone=zone, vault=vault)


def _told(session: Session, seed: int) -> set[str]:
    keys = session.scalars(select(Ticket.submission_key).where(Ticket.submission_key.startswith(f"demo:{seed}:")))
    return {key for key in keys if key}


def _ring_nobody(delivery_id: int) -> None:
    """Nothing is owed, so nobody is rung."""
