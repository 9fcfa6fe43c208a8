"""Tables of dispatch: the catalogue (派单目录), proposals, marks of returns, hand-overs to partners. Nothing here decides."""

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


class CatalogueEntry(Base):
    """One row of one version of the catalogue: a category in an area goes to a unit, and by which law.

    `unit_rule` and each of `assist` is a unit code, or a rule resolved in the area of the request: "district", "street",
    "district-bureau:<line>". `area_rule` is the level the request's place must be known to: city, district, street or any.
    """

    __tablename__ = "catalogue_entry"
    __table_args__ = (UniqueConstraint("version", "category_code", "area_rule", "unit_rule"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version: Mapped[int] = mapped_column()
    effective_from: Mapped[datetime]
    effective_to: Mapped[datetime | None]
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"), index=True)
    area_rule: Mapped[str] = mapped_column(String(16))
    unit_rule: Mapped[str] = mapped_column(String(48))
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
    made_at: Mapped[datetime]
    chosen_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    chosen_at: Mapped[datetime | None]
    chosen_by: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class UnitReturnMark(Base):
    """How often a unit's return of a category was granted: it counts against the unit at once."""

    __tablename__ = "unit_return_mark"

    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    weight: Mapped[float]
    last_at: Mapped[datetime]


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
