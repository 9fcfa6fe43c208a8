"""Shapes of limits: the sum of each one in words, and what falls due."""

from datetime import date, datetime
from typing import Literal

from web.api.schemas.base import Limit, Shape, UnitRef
from web.api.schemas.tickets import ExplainLine, TicketRow


class PolicyRef(Shape):
    """The version of the limits that one rests on, and the clause."""

    version: int
    source: str


class ClockFact(Shape):
    """One limit of a ticket. `unit` owes the step, null the hotline; `sentence` is the whole sum in the reader's language."""

    id: int
    stage: str
    unit: UnitRef | None
    state: str
    started_at: datetime
    due_at: datetime
    provisional: bool
    paused: bool
    expired: bool
    policy: PolicyRef
    lines: list[ExplainLine]
    sentence: str


class Explained(Shape):
    """Every limit that a ticket had, the citizen's and the unit's first."""

    clocks: list[ClockFact]


class DueItem(Shape):
    """A step that somebody owes, and by when."""

    clock_id: int
    stage: str
    unit: UnitRef | None
    limit: Limit
    ticket: TicketRow


class DueGroup(Shape):
    """Steps of one span of days, the earliest first; `after` is the cursor of the rest, null when there is none."""

    key: Literal["overdue", "today", "tomorrow", "week"]
    total: int
    items: list[DueItem]
    after: str | None


class DueDay(Shape):
    """What falls due from a day on. `day_name` is the holiday's or the make-up workday's, else empty.

    `provisional_year` is a coming year whose holidays are not announced though they should be soon.
    """

    day: date
    working_day: bool
    day_name: str
    groups: list[DueGroup]
    provisional_year: int | None
