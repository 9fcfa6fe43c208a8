"""More time for a unit (延期, 承诺办理): what may be asked and granted, and how limits move with it. Handbook 3.2, 12.

`follow` is a within-reaction to AssignmentMoved, after the request was kept; it refuses by raising, which undoes the asking.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Forbidden, Invalid
from hotline.people import absences
from hotline.people.models import Membership
from hotline.tickets import assignments, requests
from hotline.tickets.events import AssignmentMoved
from hotline.tickets.models import Assignment, Request
from hotline.tickets.workflow import RequestKind, RequestState
from sla import clock_facts, clocks, reckoning
from sla.book import book_of
from sla.lifecycles import BEYOND_RULES
from sla.limits import LimitUnit, Stage
from sla.models import Clock
from sla.reckoning import StepKind

LEAD = "lead"
MONTHS_OF_YEAR = 12


def follow(uow: UnitOfWork, event: AssignmentMoved) -> None:
    """Check what is asked, inside the unit or of the hotline, and do what is granted. Raises as the step's function says."""
    step = STEPS.get(event.action)
    if step is not None:
        step(uow, assignments.get(uow.session, event.assignment_id))


def check_extension(uow: UnitOfWork, part: Assignment) -> None:
    """An extension is asked for before the limit ends, no longer than that limit and than the rules allow.

    Raises Conflict (nothing to extend, or too late) and Invalid for too many days.
    """
    clock = _open_limit(uow, part)
    most = _longest(uow, clock)
    if int(_request(uow, part, RequestKind.EXTENSION).data["days"]) > most:
        raise Invalid("days", "longer-than-allowed", at_most=most)


def grant_extension(uow: UnitOfWork, part: Assignment) -> None:
    """Give the working days; the citizen's limit follows the lead's. Raises Forbidden when others must grant one more."""
    book, request = book_of(uow.session, uow.zone, uow.now), _request(uow, part, RequestKind.EXTENSION)
    if _granted(uow, part) > book.rules.extension.times and not _roles(uow) & BEYOND_RULES:
        raise Forbidden("extended before", action="grant_extension", reason="extension-used", roles=sorted(BEYOND_RULES))
    days = int(request.data["days"])
    for clock in _moving(uow, part):
        clocks.add_step(uow, clock, StepKind.EXTENDED, days=days, no_later_than=_end_above(uow, part))


def check_commitment(uow: UnitOfWork, part: Assignment) -> None:
    """A commitment names a day after the limit, within the months of the rules. Raises as for an extension."""
    clock = _open_limit(uow, part)
    until = requests.until(_request(uow, part, RequestKind.COMMITMENT))
    months = book_of(uow.session, uow.zone, uow.now).rules.extension.commitment_months
    if until <= clock.due_at:
        raise Invalid("until", "not-after-limit")
    if until > months_later(uow.now, months):
        raise Invalid("until", "commitment-too-far", months=months)


def grant_commitment(uow: UnitOfWork, part: Assignment) -> None:
    """Let the promised day be the limit."""
    until = requests.until(_request(uow, part, RequestKind.COMMITMENT))
    for clock in _moving(uow, part):
        clocks.add_step(uow, clock, StepKind.COMMITTED, until=until, no_later_than=_end_above(uow, part))


def months_later(moment: datetime, months: int) -> datetime:
    """The same time of day so many calendar months later, on the month's last day when it has no such day."""
    year, month = divmod(moment.month - 1 + months, MONTHS_OF_YEAR)
    first = moment.replace(year=moment.year + year, month=month + 1, day=1)
    last = ((first + timedelta(days=31)).replace(day=1) - timedelta(days=1)).day
    return first.replace(day=min(moment.day, last))


STEPS: dict[str, Callable[[UnitOfWork, Assignment], None]] = {
    "propose_extension": check_extension,
    "ask_extension": check_extension,
    "grant_extension": grant_extension,
    "propose_commitment": check_commitment,
    "ask_commitment": check_commitment,
    "grant_commitment": grant_commitment,
}


def _open_limit(uow: UnitOfWork, part: Assignment) -> Clock:
    found = clocks.running(uow, part.ticket_id, clocks.WORKING_STAGES, assignment_id=part.id)
    if not found:
        raise Conflict("no limit runs", reason="no-limit")
    if found[-1].due_at < uow.now:
        raise Conflict("the limit has ended", reason="limit-over")
    return found[-1]


def _moving(uow: UnitOfWork, part: Assignment) -> list[Clock]:
    own = clocks.running(uow, part.ticket_id, clocks.WORKING_STAGES, assignment_id=part.id)
    return own + (clocks.running(uow, part.ticket_id, [Stage.TOTAL]) if part.role == LEAD else [])


def _longest(uow: UnitOfWork, clock: Clock) -> int:
    """Working days that may be asked for: those of the original limit, at least one, and no more than the rule."""
    book = book_of(uow.session, uow.zone, uow.now)
    if clock.policy.unit is LimitUnit.WORKING_DAYS:
        original = clock.policy.amount
    else:
        first_due = reckoning.first_due(book.calendar, clock_facts.basis_of(clock))
        original = max(1, book.calendar.working_days_between(clock.started_at, first_due))
    return min(original, book.rules.extension.working_days)


def _end_above(uow: UnitOfWork, part: Assignment) -> datetime | None:
    """No part ends after the one above it, and no assisting part after the lead's."""
    if part.role == LEAD:
        return None
    return assignments.get(uow.session, part.parent_id).due_at if part.parent_id else part.ticket.due_at


def _request(uow: UnitOfWork, part: Assignment, kind: RequestKind) -> Request:
    found = requests.newest(uow.session, part.id, kind)
    if found is None:
        raise Conflict("nothing was asked", reason="nothing-asked")
    return found


def _granted(uow: UnitOfWork, part: Assignment) -> int:
    """How many extensions the part was granted, the present one among them."""
    granted = Request.kind == RequestKind.EXTENSION, Request.state == RequestState.GRANTED
    return uow.session.scalar(select(func.count(Request.id)).where(Request.assignment_id == part.id, *granted)) or 0


def _roles(uow: UnitOfWork) -> set[str]:
    """The roles of who acts, with those they stand in for now."""
    me = uow.actor.officer_id
    if me is None:
        return set()
    own = uow.session.scalars(select(Membership.role).where(Membership.officer_id == me))
    return {*own, *(lent.role for lent in absences.lent_to(uow.session, me, uow.now))}
