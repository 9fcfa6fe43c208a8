"""SQLite FTS5 with the same words: what one would take instead of a search engine of one's own."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from hotline.kernel.search.analysis import GRAM, Analyzer
from hotline.kernel.search.port import IndexDoc

FIELDS = ("title", "questions", "keywords", "answer", "agent_answer")


class Fts5:
    """A contentful FTS5 table; weights as ours, words as ours, without our character pairs and sounds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = sqlite3.connect(path)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute(f"create virtual table articles using fts5(id unindexed, {', '.join(FIELDS)})")

    def add(self, docs: Sequence[IndexDoc]) -> None:
        """Add documents; on disk when it returns."""
        rows = [(doc.id, *(_words(doc.texts[name]) for name in FIELDS)) for doc in docs]
        self._db.executemany("insert into articles values (?, ?, ?, ?, ?, ?)", rows)
        self._db.commit()

    def size_bytes(self) -> int:
        """On disk, with nothing left in the write-ahead log."""
        self._db.execute("pragma wal_checkpoint(truncate)")
        return self.path.stat().st_size

    def find(self, analyzer: Analyzer, text: str) -> list[str]:
        """The ids of the ten best."""
        asked = " OR ".join(f'"{token}"' for token in analyzer.tokens(text))
        query = "select id from articles where articles match ? order by bm25(articles, 0, 3, 2, 2, 1, 1) limit 10"
        return [row[0] for row in self._db.execute(query, (asked,))]

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def _words(indexed: str) -> str:
    return " ".join(token for token in indexed.split() if not token.startswith(GRAM))
