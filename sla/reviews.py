"""Use cases on dissatisfied cases (不满意件审核): is the requester right, why, and is it redone, explained or terminated.

Called by `web/api/reviews.py`. How many redo rounds there are is a rule; beyond it only shift leader or supervisor may.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Forbidden, Invalid
from hotline.kernel.scope import Scope
from hotline.tickets import queries, tickets
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import AUDIT, State
from sla.book import book_of
from sla.events import DissatisfactionReviewed
from sla.lifecycles import BEYOND_RULES, ClockState
from sla.limits import Stage
from sla.models import Clock
from sla.opinions import Callback, DissatisfiedReview
from sla.rules import Rules


class Verdict(StrEnum):
    """Whether the requester is right (合理 / 部分合理 / 不合理)."""

    REASONABLE = "reasonable"
    PARTLY = "partly"
    UNREASONABLE = "unreasonable"


class Decision(StrEnum):
    """What follows: the unit does it again, it is explained and stays closed, or nothing more can lawfully be done (终止).

    The words are the ticket's actions.
    """

    REDO = "redo"
    KEEP_CLOSED = "keep_closed"
    TERMINATE = "terminate"


@dataclass(frozen=True)
class DueReview:
    """A case waiting for a decision: the ticket, the round with its answers, and the limit of the decision."""

    ticket: Ticket
    callback: Callback
    clock: Clock | None


def review(
    uow: UnitOfWork,
    scope: Scope,
    ticket_id: int,
    *,
    verdict: Verdict,
    basis: str,
    decision: Decision,
    explanation: str,
    version: int | None = None,
) -> DissatisfiedReview:
    """Decide a dissatisfied case. Only a reasonable or partly reasonable one is redone.

    Raises Invalid (fields), Forbidden (role, or redo rounds used up), Conflict (no case is open, or a stale `version`).
    """
    if decision is Decision.REDO and verdict is Verdict.UNREASONABLE:
        raise Invalid("decision", "unreasonable-is-not-redone")
    ticket = tickets.get(uow, ticket_id)
    if decision is Decision.REDO and ticket.state is State.REVIEW:
        _check_redo(scope, redo_left(ticket, book_of(uow.session, uow.zone, uow.now).rules))
    decided = DissatisfiedReview(
        ticket_id=ticket.id,
        round=ticket.round,
        verdict=verdict.value,
        basis=basis,
        decision=decision.value,
        explanation=explanation,
        officer_id=uow.actor.officer_id,
        at=uow.now,
    )
    given = {"verdict": verdict.value, "basis": basis, "explanation": explanation}
    tickets.move(uow, ticket.id, decision.value, roles=scope.roles, given=given, version=version)
    uow.session.add(decided)
    uow.session.flush()
    uow.record(DissatisfactionReviewed(decided.id, ticket.id, verdict.value, decision.value))
    return decided


def redo_left(ticket: Ticket, rules: Rules) -> int:
    """How many redo rounds the rules still allow this ticket."""
    return max(0, rules.redo_rounds - (ticket.round - 1))


def due_reviews(session: Session, scope: Scope, *, limit: int = 50, after: int | None = None) -> list[DueReview]:
    """Cases this reader may see that wait for a decision, oldest call-back first, after the id last seen. Raises Forbidden."""
    if not scope.roles & AUDIT:
        raise Forbidden("not this role", action="reviews", roles=sorted(AUDIT))
    running = (Clock.ticket_id == Ticket.id) & (Clock.stage == Stage.REVIEW) & (Clock.state == ClockState.RUNNING)
    query = (
        select(Ticket, Callback, Clock)
        .join(Callback, (Callback.ticket_id == Ticket.id) & (Callback.round == Ticket.round))
        .outerjoin(Clock, running)
        .where(Ticket.state == State.REVIEW, queries.visible(scope))
    )
    if after is not None:
        query = query.where(Callback.id > after)
    return [DueReview(*row) for row in session.execute(query.order_by(Callback.id).limit(limit))]


def of_ticket(session: Session, ticket_id: int) -> list[DissatisfiedReview]:
    """All decisions on a ticket's rounds in order."""
    query = select(DissatisfiedReview).where(DissatisfiedReview.ticket_id == ticket_id)
    return list(session.scalars(query.order_by(DissatisfiedReview.round)))


def _check_redo(scope: Scope, left: int) -> None:
    if left == 0 and not scope.roles & BEYOND_RULES:
        raise Forbidden("redo rounds used up", action="redo", reason="redo-limit", roles=sorted(BEYOND_RULES))
