"""Limits after a correction (更正): what still runs is counted again, from where it began, by the policy that holds now.

Called by `deadlines` when a ticket's fields were corrected. Pauses, extensions and mergers that moved a limit stay counted.
"""

from datetime import datetime

from hotline.kernel.db import UnitOfWork
from hotline.people.models import Unit
from hotline.tickets import tickets
from hotline.tickets.models import Ticket
from sla import clocks, limits, policies
from sla.book import book_of
from sla.calendar import CityCalendar
from sla.limits import Limit
from sla.models import Clock
from sla.policies import Case, PolicyRow


def count_again(uow: UnitOfWork, ticket_id: int) -> None:
    """Give every unfinished limit of the ticket the amount its corrected fields ask for. Safe to call twice.

    A limit that a unit was given by name stays; so does one whose policy is the same as before.
    """
    ticket = tickets.get(uow, ticket_id)
    for clock in clocks.unfinished(uow, ticket_id):
        policy = _policy(uow, ticket, clock)
        if policy is not None and policy.id != clock.policy_id and not clock.explain.get("given"):
            _refit(uow, clock, policy)


def _policy(uow: UnitOfWork, ticket: Ticket, clock: Clock) -> PolicyRow | None:
    unit = uow.session.get(Unit, clock.unit_id) if clock.unit_id is not None else None
    case = Case(ticket.type, ticket.urgency, ticket.profile, unit.unit_class if unit else None)
    return policies.find(book_of(uow.session, uow.zone, uow.now).policies, clock.stage, case, uow.now)


def _refit(uow: UnitOfWork, clock: Clock, policy: PolicyRow) -> None:
    calendar, roster = book_of(uow.session, uow.zone, uow.now).calendar, clock.roster
    before = Limit(clock.policy.amount, clock.policy.unit, clock.policy.start_rule)
    was = limits.due_at(calendar, clock.started_at, before, roster)
    due = _moved_alike(calendar, limits.due_at(calendar, clock.started_at, policy.limit, roster), was, clock.due_at)
    latest = clock.explain.get("no_later_than")
    due = min(due, datetime.fromisoformat(latest)) if latest else due
    clock.policy_id = policy.id
    uow.session.flush()
    uow.session.refresh(clock, ["policy"])
    clocks.put_due(uow, clock, due, "corrected", source=policy.source)


def _moved_alike(calendar: CityCalendar, due: datetime, was: datetime, stood: datetime) -> datetime:
    """The new end, later by the office time that the former one had been moved; never later than a tightened one."""
    if stood == was:
        return due
    if stood < was:
        return min(due, stood)
    return calendar.add_working_time(due, calendar.working_time_between(was, stood))
