"""What days do to articles: those whose full review comes near fall due, those whose last day has passed expire.

Called by the clock, a batch a transaction; each may run twice at once. Search hides expired ones by date already.
"""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, select

from hotline.kernel.db import UnitOfWork
from knowledge_base import articles
from knowledge_base.lifecycle import ANSWERING, ArticleState
from knowledge_base.models import Article

AT_ONCE = 200


def come_due(uow: UnitOfWork, today: date, ahead_days: int) -> int:
    """Call for the review of what is to be looked through within so many days; returns how many fell due."""
    near = Article.review_due <= today + timedelta(days=ahead_days)
    return _move(uow, "come_due", Article.state == ArticleState.PUBLISHED, near)


def expire_due(uow: UnitOfWork, today: date) -> int:
    """Expire what held until a day before `today` (a local day); returns how many."""
    return _move(uow, "expire", Article.state.in_(ANSWERING), Article.effective_to < today)


def _move(uow: UnitOfWork, action: str, *which: ColumnElement[bool]) -> int:
    query = select(Article).where(*which).order_by(Article.id).limit(AT_ONCE)
    found = list(uow.session.scalars(query.with_for_update(skip_locked=True)))
    for article in found:
        articles.move_by_itself(uow, article, action)
    return len(found)
