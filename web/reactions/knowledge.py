"""Who is told of an article's steps and of reviews that are late: the `tells` of its rows, read into inboxes. Safe to repeat.

Codes are catalogue ids `notice.article-<action>.title` / `.text`. Of a change that is taken the article it went into tells.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hotline.kernel.db import Database, UnitOfWork
from hotline.people import notices
from hotline.people.models import Membership
from hotline.people.permissions import Role
from hotline.tickets.events import TicketMoved
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import State
from knowledge_base import enquiries, review_lists
from knowledge_base.events import ArticleChanged
from knowledge_base.lifecycle import ARTICLE, ArticleState
from knowledge_base.models import Article
from web.reactions import telling

AUTHOR, UNIT, EDITORS = "author", "unit", "editors"
LATE, WANTED = "article-review-late", "article-wanted"
ENQUIRY = "enquiry"
ANSWERED = frozenset({State.ANSWERED, State.CLOSED, State.ARCHIVED})


def article_changed(database: Database, delivery_id: int, event: ArticleChanged) -> None:
    """Whoever the article's row names hears of its step, but for who made it."""
    named = telling.tells(ARTICLE, event.source, event.action) if event.action else ()
    if named:
        with database.work() as uow:
            article = uow.session.get_one(Article, event.article_id)
            _tell(uow, article, f"article-{event.action}", named, f"article:{delivery_id}")


def enquiry_closed(database: Database, delivery_id: int, event: TicketMoved) -> None:
    """The unit that answered an enquiry is asked for the knowledge; the ticket has the way to draft it."""
    if event.target != State.CLOSED:
        return
    with database.work() as uow:
        ticket = uow.session.get_one(Ticket, event.ticket_id)
        if ticket.lead_unit_id is None or not is_answered_enquiry(ticket) or enquiries.article_of(uow.session, ticket.id):
            return
        args, key = {"number": ticket.number}, f"article-wanted:{ticket.id}"
        notices.notify_unit(uow, ticket.lead_unit_id, WANTED, args=args, ticket_id=ticket.id, dedup_key=key)


def is_answered_enquiry(ticket: Ticket) -> bool:
    """Whether an article can be made of the ticket: an enquiry of the ordinary sort that ended with a public answer."""
    return ticket.type == ENQUIRY and ticket.state in ANSWERED and bool(ticket.public_reply) and not ticket.confidential


def tell_late_reviews(database: Database, now: datetime | None = None) -> int:
    """Tell whose review is late (default: by now), once each, and the editors with them; returns how many are."""
    with database.work(now=now) as uow:
        late = review_lists.late(uow.session, uow.now)
        for article in late:
            owing = {EDITORS} if article.state is ArticleState.EDITOR_REVIEW else {UNIT, EDITORS}
            _tell(uow, article, LATE, owing, f"article-late:{article.id}:{article.step_due_at}")
        return len(late)


def _tell(uow: UnitOfWork, article: Article, code: str, named: Collection[str], key: str) -> None:
    args: notices.Args = {"title": article.title, "article_id": article.replaces_id or article.id, "note": article.review_note}
    unit_id = article.owner_unit_id if UNIT in named else None
    author_id = article.created_by_id if AUTHOR in named else None
    if unit_id is not None:
        notices.notify_unit(uow, unit_id, code, args=args, dedup_key=f"{key}:unit-{unit_id}")
    if EDITORS in named:
        notices.notify_role(uow, Role.KNOWLEDGE_EDITOR, code, args=args, dedup_key=f"{key}:editors")
    if author_id is not None and not _is_in(uow.session, author_id, unit_id):
        notices.notify_officer(uow, author_id, code, args=args, dedup_key=f"{key}:officer-{author_id}")


def _is_in(session: Session, officer_id: int, unit_id: int | None) -> bool:
    """Whether the officer reads the unit's inbox."""
    return bool(session.scalar(select(exists().where(Membership.officer_id == officer_id, Membership.unit_id == unit_id))))
