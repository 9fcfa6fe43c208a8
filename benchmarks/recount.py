"""Counting all open limits again, and the preview of it: limits per second where none moves and where some or all do.

`python -m benchmarks.recount [small|full]`. The peer is what no recount can be quicker than: one UPDATE of the same rows.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
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
from hotline.tickets.events import AssignmentOpened, TicketOpened
from hotline.tickets.models import Assignment, Ticket, TimelineEntry
from hotline.tickets.tickets import NewTicket
from sla import deadlines, defaults, previews, recounts, versions
from sla.limits import Stage
from sla.models import Clock, Recount
from web import embedded, migrations

PEER = "one UPDATE of all rows by SQL"
SIZES = {"small": 40, "full": 20_000}
"""Tickets; each has five open limits."""
COMPLAINTS = 10
"""One ticket in so many is a complaint, the others ask for help."""
UNITS = 50
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZONE)
WITHIN = Subscribers(within={TicketOpened: (deadlines.start_ticket,), AssignmentOpened: (deadlines.start_assignment,)})
BY_SQL = text("update sla_clock set due_at = due_at + interval '1 minute', policy_id = policy_id where state <> 'stopped'")
LINES = text("select count(*) from timeline_entry where action = 'recounted'")


@dataclass
class City:
    """A database of its own, and how many open limits it has."""

    database: Database
    limits: int


def run(size: str = "full") -> list[Row]:
    """Measure at that many tickets (small, full)."""
    with tempfile.TemporaryDirectory(prefix="hotline-recount-") as folder, _city(Path(folder), SIZES[size]) as city:
        by_sql = city.limits / seconds(lambda: _by_sql(city), repeat=1)
        return [
            *_measured(city, "none moves", {}, by_sql),
            *_measured(city, "complaints' two limits move", {"complaint": 12}, by_sql),
            *_measured(city, "two limits of each ticket move", {"complaint": 11, "help": 4}, by_sql),
        ]


def main() -> None:
    """Print the table; the first argument is the size."""
    print(table(run(sys.argv[1] if len(sys.argv) > 1 else "full")))


def _measured(city: City, what: str, amounts: dict[str, int], by_sql: float) -> Iterator[Row]:
    version = _drafted(city.database, amounts)
    with city.database.read() as session:
        foreseen = previews.of_policies(session, city.database.zone, version, NOW)
    yield Row(f"preview, {what}", foreseen.checked / foreseen.took_ms * 1000, "limits/s", note=f"{foreseen.changed:,} move")
    with city.database.work(now=NOW) as uow:
        recount_id = versions.publish(uow, version).id
    took = seconds(lambda: recounts.run_due(city.database, now=NOW), repeat=1)
    with city.database.read() as session:
        done = session.get_one(Recount, recount_id)
    assert (done.seen, done.changed) == (city.limits, foreseen.changed)
    note = f"{done.seen:,} limits in {took:.1f} s, {done.changed:,} moved, each ticket of them told of in its timeline"
    yield Row(f"recount, {what}", done.seen / took, "limits/s", PEER, by_sql, note)


def _drafted(database: Database, amounts: dict[str, int]) -> int:
    """A version in which total and handling limits of these types have other amounts."""
    with database.work(now=NOW) as uow:
        newest = versions.listed(uow.session, NOW)[0].version.version
        version = versions.draft_from_version(uow, newest, "benchmark").version
        rows = [versions.facts_of(row) for row in versions.rows_of(uow.session, version)]
        moved = {(stage, kind): amount for kind, amount in amounts.items() for stage in (Stage.TOTAL, Stage.HANDLE)}
        versions.put_rows(
            uow, version, [replace(row, amount=moved.get((row.stage, row.type or ""), row.amount)) for row in rows]
        )
        return version


def _by_sql(city: City) -> None:
    """What is undone again: the limits are to stand as they were."""
    with city.database.engine.connect() as opened:
        opened.execute(BY_SQL)
        opened.rollback()


@contextmanager
def _city(folder: Path, count: int) -> Iterator[City]:
    server = embedded.start_postgres(folder / "postgres")
    url = embedded.create_database(server, "hotline")
    migrations.upgrade(url)
    vault = Vault(["of a benchmark alone"])
    database = Database(url, recorder=recorder(WITHIN), put=lambda _: None, zone=ZONE, vault=vault)
    with database.work(now=NOW) as uow:
        defaults.install_defaults(uow)
        uow.session.add(Area(code="99", name="云泽市", level="city", path="/99/"))
        uow.session.flush()
        for n in range(UNITS):
            rank = {"level": "city", "kind": "department", "unit_class": "city_department", "area_code": "99"}
            uow.session.add(Unit(id=n + 1, code=f"u{n}", name=f"第{n}单位", **rank))
    for type_name in ("complaint", "help"):
        with database.work(now=NOW) as uow:
            new = NewTicket(channel="phone", type=type_name, title="夜间施工", body="工地夜里施工，请停止。")
            tickets.move(uow, tickets.open_ticket(uow, new).id, "dispatch", roles=["dispatcher"], given={"unit_id": 1})
    _fill(database, count)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as opened:
        opened.execute(text("vacuum analyze"))
        limits = opened.execute(text("select count(*) from sla_clock where state <> 'stopped'")).scalar_one()
    yield City(database, limits)
    database.close()
    server.cleanup()


def _fill(database: Database, count: int) -> None:
    """Copies of the two tickets with their parts, lines and limits, up to `count` of them."""
    original = f"original.{{}} = case when n % {COMPLAINTS} = 0 then 1 else 2 end"
    whose, unit = original.format("ticket_id"), f"1 + n % {UNITS}"
    with database.engine.begin() as opened:
        rows = {"start": 2, "count": count}
        ticket = {"id": "n", "number": "'B' || n", "lead_unit_id": unit, "submission_key": "null"}
        opened.execute(copies(Ticket, ticket, original.format("id")), rows)
        opened.execute(copies(Assignment, {"id": "n", "ticket_id": "n", "unit_id": unit}, whose), rows)
        part = "case when original.assignment_id is not null then n end"
        owing = f"case when original.unit_id is not null then {unit} end"
        line = {"id": "n * 100 + original.id", "ticket_id": "n"}
        opened.execute(copies(TimelineEntry, line, whose), rows)
        opened.execute(copies(Clock, {**line, "assignment_id": part, "unit_id": owing}, whose), rows)
        for name in ("ticket", "assignment", "timeline_entry", "sla_clock"):
            opened.execute(text(f"select setval(pg_get_serial_sequence('{name}', 'id'), (select max(id) from {name}))"))  # noqa: S608 our own names


if __name__ == "__main__":
    main()
