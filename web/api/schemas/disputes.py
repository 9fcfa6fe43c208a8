"""What is asked of the desks, and rulings on disputes."""

from datetime import datetime

from web.api.schemas.base import CodeRef, Shape, UnitRef
from web.api.schemas.detail import RequestRow, TicketRef
from web.api.schemas.tickets import TicketRow


class Asked(Shape):
    """A request with its ticket and the unit that asks."""

    request: RequestRow
    ticket: TicketRow
    unit: UnitRef


class RulingRow(Shape):
    """A decided dispute: who took part, on what evidence, which unit must do it, and why."""

    id: int
    ticket: TicketRef
    category: CodeRef | None
    parties: list[UnitRef]
    unit: UnitRef
    evidence: str
    decision: str
    basis: str
    at: datetime
    by: str
