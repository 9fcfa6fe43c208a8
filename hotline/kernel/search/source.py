"""Rows of the database as the source of an index: page after page by id, each page read when it is asked for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import Database
from hotline.kernel.search.port import IndexDoc

Progress = Callable[[int, int], None]
"""Told how many of how many documents are done."""

PAGE = 500
# A million rows in one session fill the memory, and one long transaction would show what has changed long since.


def untold(done: int, total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Rows:
    """A `Source` over the rows of `query`, ordered by `key`, its integer primary key; `document` makes what is indexed."""

    database: Database
    query: Select[Any]  # of one class of rows
    key: Any  # its id, as an attribute of that class
    document: Callable[[Session, Any], IndexDoc]
    progress: Progress = untold

    def __call__(self, after: str | None) -> Iterator[IndexDoc]:
        """The documents of the rows behind that id."""
        last = int(after or 0)
        with self.database.read() as session:
            total = session.scalar(select(func.count()).select_from(self.query.subquery())) or 0
            done = session.scalar(select(func.count()).select_from(self.query.where(self.key <= last).subquery())) or 0
        while page := self._page(last):
            yield from page
            last, done = int(page[-1].id), done + len(page)
            self.progress(done, max(total, done))
        self.progress(done, done)

    def _page(self, last: int) -> Sequence[IndexDoc]:
        with self.database.read() as session:
            rows = session.scalars(self.query.where(self.key > last).order_by(self.key).limit(PAGE))
            return [self.document(session, row) for row in rows]
