"""What happens to tickets. Ids and plain values only: events go to sockets and logs."""

from dataclasses import dataclass
from typing import ClassVar

from hotline.kernel.events import Event


@dataclass(frozen=True)
class TicketOpened(Event):
    """A ticket exists; `state` is pending, or answered for a direct answer."""

    name: ClassVar[str] = "ticket-opened"

    ticket_id: int
    number: str
    state: str
    urgency: str


@dataclass(frozen=True)
class TicketMoved(Event):
    """A ticket went from one state to another."""

    name: ClassVar[str] = "ticket-moved"

    ticket_id: int
    number: str
    action: str
    source: str
    target: str


@dataclass(frozen=True)
class TicketAdded(Event):
    """The requester added words or files, or urged (`kind` is supplement or urge)."""

    name: ClassVar[str] = "ticket-added"

    ticket_id: int
    number: str
    kind: str


@dataclass(frozen=True)
class WordsErased(Event):
    """The words of a line of the timeline were erased; the line stays."""

    name: ClassVar[str] = "words-erased"

    ticket_id: int
    seq: int


@dataclass(frozen=True)
class AssignmentOpened(Event):
    """A unit was given a part of a ticket."""

    name: ClassVar[str] = "assignment-opened"

    assignment_id: int
    ticket_id: int
    number: str
    unit_id: int
    role: str
    round: int
    urgency: str


@dataclass(frozen=True)
class AssignmentMoved(Event):
    """A unit's part moved; asking for a return and its refusal keep the state and are told apart by `action`."""

    name: ClassVar[str] = "assignment-moved"

    assignment_id: int
    ticket_id: int
    number: str
    unit_id: int
    action: str
    source: str
    target: str


@dataclass(frozen=True)
class TicketsMerged(Event):
    """A ticket goes with the main one from now on; both limits hold for the main, the earlier first."""

    name: ClassVar[str] = "tickets-merged"

    main_id: int
    merged_id: int
    number: str


@dataclass(frozen=True)
class OrderMoved(Event):
    """A supervision order was issued (no `source`), answered, sent back or closed; no unit while the ticket has no lead."""

    name: ClassVar[str] = "order-moved"

    order_id: int
    ticket_id: int
    number: str
    unit_id: int | None
    action: str
    source: str
    target: str


@dataclass(frozen=True)
class CategoryChanged(Event):
    """Somebody administered the subject tree; `what` is create, change, move or close."""

    name: ClassVar[str] = "category-changed"

    category_code: str
    what: str


@dataclass(frozen=True)
class QueryCodeRenewed(Event):
    """The requester lost the query code and is owed the new one."""

    name: ClassVar[str] = "query-code-renewed"

    ticket_id: int
