"""What stands beside tickets: supervision orders, abuse of the line."""

from datetime import date, datetime

from pydantic import AwareDatetime, Field

from web.api.schemas.base import Shape, UnitRef
from web.api.schemas.tickets import Action, TicketRow


class OrderFact(Shape):
    """A supervision paper: `kind` is prompt, order, summons or criticism. `leader` and `given_on` of a leader's instruction.

    One drawn up by the clock is `proposed` until a supervisor issues it; `stage` and `expired_at`: the limit that was missed.
    """

    id: int
    kind: str
    stage: str | None
    expired_at: datetime | None
    proposed: bool
    state: str
    version: int
    unit: UnitRef | None
    reason_code: str
    demand: str
    leader: str
    given_on: date | None
    issued_at: datetime | None
    due_at: datetime
    overdue: bool
    answer: str
    answered_at: datetime | None
    closed_at: datetime | None
    actions: list[Action]


class OrderRow(Shape):
    """An order in a list, with its ticket."""

    order: OrderFact
    ticket: TicketRow


class OrderGiven(Shape):
    """What a move of an order may be given; the row of the life cycle says what it needs."""

    answer: str = Field("", max_length=5000)
    note: str = Field("", max_length=2000)
    due_at: AwareDatetime | None = None


class NuisanceMark(Shape):
    """One step against abuse. `step` is given (a warning), proposed, in_force, refused, lifted or expired."""

    id: int
    kind: str
    step: str
    reason: str
    at: datetime
    by: str
    approved_by: str
    expires_at: datetime | None


class NuisanceStatus(Shape):
    """Where a caller's number stands. A restriction needs `needed` warnings and may last `longest_days` at most.

    `actions` is what the reader may do now: warn, restrict, approve, refuse, lift.
    """

    citizen_id: int
    warnings: int
    needed: int
    longest_days: int
    proposed: NuisanceMark | None
    restriction: NuisanceMark | None
    marks: list[NuisanceMark]
    actions: list[str]


class NuisanceProposal(Shape):
    """A restriction that waits for a shift leader, with the number shortened."""

    citizen_id: int
    phone: str
    warnings: int
    mark: NuisanceMark
    own: bool


class Warned(Shape):
    """What the caller was warned of."""

    reason: str = Field(min_length=1, max_length=500)


class Restricted(Warned):
    """What a restriction is for and when it ends."""

    expires_at: AwareDatetime
