"""Grouping questions by the city's rules: which category and unit they belong to is asked of dispatching. Run by the clock."""

from datetime import timedelta

from sqlalchemy.orm import Session

from dispatch import assignment
from hotline.kernel.db import UnitOfWork
from knowledge_base import grouping
from knowledge_base.answers import Desk
from knowledge_base.grouping import Grouper, Proposed
from sla import book
from web import knowledge_terms


def group_new(uow: UnitOfWork, desk: Desk) -> int:
    """Group a batch of new questions; returns how many. A city that is not set up has no rule of what is alike."""
    if not book.is_set_up(uow.session):
        return 0
    rules = knowledge_terms.rules_of(uow.session).questions
    return grouping.group_new(uow, Grouper(desk.search, desk.policy.filler, rules, proposed, desk.weights))


def forget(uow: UnitOfWork) -> int:
    """Forget a batch of questions that were kept long enough; returns how many."""
    if not book.is_set_up(uow.session):
        return 0
    return grouping.forget(uow, timedelta(days=knowledge_terms.rules_of(uow.session).questions.keep_days))


def proposed(session: Session, words: str) -> Proposed:
    """The category and unit that a ticket in these words would be given first, if any word speaks for one."""
    guesses = [guess for guess in assignment.classify(session, words) if guess.words]
    if not guesses:
        return Proposed()
    units = assignment.rank(session, text=words, category_code=guesses[0].code, area_code=None)
    return Proposed(guesses[0].code, units[0].unit_id if units else None)
