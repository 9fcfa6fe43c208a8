"""Keeping the article index true to the database: one article after it changed, or all of them anew.

Called by the *after* reaction on `ArticleChanged`, by the worker at its start and by `hotline kb rebuild`.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import Database
from hotline.kernel.search.analysis import Analyzer, suggest_terms
from hotline.kernel.search.port import IndexDoc
from hotline.kernel.search.query import Search
from knowledge_base.lifecycle import ArticleState
from knowledge_base.models import Article
from knowledge_base.search import ARTICLES, FIRST_DAY, LAST_DAY

Progress = Callable[[int, int], None]
"""Told how many of how many documents are done."""

PROGRESS_EVERY = 500


def index_article(database: Database, search: Search, article_id: int) -> None:
    """Bring one article's place in the index up to date. Safe to repeat. Raises Unavailable while another process writes.

    The article is read when its turn to write has come: of two at once, the later never writes what the earlier saw.
    """

    def as_it_is_now() -> Iterator[IndexDoc]:
        with database.read() as session:
            article = session.get(Article, article_id)
            if article is not None and article.state is ArticleState.PUBLISHED:
                yield document(article, search.analyzer)

    search.backend.apply(ARTICLES, as_it_is_now(), [str(article_id)])


def ensure(session: Session, search: Search, progress: Progress = lambda done, total: None) -> bool:
    """Build the index when there is none of this schema; says whether it was built."""
    return search.backend.ensure(ARTICLES, lambda: _documents(session, search.analyzer, progress))


def rebuild(session: Session, search: Search, progress: Progress = lambda done, total: None) -> None:
    """Build the index anew beside the live one. What changes meanwhile waits in the outbox until it is done."""
    search.backend.replace(ARTICLES, _documents(session, search.analyzer, progress))


def document(article: Article, analyzer: Analyzer) -> IndexDoc:
    """An article as the index keeps it."""
    return IndexDoc(
        id=str(article.id),
        texts={
            "title": analyzer.spaced(article.title),
            "questions": analyzer.spaced("\n".join(article.questions)),
            "keywords": analyzer.spaced("\n".join(article.keywords)),
            "answer": analyzer.spaced(article.answer_public),
            "agent_answer": analyzer.spaced(article.answer_agent),
            "suggest": " ".join(suggest_terms(article.title)),
        },
        keywords={
            "secrecy": (article.secrecy.value,),
            "category": (article.category_code,) if article.category_code else (),
            "area": (article.area_code,) if article.area_code else (),
            "unit": (str(article.owner_unit_id),) if article.owner_unit_id else (),
        },
        numbers={
            "from_day": article.effective_from.toordinal() if article.effective_from else FIRST_DAY,
            "to_day": article.effective_to.toordinal() if article.effective_to else LAST_DAY,
        },
    )


def _documents(session: Session, analyzer: Analyzer, progress: Progress) -> Iterator[IndexDoc]:
    published = Article.state == ArticleState.PUBLISHED
    total = session.scalar(select(func.count()).select_from(Article).where(published)) or 0
    rows = session.scalars(select(Article).where(published).order_by(Article.id).execution_options(yield_per=PROGRESS_EVERY))
    for done, article in enumerate(rows, 1):
        yield document(article, analyzer)
        if done % PROGRESS_EVERY == 0:
            progress(done, total)
    progress(total, total)
