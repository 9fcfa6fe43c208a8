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
from knowledge_base.search import Found, Reader

ALL = "all"
LATE_AT_ONCE = 200
REVIEWS = (ArticleState.UNIT_REVIEW, ArticleState.EDITOR_REVIEW)


@dataclass(frozen=True)
class Narrowing:
    """What a list is narrowed by; empty values narrow nothing, an empty `state` leaves what answers today."""

    state: str = ""
    unit_id: int | None = None
    category_code: str = ""
    material: str = ""
    of_officer: int | None = None
    title: str = ""


@dataclass(frozen=True)
class Counts:
    """The badges of a desk."""

    drafts: int
    unit_review: int
    editor_review: int
    due: int
    expiring: int


def listed(session: Session, scope: Scope, narrowing: Narrowing, *, today: date, size: int, before: str | None = None) -> Found:
    """A page of what the reader may see, newest first. Raises Invalid for an unknown state or a broken cursor."""
    if before is not None and not before.isdecimal():
        raise Invalid("after", "broken-cursor")
    wanted = select(Article).where(permissions.readable(scope, today), *conditions(narrowing, today))
    page = wanted.where(Article.id < int(before)) if before else wanted
    rows = list(session.scalars(page.order_by(Article.id.desc()).limit(size + 1)))
    return Found(rows[:size], _count(session, wanted), str(rows[size - 1].id) if len(rows) > size else None)


def conditions(narrowing: Narrowing, today: date) -> list[ColumnElement[bool]]:
    """The narrowing as conditions. Raises Invalid for an unknown state."""
    found: list[ColumnElement[bool]] = list(_of_state(narrowing.state, today))
    if narrowing.unit_id is not None:
        found.append(Article.owner_unit_id == narrowing.unit_id)
    if narrowing.category_code:
        found.append(Article.category_code.startswith(narrowing.category_code, autoescape=True))
    if narrowing.material:
        found.append(Article.material == narrowing.material)
    if narrowing.of_officer is not None:
        found.append(Article.created_by_id == narrowing.of_officer)
    if narrowing.title:
        found.append(Article.title.contains(narrowing.title, autoescape=True))
    return found


def fits(article: Article, narrowing: Narrowing) -> bool:
    """Whether an article that was found by its words is of the unit, category, material and author asked for."""
    return (
        narrowing.unit_id in (None, article.owner_unit_id)
        and (article.category_code or "").startswith(narrowing.category_code)
        and narrowing.material in ("", article.material)
        and narrowing.of_officer in (None, article.created_by_id)
    )


def late(session: Session, now: datetime) -> list[Article]:
    """Reviews whose limit has passed, the longest late first."""
    over = Article.state.in_(REVIEWS), Article.step_due_at < now
    return list(session.scalars(select(Article).where(*over).order_by(Article.step_due_at).limit(LATE_AT_ONCE)))


def counts(session: Session, scope: Scope, *, today: date, ahead_days: int) -> Counts:
    """What waits for this reader: an editor's of all units, a unit's own; expiring is what ends within so many days."""
    mine = _to_do(scope)
    ending = Article.effective_to.between(today, today + timedelta(days=ahead_days))
    by_state = dict(session.execute(select(Article.state, func.count()).where(mine).group_by(Article.state)).all())
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
