"""Watching new tickets for incidents among many open ones, beside a count per category and area by SQL.

`python -m benchmarks.incidents [small|full]`. The worst day's calls come in as tickets.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import text

from benchmarks.copies import copies
from benchmarks.frame import Row, seconds, table
from hotline.insight import incident_rules, watching
from hotline.insight.models import Incident
from hotline.insight.watching import Watch
from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers, recorder
from hotline.kernel.vault import Vault
from hotline.people.models import Area
from hotline.tickets import tickets
from hotline.tickets.models import Category, Ticket
from hotline.tickets.tickets import NewTicket
from sla import defaults, packaged
from web import embedded, migrations, replay_scene
from web.demo.data import load_city
from web.demo.worst_day import Call, worst_day

PEER = "count per category and area, last 10 minutes"
SIZES = {"small": (2_000, 300), "full": (100_000, 3_400)}
"""Open tickets of the weeks before, and calls of the day."""
ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 20)
WEEKS = 4
AT_ONCE = 20
"""New tickets that a look finds."""
COUNT = text(
    "select count(*) from ticket where category_code is not distinct from :category and area_code is not distinct from :area"
    " and opened_at > :since"
)
RULES = incident_rules.read(packaged.rule_values())


def run(size: str = "full") -> list[Row]:
    """Measure at that many open tickets (small, full)."""
    count, most = SIZES[size]
    with tempfile.TemporaryDirectory(prefix="hotline-incidents-") as folder, _city(Path(folder)) as database:
        return list(_measured(database, count, most))


def main() -> None:
    """Print the table; the argument is the size."""
    print(table(run(sys.argv[1] if len(sys.argv) > 1 else "full")))


def _measured(database: Database, count: int, most: int) -> Iterator[Row]:
    calls = [call for call in worst_day(1, DAY, ZONE) if call.at.hour >= 7][:most]
    _fill(database, count, calls[0].at)
    reading = replay_scene.reading_of(load_city())
    watch, looked, counted = Watch(lambda session: reading), 0.0, 0.0
    start = seconds(lambda: _look(database, watch, calls[0].at), repeat=1)
    for first in range(0, len(calls), AT_ONCE):
        batch = calls[first : first + AT_ONCE]
        _ring(database, batch)
        looked += seconds(partial(_look, database, watch, batch[-1].at), repeat=1)
        counted += seconds(partial(_count, database, batch), repeat=1)
    with database.read() as session:
        sizes = sorted((incident.size for incident in session.query(Incident)), reverse=True)
    note = f"{len(calls):,} calls, {AT_ONCE} a look; incidents found: {sizes}"
    yield Row(
        f"look at a new ticket, {count:,} open", 1000 * looked / len(calls), "ms", PEER, 1000 * counted / len(calls), note
    )
    yield Row(f"learn what is usual at the start, {count:,} open", start, "s", note="once a process; at most 20,000 tickets")


def _look(database: Database, watch: Watch, at: datetime) -> int:
    with database.work(now=at) as uow:
        return watching.look(uow, watch, RULES)


def _count(database: Database, calls: list[Call]) -> None:
    with database.engine.connect() as opened:
        for call in calls:
            since = call.at - timedelta(minutes=10)
            opened.execute(COUNT, {"category": call.category_code, "area": call.area_code, "since": since}).scalar_one()


def _ring(database: Database, calls: list[Call]) -> None:
    for call in calls:
        with database.work(now=call.at) as uow:
            tickets.open_ticket(uow, _ticket(call))


def _ticket(call: Call) -> NewTicket:
    return NewTicket(
        channel=call.channel,
        type="help",
        title=call.title,
        body=call.body,
        category_code=call.category_code,
        area_code=call.area_code,
        address=call.address,
        contact_phone=call.caller,
    )


def _fill(database: Database, count: int, until: datetime) -> None:
    """So many open tickets over the weeks before, copied from what a quiet day brought."""
    quiet = [call for call in worst_day(2, DAY - timedelta(days=30), ZONE) if not call.is_of_event][: min(count // 4, 500)]
    _ring(database, quiet)
    moment = "cast(:until as timestamptz) - (n * cast(:step as interval))"
    values = {
        "id": "1000000 + n",
        "number": "'B' || n",
        "submission_key": "null",
        "contact_phone": "'1990000' || lpad((n % 10000)::text, 4, '0')",
        "opened_at": moment,
    }
    original = f"original.id = 1 + (n % {len(quiet)})"
    given = {"start": 0, "count": count, "until": until - timedelta(minutes=1), "step": timedelta(weeks=WEEKS) / count}
    with database.engine.begin() as opened:
        opened.execute(copies(Ticket, values, original), given)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as opened:
        opened.execute(text("vacuum analyze"))


@contextmanager
def _city(folder: Path) -> Iterator[Database]:
    server = embedded.start_postgres(folder / "postgres")
    url = embedded.create_database(server, "incidents")
    migrations.upgrade(url)
    put = recorder(Subscribers())
    database = Database(url, recorder=put, put=lambda delivery: None, zone=ZONE, vault=Vault(["of the benchmark"]))
    try:
        _found(database)
        yield database
    finally:
        database.close()
        server.cleanup()


def _found(database: Database) -> None:
    city = load_city()
    paths = replay_scene.reading_of(city).paths
    with database.work() as uow:
        defaults.install_defaults(uow)
        for area in city.areas:
            row = Area(code=area.code, name=area.name, level=area.level, parent_code=area.parent, path=paths[area.code])
            uow.session.add(row)
            uow.session.flush()
        for category in city.categories:
            uow.session.add(Category(code=category.code, name=category.name, path=f"/{category.code}/", typical=[]))
        uow.session.flush()


if __name__ == "__main__":
    main()
