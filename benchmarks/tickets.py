"""Tickets over HTTP on PostgreSQL beside django-helpdesk; `python -m benchmarks.tickets [small|full]`.

Both are asked through their own framework's test client, so what is measured is everything but the socket: sign-in, permission
filter, queries, JSON. CPU is that of the asking process and of the database together. Ours grows on to a million tickets.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from benchmarks.copies import copies
from benchmarks.frame import Row, Timed, table, timed
from hotline.kernel.settings import Settings
from hotline.people import officers
from hotline.people.models import Area, Unit
from hotline.people.permissions import Role
from hotline.tickets import tickets
from hotline.tickets.models import Assignment, Ticket, TimelineEntry
from hotline.tickets.tickets import NewTicket
from sla import defaults
from web import embedded, migrations
from web.app import create_app
from web.bootstrap import Container, build
from web.embedded import PostgresServer

PEER = "django-helpdesk"
CALLS = {"small": 20, "full": 100}
COUNTS = {"small": (300,), "full": (1_000, 10_000, 100_000, 1_000_000)}
COMPARED = 10_000
"""Up to so many tickets the peer is measured too."""
UNITS, OPEN_EVERY = 50, 20
PASSWORD = "of a benchmark alone"  # noqa: S105 nobody signs in from outside
TITLE, BODY = "听涛路{n}号路灯不亮", "听涛路{n}号门口的路灯三天没有亮了，晚上出门看不见路，请尽快派人来修。"
NOTES = {
    "create": "ours also starts two clocks, proposes units and writes the chained timeline",
    "list": "a page of the open ones with its total; theirs as their staff's list asks for it",
    "count": "ours: every view of a dispatcher; theirs: the dashboard",
    "open": "ours: JSON with timeline, limits explained and the moves allowed; theirs: the page",
}


@dataclass(frozen=True)
class City:
    """The whole web application on a database of its own."""

    container: Container
    server: PostgresServer
    postgres_pid: int

    @property
    def engine(self) -> Engine:
        """Straight to the tables."""
        return self.container.database.engine


def run(size: str = "full") -> list[Row]:
    """Measure at that many tickets (small, full)."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="hotline-tickets-") as folder, _city(Path(folder)) as city:
        first: dict[str, Timed] = {}
        for count in COUNTS[size]:
            ours = _ours(city, count, CALLS[size])
            theirs = _theirs(city, count, CALLS[size]) if count <= COMPARED else {}
            rows += [
                row for name, found in ours.items() for row in _rows(name, count, found, theirs.get(name), first.get(name))
            ]
            first = first or ours
    return rows


def main() -> None:
    """Print the table; the first argument is the size."""
    print(table(run(sys.argv[1] if len(sys.argv) > 1 else "full")))


def _rows(name: str, count: int, ours: Timed, theirs: Timed | None, first: Timed | None) -> Iterator[Row]:
    peer, note = PEER if theirs else "", NOTES.get(name, "")
    grown = f"p50 {ours.part(0.5) / first.part(0.5):.2f} × that of the fewest tickets" if first else note
    for share in (0.5, 0.95):
        title = f"{name}, {count:,} tickets, p{100 * share:.0f}"
        yield Row(title, ours.part(share), "ms", peer, theirs.part(share) if theirs else None, grown)
    yield Row(f"{name}, {count:,} tickets, CPU", ours.cpu_ms, "ms", peer, theirs.cpu_ms if theirs else None)


@contextmanager
def _city(folder: Path) -> Iterator[City]:
    server = embedded.start_postgres(folder / "postgres")
    url = embedded.create_database(server, "hotline")
    migrations.upgrade(url)
    container = build(Settings(data_dir=folder, database_url=url, search_url="null:", notify_url="null:"))
    with subprocess.Popen(container.broker.command, stdout=subprocess.DEVNULL) as valkey:  # noqa: S603 our own command
        _wait_for(container.broker.redis_url)
        _populate(container)
        yield City(container, server, int((folder / "postgres" / "postmaster.pid").read_text().split()[0]))
        container.close()
        valkey.terminate()
    server.cleanup()


def _populate(container: Container) -> None:
    with container.database.work() as uow:
        defaults.install_defaults(uow)
        uow.session.add(Area(code="99", name="云泽市", level="city", path="/99/"))
        uow.session.flush()
        for n in range(UNITS):
            kind = {"level": "city", "kind": "department", "unit_class": "city_department", "area_code": "99"}
            uow.session.add(Unit(id=n + 1, code=f"u{n}", name=f"第{n}单位", **kind))
        uow.session.flush()
        for login, role in (("dispatcher", Role.DISPATCHER), ("liaison", Role.LIAISON)):
            officers.add_role(uow, officers.create_officer(uow, login=login, name=login, password=PASSWORD), 2, role)
    with container.database.work() as uow:
        ticket = tickets.open_ticket(uow, _new(0))
        tickets.move(uow, ticket.id, "dispatch", roles=[Role.DISPATCHER], given={"unit_id": 2})


def _new(n: int) -> NewTicket:
    return NewTicket(channel="phone", type="help", title=TITLE.format(n=n), body=BODY.format(n=n))


def _ours(city: City, count: int, calls: int) -> dict[str, Timed]:
    _fill(city.engine, count)
    app = create_app(city.container)
    desk, unit = (_signed_in(app.test_client(), login) for login in ("dispatcher", "liaison"))

    def create(n: int) -> int:
        return desk("POST", "/tickets", {"type": "help", "title": TITLE.format(n=n), "body": BODY.format(n=n)})

    works: dict[str, Callable[[int], int]] = {
        "create": create,
        "list": lambda n: desk("GET", "/tickets?view=open"),
        "count": lambda n: desk("GET", "/tickets/counts"),
        "open": lambda n: desk("GET", f"/tickets/{1 + 7 * n % count}"),
        "list of a unit": lambda n: unit("GET", "/tickets?view=to_sign"),
        "count of a unit": lambda n: unit("GET", "/tickets/counts"),
    }
    return {name: timed(work, city.postgres_pid, calls) for name, work in works.items()}


def _theirs(city: City, count: int, calls: int) -> dict[str, Timed]:
    name = f"peer{count}"
    city.server.psql(f"create database {name};")
    asked = [sys.executable, "-m", "benchmarks.helpdesk_peer", city.server.get_uri(database=name), str(count)]
    told = subprocess.run([*asked, str(city.postgres_pid), str(calls)], check=True, capture_output=True, text=True)  # noqa: S603 our own
    return {key: Timed(**found) for key, found in json.loads(told.stdout.splitlines()[-1]).items()}


def _signed_in(client: FlaskClient, login: str) -> Callable[..., int]:
    answer = client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
    headers = {"X-CSRF-Token": answer.get_json()["csrf_token"]}

    def asked(method: str, path: str, body: object = None) -> int:
        return client.open(f"/api/v1{path}", method=method, headers=headers, json=body).status_code

    return asked


def _fill(engine: Engine, count: int) -> None:
    """Copies of the first ticket up to `count`: one in twenty open and signed or not, the others closed, over all units."""
    stay = f"n % {OPEN_EVERY} = 0"
    unit = f"1 + n % {UNITS}"
    at = "now() - (n % 525600) * interval '1 minute'"
    part_state = f"case when not {stay} then 'replied' when n % 2 = 0 then 'to_sign' else 'signed' end"
    with engine.begin() as opened:
        start = opened.scalar(text("select max(id) from ticket")) or 0
        rows = {"count": count, "start": start}
        state = f"case when not {stay} then 'closed' when n % 60 = 0 then 'pending' else 'dispatched' end"
        values = {
            "id": "n",
            "number": "'B' || n",
            "state": state,
            "lead_unit_id": unit,
            "opened_at": at,
            "submission_key": "null",
        }
        values |= {"closed_at": f"case when {stay} then null else {at} end", "dispatched_at": at}
        opened.execute(copies(Ticket, values, "original.id = 1"), rows)
        part = {"id": "n", "ticket_id": "n", "unit_id": unit, "state": part_state, "dispatched_at": at}
        opened.execute(copies(Assignment, part, "original.id = 1"), rows)
        line = {"id": "1000 + 2 * n + original.seq", "ticket_id": "n"}
        opened.execute(copies(TimelineEntry, line, "original.ticket_id = 1 and original.seq <= 2"), rows)
        for name in ("ticket", "assignment", "timeline_entry"):
            opened.execute(text(f"select setval(pg_get_serial_sequence('{name}', 'id'), (select max(id) from {name}))"))  # noqa: S608 our own names
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as opened:
        opened.execute(text("vacuum analyze"))


def _wait_for(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    for _ in range(200):
        try:
            client.ping()
            return
        except redis.ConnectionError:
            time.sleep(0.05)


if __name__ == "__main__":
    main()
