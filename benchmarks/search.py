"""Search over many articles beside SQLite FTS5, what one would take instead.

`python -m benchmarks.search [small|10k|180k|1m] [--elasticsearch elasticsearch://host:9200/prefix]`. Articles are made of the
demo city's words by their frequency, so the figures compare engines and say nothing of how good the answers are.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import click
import psutil
from sqlalchemy import insert, text

from benchmarks.frame import Row, seconds, table
from benchmarks.fts5_peer import Fts5
from benchmarks.made_articles import MadeArticles
from hotline.kernel import plugins
from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers, recorder
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.port import IndexDoc, SearchBackend
from hotline.kernel.search.query import Search
from hotline.kernel.search.tantivy import TantivyBackend
from hotline.kernel.vault import Vault
from knowledge_base import suggestions
from knowledge_base.answers import Desk
from knowledge_base.indexing import document
from knowledge_base.models import Article
from knowledge_base.policy import packaged_policy
from knowledge_base.search import ARTICLES, Reader, compiled, filters
from knowledge_base.shelves import DatabaseShelf
from web import embedded
from web.migrations import upgrade

SIZES = {"small": 2_000, "10k": 10_000, "180k": 180_000, "1m": 1_000_000, "full": 180_000}
QUERIES, CALLS, UPDATES = 200, 12, 20
BATCH = 2_000
TODAY = date(2026, 11, 20)
PEER = "SQLite FTS5"
T = TypeVar("T")


@dataclass
class Bench:
    """One run: so many articles, the stores they are in, and what each step of filling them took, in seconds."""

    count: int
    analyzer: Analyzer
    articles: MadeArticles
    backend: TantivyBackend
    peer: Fts5
    database: Database
    spent: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("making", "analysing", "peer", "storing"), 0.0))

    @property
    def search(self) -> Search:
        """Words and index, without the policy's synonyms, which the peer does not have."""
        return Search(self.backend, self.analyzer)


def run(size: str = "full", elasticsearch: str = "") -> list[Row]:
    """Measure with that many articles, and with an Elasticsearch when its URL is given."""
    with tempfile.TemporaryDirectory(prefix="hotline-search-") as name:
        folder = Path(name)
        server = embedded.start_postgres(folder / "postgres")
        try:
            database = _database(server)
            analyzer = Analyzer(packaged_words())
            backend, peer = TantivyBackend(folder / "index"), Fts5(folder / "peer.sqlite")
            bench = Bench(SIZES[size], analyzer, MadeArticles(analyzer), backend, peer, database)
            rows = [*_building(bench), *_searching(bench), _updating(bench, folder), *_cards(bench), _memory()]
            if elasticsearch:
                opened = plugins.open_url("hotline.search_backends", elasticsearch, data_dir=folder)
                rows += _beside_elasticsearch(bench, opened)
            peer.close()
            database.close()
        finally:
            server.cleanup()
    return rows


@click.command()
@click.argument("size", type=click.Choice(list(SIZES)), default="full")
@click.option("--elasticsearch", default="", help="URL of an Elasticsearch to measure beside the embedded index.")
def main(*, size: str, elasticsearch: str) -> None:
    """Print the table of one size."""
    click.echo(table(run(size, elasticsearch)))


def _database(server: embedded.PostgresServer) -> Database:
    url = embedded.create_database(server, "search_benchmark")
    upgrade(url)
    zone, vault = ZoneInfo("Asia/Shanghai"), Vault(["the secret of the benchmark"])
    return Database(url, recorder=recorder(Subscribers()), put=lambda _: None, zone=zone, vault=vault)


def _building(bench: Bench) -> list[Row]:
    """Fill all stores in one pass; what each takes is measured by itself."""
    whole = seconds(lambda: bench.backend.replace(ARTICLES, lambda _: _filling(bench)), repeat=1)
    with bench.database.engine.connect() as connection:
        connection.execute(text("analyze"))
    ours, count = whole - sum(bench.spent.values()), bench.count
    theirs, analysing = bench.spent["peer"], bench.spent["analysing"]
    sizes = bench.backend.stats(ARTICLES).size_bytes / 1e6, bench.peer.size_bytes() / 1e6
    return [
        Row(f"index {count:,} articles, words cut beforehand", ours, "s", PEER, theirs, "ours with character pairs and sounds"),
        Row(f"cut {count:,} articles into words, pairs and sounds", analysing, "s", note="shared by all stores"),
        Row("index on disk", sizes[0], "MB", PEER, sizes[1], "FTS5 keeps the texts too, ours pairs and sounds"),
    ]


def _filling(bench: Bench) -> Iterator[IndexDoc]:
    batches = bench.articles.batches(bench.count, BATCH)
    while articles := _timed(bench, "making", lambda: next(batches, None)):
        docs = _timed(bench, "analysing", partial(_documents, bench, articles))
        _timed(bench, "peer", partial(bench.peer.add, docs))
        _timed(bench, "storing", partial(_store, bench.database, articles))
        yield from docs


def _documents(bench: Bench, articles: Sequence[Article]) -> list[IndexDoc]:
    return [document(article, bench.analyzer) for article in articles]


def _store(database: Database, articles: Sequence[Article]) -> None:
    columns = [column.key for column in Article.__table__.columns if getattr(articles[0], column.key) is not None]
    with database.work() as uow:
        uow.session.execute(insert(Article), [{name: getattr(article, name) for name in columns} for article in articles])


def _searching(bench: Bench) -> list[Row]:
    allowed, asked = filters(Reader.STAFF, TODAY), bench.articles.questions(bench.count, QUERIES)
    by_words = _times([partial(bench.search.find, ARTICLES, question, allowed) for question in asked])
    theirs = _times([partial(bench.peer.find, bench.analyzer, question) for question in asked])
    queries = [compiled(bench.search, question, Reader.STAFF) for question in asked]
    whole = _times([partial(bench.backend.search, ARTICLES, query, allowed) for query in queries])
    note = "ours with filters of reader and validity, FTS5 without"
    return [
        Row("search by words, p50", _part(by_words, 0.5), "ms", PEER, _part(theirs, 0.5), note),
        Row("search by words, p95", _part(by_words, 0.95), "ms", PEER, _part(theirs, 0.95), note),
        Row("search as people get it, p50", _part(whole, 0.5), "ms", note="words, character pairs and sounds"),
        Row("search as people get it, p95", _part(whole, 0.95), "ms", note="words, character pairs and sounds"),
    ]


def _updating(bench: Bench, folder: Path) -> Row:
    """One article after another changes and is looked for by another reader, as another process would."""
    reader = TantivyBackend(folder / "index")
    changed = [document(bench.articles.article(number, edition=1), bench.analyzer) for number in range(1, UPDATES + 1)]

    def found(doc: IndexDoc) -> None:
        bench.backend.apply(ARTICLES, [doc], [doc.id])
        reader.counts(ARTICLES, ["停水"])

    ours = _times([partial(found, doc) for doc in changed])
    theirs = _times([partial(bench.peer.add, [doc]) for doc in changed])
    note = "ours replaces the article and is on disk, FTS5 only adds"
    return Row("one changed article found by all, p50", _part(ours, 0.5), "ms", PEER, _part(theirs, 0.5), note)


def _cards(bench: Bench) -> list[Row]:
    """Cards after each piece of some calls, with the articles in a real PostgreSQL."""
    policy = packaged_policy()
    desk = Desk(Search(bench.backend, bench.analyzer, policy.synonyms), policy)
    taken = list(_typed(bench.database, desk, bench.articles.questions(bench.count, QUERIES)[:CALLS]))
    times, worked = sorted(wall for wall, _ in taken), sorted(cpu for _, cpu in taken)
    note = "articles read from PostgreSQL; the bar is 100 ms"
    return [
        Row("cards while somebody types, p50", _part(times, 0.5), "ms", note=note),
        Row("cards while somebody types, p95", _part(times, 0.95), "ms", note=note),
        Row(
            "of that work of this process, p95",
            _part(worked, 0.95),
            "ms",
            note="what is left waits for PostgreSQL, or for others",
        ),
    ]


def _typed(database: Database, desk: Desk, questions: Sequence[str]) -> Iterator[tuple[float, float]]:
    """Milliseconds of each refresh, and of processor in it: a call says its questions, looked at every fourth character."""
    said, shown = "。".join(questions), list[int]()
    for end in range(4, len(said), 4):
        begun, worked = time.perf_counter(), time.process_time()
        with database.read() as session:
            found = suggestions.cards(DatabaseShelf(session), desk, said[:end], shown=shown, reader=Reader.STAFF, today=TODAY)
        yield (time.perf_counter() - begun) * 1000, (time.process_time() - worked) * 1000
        shown = [card.answer.article_id for card in found]


def _memory() -> Row:
    return Row(
        "memory of this process after all of it", psutil.Process().memory_info().rss / 1e6, "MB", note="dictionaries too"
    )


def _beside_elasticsearch(bench: Bench, server: SearchBackend) -> list[Row]:
    def documents(after: str | None) -> Iterator[IndexDoc]:
        for articles in bench.articles.batches(bench.count, BATCH):
            yield from _timed(bench, "cut again", partial(_documents, bench, articles))

    bench.spent["cut again"] = 0.0
    built = seconds(lambda: server.replace(ARTICLES, documents), repeat=1) - bench.spent["cut again"]
    allowed = filters(Reader.STAFF, TODAY)
    queries = [compiled(bench.search, one, Reader.STAFF) for one in bench.articles.questions(bench.count, QUERIES)]
    ours, theirs = (
        _times([partial(backend.search, ARTICLES, query, allowed) for query in queries]) for backend in (bench.backend, server)
    )
    name, size = server.stats(ARTICLES).store, server.stats(ARTICLES).size_bytes / 1e6
    return [
        Row("index on Elasticsearch", built, "s", note=f"{name}; {size:,.0f} MB"),
        Row("search beside Elasticsearch, p50", _part(ours, 0.5), "ms", name, _part(theirs, 0.5), "the same queries"),
        Row("search beside Elasticsearch, p95", _part(ours, 0.95), "ms", name, _part(theirs, 0.95), "the same queries"),
    ]


def _timed(bench: Bench, step: str, work: Callable[[], T]) -> T:
    begun = time.perf_counter()
    done = work()
    bench.spent[step] += time.perf_counter() - begun
    return done


def _times(works: Sequence[Callable[[], object]]) -> list[float]:
    """Milliseconds of each, sorted."""
    return sorted(seconds(work, repeat=1) * 1000 for work in works)


def _part(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


if __name__ == "__main__":
    main()
