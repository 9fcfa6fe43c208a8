"""Search over many articles beside SQLite FTS5, what one would take instead; `python -m benchmarks.search [small|full]`.

Both get the same tokens. Articles are made of the demo city's words by their frequency, so the figures compare engines and
say nothing of how good the answers are.
"""

import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session

from benchmarks.frame import Row, seconds, table
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.port import IndexDoc
from hotline.kernel.search.query import Search
from hotline.kernel.search.tantivy import TantivyBackend
from knowledge_base import suggestions
from knowledge_base.answers import Desk
from knowledge_base.indexing import document
from knowledge_base.lifecycle import ArticleState
from knowledge_base.models import Article, Secrecy
from knowledge_base.policy import packaged_policy
from knowledge_base.search import ARTICLES, Reader, filters
from knowledge_base.shelves import DatabaseShelf
from web import embedded

SIZES = {"small": 2_000, "full": 180_000}
QUERIES, CALLS = 200, 12
TODAY = date(2026, 11, 20)
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = Path(__file__).parent.parent / "web" / "demo" / "city" / "articles"
PEER = "SQLite FTS5"
FIELDS = ("title", "questions", "keywords", "answer", "agent_answer")


@dataclass(frozen=True)
class Bench:
    """The documents of one run and the words they are made of."""

    analyzer: Analyzer
    articles: list[Article]
    docs: list[IndexDoc]
    questions: list[str]


def run(size: str = "full") -> list[Row]:
    """Measure with that many articles (small, full)."""
    bench = _bench(SIZES[size])
    with tempfile.TemporaryDirectory(prefix="hotline-search-") as folder:
        backend = TantivyBackend(Path(folder) / "index")
        peer = _Fts5(Path(folder) / "peer.sqlite")
        search = Search(backend, bench.analyzer)
        return [
            *_building(bench, backend, peer),
            *_searching(bench, search, peer),
            _updating(bench, backend, peer),
            *_cards(bench, backend, Path(folder)),
        ]


def main() -> None:
    """Print the table; the first argument is the size."""
    print(table(run(sys.argv[1] if len(sys.argv) > 1 else "full")))


class _Fts5:
    """The peer: the same tokens in a contentful FTS5 table, weights as ours."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = sqlite3.connect(path)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute(f"create virtual table articles using fts5(id unindexed, {', '.join(FIELDS)})")

    def add(self, docs: Sequence[IndexDoc]) -> None:
        rows = [(doc.id, *(doc.texts[name] for name in FIELDS)) for doc in docs]
        self._db.executemany("insert into articles values (?, ?, ?, ?, ?, ?)", rows)
        self._db.commit()

    def size_bytes(self) -> int:
        """On disk, with nothing left in the write-ahead log."""
        self._db.execute("pragma wal_checkpoint(truncate)")
        return self.path.stat().st_size

    def find(self, analyzer: Analyzer, text: str) -> list[str]:
        asked = " OR ".join(f'"{token}"' for token in analyzer.tokens(text))
        query = "select id from articles where articles match ? order by bm25(articles, 0, 3, 2, 2, 1, 1) limit 10"
        return [row[0] for row in self._db.execute(query, (asked,))]


def _building(bench: Bench, backend: TantivyBackend, peer: _Fts5) -> list[Row]:
    ours = seconds(lambda: backend.replace(ARTICLES, bench.docs), repeat=1)
    theirs = seconds(lambda: peer.add(bench.docs), repeat=1)
    count = len(bench.docs)
    sizes = backend.stats(ARTICLES).size_bytes / 1e6, peer.size_bytes() / 1e6
    return [
        Row(f"index {count:,} articles", count / ours, "/s", PEER, count / theirs, "tokens made beforehand for both"),
        Row("index on disk", sizes[0], "MB", PEER, sizes[1], "FTS5 keeps the texts too"),
    ]


def _searching(bench: Bench, search: Search, peer: _Fts5) -> list[Row]:
    allowed = filters(Reader.STAFF, TODAY)
    ours = _times([partial(search.find, ARTICLES, text, allowed) for text in bench.questions])
    theirs = _times([partial(peer.find, bench.analyzer, text) for text in bench.questions])
    note = "ours with filters of reader and validity, FTS5 without"
    return [
        Row("search, p50", _part(ours, 0.5), "ms", PEER, _part(theirs, 0.5), note),
        Row("search, p95", _part(ours, 0.95), "ms", PEER, _part(theirs, 0.95), note),
    ]


def _updating(bench: Bench, backend: TantivyBackend, peer: _Fts5) -> Row:
    some = bench.docs[:10]
    ours = _times([partial(backend.apply, ARTICLES, [doc]) for doc in some])
    theirs = _times([partial(peer.add, [doc]) for doc in some])
    note = "ours replaces the article and is on disk, FTS5 only adds"
    return Row("one changed article found by all, p50", _part(ours, 0.5), "ms", PEER, _part(theirs, 0.5), note)


def _cards(bench: Bench, backend: TantivyBackend, folder: Path) -> list[Row]:
    """Cards after each piece of some calls, with the articles in a real PostgreSQL."""
    policy = packaged_policy()
    desk = Desk(Search(backend, bench.analyzer, policy.synonyms), policy)
    server = embedded.start_postgres(folder / "postgres")
    try:
        engine = create_engine(embedded.create_database(server, "search_benchmark"))
        with Session(engine) as session:
            _store(session, bench.articles)
            times = sorted(_typed(session, desk, bench.questions[:CALLS]))
        engine.dispose()
    finally:
        server.cleanup()
    note = "four sentences looked at, articles read from PostgreSQL; the bar is 100 ms"
    return [
        Row("cards while somebody types, p50", _part(times, 0.5), "ms", note=note),
        Row("cards while somebody types, p95", _part(times, 0.95), "ms", note=note),
    ]


def _store(session: Session, articles: Sequence[Article]) -> None:
    Article.__table__.create(session.connection())  # type: ignore[attr-defined]  # a Table
    columns = [column.name for column in Article.__table__.columns]
    session.execute(insert(Article), [{name: getattr(article, name) for name in columns} for article in articles])
    session.commit()


def _typed(session: Session, desk: Desk, questions: Sequence[str]) -> Iterator[float]:
    """Milliseconds of each refresh: a call says the questions one after another, looked at every fourth character."""
    said, shown = "。".join(questions), list[int]()
    for end in range(4, len(said), 4):
        begun = time.perf_counter()
        found = suggestions.cards(DatabaseShelf(session), desk, said[:end], shown=shown, reader=Reader.STAFF, today=TODAY)
        yield (time.perf_counter() - begun) * 1000
        shown = [card.answer.article_id for card in found]


def _bench(count: int) -> Bench:
    analyzer = Analyzer(packaged_words())
    counted = Counter(word for path in sorted(WORDS.glob("*.md")) for word in analyzer.words(path.read_text("utf-8")))
    words, weights = list(counted), list(counted.values())
    rnd = random.Random(12345)

    def text(length: int) -> str:
        return "".join(rnd.choices(words, weights, k=length))

    articles = [_article(number, text) for number in range(1, count + 1)]
    asked = [rnd.choice(rnd.choice(articles).questions) for _ in range(QUERIES)]
    return Bench(analyzer, articles, [document(article, analyzer) for article in articles], asked)


def _article(number: int, text: Callable[[int], str]) -> Article:
    return Article(
        id=number,
        code=f"made-{number}",
        state=ArticleState.PUBLISHED,
        revision=1,
        version=1,
        title=text(6),
        questions=[text(6), text(8)],
        keywords=[text(1), text(1)],
        answer_agent=text(30),
        answer_public=text(50),
        item_code="",
        audience="",
        source_document="",
        source_number="",
        issuing_body="",
        material="",
        secrecy=Secrecy.PUBLIC,
        updated_at=WRITTEN,
    )


def _times(works: Sequence[Callable[[], object]]) -> list[float]:
    """Milliseconds of each, sorted."""
    return sorted(seconds(work, repeat=1) * 1000 for work in works)


def _part(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


if __name__ == "__main__":
    main()
