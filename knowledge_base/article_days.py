"""What days do to articles: those whose full review comes near fall due, those whose last day has passed expire.

Called by the clock, a batch a transaction; each may run twice at once. Search hides expired ones by date already.
"""

from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from hotline.kernel.db import UnitOfWork
from knowledge_base import articles
from knowledge_base.lifecycle import ANSWERING, ArticleState
from knowledge_base.models import Article
from knowledge_base.rules import KnowledgeRules
from knowledge_base.terms import months_after

AT_ONCE = 200


def come_due(uow: UnitOfWork, today: date, rules: KnowledgeRules) -> int:
    """Call for the review of what is to be looked through within `review_ahead_days`; returns how many fell due.

    What names no day is looked through when the period since it was published is over.
    """
    ahead = today + timedelta(days=rules.review_ahead_days)
    begun = datetime.combine(months_after(ahead, -rules.review_months), time.max, uow.zone)
    near = or_(Article.review_due <= ahead, and_(Article.review_due.is_(None), Article.published_at <= begun))
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
