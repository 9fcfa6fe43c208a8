"""The manager's board."""

from datetime import date

from web.api.schemas.base import Shape, UnitRef


class Metric(Shape):
    """One number. Shares are 0-1; `value` null means nothing to divide by. `query` opens the list behind each part.

    `gross` counts all, `value` after exclusions (net). `formula` names the versioned formula.
    """

    key: str
    value: float | None
    gross: float | None
    numerator: int
    denominator: int
    excluded: int
    target: float | None
    formula: str
    numerator_query: str
    denominator_query: str


class DayNumbers(Shape):
    """Counts of one local day."""

    day: date
    received: int
    direct: int
    dispatched: int
    closed: int


class UnitNumbers(Shape):
    """One unit's numbers in the period."""

    unit: UnitRef
    unit_class: str
    dispatched: int
    open: int
    overdue: int
    on_time: float | None
    satisfaction: float | None
    resolution: float | None
    returned: int


class CategoryNumbers(Shape):
    """How many tickets a category brought."""

    code: str
    name: str
    count: int


class CallNumbers(Shape):
    """Calls judged by their callers in the period (一次一评): how many, how many well, the share and its formula."""

    judged: int
    content: int
    value: float | None
    formula: str


class Board(Shape):
    """Everything the board shows for a period."""

    start: date
    end: date
    metrics: list[Metric]
    calls: CallNumbers
    days: list[DayNumbers]
    units: list[UnitNumbers]
    categories: list[CategoryNumbers]


class Part(Shape):
    """One part of the installation, whether it is up, and whether it wants something done."""

    name: str
    up: bool
    detail: str
    attention: bool


class Health(Shape):
    """Up when all parts are."""

    up: bool
    parts: list[Part]
