"""Clocks of limits: start, stop, pause, resume, move. The only module that assigns `Clock.state`.

Which of it happens when is said in `deadlines` and `extensions`; `sweep` finds what is late, `explanation` tells why a limit
ends when it ends. Whoever moves a clock here moves the limit that its part or ticket shows.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from hotline.kernel.db import UnitOfWork
from hotline.people.models import Unit
from hotline.tickets import assignments, tickets
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import SYSTEM
from sla import limits, policies
from sla.book import Book, book_of
from sla.lifecycles import CLOCK, ClockState
from sla.limits import AROUND_THE_CLOCK, OFFICE, Limit, Stage, StartEvent
from sla.models import Clock
from sla.policies import Case, PolicyRow

UNIT_STAGES = frozenset({Stage.SIGN, Stage.CONTACT, Stage.HANDLE, Stage.REDO})
WORKING_STAGES = (Stage.HANDLE, Stage.REDO)
MACHINE = (SYSTEM,)


def start(
    uow: UnitOfWork,
    stage: Stage,
    ticket: Ticket,
    *,
    assignment: Assignment | None = None,
    given: datetime | None = None,
    no_later_than: datetime | None = None,
) -> Clock | None:
    """Start one limit by the policy that holds now; None when the city has no limit for this stage.

    `given` is a limit set by whoever passed a part on: it goes before the policy's amount, and like it ends by `no_later_than`.
    """
    book = book_of(uow.session, uow.zone, uow.now)
    unit = uow.session.get(Unit, assignment.unit_id) if assignment else None
    case = Case(ticket.type, ticket.urgency, ticket.profile, unit.unit_class if unit else None)
    policy = policies.find(book.policies, stage, case, uow.now)
    if policy is None:
        return None
    began = _began(policy, ticket, assignment, uow.now)
    roster = AROUND_THE_CLOCK if unit and unit.around_the_clock else OFFICE
    due = given or limits.due_at(book.calendar, began, policy.limit, roster)
    due = min(due, no_later_than) if no_later_than else due
    clock = Clock(
        ticket_id=ticket.id,
        assignment_id=assignment.id if assignment else None,
        unit_id=unit.id if unit else None,
        stage=stage,
        state=ClockState.RUNNING,
        started_at=began,
        due_at=due,
        warn_at=_warned(book, began, due, policy),
        provisional=book.calendar.is_provisional(due),
        policy_id=policy.id,
        roster=roster,
        explain={"given": _iso(given), "no_later_than": _iso(no_later_than)},
    )
    uow.session.add(clock)
    uow.session.flush()
    return clock


def stop(uow: UnitOfWork, ticket_id: int, stages: Collection[Stage], *, assignment_id: int | None = None) -> None:
    """End limits, running or paused: their step is done or nobody need do it any more."""
    states = (ClockState.RUNNING, ClockState.PAUSED)
    for clock in _held(uow, ticket_id, stages, states, assignment_id=assignment_id):
        clock.state = CLOCK.find(clock.state, "stop", MACHINE, {}).target
        clock.stopped_at = uow.now
    uow.session.flush()


def pause(uow: UnitOfWork, ticket_id: int, stages: Collection[Stage]) -> None:
    """Let no time count for now. What was late before stays late."""
    for clock in _held(uow, ticket_id, stages, (ClockState.RUNNING,)):
        clock.state = CLOCK.find(clock.state, "pause", MACHINE, {}).target
        clock.paused_at = uow.now
    uow.session.flush()


def resume(uow: UnitOfWork, ticket_id: int) -> None:
    """Let time count again: each paused limit ends as much later as was left of it."""
    for clock in _held(uow, ticket_id, Stage, (ClockState.PAUSED,)):
        clock.state = CLOCK.find(clock.state, "resume", MACHINE, {}).target
        since, clock.paused_at = clock.paused_at or uow.now, None
        put_due(uow, clock, _carried(uow, clock, clock.due_at, since), "paused", since=since.isoformat())


def restart(uow: UnitOfWork, assignment_id: int) -> None:
    """Let a part's own limit run on after its reply was sent back, with what was left of it at the reply."""
    query = select(Clock).where(
        Clock.assignment_id == assignment_id, Clock.stage.in_(WORKING_STAGES), Clock.state == ClockState.STOPPED
    )
    clock = uow.session.scalars(query.order_by(Clock.id.desc()).limit(1).with_for_update(of=Clock)).one_or_none()
    if clock is None:
        return
    clock.state = CLOCK.find(clock.state, "restart", MACHINE, {}).target
    since, clock.stopped_at = clock.stopped_at or uow.now, None
    put_due(uow, clock, _carried(uow, clock, clock.due_at, since), "sent-back", since=since.isoformat())


def put_due(uow: UnitOfWork, clock: Clock, due: datetime, code: str, **values: Any) -> None:  # values of the explanation
    """Let a limit end at another moment, kept with the reason (`explain.<code>`) and written on its part or ticket.

    A limit that ends later than now is warned of, and expires, anew.
    """
    book = book_of(uow.session, uow.zone, uow.now)
    step = {"code": code, "was": _iso(clock.due_at), "at": _iso(due), **values}
    clock.explain = {**clock.explain, "steps": [*clock.explain.get("steps", []), step]}
    later = due > clock.due_at
    clock.due_at, clock.provisional = due, book.calendar.is_provisional(due)
    if later and due > uow.now:
        clock.warn_at = _warned_from(uow, book, clock)
        clock.warned_at = clock.expired_at = None
    elif clock.warn_at is not None:
        clock.warn_at = min(clock.warn_at, due)
    uow.session.flush()
    show(uow, [clock])


def show(uow: UnitOfWork, clocks: Iterable[Clock]) -> None:
    """Write limits where people read them: on the unit's part, and the citizen's on the ticket."""
    for clock in clocks:
        if clock.stage is Stage.TOTAL:
            tickets.set_total_limit(uow, tickets.get(uow, clock.ticket_id), clock.due_at)
        elif clock.assignment_id is not None and clock.stage in UNIT_STAGES:
            part = assignments.get(uow.session, clock.assignment_id)
            assignments.set_limits(uow, part, **{**_limits_of(part), **_limits_by(clock)})


def running(uow: UnitOfWork, ticket_id: int, stages: Collection[Stage], *, assignment_id: int | None = None) -> list[Clock]:
    """The limits of those stages that run now, held until the end of the transaction, oldest first."""
    return _held(uow, ticket_id, stages, (ClockState.RUNNING,), assignment_id=assignment_id)


def unfinished(uow: UnitOfWork, ticket_id: int) -> list[Clock]:
    """The limits of a ticket that run or stand still, held until the end of the transaction, oldest first."""
    return _held(uow, ticket_id, Stage, (ClockState.RUNNING, ClockState.PAUSED))


def _limits_of(part: Assignment) -> dict[str, Any]:  # moments and a flag, as set_limits takes them
    return {
        "sign_due_at": part.sign_due_at,
        "contact_due_at": part.contact_due_at,
        "due_at": part.due_at,
        "near_at": part.near_at,
        "provisional": part.due_provisional,
        "return_until": part.return_until,
    }


def _limits_by(clock: Clock) -> dict[str, Any]:  # as in _limits_of
    if clock.stage is Stage.SIGN:
        return {"sign_due_at": clock.due_at}
    if clock.stage is Stage.CONTACT:
        return {"contact_due_at": clock.due_at}
    return {"due_at": clock.due_at, "near_at": clock.warn_at, "provisional": clock.provisional}


def _carried(uow: UnitOfWork, clock: Clock, moment: datetime, since: datetime) -> datetime:
    calendar, roster = book_of(uow.session, uow.zone, uow.now).calendar, clock.roster
    return limits.carried_over(calendar, moment, _limit(clock), roster, since=since, now=uow.now)


def _limit(clock: Clock) -> Limit:
    return Limit(clock.policy.amount, clock.policy.unit, clock.policy.start_rule)


def _began(policy: PolicyRow, ticket: Ticket, assignment: Assignment | None, now: datetime) -> datetime:
    if policy.start_event is StartEvent.ACCEPTED:
        return ticket.opened_at
    if policy.start_event is StartEvent.DISPATCHED and assignment is not None:
        return assignment.dispatched_at
    return now


def _warned(book: Book, began: datetime, due: datetime, policy: PolicyRow) -> datetime | None:
    point = limits.warn_point(book.rules.warn_points, policy.stage, policy.limit)
    return limits.warn_at(book.calendar, began, due, policy.limit, point) if point else None


def _warned_from(uow: UnitOfWork, book: Book, clock: Clock) -> datetime | None:
    point = limits.warn_point(book.rules.warn_points, clock.stage, _limit(clock))
    if point is None:
        return None
    return max(limits.warn_at(book.calendar, clock.started_at, clock.due_at, _limit(clock), point), uow.now)


def _held(
    uow: UnitOfWork,
    ticket_id: int,
    stages: Collection[Stage] | type[Stage],
    states: Collection[ClockState],
    *,
    assignment_id: int | None = None,
) -> list[Clock]:
    # The sweep locks what it announces; waiting for it here keeps "stopped" and "warned" in one order.
    query = select(Clock).where(Clock.ticket_id == ticket_id, Clock.state.in_(states), Clock.stage.in_(list(stages)))
    if assignment_id is not None:
        query = query.where(Clock.assignment_id == assignment_id)
    return list(uow.session.scalars(query.order_by(Clock.id).with_for_update(of=Clock)))


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
