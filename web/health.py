"""One line for each part of the installation: what works and what does not. Used by `hotline check` and /healthz."""

import socket
from collections.abc import Callable
from dataclasses import dataclass

import redis
from alembic.runtime.migration import MigrationContext
from kombu.exceptions import KombuError
from sqlalchemy import text

from hotline.kernel.errors import HotlineError
from hotline.kernel.search.port import SearchBackend
from hotline.tickets.indexing import TICKETS
from knowledge_base.search import ARTICLES
from web.bootstrap import Container
from web.migrations import head

SECONDS = 2.0


@dataclass(frozen=True)
class PartState:
    """A part and whether it is up. `detail` is for operators, in English like a log line."""

    name: str
    up: bool
    detail: str


def parts(container: Container) -> list[PartState]:
    """Look at every part, each within SECONDS."""
    looks: dict[str, Callable[[Container], str]] = {
        "database": _database,
        "broker": _broker,
        "worker": _worker,
        "search": _search,
        "speech": _speech,
    }
    return [_looked(name, look, container) for name, look in looks.items()]


def _looked(name: str, look: Callable[[Container], str], container: Container) -> PartState:
    try:
        return PartState(name, up=True, detail=look(container))
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


def _search(container: Container) -> str:
    backend: SearchBackend = container.search.backend
    found = {schema.name: backend.stats(schema) for schema in (ARTICLES, TICKETS)}
    missing = [name for name, stats in found.items() if not stats.ready]
    if missing:
        raise LookupError(f"no index of {', '.join(missing)}: run `hotline kb rebuild`")
    return ", ".join(f"{stats.docs} {name}" for name, stats in found.items())


def _speech(container: Container) -> str:
    settings = container.settings
    address = (settings.audiosocket_host, settings.audiosocket_port)
    with socket.create_connection(address, timeout=SECONDS):
        return f"gateway on {settings.audiosocket_host}:{settings.audiosocket_port}"
