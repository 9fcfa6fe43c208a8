"""Tables of dispatch: catalogue (派单目录), duties, proposals, decisions, what is learnt, hand-overs. Nothing here decides."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.kernel.db import Base, Word


class TransferState(StrEnum):
    """Where the data push of a hand-over stands. Only `receipted` may be shown as 已转接."""

    TO_SEND = "to_send"
    SENT = "sent"
    RECEIPTED = "receipted"
    REFUSED = "refused"
    FAILED = "failed"


class VoiceState(StrEnum):
    """Where the voice call beside a hand-over stands."""

    NOT_NEEDED = "not_needed"
    CALLING = "calling"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"


class CatalogueVersion(Base):
    """A state of the whole catalogue, in force from `effective_from` until the next one is; a coming one may be withdrawn."""

    __tablename__ = "catalogue_version"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    effective_from: Mapped[datetime] = mapped_column(index=True)
    source_name: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    rows: Mapped[int]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class Duty(Base):
    """One line of a unit's duty list (权责清单): the category and all below it are the unit's, by that law."""

    __tablename__ = "duty"
    __table_args__ = (UniqueConstraint("unit_id", "category_code", "effective_from"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"), index=True)
    basis: Mapped[str] = mapped_column(Text, default="")
    effective_from: Mapped[datetime]
    effective_to: Mapped[datetime | None]


class CatalogueEntry(Base):
    """One row of one version of the catalogue: a category in an area goes to a unit, and by which law.

    `unit_rule` and each of `assist` is a unit code, or a rule resolved in the area of the request: "district", "street",
    "district-bureau:<line>". `area_rule` is the level the request's place must be known to: city, district, street or any.
    `conditions` narrows the row: words, requester, channel, profile, months …; `condition_key` tells two such rows apart.
    """

    __tablename__ = "catalogue_entry"
    __table_args__ = (
        UniqueConstraint("version", "category_code", "area_rule", "unit_rule", "condition_key", name="uq_catalogue_entry_row"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version: Mapped[int] = mapped_column()
    effective_from: Mapped[datetime]
    effective_to: Mapped[datetime | None]
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"), index=True)
    area_rule: Mapped[str] = mapped_column(String(16))
    unit_rule: Mapped[str] = mapped_column(String(48))
    conditions: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    condition_key: Mapped[str] = mapped_column(String(64), default="", server_default="")
    assist: Mapped[list[str]]
    legal_basis: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")


class Proposal(Base):
    """The units proposed for a ticket at one moment, and which one a person then chose."""

    __tablename__ = "proposal"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    ranked: Mapped[list[Any]]
    catalogue_version: Mapped[int]
    model_number: Mapped[int | None]
    made_at: Mapped[datetime]
    chosen_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    chosen_at: Mapped[datetime | None]
    chosen_by: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class RankerModel(Base):
    """A trained ranker (派单模型): what it was trained on, how good it was on tickets kept back, and its file by its hash."""

    __tablename__ = "ranker_model"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    trained_at: Mapped[datetime]
    tickets: Mapped[int]
    since: Mapped[datetime]
    until: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    metrics: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class RankerSwitch(Base):
    """Which model ranks from then on; none means the rules alone. Only ever added to: a rollback is a row too."""

    __tablename__ = "ranker_switch"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    model_number: Mapped[int | None] = mapped_column(ForeignKey("ranker_model.number"))
    action: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class ReturnLesson(Base):
    """A granted return: that unit was wrong for that ticket, and which one was named. Counts for texts like it at once."""

    __tablename__ = "return_lesson"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"), index=True)
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    named_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    at: Mapped[datetime] = mapped_column(index=True)


class DispatchDecision(Base):
    """One dispatch: by which catalogue and model, whom they proposed at which rank, who was chosen and by whom.

    `overrides` names the rules that a person went against, with the reason on the assignment. `right` is what somebody found
    who looked at a sampled automatic one.
    """

    __tablename__ = "dispatch_decision"
    __table_args__ = (Index("ix_dispatch_decision_to_check", "id", postgresql_where=text("sampled and checked_at is null")),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"))
    catalogue_version: Mapped[int]
    model_number: Mapped[int | None]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    rank: Mapped[int | None]
    probability: Mapped[float | None]
    automatic: Mapped[bool] = mapped_column(default=False, server_default="false")
    sampled: Mapped[bool] = mapped_column(default=False, server_default="false")
    overrides: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    at: Mapped[datetime] = mapped_column(index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    right: Mapped[bool | None]
    checked_at: Mapped[datetime | None]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class Transfer(Base):
    """A matter handed to a partner. States are assigned only in `linkage/transfers.py`.

    `payload` has what the partner needs and the records do not hold (place, summary); the caller's number is read from the
    contact or ticket when it is sent, so that it is not kept twice.
    """

    __tablename__ = "transfer"
    __table_args__ = (
        Index("ix_transfer_unreceipted", "created_at", postgresql_where=text("state <> 'receipted' and alarm_at is null")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    partner: Mapped[str] = mapped_column(String(16))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]]
    idempotency_key: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[TransferState] = mapped_column(Word(TransferState))
    receipt_no: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    sent_at: Mapped[datetime | None]
    receipt_at: Mapped[datetime | None]
    alarm_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
    voice_state: Mapped[VoiceState] = mapped_column(Word(VoiceState))
    voice_answered_by: Mapped[str | None] = mapped_column(String(64))
    voice_answered_at: Mapped[datetime | None]
