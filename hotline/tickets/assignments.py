"""Use cases on a unit's part of a ticket. The only module that assigns `Assignment.state`.

What is asked, passed on and ruled on lives in `requests`, `passing_on` and `rulings`. What a unit does here moves the ticket
too: by the within-reaction `following.follow`, since `tickets` already asks this module.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, NotFound
from hotline.kernel.transitions import Attempt
from hotline.tickets import passing_on, requests, rulings, timeline
from hotline.tickets.events import AssignmentMoved, AssignmentOpened
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import ASKED, AT_WORK, DECIDED, SYSTEM, AssignmentState, RequestKind, workflow_of

PUBLIC_ACTIONS = frozenset({"contact"})
LEAD, COPIED = "lead", "copied"
LET_GO = frozenset({"release", "end"})
"""Whoever lets a part go lets the others go as well."""
TEXTS = ("note", "reason", "reply_internal")
CODES = ("solved", "reason_code", "legal_basis", "competent_unit_id", "unit_id", "unit_ids", "officer_id", "days")
MOMENTS = ("until", "due_at")


@dataclass(frozen=True)
class _Passed:
    """What a part that another part passed on has of it: the part above, and the limit it set."""

    parent_id: int | None = None
    limit_given: datetime | None = None


def open_for(uow: UnitOfWork, ticket: Ticket, unit_id: int, *, role: str, note: str, override: str = "") -> Assignment:
    """Give a unit its part; its limits are set by whoever reacts to AssignmentOpened.

    `override` is why somebody gives it to a unit that a rule of dispatching speaks against.
    """
    return _open(uow, ticket, unit_id, role=role, note=note, override=override)


def copy_to(uow: UnitOfWork, ticket: Ticket, unit_id: int, *, note: str) -> Assignment:
    """Tell a unit of the ticket (抄送): it reads and owes nothing."""
    return _open(uow, ticket, unit_id, role=COPIED, note=note, state=AssignmentState.COPIED)


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
    attempt = Attempt(action, given, roles)
    row = workflow_of(uow).assignment.find(assignment.state, action, roles, given)
    effect = EFFECTS.get(action)
    then = effect(uow, assignment, attempt) if effect is not None else None
    if row.target not in AT_WORK:
        _end(uow, assignment, attempt)
    source, assignment.state = assignment.state, row.target
    _announce(uow, assignment, attempt, source)
    return assignment if then is None else move(uow, assignment_id, then.action, roles=then.roles, given=then.given)


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
    if assignment.role == LEAD:
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
    return sorted(session.scalars(query), key=lambda found: (found.role != LEAD, found.id))


def _open(
    uow: UnitOfWork,
    ticket: Ticket,
    unit_id: int,
    *,
    role: str,
    note: str,
    state: AssignmentState = AssignmentState.TO_SIGN,
    passed: _Passed = _Passed(),
    override: str = "",
) -> Assignment:
    assignment = Assignment(
        ticket_id=ticket.id,
        unit_id=unit_id,
        role=role,
        parent_id=passed.parent_id,
        dispatch_no=_next_no(uow.session, ticket, unit_id),
        round=ticket.round,
        state=state,
        note=note,
        override=override,
        dispatched_at=uow.now,
        dispatched_by_id=uow.actor.officer_id,
        limit_given=passed.limit_given,
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
    """The part as it stands now. The history is held first: everybody who changes a ticket waits in the same place."""
    uow.session.flush()
    timeline.hold(uow, get(uow.session, assignment_id).ticket_id)
    return uow.session.get_one(Assignment, assignment_id, with_for_update={"of": Assignment}, populate_existing=True)


def _end(uow: UnitOfWork, assignment: Assignment, attempt: Attempt) -> None:
    """A part that is not at work owes and asks nothing; those it was passed on to are let go."""
    assignment.ended_at = uow.now
    requests.lapse(uow, assignment)
    if attempt.action not in LET_GO:
        for below in passing_on.below_at_work(uow.session, assignment):
            move(uow, below.id, "release", roles=(SYSTEM,), given={})


def _announce(uow: UnitOfWork, assignment: Assignment, attempt: Attempt, source: AssignmentState) -> None:
    action, given = attempt.action, attempt.given
    states = (source.value, assignment.state.value)
    timeline.write(
        uow,
        assignment.ticket_id,
        action,
        text=next((str(given[name]) for name in TEXTS if given.get(name)), ""),
        public=action in PUBLIC_ACTIONS,
        data=_codes(given),
        unit_id=assignment.unit_id,
        states=states,
    )
    uow.session.flush()
    number = assignment.ticket.number
    for heard in requests.heard_as(uow.session, assignment, action):
        uow.record(AssignmentMoved(assignment.id, assignment.ticket_id, number, assignment.unit_id, heard, *states))


def _codes(given: Mapping[str, Any]) -> dict[str, Any]:  # what a move was given, as a line keeps it
    codes = {name: given[name] for name in CODES if given.get(name)}
    return codes | {name: given[name].isoformat() for name in MOMENTS if isinstance(given.get(name), datetime)}


def _sign(uow: UnitOfWork, assignment: Assignment, attempt: Attempt) -> None:
    assignment.signed_at = uow.now


def _contact(uow: UnitOfWork, assignment: Assignment, attempt: Attempt) -> None:
    assignment.contacted_at = uow.now


def _recall(uow: UnitOfWork, assignment: Assignment, attempt: Attempt) -> None:
    requests.none_open(uow.session, assignment.id)


def _propose_reply(uow: UnitOfWork, assignment: Assignment, attempt: Attempt) -> Attempt | None:
    passing_on.check_heard(uow.session, assignment, attempt.given)
    return requests.propose(uow, assignment, attempt)


def _reply(uow: UnitOfWork, assignment: Assignment, attempt: Attempt) -> None:
    given = attempt.given
    requests.none_open(uow.session, assignment.id)
    requests.check_signed(uow, assignment, attempt.roles)
    passing_on.check_heard(uow.session, assignment, given)
    assignment.replied_at = uow.now
    assignment.solved = str(given["solved"])
    assignment.reply_internal, assignment.reply_public = str(given["reply_internal"]), str(given["reply_public"])
    said = {"missing_note": str(given["missing_note"])} if given.get("missing_note") else {}
    assignment.reply_form = {**(given.get("reply_form") or {}), **said}
    _judge(uow, assignment)


def _rework(uow: UnitOfWork, assignment: Assignment, attempt: Attempt) -> None:
    passing_on.check_superior_at_work(uow.session, assignment)
    assignment.replied_at, assignment.ended_at = None, None


def _release(uow: UnitOfWork, assignment: Assignment, attempt: Attempt) -> None:
    if assignment.due_at is not None and uow.now > assignment.due_at:
        _judge(uow, assignment)


def _judge(uow: UnitOfWork, assignment: Assignment) -> None:
    """Each unit answers for its own lateness; a part that was late once stays late."""
    in_time = assignment.due_at is None or uow.now <= assignment.due_at
    assignment.on_time = in_time and assignment.on_time is not False


def _sub_dispatch(uow: UnitOfWork, assignment: Assignment, attempt: Attempt) -> None:
    open_request = requests.open_request(uow.session, assignment.id)
    if open_request is not None and open_request.kind is RequestKind.REPLY:
        raise Conflict("the reply is being signed", reason="request-open")
    limit, note = passing_on.limit(uow, assignment, attempt.given), str(attempt.given.get("note") or "")
    for unit in passing_on.receivers(uow, assignment, attempt.given):
        passed = _Passed(assignment.id, limit)
        _open(uow, assignment.ticket, unit.id, role=passing_on.SUB, note=note, passed=passed)


def _name_officer(uow: UnitOfWork, assignment: Assignment, attempt: Attempt) -> None:
    assignment.named_officer_id = passing_on.member(uow.session, assignment, int(attempt.given["officer_id"])).id


EFFECTS: dict[str, Callable[[UnitOfWork, Assignment, Attempt], Attempt | None]] = {
    "sign": _sign,
    "contact": _contact,
    "propose_reply": _propose_reply,
    "reply": _reply,
    "rework": _rework,
    **{f"ask_{kind}": requests.ask for kind, _, _ in ASKED},
    "approve": requests.approve,
    "disapprove": requests.disapprove,
    **{f"grant_{kind}": requests.grant for kind, *_ in DECIDED},
    **{f"refuse_{kind}": requests.refuse for kind, *_ in DECIDED},
    "designate_here": rulings.designate_here,
    "designate_other": rulings.designate_other,
    "sub_dispatch": _sub_dispatch,
    "name_officer": _name_officer,
    "recall": _recall,
    "release": _release,
}
"""What an action does beside moving the part; it may name the move that the machine makes next."""
