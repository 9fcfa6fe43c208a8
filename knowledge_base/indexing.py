"""Keeping the article index true to the database: one article after it changed, or all of them anew.

Called by the *after* reaction on `ArticleChanged`, by the worker at its start and by `hotline kb rebuild`.
"""

from collections.abc import Iterator

from sqlalchemy import select

from hotline.kernel.db import Database
from hotline.kernel.search.analysis import Analyzer, suggest_terms
from hotline.kernel.search.port import IndexDoc
from hotline.kernel.search.query import Search
from hotline.kernel.search.source import Progress, Rows, untold
from knowledge_base.lifecycle import ANSWERING
from knowledge_base.models import Article
from knowledge_base.narrowing import keywords_of
from knowledge_base.search import ARTICLES, FIRST_DAY, LAST_DAY

LEAD_CHARACTERS = 200


def index_article(database: Database, search: Search, article_id: int) -> None:
    """Bring one article's place in the index up to date. Safe to repeat. Raises Unavailable while another process writes.

    The article is read when its turn to write has come: of two at once, the later never writes what the earlier saw.
    """

    def as_it_is_now() -> Iterator[IndexDoc]:
        with database.read() as session:
            article = session.get(Article, article_id)
            if article is not None and article.state.answers:
                yield document(article, search.analyzer)

    search.backend.apply(ARTICLES, as_it_is_now(), [str(article_id)])


def ensure(database: Database, search: Search, progress: Progress = untold) -> bool:
    """Build the index when there is none of this schema; says whether it was built."""
    return search.backend.ensure(ARTICLES, _rows(database, search, progress))


def rebuild(database: Database, search: Search, progress: Progress = untold) -> None:
    """Build the index anew beside the live one, or go on with a build that was killed."""
    search.backend.replace(ARTICLES, _rows(database, search, progress))


def document(article: Article, analyzer: Analyzer) -> IndexDoc:
    """An article as the index keeps it."""
    return IndexDoc(
        id=str(article.id),
        texts={
            "title": analyzer.indexed(article.title),
            "questions": analyzer.indexed("\n".join(article.questions)),
            "keywords": analyzer.indexed("\n".join(article.keywords)),
            "answer": analyzer.indexed(article.answer_public),
            "agent_answer": analyzer.indexed(article.answer_agent),
            "suggest": " ".join(suggest_terms(article.title)),
            "sound": analyzer.sounding(_heard(article)),
        },
        keywords=keywords_of(article),
        numbers={
            "from_day": article.effective_from.toordinal() if article.effective_from else FIRST_DAY,
            "to_day": article.effective_to.toordinal() if article.effective_to else LAST_DAY,
        },
    )


def _heard(article: Article) -> str:
    """What an article is found by when its words were heard wrongly: all it is called, or else how its answer begins."""
    called = "\n".join((article.title, *article.questions, *article.keywords)).strip()
    return called or article.answer_public[:LEAD_CHARACTERS]


def _rows(database: Database, search: Search, progress: Progress) -> Rows:
    answering = select(Article).where(Article.state.in_(ANSWERING))
    return Rows(database, answering, Article.id, lambda _, article: document(article, search.analyzer), progress)
