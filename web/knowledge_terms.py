"""What knowledge goes by and does not know itself: the city's rules, codes and working days, handed in as values.

Called by the views, reactions and jobs of knowledge; `knowledge_base` imports none of the packages read here.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from hotline.kernel.db import UnitOfWork
from hotline.people.models import Area, Unit
from hotline.tickets.models import Category
from knowledge_base import article_days, rules
from knowledge_base.rules import KnowledgeRules
from knowledge_base.terms import Terms
from sla import book


def terms_of(session: Session, zone: ZoneInfo, now: datetime) -> Terms:
    """What the city lays down for an article that is written or moved now."""
    known = rules_of(session)
    return Terms(
        today=now.astimezone(zone).date(),
        rules=known,
        leaves=frozenset(session.scalars(_leaves())),
        areas=frozenset(session.scalars(select(Area.code))),
        units=frozenset(session.scalars(select(Unit.id).where(Unit.active))),
        unit_review_due=due_after(session, zone, now, known.unit_review_working_days),
        editor_review_due=due_after(session, zone, now, known.editor_review_working_days),
    )


def terms(uow: UnitOfWork) -> Terms:
    """`terms_of` as of the transaction."""
    return terms_of(uow.session, uow.zone, uow.now)


def rules_of(session: Session) -> KnowledgeRules:
    """The city's rules of knowledge in force."""
    return rules.read(book.values_of(session))


def due_after(session: Session, zone: ZoneInfo, now: datetime, working_days: int) -> datetime:
    """The end of a limit of so many working days that begins now."""
    return book.calendar_of(session, zone).add_working_days(now, working_days)


def local_day(uow: UnitOfWork) -> date:
    """Today in the city."""
    return uow.now.astimezone(uow.zone).date()


def branch(session: Session, category_code: str) -> frozenset[str]:
    """The codes of a subject and all below it; none for a code that nobody knows."""
    below = Category.path.contains(f"/{category_code}/", autoescape=True)
    return frozenset(session.scalars(select(Category.code).where(below)))


def around(session: Session, area_code: str) -> frozenset[str] | None:
    """The codes of a place and of all it lies in; None for no place, and for one that nobody knows."""
    area = session.get(Area, area_code) if area_code else None
    return frozenset(area.path.strip("/").split("/")) if area is not None else None


def come_due(uow: UnitOfWork) -> int:
    """Let a batch of articles fall due by the city's rule; returns how many. A city without rules has none to look for."""
    if not book.is_set_up(uow.session):
        return 0
    return article_days.come_due(uow, local_day(uow), rules_of(uow.session))


def _leaves() -> Select[str]:
    below = aliased(Category)
    return select(Category.code).where(Category.active, ~exists().where(below.parent_code == Category.code, below.active))
