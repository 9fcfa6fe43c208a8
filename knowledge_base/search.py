"""The article index: its fields and boosts, who may find what, and finding itself.

Only published articles are in the index; whether one holds today is a filter, so that it leaves search on the day it expires.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from hotline.kernel.errors import Invalid, NotFound
from hotline.kernel.search.port import DEEPEST, AnyOf, Between, CompiledQuery, Cursor, Filters, Hits, IndexSchema, TextField
from hotline.kernel.search.query import Search
from knowledge_base.lifecycle import ANSWERING
from knowledge_base.models import Article, Secrecy
from knowledge_base.narrowing import UNNARROWED, Narrowing

TITLE, QUESTIONS, KEYWORDS = TextField("title", 3.0), TextField("questions", 2.0), TextField("keywords", 2.0)
PUBLIC_ANSWER, AGENT_ANSWER = TextField("answer", 1.0), TextField("agent_answer", 1.0)
# By sound: homophones, pinyin, what was heard wrongly. It only finds what is public in every article a reader may find.
SOUND = TextField("sound", 0.5)
ARTICLES = IndexSchema(
    name="articles",
    version=3,
    texts=(TITLE, QUESTIONS, KEYWORDS, PUBLIC_ANSWER, AGENT_ANSWER),
    extra=("suggest", SOUND.name),
    keywords=("secrecy", "category", "area", "unit", "author", "material", "audience"),
    numbers=("from_day", "to_day"),
)
ID_DIGITS = 18
FIRST_DAY, LAST_DAY = date.min.toordinal(), date.max.toordinal()


class Reader(StrEnum):
    """Who asks: staff read everything, a citizen public articles and public answers only."""

    STAFF = "staff"
    CITIZEN = "citizen"

    @property
    def secrecies(self) -> frozenset[str]:
        """What this reader may read."""
        return frozenset({Secrecy.PUBLIC.value}) if self is Reader.CITIZEN else frozenset(kind.value for kind in Secrecy)

    @property
    def fields(self) -> tuple[TextField, ...]:
        """What this reader's words are looked for in: nobody finds by text that is hidden from them."""
        return (*(one for one in ARTICLES.texts if self is Reader.STAFF or one is not AGENT_ANSWER), SOUND)


@dataclass(frozen=True)
class Found:
    """A page of articles, best first; `next_page` is the cursor of the next, None on the last.

    `degraded`: a spare index answered.
    """

    articles: list[Article]
    total: int
    next_page: str | None
    degraded: bool = False


def filters(reader: Reader, today: date, narrowing: Narrowing = UNNARROWED) -> Filters:
    """What this reader may find on that local day, and of that what is asked for."""
    day = today.toordinal()
    may = AnyOf("secrecy", reader.secrecies), Between("from_day", None, day), Between("to_day", day, None)
    return (*may, *narrowing.filters())


def find(
    session: Session,
    search: Search,
    text: str,
    *,
    reader: Reader,
    today: date,
    narrowing: Narrowing = UNNARROWED,
    size: int = 20,
    after: Cursor | None = None,
) -> Found:
    """Articles for a text."""
    query = compiled(search, text, reader)
    hits = search.backend.search(ARTICLES, query, filters(reader, today, narrowing), size=size, after=after)
    cursor = hits.next_page.encoded() if hits.next_page and hits.next_page.seen < DEEPEST else None
    return Found(_readable(session, hits, reader, today), hits.total, cursor, hits.degraded)


def newest(
    session: Session,
    *,
    reader: Reader,
    today: date,
    narrowing: Narrowing = UNNARROWED,
    size: int = 20,
    before: str | None = None,
) -> Found:
    """Articles that hold today and are asked for, the newest first. Raises Invalid for a broken cursor."""
    held = (*holds(reader, today), *narrowing.conditions())
    query = select(Article).where(*held).order_by(Article.id.desc()).limit(size + 1)
    rows = list(session.scalars(query.where(Article.id < id_of(before)) if before else query))
    total = session.scalar(select(func.count()).select_from(Article).where(*held)) or 0
    return Found(rows[:size], total, str(rows[size - 1].id) if len(rows) > size else None)


def id_of(cursor: str) -> int:
    """The article at which a page of a list from the database ended. Raises Invalid for what is no cursor of such a list."""
    if not cursor.isdecimal() or len(cursor) > ID_DIGITS:
        raise Invalid("after", "broken-cursor")
    return int(cursor)


def suggest(session: Session, search: Search, typed: str, *, reader: Reader, today: date, size: int = 5) -> list[Article]:
    """Articles whose title begins so: as characters, pinyin or initials."""
    hits = search.suggest(ARTICLES, "suggest", typed, filters(reader, today), size=size)
    return _readable(session, hits, reader, today)


def compiled(search: Search, text: str, reader: Reader, filler: Collection[str] = ()) -> CompiledQuery:
    """What a reader's text looks for: words, character pairs and sounds, summed in each field.

    Rank fusion of separate searches for words and for pairs was tried: it found less than their sum, and costs two searches.
    """
    return CompiledQuery(search.asked(text, filler).groups, reader.fields)


def highlights(search: Search, text: str, title: str) -> list[tuple[int, int]]:
    """Where words of a title stand that a text looks for: (start, end) in characters, ascending."""
    asked = search.asked(text)
    return search.analyzer.highlight(title, {part for group in asked.groups for part in group if len(part) > 1})


def load(session: Session, ids: Sequence[int], *, reader: Reader, today: date) -> list[Article]:
    """The articles of these ids in that order, leaving out what the reader may not read now, whatever the index says."""
    rows = session.scalars(select(Article).where(Article.id.in_(ids)))
    found = {row.id: row for row in rows if is_readable(row, reader, today)}
    return [found[key] for key in ids if key in found]


def read(session: Session, article_id: int, *, reader: Reader, today: date) -> Article:
    """One article. Raises NotFound when this reader may not read it now."""
    found = load(session, [article_id], reader=reader, today=today)
    if not found:
        raise NotFound("article", thing="article", id=article_id)
    return found[0]


def is_readable(article: Article, reader: Reader, today: date) -> bool:
    """Whether the article holds on that local day and this reader may read it."""
    begun = article.effective_from is None or article.effective_from <= today
    over = article.effective_to is not None and article.effective_to < today
    return article.state.answers and begun and not over and article.secrecy.value in reader.secrecies


def _readable(session: Session, hits: Hits, reader: Reader, today: date) -> list[Article]:
    return load(session, [int(hit.id) for hit in hits.hits], reader=reader, today=today)


def holds(reader: Reader, today: date) -> tuple[ColumnElement[bool], ...]:
    """`is_readable` as conditions of a query."""
    return (
        Article.state.in_(ANSWERING),
        Article.secrecy.in_([Secrecy(word) for word in reader.secrecies]),
        or_(Article.effective_from.is_(None), Article.effective_from <= today),
        or_(Article.effective_to.is_(None), Article.effective_to >= today),
    )
