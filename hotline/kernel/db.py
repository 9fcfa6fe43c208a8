"""The database: declarative base, column types, and `Database.work`, the one place where a transaction commits.

A use case takes the `UnitOfWork` and never commits. What happened is announced with `uow.record`, which stores the event
and what must follow it in the same transaction (see `events` and `outbox`).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, Dialect, MetaData, String, TypeDecorator, create_engine
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from hotline.kernel import clock
from hotline.kernel.errors import Conflict, HotlineError, Invalid, NotFound, Unavailable
from hotline.kernel.vault import Vault

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
OUT_OF_RANGE = "22003"
"""PostgreSQL's numeric_value_out_of_range."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept and returned in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without time zone")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None


E = TypeVar("E", bound=StrEnum)


class Word(TypeDecorator[E], Generic[E]):
    """A value of a closed set, kept as its word."""

    impl = String(24)
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return None if value is None else self.kind(value)


class Base(DeclarativeBase):
    """All tables of all packages."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSONB, list[Any]: JSONB, list[str]: JSONB}


@dataclass(frozen=True)
class Actor:
    """Who acts: an officer, a citizen on the portal, or the system itself (no id)."""

    officer_id: int | None = None
    name: str = "system"
    request_id: str = ""


SYSTEM = Actor()


@dataclass
class UnitOfWork:
    """One transaction of one actor. `now` is read once, so that all rows of the change bear the same moment.

    `zone` is the city's time zone, for whatever counts local days.
    """

    session: Session
    actor: Actor
    now: datetime
    recorder: "Recorder"
    zone: ZoneInfo
    workflow: Any = None  # hotline.tickets.workflow.Workflow: the kernel knows no tickets
    deliveries: list[int] = field(default_factory=list)

    def record(self, event: Any) -> None:  # any event class of any package
        """Store the event, run what must be true with it, and owe what may follow it."""
        self.recorder(self, [event])

    def record_all(self, events: Sequence[Any]) -> None:  # as in `record`
        """The same for many at once: all are stored before anything that must be true with one of them runs."""
        self.recorder(self, events)


Recorder = Callable[[UnitOfWork, Sequence[Any]], None]
"""Stores events in the unit of work; `hotline.kernel.events.recorder` makes it."""


class Database:
    """Sessions on one PostgreSQL. `put` is rung with each delivery owed, after the commit.

    `vault` seals the words kept apart; readers find it as `session.info["vault"]` (see `vault_of`).
    `workflow` is the city's procedure; without one the standard of `hotline.tickets.workflow` holds. `data_dir` is where the
    installation keeps files (`data_dir_of`).
    """

    def __init__(
        self,
        url: str,
        *,
        recorder: Recorder,
        put: Callable[[int], None],
        zone: ZoneInfo,
        vault: Vault,
        pool: int = 16,
        workflow: Any = None,  # a Workflow of hotline.tickets.workflow
        data_dir: Path | None = None,
    ) -> None:
        # Parameters are what people said and their numbers: an error must not carry them into a log.
        self.engine = create_engine(url, pool_size=pool, max_overflow=8, pool_pre_ping=True, hide_parameters=True)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, info={"vault": vault, "data_dir": data_dir})
        self._recorder = recorder
        self._put = put
        self.zone = zone
        self.vault = vault
        self.workflow = workflow

    @contextmanager
    def work(self, actor: Actor = SYSTEM, *, now: datetime | None = None) -> Iterator[UnitOfWork]:
        """A transaction: commits at the end, rolls back on an error, then rings for what it owes.

        Raises Conflict when somebody else changed the same row meanwhile, Unavailable when the database does not answer.
        """
        with _translated(), self._sessions() as session:
            uow = UnitOfWork(session, actor, now or clock.now(), self._recorder, self.zone, self.workflow)
            yield uow
            session.commit()
        for delivery_id in uow.deliveries:
            self._put(delivery_id)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking only; whatever it changed is thrown away."""
        with _translated(), self._sessions() as session:
            yield session
            # A roll-back empties what was loaded; cut loose before, it stays readable outside.
            session.expunge_all()
            session.rollback()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def data_dir_of(session: Session) -> Path | None:
    """The folder of what this installation keeps on disk; None where there is none, as in tests and counts."""
    found: Path | None = session.info.get("data_dir")
    return found


def vault_of(session: Session) -> Vault:
    """The vault of the database that this session belongs to."""
    found: Vault = session.info["vault"]
    return found


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except StaleDataError as error:
        raise Conflict("changed by somebody else meanwhile", reason="stale") from error
    except IntegrityError as error:
        raise Conflict(str(error.orig), reason="integrity") from error
    except (OperationalError, PoolTimeout) as error:
        raise Unavailable("database", part="database") from error
    except DataError as error:
        raise _unstorable(error) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable("database", part="database") from error
        raise


def _unstorable(error: DataError) -> HotlineError:
    """A number beyond the database's integers names nothing that exists; anything else is text no column can hold."""
    if getattr(error.orig, "sqlstate", None) == OUT_OF_RANGE:
        return NotFound("number out of range", thing="number")
    return Invalid("value", "not-storable")
