"""Tables of how claims come in: calls, contacts (来电记录), drafts with evidence, alerts on risk words."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.kernel.db import Base, Word


class CallState(StrEnum):
    """Where a call stands; assigned only in `calls.py`."""

    OFFERED = "offered"
    TALKING = "talking"
    ENDED = "ended"
    ABANDONED = "abandoned"


class DraftState(StrEnum):
    """Where a draft stands; assigned only in `drafts.py`."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    JOINED = "joined"
    """The matter was an open ticket's: its words were added there."""
    DROPPED = "dropped"


class Call(Base):
    """One call on a line. `id` is the UUID that also names its audio."""

    __tablename__ = "call"
    __table_args__ = (Index("ix_call_waiting", "offered_at", postgresql_where=text("state in ('offered', 'talking')")),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    state: Mapped[CallState] = mapped_column(Word(CallState))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    number: Mapped[str] = mapped_column(String(32), default="")
    origin: Mapped[str] = mapped_column(String(16))
    offered_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    audio_seconds: Mapped[float | None]
    audio_end: Mapped[str] = mapped_column(String(32), default="")


class CallLeg(Base):
    """The name under which the exchange sends one party's audio, where it told one. The caller's comes under the call's id."""

    __tablename__ = "call_leg"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))


class Contact(Base):
    """One contact of a citizen: a call, a visit of the portal. It may bring no ticket, one or several."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    channel: Mapped[str] = mapped_column(String(32))
    call_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("call.id"), unique=True)
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizen.id"), index=True)
    number: Mapped[str] = mapped_column(String(32), default="", index=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    opened_at: Mapped[datetime] = mapped_column(index=True)
    closed_at: Mapped[datetime | None]
    summary_code: Mapped[str | None] = mapped_column(String(32))
    summary: Mapped[str] = mapped_column(Text, default="")
    """What the call was about, drawn up by the machine when it ends; a person may write it anew."""
    note: Mapped[str] = mapped_column(Text, default="")


class Draft(Base):
    """A ticket being filled in a contact. `fields` maps a name to {value, source: machine|person, confidence, evidence}.

    `evidence` is a list of {seq, start, end}: the transcript segment and the characters in it. What a person typed is never
    overwritten by the machine and bears the `version` of the draft it was typed in. `proposed` keeps what the machine last
    said of each field, to learn from. Words up to the segment `after_seq` belong to an earlier matter of the same call; where
    the machine or a person told matters apart, `segments` lists those of this one (none: all after `after_seq`).
    """

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    state: Mapped[DraftState] = mapped_column(Word(DraftState), default=DraftState.OPEN)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    fields: Mapped[dict[str, Any]]
    proposed: Mapped[dict[str, Any]]
    after_seq: Mapped[int] = mapped_column(default=0)
    segments: Mapped[list[Any]] = mapped_column(default=list)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    updated_at: Mapped[datetime]


class RiskAlert(Base):
    """A word of danger that fell in a contact, and what the agent chose to do about it."""

    __tablename__ = "risk_alert"
    __table_args__ = (UniqueConstraint("contact_id", "word"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    word: Mapped[str] = mapped_column(String(32))
    level: Mapped[str] = mapped_column(String(16))
    partner: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    choice: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, default="")
    chosen_at: Mapped[datetime | None]


class RepeatDecision(Base):
    """What a person made of an offered repeat (并单): `verdict` is merged, related, joined, again or rejected.

    `features` are the figures that the offer stood on; thresholds are set by such decisions. Either a ticket or a contact's
    draft was compared with the ticket `other_id`.
    """

    __tablename__ = "repeat_decision"
    __table_args__ = (Index("ix_repeat_decision_pair", "ticket_id", "other_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    verdict: Mapped[str] = mapped_column(String(16))
    score: Mapped[float]
    features: Mapped[dict[str, Any]]
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    at: Mapped[datetime] = mapped_column(index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class RepeatThreshold(Base):
    """From which score on a repeat of that category is offered (an empty code: of all others), found from decisions.

    Only ever added to; the newest row of a code holds.
    """

    __tablename__ = "repeat_threshold"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    category_code: Mapped[str] = mapped_column(String(32), index=True)
    threshold: Mapped[float]
    decisions: Mapped[int]
    precision: Mapped[float]
    recall: Mapped[float]
    made_at: Mapped[datetime]
