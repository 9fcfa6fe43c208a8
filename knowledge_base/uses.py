"""What became of articles that were shown: noted once for a contact or a question; counted for the public and for ranking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import NotFound
from knowledge_base import search
from knowledge_base.events import ArticleUsed
from knowledge_base.models import Article, ArticleStanding, ArticleUse, UseKind, UsePlace
from knowledge_base.search import Reader

MEANT = (UseKind.OPENED, UseKind.USED, UseKind.HELPFUL)
"""Uses that say somebody wanted the article."""


@dataclass(frozen=True)
class Showing:
    """Where and for what the article was shown. `rank` is its place from 1."""

    contact_id: int | None = None
    asked_id: int | None = None
    place: UsePlace | None = None
    rank: int | None = None
    confidence: float | None = None


NOWHERE = Showing()


def note(uow: UnitOfWork, article_id: int, kind: UseKind, showing: Showing = NOWHERE) -> None:
    """Note that an article was shown, opened, used or judged. Within a contact, or for a question, each kind counts once.

    Raises NotFound.
    """
    if uow.session.get(Article, article_id) is None:
        raise NotFound("article", thing="article", id=article_id)
    row = _row(uow, article_id, kind, showing)
    stored = uow.session.execute(insert(ArticleUse).values(row).on_conflict_do_nothing().returning(ArticleUse.id)).first()
    if stored is not None and kind not in (UseKind.SHOWN, UseKind.OPENED):
        uow.record(ArticleUsed(article_id, kind.value, showing.contact_id))


def note_shown(uow: UnitOfWork, shown: Mapping[int, Showing]) -> None:
    """Note that these articles, which search just found, were shown; one statement, for it happens while one types."""
    rows = [_row(uow, article_id, UseKind.SHOWN, showing) for article_id, showing in shown.items()]
    if rows:
        uow.session.execute(insert(ArticleUse).values(rows).on_conflict_do_nothing())


def hot(session: Session, *, now: datetime, today: date, days: int, size: int) -> Sequence[Row[int, str, int]]:
    """Public articles most wanted in the last days, as (id, title, times); then, to fill up, what the last night counted."""
    public = (*search.holds(Reader.CITIZEN, today), Article.answer_public != "")
    times = func.count(ArticleUse.id)
    lately = select(Article.id, Article.title, times).join(ArticleUse, ArticleUse.article_id == Article.id)
    lately = lately.where(ArticleUse.kind.in_(MEANT), ArticleUse.at >= now - timedelta(days=days), *public)
    lately = lately.group_by(Article.id, Article.title)
    found = list(session.execute(lately.order_by(times.desc(), Article.id).limit(size)))
    if len(found) == size:
        return found
    counted = ArticleStanding.used + ArticleStanding.helpful
    earlier = select(Article.id, Article.title, counted).join(ArticleStanding, ArticleStanding.article_id == Article.id)
    earlier = earlier.where(counted > 0, Article.id.not_in([row[0] for row in found]), *public)
    return [*found, *session.execute(earlier.order_by(counted.desc(), Article.id).limit(size - len(found)))]


def _row(uow: UnitOfWork, article_id: int, kind: UseKind, showing: Showing) -> dict[str, object]:
    return {
        "article_id": article_id,
        "contact_id": showing.contact_id,
        "asked_id": showing.asked_id,
        "kind": kind,
        "place": showing.place,
        "rank": showing.rank,
        "confidence": showing.confidence,
        "at": uow.now,
        "officer_id": uow.actor.officer_id,
    }
