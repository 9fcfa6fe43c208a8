"""Trying limits out: when one would end, and its sum in words, without any ticket. Nothing is written.

Called by the administrator's test bench and the command line.
"""

from dataclasses import dataclass
from datetime import datetime

from hotline.kernel.errors import NotFound
from sla import policies, reckoning
from sla.book import Book
from sla.explanation import ExplainLine, foretold
from sla.limits import Stage
from sla.policies import OF_UNITS, Case, PolicyFacts, PolicyRow
from sla.reckoning import Basis
from sla.rosters import Duty, roster_of

NO_VERSION = 0
"""The version of a row that stands in none."""


@dataclass(frozen=True)
class Trial:
    """What a limit would come to: the row that holds, its end, the first warning, and the lines of its sum."""

    policy: PolicyRow
    roster: str
    due_at: datetime
    warn_at: datetime | None
    provisional: bool
    lines: list[ExplainLine]


def of_case(book: Book, rows: list[PolicyRow], stage: Stage, case: Case, start: datetime) -> Trial:
    """What these rows give such a case. Raises NotFound when none fits."""
    own = case if stage in OF_UNITS else Case(case.type, case.urgency, case.profile, None)
    policy = policies.find(rows, stage, own, start)
    if policy is None:
        raise NotFound("no row fits", thing="policy-row", stage=stage.value)
    return of_row(book, policy, start, roster_of(book.rules.roster_rows, Duty(own.urgency, own.unit_class)), case.type)


def of_facts(book: Book, facts: PolicyFacts, start: datetime, roster: str) -> Trial:
    """What a limit that stands in no version would come to."""
    row = PolicyRow(id=0, version=NO_VERSION, effective_from=start, **vars(facts))
    return of_row(book, row, start, roster, facts.type)


def of_row(book: Book, policy: PolicyRow, start: datetime, roster: str, kind: str | None) -> Trial:
    """What this row would come to for a ticket of that type."""
    basis = Basis(start, policy.limit, roster)
    due = reckoning.reckon(book.calendar, basis)
    points = reckoning.points(book.calendar, basis, due, stage=policy.stage, rows=book.rules.warn_points)
    provisional = reckoning.is_provisional(book.calendar, basis, due)
    lines = foretold(book.calendar, policy, basis, kind or None)
    return Trial(policy, roster, due, points[0].at if points else None, provisional, lines)
