"""Moves over HTTP: of a ticket, of a unit's part, of many at once. Each may carry an Idempotency-Key and is then made once."""

from typing import Any

from apiflask import APIBlueprint

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import HotlineError
from hotline.tickets import assignments, queries, replays, rights, tickets
from hotline.tickets.workflow import State, workflow_of
from sla import reviews
from sla.reviews import Decision, Judged, Verdict
from web import errors
from web.api.schemas.base import ErrorBody
from web.api.schemas.detail import TicketDetail
from web.api.schemas.tickets import Bulk, BulkItem, BulkResult, BulkResults, Given, Move
from web.api.tickets import show
from web.auth import EVERYONE, allowed
from web.idempotency import once
from web.requests import locale, parse, scope, takes, working

api = APIBlueprint("moves", __name__, url_prefix="/api/v1", tag="Tickets")
DECIDED = frozenset({Decision.REDO, Decision.KEEP_CLOSED, Decision.TERMINATE})
"""Decisions on a dissatisfied case that are a move of its ticket; redo with an order at once comes over `reviews`."""


@api.post("/tickets/<int:ticket_id>/actions/<action>")
@takes(api, Move)
@api.output(TicketDetail)
@allowed(*EVERYONE)
def move_ticket(ticket_id: int, action: str, body: Move) -> TicketDetail:
    """Move a ticket as a row of its life cycle says; the rows that are open now stand in its `actions`."""
    given = checked(body.given)
    with working() as uow:
        _move_ticket(uow, ticket_id, action, given, body.version, once())
    return show(ticket_id)


@api.post("/assignments/<int:assignment_id>/actions/<action>")
@takes(api, Move)
@api.output(TicketDetail)
@allowed(*EVERYONE)
def move_assignment(assignment_id: int, action: str, body: Move) -> TicketDetail:
    """Move a unit's part: by its own people, by whoever passed it on, or by the hotline.

    Files given as `attachment_tokens` become the ticket's.
    """
    given = checked(body.given)
    with working() as uow:
        ticket_id = _move_assignment(uow, assignment_id, action, given, body.version, once())
    return show(ticket_id)


@api.post("/tickets/bulk")
@takes(api, Bulk)
@api.output(BulkResults)
@allowed(*EVERYONE)
def move_many(body: Bulk) -> BulkResults:
    """The same move of many, each in a transaction of its own: what fails leaves the others done."""
    given, key = checked(body.given), once()
    return BulkResults(results=[_result(body, item, given, f"{key}:{item.id}" if key else None) for item in body.items])


def checked(given: Any) -> dict[str, Any]:  # the fields of Given that were sent
    """What a move was given, only what was sent. Raises Invalid."""
    return parse(Given, given).model_dump(exclude_unset=True)


def _move_ticket(uow: UnitOfWork, ticket_id: int, action: str, given: dict[str, Any], version: int, key: str | None) -> None:
    ticket = queries.get_visible(uow.session, scope(), ticket_id)
    if not replays.is_first(uow, key, thing="ticket", thing_id=ticket.id, action=action):
        return
    roles = rights.acting_on_ticket(scope(), ticket)
    if ticket.state is State.REVIEW and action in DECIDED:
        workflow_of(uow).ticket.find(ticket.state, action, roles, given)
        _decide(uow, ticket.id, Decision(action), given, version)
    else:
        tickets.move(uow, ticket.id, action, roles=roles, given=given, version=version)


def _decide(uow: UnitOfWork, ticket_id: int, decision: Decision, given: dict[str, Any], version: int) -> None:
    """A decision on a dissatisfied case is kept and limited like one made over `reviews`."""
    judged = Judged(Verdict(given["verdict"]), given["basis"], decision, given.get("explanation", ""))
    reviews.review(uow, scope(), ticket_id, judged, version=version)


def _move_assignment(
    uow: UnitOfWork, assignment_id: int, action: str, given: dict[str, Any], version: int, key: str | None
) -> int:
    assignment = assignments.get(uow.session, assignment_id)
    ticket = queries.get_visible(uow.session, scope(), assignment.ticket_id)
    if replays.is_first(uow, key, thing="assignment", thing_id=assignment.id, action=action):
        roles = rights.acting_roles(scope(), assignment)
        assignments.move(uow, assignment.id, action, roles=roles, given=given, version=version)
        tickets.attach(uow, ticket.id, given.get("attachment_tokens") or ())
    return ticket.id


def _result(body: Bulk, item: BulkItem, given: dict[str, Any], key: str | None) -> BulkResult:
    move = _move_ticket if body.on == "ticket" else _move_assignment
    try:
        with working() as uow:
            move(uow, item.id, body.action, given, item.version, key)
    except HotlineError as error:
        return BulkResult(id=item.id, ok=False, error=ErrorBody(**errors.body(error, locale())["error"]))
    return BulkResult(id=item.id, ok=True)
