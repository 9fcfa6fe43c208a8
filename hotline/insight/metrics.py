"""The rates as versioned formulas over the outcome facts of tickets: each has a numerator, a denominator and exclusions.

A number opens: `conditions` gives the tickets behind each part, the very ones that `measure` counted. Source: handbook 6.1.
Which results a rate uses is in its name: `first_…` those of the first round, `…_explicit` what was said, others the last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select, true
from sqlalchemy.orm import Session

from hotline.kernel.errors import Invalid, NotFound
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import BAD_MARK, OPEN, State

Condition = ColumnElement[bool]
PARTS = ("numerator", "denominator", "excluded")


WORK_OF = case((Ticket.merged_into_id.is_(None), Ticket.lead_unit_id))
"""Whose work a ticket is: its lead's; merged tickets are one closing for the unit, that of the main one."""
MARKS_OF = func.coalesce(Ticket.answerable_unit_id, Ticket.lead_unit_id)
"""Whose mark a call-back is: the lead's, unless it was found that another answers for it (责任划分). Each caller's counts."""


@dataclass(frozen=True)
class Formula:
    """One version of one rate. Without denominator it is a plain count. Excluded tickets leave the net, never the gross.

    `unit` is the unit that a ticket counts for.
    """

    key: str
    version: int
    numerator: Condition
    denominator: Condition | None = None
    excluded: Condition | None = None
    unit: ColumnElement[Any] = WORK_OF  # a unit id or none

    @property
    def name(self) -> str:
        """How the formula is cited: key and version."""
        return f"{self.key}/{self.version}"


@dataclass(frozen=True)
class Measured:
    """What came out: net `value` and `gross` as shares 0-1, or counts; None when there is nothing to divide by."""

    formula: Formula
    numerator: int
    denominator: int
    excluded: int
    value: float | None
    gross: float | None


def period(start: datetime, end: datetime) -> Condition:
    """Tickets received from `start` up to, not including, `end` (both aware)."""
    return and_(Ticket.opened_at >= start, Ticket.opened_at < end)


CONTENT = ("very_satisfied", "satisfied", "fairly_satisfied")
SATISFIED = Ticket.satisfied.in_(CONTENT)
EXPLICIT = Ticket.outcome_source == "explicit"
COUNTED = Ticket.outcome_source.in_(("explicit", "default"))
"""What official rates count: what was said, and silence where a plan says that it counts. Who was not reached, not asked or
wanted no answer is in no rate."""
UNREASONABLE = Ticket.reasonable == "unreasonable"
"""Found by a review or a granted appeal; what is partly reasonable stays in."""
UNDER_WAY = Ticket.state.in_(OPEN)
TAKEN_UP = Ticket.state.not_in((State.ANSWERED, State.INFORMED, State.WITHDRAWN))
OF_A_BAD_MARK = Ticket.type == BAD_MARK
PUT_RIGHT = and_(Ticket.state.in_((State.CLOSED, State.ARCHIVED)), Ticket.replied_at.is_not(None))
"""Answered by its unit and closed, by the call-back or as explained; what ended without an answer is not."""
PAST_DUE = and_(UNDER_WAY, Ticket.replied_at.is_(None), Ticket.due_at < func.now())


def _final(key: str, version: int, wanted: Condition, asked: Condition, known: Condition = COUNTED) -> Formula:
    """A rate of last results: those after the last redo that was answered for."""
    return Formula(key, version, and_(known, wanted), and_(known, asked), and_(known, UNREASONABLE), MARKS_OF)


def _first(key: str, wanted: Condition, asked: Condition) -> Formula:
    """A rate of first results: what was said of the first round, whatever a redo made of it."""
    return Formula(key, 1, wanted, asked, and_(asked, UNREASONABLE), MARKS_OF)


FORMULAS: tuple[Formula, ...] = (
    Formula("received", 1, true()),
    Formula("direct", 1, Ticket.state == State.ANSWERED, true()),
    Formula("dispatched", 1, Ticket.dispatch_count > 0),
    Formula("open", 1, UNDER_WAY),
    Formula("overdue", 1, PAST_DUE),
    Formula(
        "on_time",
        1,
        and_(TAKEN_UP, Ticket.on_time.is_(True)),
        and_(TAKEN_UP, or_(Ticket.on_time.is_not(None), PAST_DUE)),
    ),
    Formula(
        "contacted",
        1,
        and_(EXPLICIT, Ticket.contacted.is_(True)),
        and_(EXPLICIT, Ticket.contacted.is_not(None)),
        unit=MARKS_OF,
    ),
    # Version 2: silence that counts is in, and the results are said to be the last ones.
    _final("satisfaction", 2, SATISFIED, Ticket.satisfied.is_not(None)),
    _final("satisfaction_explicit", 1, SATISFIED, Ticket.satisfied.is_not(None), EXPLICIT),
    _first("first_satisfaction", Ticket.first_satisfied.in_(CONTENT), Ticket.first_satisfied.is_not(None)),
    _final("resolution", 2, Ticket.solved == "yes", Ticket.solved.is_not(None)),
    _final("resolution_explicit", 1, Ticket.solved == "yes", Ticket.solved.is_not(None), EXPLICIT),
    _first("first_resolution", Ticket.first_solved == "yes", Ticket.first_solved.is_not(None)),
    # 差评整改率: bad marks put right ÷ bad marks; those that were excluded as wrong or malicious (剔除) leave it. Handbook 8.1.
    Formula("bad_mark_rectification", 1, and_(OF_A_BAD_MARK, PUT_RIGHT), OF_A_BAD_MARK, and_(OF_A_BAD_MARK, UNREASONABLE)),
)


def formula(key: str) -> Formula:
    """The formula in force. Raises NotFound."""
    found = next((entry for entry in FORMULAS if entry.key == key), None)
    if found is None:
        raise NotFound("metric", thing="metric", key=key, known=[entry.key for entry in FORMULAS])
    return found


def conditions(key: str, part: str, unit_id: int | None = None) -> tuple[Condition, ...]:
    """The tickets behind one part of a metric, net of exclusions, of one unit if given. Raises NotFound, Invalid."""
    entry = formula(key)
    if part not in PARTS:
        raise Invalid("part", "unknown-choice", given=part, allowed=list(PARTS))
    own = () if unit_id is None else (entry.unit == unit_id,)
    if part == "excluded":
        return (_excluded(entry), *own)
    wanted = entry.numerator if part == "numerator" or entry.denominator is None else entry.denominator
    return (wanted, not_(func.coalesce(_excluded(entry), False)), *own)


def measure(
    session: Session, among: Condition, formulas: Sequence[Formula] = FORMULAS, *, unit_id: int | None = None
) -> list[Measured]:
    """The metrics over the tickets that `among` admits, in one reading; of one unit if given."""
    columns = [count for entry in formulas for count in counts(entry, unit_id)]
    if unit_id is not None:
        among = and_(among, or_(Ticket.lead_unit_id == unit_id, Ticket.answerable_unit_id == unit_id))
    row = tuple(session.execute(select(*columns).select_from(Ticket).where(among)).one())
    return [measured(entry, *row[place * 5 : place * 5 + 5]) for place, entry in enumerate(formulas)]


def counts(entry: Formula, unit_id: int | None = None) -> list[ColumnElement[int]]:
    """The five counts of a formula, as columns: net numerator and denominator, excluded, gross numerator and denominator."""
    own = true() if unit_id is None else entry.unit == unit_id
    base = entry.denominator if entry.denominator is not None else entry.numerator
    out = func.coalesce(_excluded(entry), False)
    wanted = (and_(entry.numerator, not_(out)), and_(base, not_(out)), and_(base, out), entry.numerator, base)
    return [func.count(Ticket.id).filter(and_(condition, own)) for condition in wanted]


def measured(
    entry: Formula, numerator: int, denominator: int, excluded: int, gross_numerator: int, gross_denominator: int
) -> Measured:
    """The metric from the five counts of `counts`."""
    if entry.denominator is None:
        return Measured(entry, numerator, denominator, excluded, float(numerator), float(gross_numerator))
    net = numerator / denominator if denominator else None
    gross = gross_numerator / gross_denominator if gross_denominator else None
    return Measured(entry, numerator, denominator, excluded, net, gross)


def _excluded(entry: Formula) -> Condition:
    return entry.excluded if entry.excluded is not None else not_(true())
