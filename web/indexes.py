"""The search indexes of the installation: which there are, how they stand, how far they are behind the database, catching up.

Used by the worker at its start, the schedule, `hotline kb` and `health`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hotline.kernel import outbox
from hotline.kernel.db import Database
from hotline.kernel.outbox import Backlog
from hotline.kernel.search.port import IndexSchema, IndexStats
from hotline.kernel.search.query import Search
from hotline.kernel.search.source import Progress
from hotline.tickets import indexing as ticket_indexing
from hotline.tickets.indexing import TICKETS
from knowledge_base import indexing
from knowledge_base.search import ARTICLES
from web.bootstrap import Container

REACTION = "index"
"""The key in the table of reactions under which changes are owed to an index."""


@dataclass(frozen=True)
class Index:
    """An index with what builds it when it is missing, and what builds it anew."""

    schema: IndexSchema
    ensure: Callable[[Database, Search], bool]
    rebuild: Callable[[Database, Search, Progress], None]


INDEXES = (
    Index(ARTICLES, indexing.ensure, indexing.rebuild),
    Index(TICKETS, ticket_indexing.ensure, ticket_indexing.rebuild),
)


@dataclass(frozen=True)
class Standing:
    """All indexes by name, and the changes owed to them."""

    indexes: dict[str, IndexStats]
    owed: Backlog


def ensure_all(container: Container) -> None:
    """Build what is missing or damaged. Raises Unavailable when a store cannot be written."""
    for index in INDEXES:
        index.ensure(container.database, container.search)


def catch_up(container: Container) -> None:
    """Give a store that was away what it missed."""
    for index in INDEXES:
        container.search.backend.apply(index.schema, ())


def standing(container: Container) -> Standing:
    """How the indexes stand now."""
    found = {index.schema.name: container.search.backend.stats(index.schema) for index in INDEXES}
    with container.database.read() as session:
        return Standing(found, outbox.backlog(session, REACTION))


def age_seconds(owed: Backlog, now: datetime) -> float:
    """For how long the oldest change waits; 0 when none does."""
    return (now - owed.oldest_at).total_seconds() if owed.oldest_at else 0.0
