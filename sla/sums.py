"""What open limits come to under a book, from plain rows: what a recount does to them and what a preview says of it.

Nothing is written here. Called by `recounts` and `previews`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hotline.people.models import Unit
from hotline.tickets.models import Ticket
from sla import clock_facts, policies, reckoning
from sla.book import Book
from sla.clocks import WORKING_STAGES
from sla.corrections import explain_after
from sla.lifecycles import ClockState
from sla.limits import Limit, Stage
from sla.models import Clock, Policy
from sla.policies import Case, PolicyRow
from sla.reckoning import Basis

UNFINISHED = Clock.state != ClockState.STOPPED
ROW = (
    *(Clock.id, Clock.ticket_id, Clock.assignment_id, Clock.stage, Clock.started_at, Clock.roster, Clock.explain, Clock.due_at),
    *(Clock.warn_at, Clock.next_at, Clock.told, Clock.provisional, Clock.policy_id),
    *(Ticket.number, Ticket.type, Ticket.urgency, Ticket.profile, Unit.unit_class, Unit.name.label("unit_name")),
)

Find = Callable[[Stage, Case], PolicyRow | None]


@dataclass(frozen=True)
class Sum:
    """What a limit comes to: the row of the policies that it would have (None: the one it has), and all that follows."""

    policy: PolicyRow | None
    explain: dict[str, Any]  # the JSON of `Clock.explain`
    basis: Basis
    due_at: datetime
    provisional: bool


class Sums:
    """The sums of one pass. Takes limits in the order of their ids: the one above comes before those inside it."""

    def __init__(self, session: Session, book: Book, find: Find) -> None:
        self._book = book
        self._find = find
        self._limits = _limits(session)
        self._above: dict[int, Basis] = {}

    def of(self, row: Any) -> Sum:  # a row of `rows`
        """What the limit comes to."""
        explain = row.explain
        policy = None if explain.get("given") else self._find(row.stage, case_of(row))
        explain = explain_after(explain, self._book.calendar, self._above.get(explain.get("within") or 0))
        limit = policy.limit if policy else self._limits[row.policy_id]
        basis = reckoning.read_basis(row.started_at, limit, row.roster, explain)
        if row.stage in WORKING_STAGES and row.assignment_id is not None:
            self._above[row.assignment_id] = basis
        due_at = reckoning.reckon(self._book.calendar, basis)
        return Sum(policy, explain, basis, due_at, reckoning.is_provisional(self._book.calendar, basis, due_at))

    def stands(self, row: Any, found: Sum) -> bool:  # a row of `rows`
        """Whether all that is kept of the limit is as it was, but for the row of the policies that gives it."""
        if (found.due_at, found.provisional, found.explain) != (row.due_at, row.provisional, row.explain):
            return False
        told = clock_facts.foreseen(self._book, row, found.basis, row.urgency, row.unit_class)
        return told == (row.warn_at, row.next_at)


def rows() -> Select[Any]:
    """Open limits with the case of their ticket, by id."""
    query = select(*ROW).join(Ticket, Ticket.id == Clock.ticket_id).outerjoin(Unit, Unit.id == Clock.unit_id)
    return query.where(UNFINISHED).order_by(Clock.id)


def finder(book: Book, at: datetime) -> Find:
    """`policies.find` in this book at that moment, each case looked up once."""

    @cache
    def find(stage: Stage, case: Case) -> PolicyRow | None:
        return policies.find(book.policies, stage, case, at)

    return find


def keep(stage: Stage, case: Case) -> PolicyRow | None:
    """Every limit stays with the policy it has: only days or rules change."""
    return None


def case_of(row: Any) -> Case:  # a row of `rows`
    """What a limit is looked up for."""
    return Case(row.type, row.urgency, row.profile, row.unit_class)


def _limits(session: Session) -> dict[int, Limit]:
    found = session.execute(select(Policy.id, Policy.amount, Policy.unit, Policy.start_rule))
    return {row.id: Limit(row.amount, row.unit, row.start_rule) for row in found}
