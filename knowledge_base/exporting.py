"""The articles as rows of a list or as lines of JSON, read page by page: the whole base never lies in memory.

What is exported can be imported again (`columns`, `cells`). The caller says which articles the reader may have.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from hotline.kernel.db import Database
from knowledge_base.columns import Column, columns
from knowledge_base.content import content_of, plain
from knowledge_base.models import Article, ArticleVersion
from knowledge_base.naming import Names

PAGE = 200
LINE = "\n"
COMMA = "，"


def pages(database: Database, conditions: Sequence[ColumnElement[bool]]) -> Iterator[list[Article]]:
    """The articles by id, a page a transaction; changes of others are no articles of their own."""
    after = 0
    while True:
        query = select(Article).where(Article.id > after, Article.replaces_id.is_(None), *conditions)
        with database.read() as session:
            page = list(session.scalars(query.order_by(Article.id).limit(PAGE)))
        if not page:
            return
        yield page
        after = page[-1].id


def headings(locale: str) -> list[str]:
    """The headings of an exported list."""
    return [one.heading(locale) for one in columns().values()]


def rows(articles: Iterable[Article], names: Names, locale: str) -> Iterator[list[str]]:
    """Each article as the words of a list's cells."""
    for article in articles:
        yield [_cell(one, article, names, locale) for one in columns().values()]


def lines(database: Database, conditions: Sequence[ColumnElement[bool]], names: Names) -> Iterator[str]:
    """Each article with all its fields as a line of JSON."""
    for page in pages(database, conditions):
        for article in page:
            yield _line(fields_of(article, names))


def lines_with_versions(database: Database, conditions: Sequence[ColumnElement[bool]], names: Names) -> Iterator[str]:
    """The same, each with every wording it had, the oldest first."""
    for page in pages(database, conditions):
        said = _versions(database, [one.id for one in page])
        for article in page:
            yield _line({**fields_of(article, names), "versions": said.get(article.id, [])})


def fields_of(article: Article, names: Names) -> dict[str, Any]:  # plain values of several types
    """Everything that an article says and where it stands, codes and names, as plain values."""
    return {
        **plain(content_of(article)),
        "id": article.id,
        "code": article.code,
        "state": article.state.value,
        "revision": article.revision,
        "category_path": names.category(article.category_code),
        "area": names.area(article.area_code),
        "owner_unit": names.unit(article.owner_unit_id),
        "origin": article.origin,
        "origin_id": article.origin_id,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "updated_at": article.updated_at.isoformat(),
    }


def _versions(database: Database, article_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:  # plain values
    query = select(ArticleVersion).where(ArticleVersion.article_id.in_(article_ids))
    found: dict[int, list[dict[str, Any]]] = {}
    with database.read() as session:
        for one in session.scalars(query.order_by(ArticleVersion.revision)):
            said = {"revision": one.revision, "at": one.at.isoformat(), "note": one.note, "content": one.content}
            found.setdefault(one.article_id, []).append(said)
    return found


def _line(values: dict[str, Any]) -> str:  # plain values
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")) + LINE


def _cell(column: Column, article: Article, names: Names, locale: str) -> str:
    special: dict[str, str] = {
        "category_code": names.category(article.category_code),
        "area_code": names.area(article.area_code),
        "owner_unit_id": names.unit(article.owner_unit_id),
        "keywords": COMMA.join(article.keywords),
        "questions": LINE.join(article.questions),
        "secrecy": column.word(article.secrecy.value, locale),
    }
    if column.field in special:
        return special[column.field]
    value = getattr(article, column.field)
    return "" if value is None else str(value)
