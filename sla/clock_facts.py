"""What a limit's clock keeps, as values: whom it limits, the basis of its sum, its points. Pure; `clocks` writes it.

`Clock.explain` is the JSON read and made here: `given`, `no_later_than`, `within`, `appeal`, `known_at`, `let_go`, and the
`steps` of `reckoning` with notes among them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hotline.tickets.models import Assignment
from sla import ladder, reckoning
from sla.book import Book
from sla.ladder import Limited
from sla.limits import Limit
from sla.models import Clock
from sla.reckoning import Basis


@dataclass(frozen=True)
class Subject:
    """What is limited beside the ticket: a unit's part, what was asked for it, an order, an appeal to be decided.

    `unit_id` owes it, None the hotline. `given` is a limit set by name, which goes before the policy's amount. `within` is the
    working limit of the part above, after which none below it ends.
    """

    part: Assignment | None = None
    unit_id: int | None = None
    request_id: int | None = None
    order_id: int | None = None
    appeal_id: int | None = None
    given: datetime | None = None
    within: Clock | None = None


LET_GO = "let_go"
"""Stands in the JSON of a limit that a correction ended because nobody owes its step any more."""
WHOLE = Subject()
"""The ticket as such: the citizen's limit, and the hotline's own steps."""


def basis_of(clock: Clock) -> Basis:
    """All that the limit's end rests on, as it is kept."""
    return reckoning.read_basis(clock.started_at, limit_of(clock), clock.roster, clock.explain)


def appeal_of(clock: Clock) -> int | None:
    """The appeal that the limit is for."""
    found: int | None = clock.explain.get("appeal")
    return found


def limit_of(clock: Clock) -> Limit:
    """The amount that the policy of the limit gives."""
    return Limit(clock.policy.amount, clock.policy.unit, clock.policy.start_rule)


def limited_of(book: Book, clock: Clock, basis: Basis, urgency: str, unit_class: str | None) -> Limited:
    """What the points depend on at which something is told of the limit."""
    points = reckoning.points(book.calendar, basis, clock.due_at, stage=clock.stage, rows=book.rules.warn_points)
    known_at = clock.explain.get("known_at")
    return Limited(
        clock.stage,
        urgency,
        unit_class,
        clock.roster,
        tuple((point.name, point.at) for point in points),
        clock.due_at,
        tuple(clock.told),
        known_at=datetime.fromisoformat(known_at) if known_at else None,
    )


def foreseen(
    book: Book, clock: Clock, basis: Basis, urgency: str, unit_class: str | None
) -> tuple[datetime | None, datetime | None]:
    """From when the limit counts as near, and when something is told of it next."""
    limited = limited_of(book, clock, basis, urgency, unit_class)
    near_at = min((at for _, at in limited.warnings), default=None)
    return near_at, ladder.next_moment(book.calendar, book.rules.ladder, limited)


def kept_of(subject: Subject) -> dict[str, Any]:  # the JSON of `Clock.explain`
    """What a new limit's sum rests on beside its policy."""
    above, appeal = subject.within, {"appeal": subject.appeal_id} if subject.appeal_id is not None else {}
    if above is None:
        return {"given": iso(subject.given), "no_later_than": None, **appeal}
    return {
        "given": iso(subject.given),
        "no_later_than": iso(above.due_at),
        "within": above.assignment_id,
        "within_steps": len(basis_of(above).steps),
    }


def known_since(due: datetime, now: datetime) -> dict[str, Any]:  # an entry of `Clock.explain`
    """Since when an end stands that was past when it was set: nobody was late against it before."""
    return {"known_at": iso(now) if due <= now else None}


def iso(moment: datetime | None) -> str | None:
    """A moment as the JSON has it."""
    return moment.astimezone(UTC).isoformat() if moment else None
