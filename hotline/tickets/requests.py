"""What is asked beside the life cycle and decided by somebody else: return, extension, commitment, suspension, termination.

Inside a unit a paper climbs its ladder first (`ladders`), and a reply is such a paper too. Effects of `assignments`; the
only module that sets a request's state. How much may be asked for is checked by whoever reacts to the move (`sla`).
The unit's clock runs on all the while, through a refusal as well (handbook 4.3).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid
from hotline.kernel.scope import Scope
from hotline.kernel.transitions import Attempt
from hotline.people import units
from hotline.tickets import ladders, queries
from hotline.tickets.models import Assignment, Request, Ticket
from hotline.tickets.workflow import SYSTEM, RequestKind, RequestState

ASK, GRANT, REFUSE, PROPOSE = "ask_", "grant_", "refuse_", "propose_"
APPROVE, REPLY = "approve", "reply"
LEAD = "lead"
OBJECTION = ("reason_code", "reason", "legal_basis")
KEPT: dict[RequestKind, tuple[str, ...]] = {
    RequestKind.RETURN: (*OBJECTION, "competent_unit_id"),
    RequestKind.EXTENSION: ("reason", "days"),
    RequestKind.COMMITMENT: ("reason", "until", "plan"),
    RequestKind.SUSPENSION: ("reason", "until"),
    RequestKind.TERMINATION: OBJECTION,
    RequestKind.REPLY: ("reply_internal", "reply_public", "solved", "reply_form", "missing_note"),
}
"""What a request keeps of what was given."""
OF_THE_WHOLE = frozenset({RequestKind.COMMITMENT, RequestKind.SUSPENSION, RequestKind.TERMINATION})
"""These concern the whole ticket, for which the lead alone answers."""
WAITING = (RequestState.CLIMBING, RequestState.ASKED)


def ask(uow: UnitOfWork, part: Assignment, attempt: Attempt) -> None:
    """Ask for something; with steps left on the unit's ladder it climbs first, else the hotline has it at once.

    Raises Conflict while another request waits, when the part is designated or the window for returns is past, and when
    an assisting unit asks for what concerns the whole ticket; Invalid for a moment that is past and a wrong unit.
    """
    kind = RequestKind(attempt.action.removeprefix(ASK))
    none_open(uow.session, part.id)
    if kind in OF_THE_WHOLE and part.role != LEAD:
        raise Conflict("the lead answers for the whole ticket", reason="lead-only")
    if kind is RequestKind.RETURN:
        _check_return(uow, part, attempt.given)
    _check_amounts(uow, attempt.given)
    _begin(uow, part, kind, attempt)


def propose(uow: UnitOfWork, part: Assignment, attempt: Attempt) -> Attempt | None:
    """Send a drafted reply up the ladder (拟办答复); it is given at once when nobody else need sign."""
    none_open(uow.session, part.id)
    return _signed_reply(uow, _begin(uow, part, RequestKind.REPLY, attempt))


def approve(uow: UnitOfWork, part: Assignment, attempt: Attempt) -> Attempt | None:
    """Sign the next step; the last one sends the paper to the hotline, or gives the reply.

    Raises Conflict when nothing climbs, Forbidden when the step is for another role.
    """
    request = _climbing(uow.session, part.id)
    ladders.check_step(request, attempt.roles)
    _climb(uow, request, attempt, str(attempt.given.get("note") or ""))
    return _signed_reply(uow, request)


def disapprove(uow: UnitOfWork, part: Assignment, attempt: Attempt) -> None:
    """Send the paper back to whoever wrote it; its words are kept in the request. Raises as `approve`."""
    request = _climbing(uow.session, part.id)
    ladders.check_step(request, attempt.roles)
    _close(uow, request, RequestState.REFUSED, str(attempt.given["note"]))


def grant(uow: UnitOfWork, part: Assignment, attempt: Attempt) -> None:
    """Agree to what was asked. Raises Conflict when nothing of this kind is asked."""
    request = asked(uow.session, part.id, RequestKind(attempt.action.removeprefix(GRANT)))
    _close(uow, request, RequestState.GRANTED, str(attempt.given["note"]))


def refuse(uow: UnitOfWork, part: Assignment, attempt: Attempt) -> None:
    """Leave everything as it is, with the reason. Raises Conflict when nothing of this kind is asked."""
    request = asked(uow.session, part.id, RequestKind(attempt.action.removeprefix(REFUSE)))
    _close(uow, request, RequestState.REFUSED, str(attempt.given["note"]))


def decide(uow: UnitOfWork, request: Request, state: RequestState, words: str) -> None:
    """Decide a dispute by ruling on it."""
    _close(uow, request, state, words)


def lapse(uow: UnitOfWork, part: Assignment) -> None:
    """Nobody need decide what was asked any more, if anything was."""
    request = open_request(uow.session, part.id)
    if request is not None:
        request.state, request.decided_at = RequestState.LAPSED, uow.now


def none_open(session: Session, part_id: int) -> None:
    """Raise Conflict while a request of this part waits, inside the unit or at the hotline."""
    if open_request(session, part_id) is not None:
        raise Conflict("a request waits for its decision", reason="request-open")


def open_request(session: Session, part_id: int) -> Request | None:
    """The request of this part that waits for a signature or a decision."""
    query = select(Request).where(Request.assignment_id == part_id, Request.state.in_(WAITING))
    return session.scalars(query).one_or_none()


def asked(session: Session, part_id: int, kind: RequestKind) -> Request:
    """The request of this kind that the hotline has before it. Raises Conflict when there is none."""
    request = open_request(session, part_id)
    if request is None or request.kind is not kind or request.state is not RequestState.ASKED:
        raise Conflict("nothing was asked", reason="nothing-asked")
    return request


def newest(session: Session, part_id: int, kind: RequestKind) -> Request | None:
    """The last request of a kind, whatever became of it: what a reaction to asking or deciding looks at."""
    query = select(Request).where(Request.assignment_id == part_id, Request.kind == kind)
    return session.scalars(query.order_by(Request.id.desc()).limit(1)).one_or_none()


def until(request: Request) -> datetime:
    """The moment that a commitment or suspension names."""
    return datetime.fromisoformat(str(request.data["until"]))


def heard_as(session: Session, part: Assignment, action: str) -> tuple[str, ...]:
    """What a move is announced as: asking is `propose_<kind>` while it climbs, and `ask_<kind>` when the hotline has it."""
    if not action.startswith(ASK) and action != APPROVE:
        return (action,)
    request = open_request(session, part.id)
    climbs = request is None or request.state is RequestState.CLIMBING
    if action == APPROVE:
        return (action,) if climbs or request is None else (action, f"{ASK}{request.kind}")
    return (f"{PROPOSE}{action.removeprefix(ASK)}",) if climbs else (action,)


def waiting(
    session: Session,
    scope: Scope,
    state: RequestState,
    *,
    kind: RequestKind | None = None,
    after_id: int = 0,
    limit: int = 30,
) -> list[Request]:
    """Requests of a state, the oldest first: for the hotline those of leads and assistants, for units their own and below.

    What a unit below asks goes to whoever passed the part on, so the hotline's desk does not list it.
    """
    query = _waiting(scope, state).where(Request.id > after_id)
    if kind is not None:
        query = query.where(Request.kind == kind)
    return list(session.scalars(query.order_by(Request.id).limit(limit)))


def waiting_tickets(session: Session, scope: Scope) -> dict[str, int]:
    """On how many tickets a request of each kind waits for this reader, as `waiting` lists them."""
    counted = func.count(Request.ticket_id.distinct())
    query = _waiting(scope, RequestState.ASKED).with_only_columns(Request.kind, counted).group_by(Request.kind)
    return dict.fromkeys((kind.value for kind in RequestKind), 0) | {row[0].value: row[1] for row in session.execute(query)}


def check_signed(uow: UnitOfWork, part: Assignment, roles: Collection[str]) -> None:
    """Raise Conflict when somebody else must sign a reply first."""
    ladder = [] if SYSTEM in roles else ladders.of_part(uow.session, part, RequestKind.REPLY, uow.now)
    missing = ladders.left(ladder, roles)
    if missing:
        raise Conflict("the reply must be signed first", reason="needs-approval", ladder=missing)


def _waiting(scope: Scope, state: RequestState) -> Select[Request]:
    joined = (
        select(Request).join(Assignment, Assignment.id == Request.assignment_id).join(Ticket, Ticket.id == Request.ticket_id)
    )
    return joined.where(queries.visible(scope), Request.state == state, _whose(scope))


def _whose(scope: Scope) -> ColumnElement[bool]:
    if scope.sees_all_units:
        return Assignment.parent_id.is_(None)
    passed_on = select(Assignment.id).where(Assignment.unit_id.in_(scope.member_unit_ids))
    return or_(Assignment.unit_id.in_(scope.member_unit_ids), Assignment.parent_id.in_(passed_on))


def _begin(uow: UnitOfWork, part: Assignment, kind: RequestKind, attempt: Attempt) -> Request:
    request = Request(
        ticket_id=part.ticket_id,
        assignment_id=part.id,
        kind=kind,
        state=RequestState.CLIMBING,
        data={key: _plain(attempt.given.get(key)) for key in KEPT[kind]},
        ladder=ladders.of_part(uow.session, part, kind, uow.now),
        step=0,
        approvals=[],
        asked_at=uow.now,
        asked_by_id=uow.actor.officer_id,
    )
    _climb(uow, request, attempt)
    uow.session.add(request)
    uow.session.flush()
    return request


def _climb(uow: UnitOfWork, request: Request, attempt: Attempt, note: str = "") -> None:
    """Pass the steps that this signature covers; above the last one the hotline has the paper, a reply excepted."""
    ladders.climb(uow, request, attempt.roles, note)
    if request.step == len(request.ladder) and request.kind is not RequestKind.REPLY:
        request.state = RequestState.ASKED


def _signed_reply(uow: UnitOfWork, request: Request) -> Attempt | None:
    """What follows when the last has signed a reply: it is given, by the machine."""
    if request.kind is not RequestKind.REPLY or request.step < len(request.ladder):
        return None
    _close(uow, request, RequestState.GRANTED, "")
    return Attempt(REPLY, request.data, (SYSTEM,))


def _climbing(session: Session, part_id: int) -> Request:
    request = open_request(session, part_id)
    if request is None or request.state is not RequestState.CLIMBING:
        raise Conflict("nothing waits for a signature", reason="nothing-asked")
    return request


def _close(uow: UnitOfWork, request: Request, state: RequestState, words: str) -> None:
    request.state, request.decision = state, words
    request.decided_at, request.decided_by_id = uow.now, uow.actor.officer_id
    uow.session.flush()


def _check_return(uow: UnitOfWork, part: Assignment, given: Mapping[str, Any]) -> None:
    if part.designated:
        raise Conflict("a designated unit may not return", reason="designated")
    if part.return_until is not None and uow.now > part.return_until:
        raise Conflict("silence was acceptance", reason="return-window-over", until=part.return_until.isoformat())
    competent = given.get("competent_unit_id")
    if competent is None:
        return
    if int(competent) == part.unit_id:
        raise Invalid("competent_unit_id", "own-unit")
    units.get(uow.session, int(competent))


def _check_amounts(uow: UnitOfWork, given: Mapping[str, Any]) -> None:
    moment = given.get("until")
    if moment is not None and moment <= uow.now:
        raise Invalid("until", "in-the-past")


def _plain(value: Any) -> Any:  # a field of `Given`, as JSON holds it
    return value.isoformat() if isinstance(value, datetime) else value
