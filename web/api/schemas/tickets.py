"""Tickets: rows of lists and moves; the whole ticket is in `detail`."""

from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime, Field, StrictInt

from web.api.schemas.base import CodeRef, ErrorBody, Limit, OfficerRef, Shape, UnitRef


class TicketRow(Shape):
    """A ticket in a list. `area` is the names from district to community; `due` is the limit that matters now.

    The title of a confidential ticket is the redacted one for whoever may not read the original.
    """

    id: int
    number: str
    title: str
    type: str
    urgency: str
    state: str
    channel: str
    category: CodeRef | None
    area: list[str]
    unit: UnitRef | None
    opened_at: datetime
    closed_at: datetime | None
    due: Limit | None
    round: int
    urge_count: int
    return_asked: bool
    confidential: bool
    secrecy: str
    important: bool
    repeat_of_id: int | None
    version: int


class Action(Shape):
    """A move open to the reader now: POST to /tickets/<id>/actions/<action>, or to /assignments or /orders alike."""

    action: str
    on: str = Field(description="ticket, assignment or order")
    id: int
    needs: list[str]


class ExplainLine(Shape):
    """One step of a limit's sum: a catalogue code with its values."""

    code: str
    args: dict[str, Any]


class TransferFact(Shape):
    """A hand-over to a partner. Only `receipted` may ever be shown as 已转接."""

    id: int
    partner: str
    state: str
    overdue: bool
    receipt_no: str | None
    voice_state: str
    voice_answered_by: str | None
    voice_answered_at: datetime | None
    created_at: datetime
    sent_at: datetime | None
    receipt_at: datetime | None
    reason: str


class Move(Shape):
    """A move. `version` is the one the reader saw (of the ticket or assignment); a newer one on the server is a conflict.

    `given` holds what the action needs: unit_id, assist_unit_ids, note, path_code, reply_internal, reply_public, solved,
    reply_form, reason_code, reason, legal_basis, competent_unit_id.
    """

    version: int
    given: dict[str, Any] = Field(default_factory=dict)


class BulkItem(Shape):
    """One row of a list with the version the reader saw."""

    id: int
    version: int


class Bulk(Shape):
    """The same move of several tickets, or of several units' parts; each succeeds or fails alone."""

    action: str = Field(max_length=32)
    on: str = Field("ticket", pattern="^(ticket|assignment)$")
    given: dict[str, Any] = Field(default_factory=dict)
    items: list[BulkItem] = Field(min_length=1, max_length=100)


class BulkResult(Shape):
    """What became of one row; `error` is the error as a single move would have answered it."""

    id: int
    ok: bool
    error: ErrorBody | None = None


class BulkResults(Shape):
    """One result a row, in the order asked."""

    results: list[BulkResult]


class Child(Shape):
    """One of the separate duties a ticket is split into (分办): a ticket of its own."""

    title: str = Field(min_length=1, max_length=200)
    body: str = Field(min_length=1, max_length=10_000)
    category_code: str | None = None


class Changes(Shape):
    """Corrected fields of a ticket; what is not sent stays."""

    title: str | None = Field(None, min_length=1, max_length=200)
    body: str | None = Field(None, min_length=1, max_length=10_000)
    wanted: str | None = Field(None, max_length=5000)
    type: str | None = Field(None, max_length=16)
    urgency: str | None = Field(None, max_length=16)
    profile: str | None = Field(None, max_length=16)
    category_code: str | None = Field(None, max_length=32)
    area_code: str | None = Field(None, max_length=16)
    address: str | None = Field(None, max_length=200)


class Given(Shape):
    """What a move may be given; the row of the life cycle says what it needs. A redo is given over the review alone."""

    unit_id: StrictInt | None = None
    assist_unit_ids: list[StrictInt] = Field(default_factory=list, max_length=20)
    note: str = Field("", max_length=2000)
    override: str = Field("", max_length=2000)
    public_note: str = Field("", max_length=2000)
    path_code: str = Field("", max_length=32)
    reply_internal: str = Field("", max_length=10_000)
    reply_public: str = Field("", max_length=10_000)
    solved: str = Field("", pattern="^(yes|partly|no)$")
    reply_form: dict[str, str | bool | None] = Field(default_factory=dict, max_length=20)
    attachment_tokens: list[str] = Field(default_factory=list)
    reason_code: str = Field("", max_length=32)
    reason: str = Field("", max_length=2000)
    legal_basis: str = Field("", max_length=2000)
    competent_unit_id: StrictInt | None = None
    handed_to: str = Field("", max_length=32)
    copy_unit_ids: list[StrictInt] = Field(default_factory=list, max_length=20)
    unit_ids: list[StrictInt] = Field(default_factory=list, max_length=20)
    main_id: StrictInt | None = None
    other_id: StrictInt | None = None
    officer_id: StrictInt | None = None
    children: list[Child] = Field(default_factory=list, max_length=10)
    changes: Changes | None = None
    kind: str = Field("", pattern="^(prompt|order|summons|criticism)$")
    secrecy: str = Field("", pattern="^(normal|confidential|strict)$")
    redacted_title: str = Field("", max_length=200)
    redacted_body: str = Field("", max_length=10_000)
    complained_unit_id: StrictInt | None = None
    important: bool | None = None
    days: StrictInt | None = Field(None, ge=1, le=400)
    until: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    plan: str = Field("", max_length=2000)
    basis: str = Field("", max_length=2000)
    evidence: str = Field("", max_length=5000)
    explanation: str = Field("", max_length=5000)
    verdict: str = Field("", pattern="^(reasonable|partly|unreasonable)$")
    missing_note: str = Field("", max_length=2000)
    leader: str = Field("", max_length=64)
    given_on: date | None = None


class TicketIn(Shape):
    """A ticket opened by an officer or a machine (not from a draft)."""

    channel: str = Field("phone", max_length=32)
    type: str
    title: str
    body: str
    wanted: str = ""
    urgency: str = "normal"
    profile: str = "general"
    category_code: str | None = None
    area_code: str | None = None
    address: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    confidential: bool = False
    reply_wanted: bool = True
    attachment_tokens: list[str] = Field(default_factory=list)


class Reveal(Shape):
    """Ask to see a masked field, with the reason that is logged."""

    field: str = Field(pattern="^(phone|name)$")
    reason: str = Field(min_length=4, max_length=500)


class Revealed(Shape):
    """The field unmasked."""

    field: str
    value: str


class ViewCounts(Shape):
    """How many tickets stand in each view the reader has."""

    counts: dict[str, int]


class Candidate(Shape):
    """A proposed unit with its reasons; `reasons` are catalogue codes with values, `legal_basis` is shown as it is."""

    unit: UnitRef
    score: float
    reasons: list[ExplainLine]
    legal_basis: str
    probability: float | None = None


class CategoryGuess(Shape):
    """A category a text may be of: `path` is the names from the root to it; `words` of the text speak for it."""

    code: str
    path: str
    probability: float
    words: list[str]


class Proposal(Shape):
    """Ranked units of a ticket, assisting units the catalogue names, and likely categories of a text that is no ticket yet."""

    ticket_id: int | None
    candidates: list[Candidate]
    assist: list[UnitRef]
    categories: list[CategoryGuess] = []
    model_number: int | None = None


class Requested(Shape):
    """A person who opened something, for lists."""

    officer: OfficerRef
