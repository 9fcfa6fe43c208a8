"""Seeds the demo city 云泽市: reference data once, then its requests, told through the real use cases with their own dates.

Called by `hotline demo start` and by tests. Every request has a key, so a second or interrupted run adds only what lacks.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict
from hotline.kernel.events import Subscribers, recorder
from hotline.people.models import Area
from hotline.tickets.models import Ticket
from sla.book import calendar_of
from web.demo import plans
from web.demo.data import City, load_city
from web.demo.plans import Story, World
from web.demo.reference import install_reference
from web.demo.shape import Shape, load_shape
from web.demo.telling import cast_of, tell

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
    city, shape = load_city(), load_shape()
    progress("reference", 0, 1)
    _ensure_reference(database, city, now)
    progress("reference", 1, 1)
    with database.read() as session:
        hours = calendar_of(session, database.zone)
        cast = cast_of(session, shape.phrases)
        told = _told(session, seed)
    stories = [story for story in plans.plan(World(city, shape, hours, seed, now), scale) if story.key not in told]
    for done, batch in _batches(stories, shape):
        with database.work(now=now) as uow:
            for story in batch:
                tell(uow, cast, story)
        progress("requests", done, len(stories))


def open_quietly(url: str, table: Subscribers, zone: ZoneInfo) -> Database:
    """A database whose changes have their *within* reactions only: nobody is to be told of what happened weeks ago."""
    return Database(url, recorder=recorder(Subscribers(within=table.within)), put=_ring_nobody, zone=zone)


def _ensure_reference(database: Database, city: City, now: datetime) -> None:
    with database.work(now=now) as uow:
        there = set(uow.session.scalars(select(Area.code)))
        ours = {area.code for area in city.areas}
        if there - ours:
            raise AnotherCity("another city is here", areas=len(there))
        if not there:
            install_reference(uow, city)


def _told(session: Session, seed: int) -> set[str]:
    keys = session.scalars(select(Ticket.submission_key).where(Ticket.submission_key.startswith(f"demo:{seed}:")))
    return {key for key in keys if key}


def _batches(stories: list[Story], shape: Shape) -> Iterable[tuple[int, list[Story]]]:
    for start in range(0, len(stories), shape.batch):
        batch = stories[start : start + shape.batch]
        yield start + len(batch), batch


def _ring_nobody(delivery_id: int) -> None:
    """Nothing is owed, so nobody is rung."""
