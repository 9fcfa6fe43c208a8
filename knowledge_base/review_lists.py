"""Lists of articles that wait for somebody, from the database: by state and narrowing, late reviews, the badges of a desk.

What a reader may see is a condition of every query (`permissions`); what answers today is found by `search`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from hotline.kernel.errors import Invalid
from hotline.kernel.scope import Scope
from knowledge_base import permissions, search
from knowledge_base.lifecycle import ANSWERING, ArticleState
from knowledge_base.models import Article
from knowledge_base.narrowing import UNNARROWED, Narrowing
from knowledge_base.search import Found, Reader

ALL = "all"
LATE_AT_ONCE = 200
REVIEWS = (ArticleState.UNIT_REVIEW, ArticleState.EDITOR_REVIEW)
WAITING = (ArticleState.DRAFT, *REVIEWS, ArticleState.DUE)
"""States in which an article waits for somebody; few articles are, so that a badge costs little."""


@dataclass(frozen=True)
class Wanted:
    """Which articles a list shows: an empty `state` is what answers today, `title` a piece of their titles."""

    state: str = ""
    title: str = ""
    narrowing: Narrowing = UNNARROWED


@dataclass(frozen=True)
class Counts:
    """The badges of a desk."""

    drafts: int
    unit_review: int
    editor_review: int
    due: int
    expiring: int


def listed(session: Session, scope: Scope, wanted: Wanted, *, today: date, size: int, before: str | None = None) -> Found:
    """A page of what the reader may see, newest first. Raises Invalid for an unknown state or a broken cursor."""
    query = select(Article).where(permissions.readable(scope, today), *_conditions(wanted, today))
    page = query.where(Article.id < int(before)) if before else query
    rows = list(session.scalars(page.order_by(Article.id.desc()).limit(size + 1)))
    return Found(rows[:size], _count(session, query), str(rows[size - 1].id) if len(rows) > size else None)


def late(session: Session, now: datetime) -> list[Article]:
    """Reviews whose limit has passed, the longest late first."""
    over = Article.state.in_(REVIEWS), Article.step_due_at < now
    return list(session.scalars(select(Article).where(*over).order_by(Article.step_due_at).limit(LATE_AT_ONCE)))


def counts(session: Session, scope: Scope, *, today: date, ahead_days: int) -> Counts:
    """What waits for this reader: an editor's of all units, a unit's own; expiring is what ends within so many days."""
    mine = _to_do(scope)
    ending = Article.effective_to.between(today, today + timedelta(days=ahead_days))
    states = select(Article.state, func.count()).where(mine, Article.state.in_(WAITING)).group_by(Article.state)
    by_state = dict(session.execute(states).all())
    return Counts(
        drafts=by_state.get(ArticleState.DRAFT, 0),
        unit_review=by_state.get(ArticleState.UNIT_REVIEW, 0),
        editor_review=by_state.get(ArticleState.EDITOR_REVIEW, 0),
        due=by_state.get(ArticleState.DUE, 0),
        expiring=_count(session, select(Article).where(mine, Article.state.in_(ANSWERING), ending)),
    )


def changes_at_hand(session: Session, article_ids: Sequence[int]) -> dict[int, Article]:
    """The change at hand of each of these articles that has one."""
    at_hand = Article.replaces_id.in_(article_ids), Article.state.in_((ArticleState.DRAFT, *REVIEWS))
    return {row.replaces_id: row for row in session.scalars(select(Article).where(*at_hand)) if row.replaces_id is not None}


def _conditions(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    """Raises Invalid for an unknown state."""
    found = [*_of_state(wanted.state, today), *wanted.narrowing.conditions()]
    if wanted.title:
        found.append(Article.title.contains(wanted.title, autoescape=True))
    return found


def _of_state(state: str, today: date) -> Sequence[ColumnElement[bool]]:
    if state == ALL:
        return (Article.state != ArticleState.TAKEN,)
    if not state:
        return search.holds(Reader.STAFF, today)
    if state not in list(ArticleState):
        raise Invalid("state", "unknown-choice", given=state, allowed=[ALL, *(each.value for each in ArticleState)])
    return (Article.state == ArticleState(state),)


def _to_do(scope: Scope) -> ColumnElement[bool]:
    """An editor's everything; of anybody else what their units own and what they wrote."""
    if permissions.is_editor(scope):
        return Article.id.is_not(None)
    mine = and_(Article.created_by_id.is_not(None), Article.created_by_id == scope.officer_id)
    return or_(permissions.own(scope), mine)


def _count(session: Session, wanted: Select[Article]) -> int:
    return session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
