"""Whether an article may be stored, go on or be taken as it stands: its fields, its title among all, its days. Reads only.

Called by `articles` before it changes anything; the rules of single fields stand in `content`.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.errors import Conflict, Invalid
from knowledge_base.content import ArticleContent, content_of, findings, readiness
from knowledge_base.lifecycle import ArticleState
from knowledge_base.models import Article
from knowledge_base.terms import Terms


def check_draft(session: Session, content: ArticleContent, terms: Terms, article: Article | None = None) -> None:
    """A draft may lack what a reader needs, but nothing that stands in it may be wrong. Raises Invalid."""
    for found in findings(content, terms):
        if found.field == "title" or not found.rule.startswith("required"):
            raise found.raised()
    check_title_free(session, content.title, *((article.id, article.replaces_id) if article else ()))


def check_ready(session: Session, article: Article, terms: Terms) -> None:
    """Raise Invalid for the first thing that keeps the article from answering anybody."""
    content = content_of(article)
    for found in (*findings(content, terms), *readiness(content, terms.today)):
        raise found.raised()
    check_title_free(session, content.title, article.id, article.replaces_id)


def check_title_free(session: Session, title: str, *article_ids: int | None) -> None:
    """Raise Invalid naming the article that has this title already; those of the ids are the same article."""
    same = Article.title == title, Article.replaces_id.is_(None), Article.state != ArticleState.WITHDRAWN
    others = Article.id.not_in([key for key in article_ids if key is not None])
    found = session.execute(select(Article.id, Article.code).where(*same, others).limit(1)).first()
    if found is not None:
        raise Invalid("title", "title-taken", article_id=found.id, article=found.code)


def check_newest(article: Article, revision: int | None) -> None:
    """Raise Conflict for words that began from an older revision: they must be compared with the newest first."""
    if article.revision != revision:
        raise Conflict("the article moved on", reason="article-moved-on", revision=article.revision, began_from=revision)


def is_over(content: ArticleContent, today: date) -> bool:
    """Whether its last day has passed."""
    return content.effective_to is not None and content.effective_to < today


def step_due(target: ArticleState, terms: Terms) -> datetime | None:
    """Until when the review that begins is due; None for a draft, which nobody waits for."""
    if target is ArticleState.UNIT_REVIEW:
        return terms.unit_review_due
    return terms.editor_review_due if target is ArticleState.EDITOR_REVIEW else None


def review_day(given: Any, terms: Terms) -> date:  # what a client sent
    """The day of the next full review: as given, at most a whole period from now; else when the period is over."""
    day = _day("review_due", given) or terms.next_review
    if day <= terms.today:
        raise Invalid("review_due", "in-the-past")
    if day > terms.next_review:
        raise Invalid("review_due", "after-the-period", latest=terms.next_review.isoformat())
    return day


def last_day(given: Any, terms: Terms) -> date:  # what a client sent
    """The last day of an article that is to hold again. Raises Invalid when it is missing or over."""
    day = _day("effective_to", given)
    if day is None or day < terms.today:
        raise Invalid("effective_to", "already-over")
    return day


def _day(field: str, given: Any) -> date | None:  # what a client sent
    if given is None or given == "" or isinstance(given, date):
        return given or None
    try:
        return date.fromisoformat(str(given))
    except ValueError as error:
        raise Invalid(field, "not-a-day", given=str(given)) from error
