"""Clocks of limits: start, stop, pause, resume, run on, move. The only module that assigns `Clock.state`.

Which of it happens when is said in `deadlines` and `extensions`; every end comes from `reckoning`; `sweep` finds what is late.
Whoever moves a clock here moves the limit that its part or ticket shows, and what is to be told of it next.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from hotline.kernel.db import UnitOfWork
from hotline.people.models import Unit
from hotline.tickets import assignments, tickets
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import SYSTEM
from sla import ladder, policies, reckoning
from sla.book import Book, book_of
from sla.clock_facts import LET_GO, WHOLE, Subject, appeal_of, basis_of, foreseen, iso, kept_of, known_since
from sla.lifecycles import CLOCK, ClockState
from sla.limits import Stage, StartEvent
from sla.models import Clock
from sla.policies import Case, PolicyRow
from sla.reckoning import Basis, StepKind
from sla.rosters import Duty, roster_of

WORKING_STAGES = (Stage.HANDLE, Stage.REDO)
UNFINISHED = (ClockState.RUNNING, ClockState.PAUSED)
MACHINE = (SYSTEM,)


def start(uow: UnitOfWork, stage: Stage, ticket: Ticket, subject: Subject = WHOLE) -> Clock | None:
    """Start a limit by the policy that holds now; None when the city has no limit for this stage."""
    policy = policy_of(uow, stage, ticket, subject.unit_id)
    return begin(uow, policy, ticket, subject) if policy else None


def policy_of(uow: UnitOfWork, stage: Stage, ticket: Ticket, unit_id: int | None) -> PolicyRow | None:
    """The limit that the policies in force give such a ticket and whoever owes the step."""
    unit = _unit(uow, unit_id)
    case = Case(ticket.type, ticket.urgency, ticket.profile, unit.unit_class if unit else None)
    return policies.find(book_of(uow.session, uow.zone, uow.now).policies, stage, case, uow.now)


def begin(
    uow: UnitOfWork,
    policy: PolicyRow,
    ticket: Ticket,
    subject: Subject,
    *,
    after: datetime | None = None,
    before: datetime | None = None,
) -> Clock | None:
    """Start a limit by this policy; None when it would not end `after` the one and `before` the other moment."""
    book, unit = book_of(uow.session, uow.zone, uow.now), _unit(uow, subject.unit_id)
    began = _began(policy, ticket, subject, uow.now)
    roster = roster_of(book.rules.roster_rows, _duty(ticket, unit))
    explain = kept_of(subject)
    basis = reckoning.read_basis(began, policy.limit, roster, explain)
    due = reckoning.reckon(book.calendar, basis)
    if (before is not None and due >= before) or (after is not None and due <= after):
        return None
    explain |= known_since(due, uow.now)
    clock = Clock(
        ticket_id=ticket.id,
        assignment_id=subject.part.id if subject.part else None,
        unit_id=subject.unit_id,
        request_id=subject.request_id,
        order_id=subject.order_id,
        stage=policy.stage,
        roster=roster,
        state=ClockState.RUNNING,
        started_at=began,
        due_at=due,
        told=[],
        policy_id=policy.id,
        explain=explain,
    )
    _foresee(uow, book, clock, basis)
    uow.session.add(clock)
    uow.session.flush()
    return clock


def stop(
    uow: UnitOfWork,
    ticket_id: int,
    stages: Collection[Stage],
    *,
    assignment_id: int | None = None,
    order_id: int | None = None,
    appeal_id: int | None = None,
) -> None:
    """End limits, running or paused: their step is done or nobody need do it any more."""
    for clock in _held(uow, ticket_id, stages, UNFINISHED, assignment_id=assignment_id):
        if order_id in (None, clock.order_id) and appeal_id in (None, appeal_of(clock)):
            _end(uow, clock)
    uow.session.flush()


def let_go(uow: UnitOfWork, clock: Clock) -> None:
    """End a unit's limit that is not owed any more, and take it from where people read it."""
    _end(uow, clock)
    clock.explain = {**clock.explain, LET_GO: True}
    if clock.assignment_id is not None and clock.stage in SHOWN:
        part = assignments.get(uow.session, clock.assignment_id)
        assignments.set_limits(uow, part, **{**_limits_of(part), **dict.fromkeys(_limits_by(clock))})
    uow.session.flush()


def had(uow: UnitOfWork, part: Assignment) -> set[Stage]:
    """The stages that a part has, or had, a limit for; those let go do not count."""
    kept = Clock.assignment_id == part.id, ~Clock.explain.has_key(LET_GO)
    return set(uow.session.scalars(select(Clock.stage).where(*kept)))


def pause(uow: UnitOfWork, ticket_id: int, stages: Collection[Stage]) -> None:
    """Let no time count for now. What was late before stays late."""
    if not stages:
        return
    for clock in _held(uow, ticket_id, stages, (ClockState.RUNNING,)):
        clock.state = CLOCK.find(clock.state, "pause", MACHINE, {}).target
        clock.paused_at = uow.now
    uow.session.flush()


def resume(uow: UnitOfWork, ticket_id: int) -> None:
    """Let time count again: each paused limit ends as much later as was left of it."""
    for clock in _held(uow, ticket_id, Stage, (ClockState.PAUSED,)):
        clock.state = CLOCK.find(clock.state, "resume", MACHINE, {}).target
        since, clock.paused_at = clock.paused_at or uow.now, None
        add_step(uow, clock, StepKind.PAUSED, since=since, until=uow.now)


def rework(uow: UnitOfWork, assignment_id: int) -> None:
    """Let a part's own limit run on after its reply was sent back, with what was left of it at the reply."""
    clock = _newest_stopped(uow, Clock.assignment_id == assignment_id, WORKING_STAGES)
    if clock is not None:
        since, above = _run_on(uow, clock), clock.explain.get("within")
        end = assignments.get(uow.session, above).due_at if above else None
        add_step(uow, clock, StepKind.SENT_BACK, since=since, until=uow.now, no_later_than=end)


def continue_total(uow: UnitOfWork, ticket_id: int) -> None:
    """Let the citizen's limit run on where it stood: it went into another ticket, and no time was given back by that."""
    clock = _newest_stopped(uow, Clock.ticket_id == ticket_id, (Stage.TOTAL,))
    if clock is not None:
        _run_on(uow, clock)
        _rewrite(uow, clock, book_of(uow.session, uow.zone, uow.now))


def reopen_total(uow: UnitOfWork, ticket_id: int) -> None:
    """Let the citizen's limit run on with what was left when the ticket ended without an answer."""
    clock = _newest_stopped(uow, Clock.ticket_id == ticket_id, (Stage.TOTAL,))
    if clock is not None:
        since = _run_on(uow, clock)
        add_step(uow, clock, StepKind.PAUSED, since=since, until=uow.now)


def add_step(uow: UnitOfWork, clock: Clock, kind: StepKind, **facts: datetime | int | None) -> None:
    """Move a limit's end by a step with its facts (as `reckoning.Step` has them), kept with the moments before and after.

    A limit that ends later than now is warned of, and expires, anew.
    """
    row: dict[str, Any] = {"code": kind.value, **{name: _plain(value) for name, value in facts.items()}}
    _rewrite(uow, clock, book_of(uow.session, uow.zone, uow.now), row)


def count_again(uow: UnitOfWork, clock: Clock, book: Book, explain: Mapping[str, Any], note: Mapping[str, Any]) -> bool:
    """Reckon a limit anew by the policy that it has now and by this explanation; the note is kept if the end moved."""
    was = clock.due_at
    clock.explain = dict(explain)
    due = reckoning.reckon(book.calendar, basis_of(clock))
    _rewrite(uow, clock, book, *([dict(note)] if due != was else []))
    return due != was


def show(uow: UnitOfWork, clocks: Iterable[Clock]) -> None:
    """Write limits where people read them: on the unit's part, and the citizen's on the ticket."""
    for clock in clocks:
        if clock.stage is Stage.TOTAL:
            tickets.set_total_limit(uow, tickets.get(uow, clock.ticket_id), clock.due_at)
        elif clock.assignment_id is not None and clock.stage in SHOWN:
            part = assignments.get(uow.session, clock.assignment_id)
            assignments.set_limits(uow, part, **{**_limits_of(part), **_limits_by(clock)})


def running(uow: UnitOfWork, ticket_id: int, stages: Collection[Stage], *, assignment_id: int | None = None) -> list[Clock]:
    """The limits of those stages that run now, held until the end of the transaction, oldest first."""
    return _held(uow, ticket_id, stages, (ClockState.RUNNING,), assignment_id=assignment_id)


def unfinished(uow: UnitOfWork, ticket_id: int) -> list[Clock]:
    """The limits of a ticket that run or stand still, held until the end of the transaction, oldest first."""
    return _held(uow, ticket_id, Stage, UNFINISHED)


def working(uow: UnitOfWork, part: Assignment) -> Clock | None:
    """The limit by which a part's answer is owed, running or paused."""
    found = _held(uow, part.ticket_id, WORKING_STAGES, UNFINISHED, assignment_id=part.id)
    return found[-1] if found else None


SHOWN = frozenset({Stage.SIGN, Stage.CONTACT, *WORKING_STAGES})


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


def _rewrite(uow: UnitOfWork, clock: Clock, book: Book, *rows: dict[str, Any]) -> None:
    """Append the rows to the explanation, reckon, and write the end, what is told of it next and what people see."""
    was = clock.due_at
    clock.explain = {**clock.explain, "steps": [*clock.explain.get("steps", []), *rows]}
    basis = basis_of(clock)
    clock.due_at = reckoning.reckon(book.calendar, basis)
    for row in rows:
        row |= {"was": iso(was), "at": iso(clock.due_at)}
    if clock.due_at != was:
        clock.explain = {**clock.explain, **known_since(clock.due_at, uow.now)}
    if clock.due_at > was and clock.due_at > uow.now:
        clock.warned_at = clock.expired_at = None
        clock.told = ladder.told_anew(clock.told)
    _foresee(uow, book, clock, basis)
    show(uow, [clock])


def _foresee(uow: UnitOfWork, book: Book, clock: Clock, basis: Basis) -> None:
    """Set what follows from the end: whether a notice may change it, from when it is near, when something is told next."""
    unit = _unit(uow, clock.unit_id)
    urgency, unit_class = tickets.get(uow, clock.ticket_id).urgency, unit.unit_class if unit else None
    clock.provisional = reckoning.is_provisional(book.calendar, basis, clock.due_at)
    clock.warn_at, clock.next_at = foreseen(book, clock, basis, urgency, unit_class)


def _began(policy: PolicyRow, ticket: Ticket, subject: Subject, now: datetime) -> datetime:
    if policy.start_event is StartEvent.ACCEPTED:
        return ticket.opened_at
    if policy.start_event is StartEvent.DISPATCHED and subject.part is not None:
        return subject.part.dispatched_at
    if policy.start_event is StartEvent.SIGNED and subject.part is not None:
        return subject.part.signed_at or now
    return now


def _duty(ticket: Ticket, unit: Unit | None) -> Duty:
    if unit is None:
        return Duty(ticket.urgency)
    return Duty(ticket.urgency, unit.unit_class, unit.line, unit.around_the_clock)


def _unit(uow: UnitOfWork, unit_id: int | None) -> Unit | None:
    return uow.session.get(Unit, unit_id) if unit_id is not None else None


def _end(uow: UnitOfWork, clock: Clock) -> None:
    clock.state = CLOCK.find(clock.state, "stop", MACHINE, {}).target
    clock.stopped_at, clock.next_at = uow.now, None


def _run_on(uow: UnitOfWork, clock: Clock) -> datetime:
    """Let a stopped limit run again; from when no time counted for it."""
    clock.state = CLOCK.find(clock.state, "restart", MACHINE, {}).target
    since = clock.paused_at or clock.stopped_at or uow.now
    clock.stopped_at = clock.paused_at = None
    return since


def _newest_stopped(uow: UnitOfWork, whose: Any, stages: Collection[Stage]) -> Clock | None:  # a condition
    query = select(Clock).where(whose, Clock.stage.in_(stages), Clock.state == ClockState.STOPPED)
    return uow.session.scalars(query.order_by(Clock.id.desc()).limit(1).with_for_update(of=Clock)).one_or_none()


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


def _plain(value: datetime | int | None) -> str | int | None:
    return iso(value) if isinstance(value, datetime) else value
