"""One line for each part of the installation: what works, what does not, and what somebody has to see to.

Used by `hotline check`, /healthz and the page of parts.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import redis
from alembic.runtime.migration import MigrationContext
from kombu.exceptions import KombuError
from sqlalchemy import text

from asr import recording_rows
from hotline.kernel import clock
from hotline.kernel.errors import HotlineError
from sla import years
from sla.book import book_of, is_set_up
from sla.models import YearStatus
from web import indexes, speech_standing
from web.bootstrap import Container
from web.migrations import head

SECONDS = 2.0
LAGGING_S = 2.0
"""Words that come so much later than they are said are of little help to an agent."""


@dataclass(frozen=True)
class PartState:
    """A part and whether it is up. `detail` is for operators, in English like a log line.

    `attention` marks one that works but wants something done.
    """

    name: str
    up: bool
    detail: str
    attention: bool = False


@dataclass(frozen=True)
class Wanted:
    """What is to be done about a part that works."""

    detail: str


Look = Callable[[Container], str | Wanted]


def parts(container: Container) -> list[PartState]:
    """Look at every part, each within SECONDS."""
    looks: dict[str, Look] = {
        "database": _database,
        "broker": _broker,
        "worker": _worker,
        "search": _search,
        "speech": _speech,
    }
    return [_looked(name, look, container) for name, look in looks.items()]


def data(container: Container, today: date) -> list[PartState]:
    """Look at what the city has to lay down itself; none of it puts an installation down; costs more than `parts`."""
    return [_looked("calendar", lambda opened: _calendar(opened, today), container)]


def _looked(name: str, look: Look, container: Container) -> PartState:
    try:
        found = look(container)
        detail = found.detail if isinstance(found, Wanted) else found
        return PartState(name, up=True, detail=detail, attention=isinstance(found, Wanted))
    except (OSError, HotlineError, redis.RedisError, KombuError, LookupError, RuntimeError) as error:
        return PartState(name, up=False, detail=str(error).splitlines()[0] if str(error) else type(error).__name__)


def _database(container: Container) -> str:
    with container.database.read() as session:
        version = session.scalar(text("show server_version"))
        revision = MigrationContext.configure(session.connection()).get_current_revision()
    if revision is None:
        raise RuntimeError("no tables yet: run `hotline city init`, or `hotline db upgrade` for a city to be restored")
    if revision != head():
        raise RuntimeError(f"migrations at {revision}, the code wants {head()}: run `hotline db upgrade`")
    return f"PostgreSQL {version}, revision {revision}"


def _broker(container: Container) -> str:
    with redis.Redis.from_url(container.broker.redis_url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS) as client:
        return f"{client.info('server').get('server_name', 'redis')} {client.info('server')['redis_version']}"


def _worker(container: Container) -> str:
    found = container.queue.celery.control.ping(timeout=SECONDS)
    if not found:
        raise LookupError("no worker answered")
    return f"{len(found)} worker(s)"


def _search(container: Container) -> str | Wanted:
    """Whether all indexes are there, answered by the store of the settings, and up to date."""
    found = indexes.standing(container)
    missing = [name for name, stats in found.indexes.items() if not stats.ready]
    if missing:
        raise LookupError(f"no index of {', '.join(missing)}: run `hotline kb rebuild`")
    store = ", ".join(sorted({stats.store for stats in found.indexes.values()}))
    told = f"{store}: {', '.join(f'{stats.docs} {name}' for name, stats in found.indexes.items())}"
    away = next((stats.away for stats in found.indexes.values() if stats.away), None)
    if away:
        since = f"away since {away.since:%Y-%m-%d %H:%M} UTC ({away.reason}), {away.missed} changes kept for it"
        return Wanted(f"the search server is {since}; the embedded index answers: {told}")
    behind_s = indexes.age_seconds(found.owed, clock.now())
    if behind_s > container.settings.search_lag_seconds:
        return Wanted(f"{told}; {found.owed.waiting} changes wait, the oldest for {behind_s:.0f} s: see `hotline kb status`")
    return f"{told}; {found.owed.waiting} changes wait"


def _speech(container: Container) -> str | Wanted:
    """Whether the gateway takes calls, how well all gateways hear, and how many recordings wait to be heard."""
    settings = container.settings
    host, port = settings.audiosocket_host, settings.audiosocket_port
    with socket.create_connection((host, port), timeout=SECONDS):
        told = [f"gateway on {host}:{port}"]
    standings = speech_standing.read(container.broker.redis_url)
    told += [f"{name} {speech_standing.sentence(found)}" for name, found in standings.items()]
    with container.database.read() as session:
        waiting = recording_rows.count_waiting(session)
    told.append(f"{waiting} recordings wait to be heard")
    lagging = any(found["lag_s"] > LAGGING_S for found in standings.values())
    return Wanted("; ".join(told)) if lagging else "; ".join(told)


def _calendar(container: Container, today: date) -> str | Wanted:
    """Whether the notice of a year is wanted by now, and how many open limits are provisional for the want of one."""
    zone = container.database.zone
    with container.database.read() as session:
        if not is_set_up(session):
            return "no city yet"
        missing = years.missing(book_of(session, zone), today)
        known = years.listed(session, zone)
    announced = [str(year.year) for year in known if year.status is YearStatus.ANNOUNCED]
    provisional = f"{sum(year.provisional_clocks for year in known)} provisional limits"
    if missing is None:
        return f"{', '.join(announced)}; {provisional}"
    wanted = f"no notice of {missing.year}, {missing.months_left} months left; {provisional}"
    return Wanted(f"{wanted}: put it in on the page of the calendar, or with `hotline sla calendar import`")
