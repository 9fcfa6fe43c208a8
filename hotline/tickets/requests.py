"""What is asked beside the life cycle and decided by somebody else: today the return of a ticket (申请退单).

A refused return leaves the unit's clock running all the while (handbook 4.3).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict
from hotline.people import units
from hotline.tickets.models import Assignment, Request
from hotline.tickets.workflow import RequestKind, RequestState


def ask_return(uow: UnitOfWork, assignment: Assignment, given: Mapping[str, Any]) -> None:
    """Ask to give the ticket back, with coded reason, legal basis and, if known, the unit thought competent."""
    none_open(uow.session, assignment.id)
    competent = given.get("competent_unit_id")
    if competent:
        units.get(uow.session, int(competent))
    data = {key: given.get(key) for key in ("reason_code", "reason", "legal_basis", "competent_unit_id")}
    uow.session.add(
        Request(
            ticket_id=assignment.ticket_id,
            assignment_id=assignment.id,
            kind=RequestKind.RETURN,
            state=RequestState.ASKED,
            data=data,
            asked_at=uow.now,
            asked_by_id=uow.actor.officer_id,
        )
    )


def grant_return(uow: UnitOfWork, assignment: Assignment, given: Mapping[str, Any]) -> None:
    """Agree that the unit is not competent."""
    _decide(uow, assignment, RequestState.GRANTED, str(given["note"]))


def refuse_return(uow: UnitOfWork, assignment: Assignment, given: Mapping[str, Any]) -> None:
    """Leave the ticket where it is, with the reason."""
    _decide(uow, assignment, RequestState.REFUSED, str(given["note"]))


def lapse(uow: UnitOfWork, assignment: Assignment) -> None:
    """Nobody need decide what was asked any more, if anything was."""
    request = open_request(uow.session, assignment.id)
    if request is not None:
        request.state, request.decided_at = RequestState.LAPSED, uow.now


def none_open(session: Session, assignment_id: int) -> None:
    """Raise Conflict while a request of this assignment waits for its decision."""
    if open_request(session, assignment_id) is not None:
        raise Conflict("a request waits for its decision", reason="request-open")


def open_request(session: Session, assignment_id: int) -> Request | None:
    """The request of this assignment that waits for its decision."""
    query = select(Request).where(Request.assignment_id == assignment_id, Request.state == RequestState.ASKED)
    return session.scalars(query).one_or_none()


def _decide(uow: UnitOfWork, assignment: Assignment, state: RequestState, words: str) -> None:
    request = open_request(uow.session, assignment.id)
    if request is None:
        raise Conflict("nothing was asked", reason="nothing-asked")
    request.state, request.decision = state, words
    request.decided_at, request.decided_by_id = uow.now, uow.actor.officer_id
