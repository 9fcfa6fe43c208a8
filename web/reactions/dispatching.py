"""Adapters of dispatching: the city's rules are read here, since `dispatch` does not know where they are kept."""

from dispatch import guards
from hotline.kernel.db import UnitOfWork
from hotline.tickets.events import AssignmentOpened
from web import dispatch_rules


def guard(uow: UnitOfWork, event: AssignmentOpened) -> None:
    """Within-reaction: refuse a lead whom duty lists or the catalogue speak against, unless a person says why."""
    guards.check(uow, event, dispatch_rules.rules_of(uow.session))
