"""The named lists of the desks: what stands in each, for whom and in which order. Read by `queries`, which adds who may see.

Conditions are cheap among a million tickets: each stands on a partial or leading index of tickets, parts or requests.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, exists, false, func, or_, true
from sqlalchemy.orm import aliased

from hotline.kernel.scope import Scope
from hotline.people.permissions import HOTLINE_ROLES, UNIT_ROLES
from hotline.tickets.models import Assignment, Request, SupervisionOrder, Ticket
from hotline.tickets.workflow import (
    AT_WORK,
    BAD_MARK,
    HEADS,
    STANDING,
    AssignmentState,
    OrderState,
    RequestKind,
    RequestState,
    State,
)

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class View:
    """A named list of a desk: what stands in it, for whom, and in which order (all keys run the same way)."""

    roles: frozenset[str]
    condition: Callable[[Scope, datetime], Condition]
    order: Callable[[Scope], tuple[SQLColumnExpression[Any], ...]]
    descending: bool = False


FAR = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
URGENCY = case({"critical": 0, "urgent": 1}, value=Ticket.urgency, else_=2)
RETURN_ASKED = exists().where(
    Request.ticket_id == Ticket.id, Request.kind == RequestKind.RETURN, Request.state == RequestState.ASKED
)
SUPERVISED = exists().where(SupervisionOrder.ticket_id == Ticket.id, SupervisionOrder.state.in_(STANDING))
IS_OPEN = Ticket.closed_at.is_(None)
HOTLINE = frozenset(role.value for role in HOTLINE_ROLES)
UNITS = frozenset(role.value for role in UNIT_ROLES)
BOTH = HOTLINE | UNITS
CHILD = aliased(Assignment)
WAITING = (RequestState.CLIMBING, RequestState.ASKED)


def _own(scope: Scope, *conditions: Condition) -> Condition:
    """Some part of an own unit fits all conditions; what units below do is seen in the other views, not worked on."""
    units = Assignment.unit_id.in_(scope.member_unit_ids)
    return exists().where(Assignment.ticket_id == Ticket.id, units, *conditions).correlate(Ticket)


def _in_states(*states: AssignmentState) -> Condition:
    return Assignment.state.in_(states)


def _at_work(scope: Scope, *conditions: Condition) -> Condition:
    return _own(scope, Assignment.state.in_(AT_WORK), *conditions)


def _asked(*conditions: Condition) -> Condition:
    """The part waits for a decision on what it asked."""
    return exists().where(Request.assignment_id == Assignment.id, *conditions).correlate(Assignment)


def _to_approve(scope: Scope) -> Condition:
    """A paper of the unit has climbed to a step whose role is held there."""
    step = Request.ladder.op("->>")(Request.step)
    held = [and_(Assignment.unit_id == unit_id, step == role) for unit_id, role in sorted(scope.held) if role in HEADS]
    return _own(scope, _asked(Request.state == RequestState.CLIMBING, or_(false(), *held)))


def _passed_on() -> Condition:
    return exists().where(CHILD.parent_id == Assignment.id, CHILD.state.in_(AT_WORK)).correlate(Assignment)


def _ordered(scope: Scope) -> Condition:
    units = SupervisionOrder.unit_id.in_(scope.member_unit_ids)
    waits = SupervisionOrder.state == OrderState.ISSUED
    return exists().where(SupervisionOrder.ticket_id == Ticket.id, units, waits).correlate(Ticket)


def _by_limit(scope: Scope) -> tuple[SQLColumnExpression[Any], ...]:
    return (func.coalesce(Ticket.due_at, FAR),)


def _newest(scope: Scope) -> tuple[SQLColumnExpression[Any], ...]:
    return (Ticket.opened_at,)


def _queue(scope: Scope) -> tuple[SQLColumnExpression[Any], ...]:
    return (URGENCY, Ticket.opened_at)


def _open_and(condition: Condition) -> Condition:
    return and_(IS_OPEN, condition)


def _late(now: datetime) -> Condition:
    return and_(IS_OPEN, Ticket.due_at <= now, Ticket.replied_at.is_(None))


def _near(now: datetime) -> Condition:
    return and_(IS_OPEN, Ticket.near_at <= now, Ticket.due_at > now, Ticket.replied_at.is_(None))


def _coming_due(scope: Scope, now: datetime) -> Condition:
    return _at_work(scope, Assignment.near_at <= now, Assignment.due_at > now)


A = AssignmentState
AGAIN = or_(Assignment.round > 1, Assignment.reply_internal != "")
"""Given a second time: another round after the call-back, or sent back by the auditor or the unit above."""

# fmt: off
VIEWS: dict[str, View] = {
    "to_dispatch": View(HOTLINE, lambda scope, now: Ticket.state == State.PENDING, _queue),
    "to_check":    View(HOTLINE, lambda scope, now: Ticket.state == State.TO_CHECK, _queue),
    "incomplete":  View(HOTLINE, lambda scope, now: Ticket.state == State.INCOMPLETE, _queue),
    "returns":     View(HOTLINE, lambda scope, now: _open_and(RETURN_ASKED), _queue),
    "audit":       View(HOTLINE, lambda scope, now: Ticket.state == State.AUDIT, _queue),
    "review":      View(HOTLINE, lambda scope, now: Ticket.state == State.REVIEW, _queue),
    "bad_marks":   View(BOTH,    lambda scope, now: _open_and(Ticket.type == BAD_MARK), _by_limit),
    "suspended":   View(HOTLINE, lambda scope, now: Ticket.state == State.SUSPENDED, _by_limit),
    "supervised":  View(HOTLINE, lambda scope, now: SUPERVISED, _by_limit),
    "open":        View(HOTLINE, lambda scope, now: IS_OPEN, _by_limit),
    "mine":        View(HOTLINE, lambda scope, now: Ticket.opened_by_id == scope.officer_id, _newest, descending=True),
    "near":        View(BOTH,    lambda scope, now: _near(now), _by_limit),
    "overdue":     View(BOTH,    lambda scope, now: _late(now), _by_limit),
    "to_sign":     View(UNITS,   lambda scope, now: _own(scope, _in_states(A.TO_SIGN)), _by_limit),
    "to_contact":  View(UNITS,   lambda scope, now: _own(scope, _in_states(A.SIGNED)), _by_limit),
    "to_answer":   View(UNITS,   lambda scope, now: _own(scope, _in_states(A.SIGNED, A.CONTACTED)), _by_limit),
    "coming_due":  View(UNITS,   _coming_due, _by_limit),
    "redo":        View(UNITS,   lambda scope, now: _at_work(scope, Assignment.round > 1), _by_limit),
    "sent_back":   View(UNITS,   lambda scope, now: _at_work(scope, AGAIN), _by_limit),
    "to_approve":  View(HEADS,   lambda scope, now: _to_approve(scope), _by_limit),
    "asked":       View(UNITS,   lambda scope, now: _own(scope, _asked(Request.state.in_(WAITING))), _by_limit),
    "passed_on":   View(UNITS,   lambda scope, now: _own(scope, _passed_on()), _by_limit),
    "ordered":     View(UNITS,   lambda scope, now: _ordered(scope), _by_limit),
    "copied":      View(UNITS,   lambda scope, now: _open_and(_own(scope, _in_states(A.COPIED))), _newest, descending=True),
    "replied":     View(UNITS,   lambda scope, now: _own(scope, _in_states(A.REPLIED)), _newest, descending=True),
    "all":         View(BOTH,    lambda scope, now: true(), _newest, descending=True),
}
# fmt: on
