"""Use cases on a unit's part of a ticket. The only module that assigns `Assignment.state`.

What a unit does here moves the ticket too: by the within-reaction `following.follow`, since `tickets` already asks this module.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, NotFound
from hotline.tickets import requests, timeline
from hotline.tickets.events import AssignmentMoved, AssignmentOpened
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import AT_WORK, AssignmentState, workflow_of

PUBLIC_ACTIONS = frozenset({"contact"})
COPIED = "copied"


def open_for(uow: UnitOfWork, ticket: Ticket, unit_id: int, *, role: str, note: str) -> Assignment:
    """Give a unit its part; its limits are set by whoever reacts to AssignmentOpened."""
    return _open(uow, ticket, unit_id, role, note, AssignmentState.TO_SIGN)


def copy_to(uow: UnitOfWork, ticket: Ticket, unit_id: int, *, note: str) -> Assignment:
    """Tell a unit of the ticket (抄送): it reads and owes nothing."""
    return _open(uow, ticket, unit_id, COPIED, note, AssignmentState.COPIED)


def move(
    uow: UnitOfWork,
    assignment_id: int,
    action: str,
    *,
    roles: Collection[str],
    given: Mapping[str, Any],
    version: int | None = None,
) -> Assignment:
    """Move a unit's part by its life cycle. Raises as `LifeCycle.find`, and Conflict for a stale `version`.

    A second mover waits: what is asked beside the life cycle keeps the state, so no version would tell the two apart.
    """
    assignment = _locked(uow, assignment_id)
    if version is not None and version != assignment.version:
        raise Conflict("changed meanwhile", reason="stale", thing="assignment", version=assignment.version)
    row = workflow_of(uow).assignment.find(assignment.state, action, roles, given)
    source = assignment.state
    effect = EFFECTS.get(action)
    if effect is not None:
        effect(uow, assignment, given)
    assignment.state = row.target
    if row.target not in AT_WORK:
        assignment.ended_at = uow.now
    _announce(uow, assignment, action, given, source)
    return assignment


def set_limits(
    uow: UnitOfWork,
    assignment: Assignment,
    *,
    sign_due_at: datetime | None,
    contact_due_at: datetime | None,
    due_at: datetime | None,
    provisional: bool,
    near_at: datetime | None = None,
    return_until: datetime | None = None,
) -> None:
    """Write a unit's limits; the lead's handling limit is also the ticket's. From `near_at` on it counts as near (临期).

    Until `return_until` the unit may ask to return its part.
    """
    assignment.return_until = return_until
    assignment.sign_due_at, assignment.contact_due_at = sign_due_at, contact_due_at
    assignment.due_at, assignment.near_at, assignment.due_provisional = due_at, near_at, provisional
    if assignment.role == "lead":
        ticket = uow.session.get_one(Ticket, assignment.ticket_id)
        ticket.due_at, ticket.near_at, ticket.due_provisional = due_at, near_at, provisional


def get(session: Session, assignment_id: int) -> Assignment:
    """The assignment. Raises NotFound."""
    assignment = session.get(Assignment, assignment_id)
    if assignment is None:
        raise NotFound("assignment", thing="assignment", id=assignment_id)
    return assignment


def at_work(session: Session, ticket_id: int) -> list[Assignment]:
    """The parts of a ticket that units are still working on, the lead's first."""
    query = select(Assignment).where(Assignment.ticket_id == ticket_id, Assignment.state.in_(AT_WORK))
    return sorted(session.scalars(query), key=lambda found: (found.role != "lead", found.id))


def _open(uow: UnitOfWork, ticket: Ticket, unit_id: int, role: str, note: str, state: AssignmentState) -> Assignment:
    assignment = Assignment(
        ticket_id=ticket.id,
        unit_id=unit_id,
        role=role,
        dispatch_no=_next_no(uow.session, ticket, unit_id),
        round=ticket.round,
        state=state,
        note=note,
        dispatched_at=uow.now,
        dispatched_by_id=uow.actor.officer_id,
        reply_form={},
    )
    uow.session.add(assignment)
    uow.session.flush()
    uow.record(AssignmentOpened(assignment.id, ticket.id, ticket.number, unit_id, role, ticket.round, ticket.urgency))
    return assignment


def _next_no(session: Session, ticket: Ticket, unit_id: int) -> int:
    """The dispatch this part belongs to; a unit given a second part within one dispatch (swapped out and in) counts on."""
    given = Assignment.ticket_id == ticket.id, Assignment.unit_id == unit_id
    last = session.scalar(select(func.max(Assignment.dispatch_no)).where(*given)) or 0
    return max(ticket.dispatch_count, last + 1)


def _locked(uow: UnitOfWork, assignment_id: int) -> Assignment:
    uow.session.flush()
    assignment = uow.session.get(Assignment, assignment_id, with_for_update={"of": Assignment}, populate_existing=True)
    if assignment is None:
        raise NotFound("assignment", thing="assignment", id=assignment_id)
    return assignment


def _announce(uow: UnitOfWork, assignment: Assignment, action: str, given: Mapping[str, Any], source: AssignmentState) -> None:
    states = (source.value, assignment.state.value)
    timeline.write(
        uow,
        assignment.ticket_id,
        action,
        text=str(given.get("note") or given.get("reason") or given.get("reply_internal") or ""),
        public=action in PUBLIC_ACTIONS,
        data={key: given[key] for key in ("solved", "reason_code", "legal_basis", "competent_unit_id") if given.get(key)},
        unit_id=assignment.unit_id,
        states=states,
    )
    uow.session.flush()
    number = assignment.ticket.number
    uow.record(AssignmentMoved(assignment.id, assignment.ticket_id, number, assignment.unit_id, action, *states))


def _sign(uow: UnitOfWork, assignment: Assignment, given: Mapping[str, Any]) -> None:
    assignment.signed_at = uow.now


def _contact(uow: UnitOfWork, assignment: Assignment, given: Mapping[str, Any]) -> None:
    assignment.contacted_at = uow.now


def _recall(uow: UnitOfWork, assignment: Assignment, given: Mapping[str, Any]) -> None:
    requests.none_open(uow.session, assignment.id)


def _reply(uow: UnitOfWork, assignment: Assignment, given: Mapping[str, Any]) -> None:
    requests.none_open(uow.session, assignment.id)
    assignment.replied_at = uow.now
    assignment.solved = str(given["solved"])
    assignment.reply_internal, assignment.reply_public = str(given["reply_internal"]), str(given["reply_public"])
    assignment.reply_form = dict(given.get("reply_form") or {})


def _release(uow: UnitOfWork, assignment: Assignment, given: Mapping[str, Any]) -> None:
    requests.lapse(uow, assignment)


EFFECTS: dict[str, Callable[[UnitOfWork, Assignment, Mapping[str, Any]], None]] = {
    "sign": _sign,
    "contact": _contact,
    "reply": _reply,
    "ask_return": requests.ask_return,
    "grant_return": requests.grant_return,
    "refuse_return": requests.refuse_return,
    "recall": _recall,
    "release": _release,
}
