"""The sweep over many running limits with few due: seconds and rows touched, beside one that looks at every open limit.

`python -m benchmarks.sweep [small|full]`. Then a sweep is killed with -9 in the middle and finished by two workers at once;
that each limit was told of exactly once, and each receiver of each, is asserted and printed.
"""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import text

from benchmarks.copies import copies
from benchmarks.frame import Row, seconds, table
from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers, recorder
from hotline.kernel.vault import Vault
from hotline.people.models import Area, Unit
from hotline.tickets import tickets
from hotline.tickets.events import AssignmentOpened, OrderMoved, TicketOpened
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from sla import deadlines, defaults, digests, sweep
from sla.models import Clock
from web import embedded, migrations

PEER = "a look at every open limit"
SIZES = {"small": ((200, 2_000), 60, 20), "full": ((10_000, 1_000_000), 1_000, 200)}
"""Running limits, those due, limits a batch."""
UNITS = 50
TOLD_EACH = 2
"""A late limit is told to its unit and to the supervisors."""
CHILD = "child"
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
WITHIN = Subscribers(
    within={
        TicketOpened: (deadlines.start_ticket,),
        AssignmentOpened: (deadlines.start_assignment,),
        OrderMoved: (deadlines.follow_order,),
    }
)
TOUCHED = text("select seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_user_tables where relname = 'sla_clock'")
EVERY = text("select id, warn_at, due_at, warned_at, expired_at from sla_clock where state = 'running'")
DUE = text("select id, ticket_id from sla_clock where state = 'running' and next_at <= :now order by next_at")
COME = text("update sla_clock set due_at = :at, next_at = :at where id > :first and id <= :last")
TOLD = text(
    "select count(*), count(distinct payload->>'clock_id') from event"
    " where name = 'clock-expired' and (payload->>'clock_id')::bigint > :first"
)
ALARMS = text("select count(*), count(distinct (clock_id, unit_id, role)) from sla_alarm where clock_id > :first")
SENT = text(
    "select sum(count), (select count(*) from notice where code like 'digest%' or code = 'over-handle') from sla_digest"
)


@dataclass
class City:
    """A database of its own with one original ticket, and how many limits it has by now."""

    database: Database
    url: str
    clocks: int
    tickets: int

    def ask(self, query: object, **values: object) -> tuple[int, ...]:
        """The first row of an answer."""
        with self.database.engine.connect() as opened:
            return tuple(opened.execute(query, values).one())  # type: ignore[call-overload]

    def touched(self) -> int:
        """Rows of the table of limits that were read so far; connections tell it when they end."""
        self.database.engine.dispose()
        time.sleep(1)
        return self.ask(TOUCHED)[0]


def run(size: str = "full") -> list[Row]:
    """Measure at that many limits (small, full)."""
    counts, due, batch = SIZES[size]
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="hotline-sweep-") as folder, _city(Path(folder), batch) as city:
        for count in counts:
            rows += _measured(city, count, due)
        rows += _killed(city, due)
    return rows


def main() -> None:
    """Print the table; the first argument is the size."""
    if sys.argv[1:2] == [CHILD]:
        _work(sys.argv[2])
    else:
        print(table(run(sys.argv[1] if len(sys.argv) > 1 else "full")))


def _measured(city: City, count: int, due: int) -> Iterator[Row]:
    first = _fill(city, count) - due
    with city.database.engine.begin() as opened:
        opened.execute(COME, {"at": NOW - timedelta(minutes=1), "first": first, "last": first + due})
    with city.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as opened:
        opened.execute(text("vacuum analyze"))
    looked, found = seconds(lambda: _every(city), repeat=1), seconds(lambda: _due(city), repeat=1)
    before = city.touched()
    took = seconds(lambda: sweep.run(city.database, now=NOW), repeat=1)
    touched = city.touched() - before
    assert city.ask(TOLD, first=first) == (due, due)
    assert city.ask(ALARMS, first=first) == (TOLD_EACH * due,) * 2
    yield Row(f"find what is due, {count:,} running limits", found, "s", PEER, looked, f"{due:,} due")
    note = f"{due:,} due: each announced, hurried, written down and noted for its receivers, {1000 * took / due:.1f} ms each"
    yield Row(f"sweep in all, {count:,} running limits", took, "s", note=note)
    sent = seconds(lambda: digests.send_due(city.database, now=NOW), repeat=1)
    yield Row(f"sending what it noted, {count:,} running", sent, "s", note=f"{TOLD_EACH * due:,} alarms, {UNITS + 1} receivers")
    yield Row(f"rows of limits touched, {count:,} running", touched, "rows", PEER, city.clocks, f"{due:,} due")


def _killed(city: City, due: int) -> Iterator[Row]:
    first, at = city.clocks - 2 * due - 10, NOW - timedelta(minutes=1)
    with city.database.engine.begin() as opened:
        opened.execute(COME, {"at": at, "first": first, "last": first + due})
    told = text(TOLD.text + " and (payload->>'clock_id')::bigint <= :last")
    found = {"first": first, "last": first + due}
    died = _started(city)
    while died.poll() is None and city.ask(told, **found)[0] < due // 3:
        time.sleep(0.005)
    died.send_signal(signal.SIGKILL)
    died.wait()
    done = city.ask(told, **found)[0]
    both = [_started(city), _started(city)]
    assert [worker.wait() for worker in both] == [0, 0]
    assert city.ask(told, **found) == (due, due)
    alarms = city.ask(text(ALARMS.text + " and clock_id <= :last"), **found)
    assert alarms == (TOLD_EACH * due,) * 2
    note = f"killed with -9 after {done:,} of {due:,}, the rest by two workers at once: none missing, none twice"
    yield Row("limits told once, sweep killed and finished by two", city.ask(told, **found)[1], "limits", note=note)
    # A receiver to whom one of them was sending was left by the other to the next sending.
    digests.send_due(city.database, now=NOW)
    sent, notices = city.ask(SENT)
    total = city.ask(text("select count(*) from sla_alarm"))[0]
    assert sent == total
    yield Row("alarms sent once, by two at once", sent, "alarms", note=f"in {notices:,} messages, as digests")


def _started(city: City) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "benchmarks.sweep", CHILD, city.url])  # noqa: S603 ourselves


def _work(url: str) -> None:
    """A worker: a sweep, then what is to be sent."""
    database = _opened(url)
    sweep.run(database, now=NOW)
    digests.send_due(database, now=NOW)
    database.close()


def _due(city: City) -> int:
    """What our sweep does first."""
    with city.database.engine.connect() as opened:
        return len(opened.execute(DUE, {"now": NOW}).all())


def _every(city: City) -> int:
    """What a sweep without an index of moments does first: read every open limit and compare."""
    with city.database.engine.connect().execution_options(yield_per=10_000) as opened:
        rows = opened.execute(EVERY)
        return sum(row.due_at <= NOW or (row.warn_at is not None and row.warn_at <= NOW) for row in rows)


@contextmanager
def _city(folder: Path, batch: int) -> Iterator[City]:
    server = embedded.start_postgres(folder / "postgres")
    url = embedded.create_database(server, "hotline")
    migrations.upgrade(url)
    database = _opened(url)
    with database.work(now=NOW) as uow:
        defaults.install_defaults(uow)
        uow.session.execute(text("update sla_rule set value = to_jsonb(:batch) where key = 'sweep.batch'"), {"batch": batch})
        uow.session.add(Area(code="99", name="云泽市", level="city", path="/99/"))
        uow.session.flush()
        for n in range(UNITS):
            kind = {"level": "city", "kind": "department", "unit_class": "city_department", "area_code": "99"}
            uow.session.add(Unit(id=n + 1, code=f"u{n}", name=f"第{n}单位", **kind))
    with database.work(now=NOW) as uow:
        new = NewTicket(channel="phone", type="complaint", title="夜间施工", body="工地夜里施工，请停止。")
        ticket = tickets.open_ticket(uow, new)
        tickets.move(uow, ticket.id, "dispatch", roles=["dispatcher"], given={"unit_id": 1})
    with database.engine.begin() as opened:
        # One limit a ticket is what is counted; the original keeps that of its handling.
        opened.execute(text("delete from sla_clock where stage <> 'handle'"))
        first = opened.execute(text("select max(id) from sla_clock")).scalar_one()
    try:
        yield City(database, url, first, 1)
    finally:
        database.close()
        server.cleanup()


def _opened(url: str) -> Database:
    vault = Vault(["of a benchmark alone"])
    return Database(url, recorder=recorder(WITHIN), put=lambda _: None, zone=ZoneInfo("Asia/Shanghai"), vault=vault)


def _fill(city: City, count: int) -> int:
    """Copies up to `count` more tickets, each with a limit that ends in some weeks. Returns the last limit's id."""
    shift = city.clocks - city.tickets
    rows = {"start": city.tickets, "count": count}
    ticket = {"id": "n", "number": "'B' || n", "lead_unit_id": f"1 + n % {UNITS}", "submission_key": "null"}
    later = "+ interval '20 days' + (n % 20000) * interval '1 minute'"
    clock = {
        "id": f"n + {shift}",
        "ticket_id": "n",
        "assignment_id": "null",
        "unit_id": f"1 + n % {UNITS}",
        **{name: f"original.{name} {later}" for name in ("due_at", "warn_at", "next_at")},
    }
    with city.database.engine.begin() as opened:
        opened.execute(copies(Ticket, ticket, "original.id = 1"), rows)
        opened.execute(copies(Clock, clock, "original.ticket_id = 1"), rows)
        for name in ("ticket", "sla_clock"):
            opened.execute(text(f"select setval(pg_get_serial_sequence('{name}', 'id'), (select max(id) from {name}))"))  # noqa: S608 our own names
    city.tickets, city.clocks = count, count + shift
    return city.clocks


if __name__ == "__main__":
    main()
