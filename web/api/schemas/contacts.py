"""Calls, contacts, drafts, answer cards, alerts: what the agent's console lives on."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from web.api.schemas.base import CodeRef, Shape, UnitRef
from web.api.schemas.hearing import Segment
from web.api.schemas.places import PlaceQuestionShown
from web.api.schemas.tickets import Candidate, TicketRow, TransferFact


class CallOffer(Shape):
    """A call that rings, told by the exchange (or by `hotline demo call`). Repeating the same id changes nothing."""

    call_id: UUID | None = None
    number: str = Field("", max_length=32)
    origin: str = Field("sim", max_length=16)
    legs: dict[Literal["agent"], UUID] = Field(
        default_factory=dict, description="Ids under which other parties' audio comes, where they are not made from call_id"
    )


class Call(Shape):
    """A call. `number` is masked for whoever may not see contact data."""

    id: UUID
    state: str
    number: str
    origin: str
    offered_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    agent: str | None
    contact_id: int | None
    audio_port: int = Field(description="Port of the speech gateway this call's audio goes to")


class UntakenCall(Call):
    """A call that nobody took: how much audio there is, in seconds, and how its words begin."""

    audio_seconds: float
    words: str


class Evidence(Shape):
    """Where a field's value came from: segment number and the characters in it."""

    seq: int
    start: int
    end: int


class DraftField(Shape):
    """A field of a draft. `source` is machine or person; confidence 0-1, null for a person's words."""

    value: str
    source: str
    confidence: float | None = None
    evidence: list[Evidence] = Field(default_factory=list)


class Draft(Shape):
    """A ticket being filled. Fields: type, title, body, wanted, urgency, time, persons, category_code, area_code, address,
    contact_name, contact_phone, unit_id, confidential, reply_wanted."""

    id: int
    contact_id: int
    state: str
    version: int
    fields: dict[str, DraftField]
    candidates: list[Candidate]
    repeats: list["Repeat"]
    place_question: PlaceQuestionShown | None = None
    matters: list["DraftMatter"] = Field(default_factory=list, description="Several matters that were told, to be split")
    ticket_id: int | None
    ticket_number: str | None


class DraftMatter(Shape):
    """One of several matters of a draft: the numbers of the segments that tell of it, and a title."""

    segments: list[int]
    title: str


class DraftEdit(Shape):
    """What the agent typed: field → text. Empty text clears the field; only a person's edit can do that."""

    version: int
    fields: dict[str, str]


class DraftConfirm(Shape):
    """Make the ticket. With `dispatch_unit_id` it is dispatched at once (直派) where the agent's city allows it.

    `override` says why it goes to a unit that a guard speaks against. With `repeat_of_id` it asks again (再次反映) for what
    that ended ticket was about.
    """

    version: int
    dispatch_unit_id: int | None = None
    override: str = Field("", max_length=2000)
    repeat_of_id: int | None = None


class RepeatReason(Shape):
    """Why two tickets look alike, or why not: a code that pages word, with what is filled in."""

    code: str
    args: dict[str, str] = Field(default_factory=dict)


class Repeat(Shape):
    """An earlier ticket that looks like the same matter. `score` 0-1, `proposal` merge, related or again; `against` is what
    differs; `may` is what a person can make of it here: merge, related, join, again, reject."""

    ticket: TicketRow
    score: float
    proposal: str
    reasons: list[RepeatReason]
    against: list[RepeatReason]
    may: list[str]
    same_citizen: bool


class RepeatVerdict(Shape):
    """What a person makes of two tickets. `version` is that of the ticket looked at."""

    verdict: str = Field(pattern="^(merged|related|rejected)$")
    note: str = Field("", max_length=2000)
    version: int


class Card(Shape):
    """A knowledge card: the article's own text, never a machine's, with the sentence that called it."""

    article_id: int
    title: str
    answer: str
    source: str
    confidence: float
    sure: bool
    because: str
    effective_to: datetime | None = None


class Alert(Shape):
    """A word of danger that fell."""

    id: int
    word: str
    level: str
    partner: str
    at: datetime
    choice: str | None
    reason: str


class AlertChoice(Shape):
    """What the agent did: transfer, three_way or note. `reason` is needed for note."""

    choice: str = Field(pattern="^(transfer|three_way|note)$")
    reason: str = Field("", max_length=500)


class CitizenCard(Shape):
    """Who is on the line, as far as known."""

    id: int | None
    name: str
    phone: str
    contacts: int
    tickets: int


class CallJudged(Shape):
    """How the caller judged this call (一次一评): by link or keys."""

    satisfaction: str
    channel: str
    at: datetime


class Contact(Shape):
    """A contact with everything the console shows beside it."""

    id: int
    channel: str
    number: str
    opened_at: datetime
    closed_at: datetime | None
    summary_code: str | None
    summary: str
    note: str
    call: Call | None
    citizen: CitizenCard
    open_tickets: list[TicketRow]
    history: list[TicketRow]
    drafts: list[Draft]
    alerts: list[Alert]
    transfers: list[TransferFact]
    transcript: list[Segment]
    evaluation: CallJudged | None


class ContactClose(Shape):
    """End a contact with its summary code (来电小结)."""

    summary_code: str = Field(min_length=1, max_length=32)
    note: str = Field("", max_length=2000)


class ContactEdit(Shape):
    """What the call was about, as a person words it (来电摘要)."""

    summary: str = Field(max_length=2000)


class DirectAnswer(Shape):
    """Answered on the spot with an article (or by the agent's own words in `answer`)."""

    article_id: int | None = None
    question: str = Field(min_length=2, max_length=2000)
    answer: str = Field("", max_length=5000)
    category_code: str | None = None


class Typed(Shape):
    """Words the agent typed, for risk words and cards."""

    text: str = Field(max_length=10_000)


class SummaryCodes(Shape):
    """The summary codes of this city."""

    items: list[CodeRef]


class CallIn(Shape):
    """A person's choice on a call."""

    reason: str = ""


class TransferIn(Shape):
    """Hand over to a partner: 110, 119, 120, 122, platform."""

    partner: str
    contact_id: int | None = None
    ticket_id: int | None = None
    reason: str = Field(min_length=2, max_length=500)
    place: str = Field("", max_length=200)
    summary: str = Field("", max_length=1000)


class VoiceAnswer(Shape):
    """Who answered at the partner's; state answered or no_answer."""

    state: str = Field(pattern="^(answered|no_answer)$")
    answered_by: str = Field("", max_length=64)


class PartnerReceipt(Shape):
    """A partner's receipt for a transfer, by its idempotency key."""

    idempotency_key: str
    receipt_no: str = Field(min_length=1, max_length=64)


class HandlingPathRow(CodeRef):
    """Where a matter goes that the hotline does not accept; `channel` is what the caller is told."""

    channel: str


class UnitRow(Shape):
    """A unit in a search."""

    id: int
    code: str
    name: str
    level: str
    kind: str
    phone: str
    superior: UnitRef | None


class CategoryNode(Shape):
    """A category; leaves may be chosen."""

    code: str
    name: str
    path: list[str]
    leaf: bool
    definition: str
    contrast: str
    extra: dict[str, Any] = Field(default_factory=dict)
