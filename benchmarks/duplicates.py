"""Finding repeats among many tickets while an agent types; `python -m benchmarks.duplicates [small|100k|full]`.

Tickets stand in PostgreSQL and in the embedded index. Each question is another caller's wording of one of them: clauses in
another order, half of them, or more around it, at four lengths. The limit is 300 ms.
"""

import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from benchmarks.frame import Row, table
from benchmarks.made_tickets import Made, MadeTickets
from hotline.intake import repeats
from hotline.intake.comparing import Matter
from hotline.intake.repeat_rules import read
from hotline.intake.repeats import Terms
from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers, recorder
from hotline.kernel.scope import Scope
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.query import Search
from hotline.kernel.search.tantivy import TantivyBackend
from hotline.kernel.vault import Vault
from hotline.tickets import tickets
from hotline.tickets.indexing import TICKETS
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from sla import defaults
from sla.packaged import rule_values
from web import embedded, migrations

SIZES = {"small": 3_000, "100k": 100_000, "full": 1_000_000}
ASKED = {"small": 12, "100k": 100, "full": 100}
LENGTHS = {"a few words": 20, "a sentence": 60, "a paragraph": 150, "a page": 600}
LIMIT_MS, BATCH = 300.0, 5_000
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
DESK = Scope(officer_id=1, sees_all_units=True)
AROUND = (
    "昨天已经打过一次电话，一直没有人联系我。",
    "家里有老人和孩子，生活很不方便。",
    "请尽快派人来看看，给个答复。",
    "邻居们也都有意见。",
)


@dataclass(frozen=True)
class Asked:
    """One question: the ticket it repeats, how long finding took, CPU of this process, its place among the shown (0 first)."""

    ticket_id: int
    ms: float
    cpu_ms: float
    place: int | None


@dataclass(frozen=True)
class City:
    """Tickets in the database and the index."""

    count: int
    database: Database
    search: Search
    made: MadeTickets
    loading_s: float


def run(size: str = "full") -> list[Row]:
    """Measure among that many tickets."""
    with tempfile.TemporaryDirectory(prefix="hotline-duplicates-") as name:
        folder = Path(name)
        server = embedded.start_postgres(folder / "postgres")
        try:
            city = _city(server, folder, SIZES[size])
            rows = [row for name, length in LENGTHS.items() for row in _rows(city, name, length, ASKED[size])]
            rows += _standing(city)
            city.database.close()
        finally:
            server.cleanup()
    return rows


def main() -> None:
    """Print the table; the first argument is the size."""
    print(table(run(sys.argv[1] if len(sys.argv) > 1 else "full")))


def _rows(city: City, name: str, length: int, asked: int) -> list[Row]:
    found = list(_asked(city, length, asked))
    times = sorted(one.ms for one in found)
    note = f"{city.count:,} tickets, {length} characters typed"
    shown = sum(one.place is not None for one in found) / len(found)
    return [
        Row(f"find repeats of {name}, p50", times[len(times) // 2], "ms", "the limit", LIMIT_MS, note),
        Row(f"find repeats of {name}, p95", times[int(len(times) * 0.95)], "ms", "the limit", LIMIT_MS, note),
        Row(f"find repeats of {name}, CPU", sum(one.cpu_ms for one in found) / len(found), "ms", note="of the asking process"),
        Row(f"repeats of {name} among the 5 shown", 100 * shown, "%", note="told in other order, half, or with more around it"),
    ]


def _asked(city: City, length: int, count: int) -> Iterator[Asked]:
    terms, chosen = Terms(read(rule_values())), random.Random(length)
    recent = [n for n in range(2, city.count + 1) if city.made.age_days(n) < terms.rules.window_days // 2]
    with city.database.read() as session:
        for ticket_id in [recent[0], *chosen.sample(recent, count)]:
            matter = _typed(city.made.words(ticket_id), length, chosen)
            begun, cpu = time.perf_counter(), time.process_time()
            found = repeats.find(session, city.search, DESK, matter, terms, now=NOW)
            ms, cpu_ms = 1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - cpu)
            session.expunge_all()
            places = [one.ticket_id for one in found]
            if ticket_id != recent[0]:  # the first reads dictionaries
                yield Asked(ticket_id, ms, cpu_ms, places.index(ticket_id) if ticket_id in places else None)


def _typed(made: Made, length: int, chosen: random.Random) -> Matter:
    """The claim as another caller tells it: the place first, clauses of the body in another order, or what else they say."""
    clauses = [one for one in re.split("[，。；]", made.body) if one]
    chosen.shuffle(clauses)
    told = f"{made.address}，{'，'.join(clauses)}。"
    while len(told) < length:
        told += chosen.choice(AROUND)
    return Matter(body=told[: max(length, len(made.address) + 12)])


def _standing(city: City) -> list[Row]:
    note = f"{city.count:,} tickets"
    return [
        Row("index on disk", city.search.backend.stats(TICKETS).size_bytes / 1e6, "MB", note=note),
        Row("memory of the asking process", psutil.Process().memory_info().rss / 1e6, "MB", note=note),
        Row("loading", city.loading_s, "s", note="rows and index, words cut once a wording"),
    ]


def _city(server: embedded.PostgresServer, folder: Path, count: int) -> City:
    url = embedded.create_database(server, "duplicates")
    migrations.upgrade(url)
    vault = Vault(["the secret of the benchmark"])
    database = Database(url, recorder=recorder(Subscribers()), put=lambda _: None, zone=ZoneInfo("Asia/Shanghai"), vault=vault)
    analyzer = Analyzer(packaged_words())
    search, made = Search(TantivyBackend(folder / "index"), analyzer), MadeTickets(analyzer)
    begun = time.perf_counter()
    search.backend.replace(TICKETS, lambda _: made.documents(count, NOW.toordinal()))
    _store(database, made, count)
    return City(count, database, search, made, time.perf_counter() - begun)


def _store(database: Database, made: MadeTickets, count: int) -> None:
    with database.work(now=NOW) as uow:
        defaults.install_defaults(uow)
        first = tickets.open_ticket(uow, NewTicket(channel="phone", type="help", title="路灯不亮", body="路灯不亮。"))
        kept = {column.key: getattr(first, column.key) for column in Ticket.__table__.columns}
    for start in range(2, count + 1, BATCH):
        with database.work() as uow:
            _store_batch(uow.session, made, kept, range(start, min(start + BATCH, count + 1)))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as opened:
        opened.execute(text("vacuum analyze ticket"))


def _store_batch(session: Session, made: MadeTickets, kept: dict[str, object], numbers: Sequence[int]) -> None:
    day = NOW.toordinal()
    rows = []
    for n in numbers:
        words = made.words(n)
        opened_at = datetime.fromordinal(day - made.age_days(n)).replace(tzinfo=UTC)
        own = {"id": n, "number": f"B{n}", "submission_key": None, "opened_at": opened_at}
        rows.append({**kept, **own, "title": words.title, "body": words.body, "address": words.address})
    session.execute(insert(Ticket), rows)


if __name__ == "__main__":
    main()
