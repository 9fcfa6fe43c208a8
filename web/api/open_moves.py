"""The moves open to a reader of a ticket now: rows of the life cycles by state and right, less what nothing was asked for or
what the ticket could not follow.

Asked by `detail` for the buttons of a page; the moves themselves check everything again.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.kernel.scope import Scope
from hotline.kernel.transitions import Transition
from hotline.tickets import following, ladders, orders, rights
from hotline.tickets.models import Assignment, Request, Ticket
from hotline.tickets.workflow import AssignmentState, RequestKind, RequestState, Workflow
from web.api.schemas.tickets import Action

WAITING = (RequestState.CLIMBING, RequestState.ASKED)
ON_A_DISPUTE = frozenset({"designate_here", "designate_other"})
REPLIES = frozenset({"reply", "propose_reply"})
ON_A_CLIMBING_PAPER = frozenset({"approve", "disapprove"})


def actions(session: Session, workflow: Workflow, reader: Scope, ticket: Ticket) -> list[Action]:
    """Every move of the ticket, of its parts and of its orders, in the order of the rows."""
    rows = workflow.ticket.actions(ticket.state, rights.acting_on_ticket(reader, ticket))
    found = [Action(action=row.action, on="ticket", id=ticket.id, needs=list(row.needs)) for row in rows]
    waiting = _waiting(session, ticket.id)
    for part in ticket.assignments:
        found += _of_part(session, workflow, reader, part, waiting.get(part.id))
    for order in ticket.orders:
        roles = rights.acting_on_order(reader, order)
        moves = orders.actions(workflow, order, roles)
        found += [Action(action=row.action, on="order", id=order.id, needs=list(row.needs)) for row in moves]
    return found


def _of_part(
    session: Session, workflow: Workflow, reader: Scope, part: Assignment, waiting: Request | None
) -> Iterable[Action]:
    roles = rights.acting_roles(reader, part)
    rows = [row for row in workflow.assignment.actions(part.state, roles) if _is_due(row, part, waiting)]
    rows = [row for row in rows if following.may_follow(workflow, part, row.action)]
    unfit = _wrong_way_to_reply(session, part, roles) if any(row.action in REPLIES for row in rows) else ""
    for row in rows:
        if row.action != unfit and not _waits_for_another(row, waiting, roles):
            yield Action(action=row.action, on="assignment", id=part.id, needs=list(row.needs))


def _is_due(row: Transition[AssignmentState], part: Assignment, waiting: Request | None) -> bool:
    """Whether the state of what was asked lets the move make sense."""
    verb, _, kind = row.action.partition("_")
    if verb in ("grant", "refuse"):
        return _asks(waiting, RequestKind(kind))
    if row.action in ON_A_DISPUTE:
        return _asks(waiting, RequestKind.RETURN)
    if row.action in ON_A_CLIMBING_PAPER:
        return waiting is not None and waiting.state is RequestState.CLIMBING
    if row.action in REPLIES:
        return waiting is None
    if verb == "ask":
        return waiting is None and not (kind == RequestKind.RETURN and part.designated)
    return True


def _wrong_way_to_reply(session: Session, part: Assignment, roles: frozenset[str]) -> str:
    """Where somebody else must sign, a reply is proposed; else it is given."""
    missing = ladders.left(ladders.of_part(session, part, RequestKind.REPLY, clock.now()), roles)
    return "reply" if missing else "propose_reply"


def _asks(waiting: Request | None, kind: RequestKind) -> bool:
    return waiting is not None and waiting.kind is kind and waiting.state is RequestState.ASKED


def _waits_for_another(row: Transition[AssignmentState], waiting: Request | None, roles: frozenset[str]) -> bool:
    """A paper on its ladder is signed by the role of its step alone."""
    if row.action not in ON_A_CLIMBING_PAPER or waiting is None:
        return False
    return waiting.step >= len(waiting.ladder) or waiting.ladder[waiting.step] not in roles


def _waiting(session: Session, ticket_id: int) -> Mapping[int, Request]:
    query = select(Request).where(Request.ticket_id == ticket_id, Request.state.in_(WAITING))
    return {request.assignment_id: request for request in session.scalars(query)}
