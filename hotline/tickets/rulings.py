"""Disputes over who must do it (争议裁定): the desk rules on an asked return, and each ruling is kept as a precedent.

Effects of `assignments`, and the questions of the dispatch desk. Dispatching to the unit ruled on is `following`'s; which
rulings are alike is told by `dispatch.precedents`.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid
from hotline.kernel.scope import Scope
from hotline.kernel.transitions import Attempt
from hotline.people import units
from hotline.tickets import queries, requests
from hotline.tickets.models import Assignment, Request, Ruling, Ticket
from hotline.tickets.workflow import RequestKind, RequestState

LEAD = "lead"


@dataclass(frozen=True)
class Dispute:
    """What precedents are looked for: the category, the units that do not want it, the words of the matter."""

    category_code: str | None
    unit_ids: frozenset[int]
    words: str


def designate_here(uow: UnitOfWork, part: Assignment, attempt: Attempt) -> None:
    """Rule that the unit must do it; from now on it may not return the part. Raises Conflict when no return is asked."""
    request = requests.asked(uow.session, part.id, RequestKind.RETURN)
    requests.decide(uow, request, RequestState.REFUSED, str(attempt.given["note"]))
    part.designated = True
    _keep(uow, part, request, part.unit_id, attempt)


def designate_other(uow: UnitOfWork, part: Assignment, attempt: Attempt) -> None:
    """Rule that another unit must do it. Raises Conflict when no return is asked, or the part is not the lead's."""
    request = requests.asked(uow.session, part.id, RequestKind.RETURN)
    if part.role != LEAD:
        raise Conflict("only the lead is designated anew", reason="lead-only")
    unit_id = int(attempt.given["unit_id"])
    if unit_id == part.unit_id:
        raise Invalid("unit_id", "own-unit")
    requests.decide(uow, request, RequestState.GRANTED, str(attempt.given["note"]))
    _keep(uow, part, request, units.get(uow.session, unit_id).id, attempt)


def of_part(session: Session, part_id: int) -> Ruling | None:
    """The newest ruling on a part."""
    query = select(Ruling).where(Ruling.assignment_id == part_id)
    return session.scalars(query.order_by(Ruling.id.desc()).limit(1)).one_or_none()


def dispute_of(session: Session, ticket: Ticket) -> Dispute:
    """What is disputed about a ticket: the units that ask or asked to return it, and those they think competent."""
    query = select(Assignment.unit_id, Request.data).join(Assignment, Assignment.id == Request.assignment_id)
    rows = session.execute(query.where(Request.ticket_id == ticket.id, Request.kind == RequestKind.RETURN)).all()
    named = {int(data["competent_unit_id"]) for _, data in rows if data.get("competent_unit_id")}
    words = " ".join([ticket.title, *(str(data.get("reason") or "") for _, data in rows)])
    return Dispute(ticket.category_code, frozenset({unit_id for unit_id, _ in rows} | named), words)


def listed(
    session: Session,
    scope: Scope,
    *,
    category_code: str | None = None,
    unit_id: int | None = None,
    before_id: int | None = None,
    limit: int = 30,
) -> list[Ruling]:
    """Rulings, the newest first, of a category (or those below it) and of a unit that took part."""
    query = _visible(scope)
    if category_code:
        query = query.where(Ruling.category_code.startswith(category_code, autoescape=True))
    if unit_id is not None:
        query = query.where(_is_party(unit_id))
    if before_id is not None:
        query = query.where(Ruling.id < before_id)
    return list(session.scalars(query.order_by(Ruling.id.desc()).limit(limit)))


def _visible(scope: Scope) -> Select[Ruling]:
    return select(Ruling).join(Ticket, Ticket.id == Ruling.ticket_id).where(queries.visible(scope))


def _is_party(unit_id: int) -> ColumnElement[bool]:
    found: ColumnElement[bool] = Ruling.party_unit_ids.cast(JSONB).contains([unit_id])
    return found


def _keep(uow: UnitOfWork, part: Assignment, request: Request, unit_id: int, attempt: Attempt) -> None:
    given = attempt.given
    competent = request.data.get("competent_unit_id")
    parties = [part.unit_id, *([int(competent)] if competent else []), unit_id]
    ticket = uow.session.get_one(Ticket, part.ticket_id)
    uow.session.add(
        Ruling(
            ticket_id=ticket.id,
            assignment_id=part.id,
            category_code=ticket.category_code,
            party_unit_ids=list(dict.fromkeys(parties)),
            unit_id=unit_id,
            evidence=str(given["evidence"]),
            decision=str(given["note"]),
            basis=str(given["basis"]),
            at=uow.now,
            by_id=uow.actor.officer_id,
        )
    )
    uow.session.flush()
