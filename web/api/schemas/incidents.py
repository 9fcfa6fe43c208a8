"""Incidents (集中诉求): many requests about one happening, as consoles, desks and the incident page show them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from web.api.schemas.base import CodeRef, Shape

LONGEST_TEXT, LONGEST_NAME = 4000, 128
MOST_TICKETS = 1000


class IncidentAction(Shape):
    """What the reader may do with an incident now, and which fields that takes."""

    action: str
    needs: list[str]


class CategoryPath(Shape):
    """A category by its code, and the names from the root down."""

    code: str
    path: str


class MainTicket(Shape):
    """The ticket that stands for all."""

    id: int
    number: str
    state: str


class IncidentRow(Shape):
    """An incident as far as the reader sees its tickets: `size` of them by `people`, `last_hour` put in lately.

    `found_after` is at how many it was seen; `alarms` how many words of danger fell in calls about it.
    """

    id: int
    version: int
    name: str
    state: str
    place: str
    area: CodeRef | None
    category: CategoryPath | None
    size: int
    people: int
    last_hour: int
    alarms: int
    first_at: datetime
    last_at: datetime
    found_at: datetime
    found_after: int
    answer: str
    keywords: list[str]
    main: MainTicket | None
    actions: list[IncidentAction]


class IncidentTicketRow(Shape):
    """A ticket of an incident. `added_by` is null for the detector; `may_merge`: it may go with the main one now."""

    id: int
    number: str
    title: str
    opened_at: datetime
    address: str
    state: str
    likeness: float | None
    added_by: str | None
    may_merge: bool


class CurvePoint(Shape):
    """How many came in within ten minutes from `at` on."""

    at: datetime
    count: int


class LeftTicket(Shape):
    """A caller without an answer yet, and the code of the reason."""

    id: int
    number: str
    reason: str


class ReplyProgress(Shape):
    """How far one answer for all has come."""

    total: int
    done: int
    left: list[LeftTicket]


class IncidentDetail(IncidentRow):
    """The whole incident; `reply` is null until all were answered by one text."""

    note: str
    joined_into_id: int | None
    tickets: list[IncidentTicketRow]
    out: list[IncidentTicketRow]
    curve: list[CurvePoint]
    reply: ReplyProgress | None


class IncidentMove(Shape):
    """A move of an incident as the reader saw it; `given` holds note, answer, name or into_id, as the action needs."""

    version: int
    given: dict[str, Any] = Field(default_factory=dict)


class IncidentGiven(Shape):
    """What a move of an incident may carry."""

    note: str = Field("", max_length=LONGEST_TEXT)
    answer: str = Field("", max_length=LONGEST_TEXT)
    name: str = Field("", max_length=LONGEST_NAME)
    into_id: int | None = None


class IncidentTickets(Shape):
    """Tickets to put in or take out."""

    version: int
    ticket_ids: list[int] = Field(min_length=1, max_length=MOST_TICKETS)
    note: str = Field("", max_length=LONGEST_TEXT)


class IncidentSplit(Shape):
    """Tickets that become an incident of their own."""

    version: int
    ticket_ids: list[int] = Field(min_length=1, max_length=MOST_TICKETS)
    name: str = Field("", max_length=LONGEST_NAME)


class IncidentGather(Shape):
    """Under which ticket all are gathered (null: the best, or a new one) and which unit gets it (null: none yet)."""

    version: int
    main_id: int | None = None
    unit_id: int | None = None
    override: str = Field("", max_length=LONGEST_TEXT)


class IncidentReply(Shape):
    """One answer for every caller; each is called back or sent the link by their plan, as after any reply."""

    version: int
    answer: str = Field(min_length=1, max_length=LONGEST_TEXT)
    callback: Literal[True] = True


class BesideIncidentIn(Shape):
    """What is known of a matter while it is typed or spoken."""

    text: str = Field("", max_length=LONGEST_TEXT)
    area: str = Field("", max_length=16)
    address: str = Field("", max_length=200)
    category: str = Field("", max_length=32)


class BesideIncident(Shape):
    """A live incident that the matter is probably of."""

    id: int
    name: str
    place: str
    size: int
    answer: str
    likeness: float
    main: MainTicket | None


class IncidentDraft(Shape):
    """The draft as the reader saw it, to become a ticket of the incident."""

    version: int
