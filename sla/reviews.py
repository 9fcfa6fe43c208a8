"""Use cases on dissatisfied cases (不满意件审核): is the requester right, why, and is it redone, explained or terminated.

Called by `web/api/reviews.py`. How many redo rounds there are is a rule; beyond it only shift leader or supervisor may.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Forbidden, Invalid
from hotline.kernel.scope import Scope
from hotline.people.models import Unit
from hotline.people.permissions import Role
from hotline.tickets import dispatching, ladders, queries, tickets
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import AUDIT, State
from sla import callback_lists
from sla.book import book_of
from sla.events import DissatisfactionReviewed
from sla.lifecycles import BEYOND_RULES, ClockState
from sla.limits import Stage
from sla.models import Clock
from sla.opinion_rules import RedoRules
from sla.opinions import Callback, DissatisfiedReview


class Verdict(StrEnum):
    """Whether the requester is right (合理 / 部分合理 / 不合理)."""

    REASONABLE = "reasonable"
    PARTLY = "partly"
    UNREASONABLE = "unreasonable"


class Decision(StrEnum):
    """What follows: the unit does it again (重办), again and under an order (督办), it is explained and stays closed,
    or nothing more can lawfully be done (终止).
    """

    REDO = "redo"
    SUPERVISE = "supervise"
    KEEP_CLOSED = "keep_closed"
    TERMINATE = "terminate"


ACTIONS = {
    Decision.REDO: "redo",
    Decision.SUPERVISE: "redo",
    Decision.KEEP_CLOSED: "keep_closed",
    Decision.TERMINATE: "terminate",
}
"""The ticket's action of each decision."""
AGAIN = frozenset({Decision.REDO, Decision.SUPERVISE})
ORDER_REASON = "dissatisfied"
COPYING = frozenset({Role.DISPATCHER.value})
"""In whose name the superior is copied: the decision brings it along, whoever took it."""


@dataclass(frozen=True)
class DueReview:
    """A case waiting for a decision: the ticket, the round with its answers, and the limit of the decision.

    `first` is the round that the requester answered first, when it is an earlier one.
    """

    ticket: Ticket
    callback: Callback
    clock: Clock | None
    first: Callback | None = None


@dataclass(frozen=True)
class Judged:
    """What was found and what follows. `due_at` is the answer limit of a supervision order; without one the redo's own."""

    verdict: Verdict
    basis: str
    decision: Decision
    explanation: str = ""
    due_at: datetime | None = None


def review(uow: UnitOfWork, scope: Scope, ticket_id: int, judged: Judged, *, version: int | None = None) -> DissatisfiedReview:
    """Decide a dissatisfied case. Only a reasonable or partly reasonable one is redone.

    Raises Invalid (fields), Forbidden (role, or redo rounds used up), Conflict (no case is open, or a stale `version`).
    """
    if judged.decision in AGAIN and judged.verdict is Verdict.UNREASONABLE:
        raise Invalid("decision", "unreasonable-is-not-redone")
    ticket, rules = tickets.get(uow, ticket_id), book_of(uow.session, uow.zone, uow.now).rules.opinions.redo
    if judged.decision in AGAIN and ticket.state is State.REVIEW:
        _check_redo(scope, redo_left(ticket, rules))
    round_decided = ticket.round
    given = {"verdict": judged.verdict.value, "basis": judged.basis, "explanation": judged.explanation}
    tickets.move(uow, ticket.id, ACTIONS[judged.decision], roles=scope.roles, given=given, version=version)
    decided = DissatisfiedReview(
        ticket_id=ticket.id,
        round=round_decided,
        verdict=judged.verdict.value,
        basis=judged.basis,
        decision=judged.decision.value,
        explanation=judged.explanation,
        officer_id=uow.actor.officer_id,
        at=uow.now,
    )
    uow.session.add(decided)
    uow.session.flush()
    if judged.decision in AGAIN:
        _raise_one_level(uow, ticket, rules)
    if judged.decision is Decision.SUPERVISE:
        _supervise(uow, scope, ticket, judged)
    uow.record(DissatisfactionReviewed(decided.id, ticket.id, judged.verdict.value, judged.decision.value))
    return decided


def redo_left(ticket: Ticket, rules: RedoRules) -> int:
    """How many redo rounds the rules still allow this ticket."""
    return max(0, rules.rounds - (ticket.round - 1))


def signer_of_redo(session: Session, ticket: Ticket, at: datetime) -> str:
    """The role that signs the reply of a redo last, by the rules at that moment. Empty where nobody could sign."""
    lead = session.get(Unit, ticket.lead_unit_id) if ticket.lead_unit_id else None
    steps = ladders.of_redo(session, lead, at) if lead else []
    return steps[-1] if steps else ""


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
    found = [DueReview(*row) for row in session.execute(query.order_by(Callback.id).limit(limit))]
    first = callback_lists.first_rounds(session, [due.ticket.id for due in found])
    return [replace(due, first=_before(first.get(due.ticket.id), due.callback)) for due in found]


def of_ticket(session: Session, ticket_id: int) -> list[DissatisfiedReview]:
    """All decisions on a ticket's rounds in order."""
    query = select(DissatisfiedReview).where(DissatisfiedReview.ticket_id == ticket_id)
    return list(session.scalars(query.order_by(DissatisfiedReview.round)))


def _check_redo(scope: Scope, left: int) -> None:
    if left == 0 and not scope.roles & BEYOND_RULES:
        raise Forbidden("redo rounds used up", action="redo", reason="redo-limit", roles=sorted(BEYOND_RULES))


def _before(first: Callback | None, now: Callback) -> Callback | None:
    return first if first is not None and first.id != now.id else None


def _raise_one_level(uow: UnitOfWork, ticket: Ticket, rules: RedoRules) -> None:
    """One level higher: the redo's reply is signed like that of an important case, and the territorial superior is copied."""
    tickets.set_important(uow, ticket)
    lead = uow.session.get(Unit, ticket.lead_unit_id) if ticket.lead_unit_id else None
    above = lead.territorial_id if lead and rules.copies_superior else None
    # Where somebody complains of a unit, nobody is told whom the desk did not choose.
    if above is None or ticket.complained_unit_id is not None or dispatching.has_part(uow.session, ticket.id, above):
        return
    tickets.move(uow, ticket.id, "copy", roles=COPYING, given={"copy_unit_ids": [above]})


def _supervise(uow: UnitOfWork, scope: Scope, ticket: Ticket, judged: Judged) -> None:
    given = {"reason_code": ORDER_REASON, "note": judged.basis, "due_at": judged.due_at or ticket.due_at}
    tickets.move(uow, ticket.id, "supervise", roles=scope.roles, given=given)
