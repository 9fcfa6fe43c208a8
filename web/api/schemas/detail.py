"""The whole ticket as one reader may see it: what the ticket page is made of."""

from datetime import datetime
from typing import Any

from pydantic import Field

from web.api.schemas.base import Attachment, CodeRef, Limit, OfficerRef, Shape, UnitRef
from web.api.schemas.callbacks import Reason
from web.api.schemas.evaluations import AppealFact
from web.api.schemas.marks import MarkFact
from web.api.schemas.places import PlaceQuestionShown
from web.api.schemas.relations import OrderFact
from web.api.schemas.tickets import Action, ExplainLine, TicketRow, TransferFact


class Requester(Shape):
    """Who asks. `masked` tells that name and phone are shown only in part, `revealable` that a reason opens them."""

    id: int | None
    name: str
    phone: str
    masked: bool
    revealable: bool
    reply_wanted: bool


class Assignment(Shape):
    """One unit's part in one round."""

    id: int
    unit: UnitRef
    role: str
    round: int
    state: str
    version: int
    note: str
    dispatched_at: datetime
    signed_at: datetime | None
    contacted_at: datetime | None
    replied_at: datetime | None
    limits: list[Limit]
    solved: str | None
    reply_internal: str
    reply_public: str
    reply_form: dict[str, Any]
    parent_id: int | None
    designated: bool
    return_until: datetime | None
    named_officer: OfficerRef | None
    on_time: bool | None
    limit_given: datetime | None


class Approval(Shape):
    """One signature on the way up a unit's ladder."""

    role: str
    by: str
    at: datetime
    note: str


class RequestRow(Shape):
    """Something asked (a return, an extension …), who of the unit signed for it, and what was decided."""

    id: int
    kind: str
    state: str
    assignment_id: int
    data: dict[str, Any]
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decision: str
    ladder: list[str]
    step: int
    approvals: list[Approval]


class TicketRef(Shape):
    """Another ticket by id and number."""

    id: int
    number: str


class LinkFact(Shape):
    """A ticket that has to do with this one: related, again, child or merged."""

    kind: str
    ticket: TicketRef
    note: str
    at: datetime


class TimelineLine(Shape):
    """One line of the history."""

    seq: int
    at: datetime
    action: str
    officer: str
    unit: str
    state_from: str
    state_to: str
    text: str
    data: dict[str, Any]
    public: bool


class CallbackFact(Shape):
    """A call-back round and its answers; `reasons` are the chosen ones in the reader's language.

    `source` tells how the outcome is known: explicit, default, unreachable, not_wanted, not_sampled, excluded; null while it
    is open. `appealable` tells that the reader may object to it now.
    """

    id: int
    round: int
    state: str
    channel: str
    at: datetime | None
    contacted: str | None
    solved: str | None
    satisfaction: str | None
    attitude: str | None
    respondent: str | None
    reason_codes: list[str]
    reasons: list[str]
    reason: str
    source: str | None
    appealable: bool


class ReviewFact(Shape):
    """A decision on a dissatisfied case."""

    round: int
    verdict: str
    basis: str
    decision: str
    explanation: str
    at: datetime
    by: str


class TicketDetail(TicketRow):
    """The whole ticket as the reader may see it.

    `original` tells whether title, body, wishes and address are the requester's own words; else they are redacted or empty.
    """

    profile: str = Field(description="whose limits hold: general, enterprise, bad_mark, provincial or transfer_110")
    original: bool
    redacted_title: str
    redacted_body: str
    redaction_needed: bool
    complained_unit: UnitRef | None
    merged_into: TicketRef | None
    merged: list[TicketRef]
    parent: TicketRef | None
    children: list[TicketRef]
    links: list[LinkFact]
    orders: list[OrderFact]
    handed_to: CodeRef | None
    resume_at: datetime | None
    answerable_unit: UnitRef | None

    body: str
    wanted: str
    address: str
    area_code: str
    requester: Requester
    opened_by: str
    public_reply: str
    path: CodeRef | None
    contact_id: int | None
    total_due: Limit | None
    assignments: list[Assignment]
    requests: list[RequestRow]
    timeline: list[TimelineLine]
    attachments: list[Attachment]
    callbacks: list[CallbackFact]
    reviews: list[ReviewFact]
    appeals: list[AppealFact]
    appeal_reasons: list[Reason]
    transfers: list[TransferFact]
    marks: list[MarkFact]
    explain: list[ExplainLine]
    place_question: PlaceQuestionShown | None = None
    actions: list[Action]
