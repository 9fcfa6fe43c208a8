"""Where the texts of found articles come from: the database, or memory (evaluation, benchmarks). Says too who may read what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge_base import search
from knowledge_base.models import Article, ArticleStanding
from knowledge_base.search import Reader


@dataclass(frozen=True)
class Readable:
    """An article that may be read: its version, and how it did before (`ArticleStanding.factor`, 1 for no opinion)."""

    version: int
    factor: float = 1.0


class Shelf(Protocol):
    """Articles by id, as they are now."""

    def readable(self, ids: Sequence[int], reader: Reader, today: date) -> Mapping[int, Readable]:
        """Of these articles those that the reader may read on that local day, by id."""

    def load(self, ids: Sequence[int]) -> list[Article]:
        """The articles of these ids, in any order; those that are gone left out."""


class DatabaseShelf:
    """The articles of the database, read by a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def readable(self, ids: Sequence[int], reader: Reader, today: date) -> Mapping[int, Readable]:
        if not ids:
            return {}
        query = select(Article.id, Article.version, ArticleStanding.factor).outerjoin(ArticleStanding)
        rows = self._session.execute(query.where(Article.id.in_(ids), *search.holds(reader, today)))
        return {key: Readable(version, 1.0 if factor is None else factor) for key, version, factor in rows}

    def load(self, ids: Sequence[int]) -> list[Article]:
        return list(self._session.scalars(select(Article).where(Article.id.in_(ids)))) if ids else []


class MemoryShelf:
    """Articles that stand in no database."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._articles = {article.id: article for article in articles}

    def readable(self, ids: Sequence[int], reader: Reader, today: date) -> Mapping[int, Readable]:
        found = self.load(ids)
        return {article.id: Readable(article.version) for article in found if search.is_readable(article, reader, today)}

    def load(self, ids: Sequence[int]) -> list[Article]:
        return [self._articles[key] for key in ids if key in self._articles]
