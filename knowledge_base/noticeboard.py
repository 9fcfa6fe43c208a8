"""Tables of the three kinds beside articles: announcements, the phone book, agreed wording; and what each said before."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hotline.kernel.db import Base, Word
from knowledge_base.lifecycle import AnnouncementState, PhoneEntryState, WordingState


class AnnouncementKind(StrEnum):
    """What is announced."""

    WATER = "water"
    POWER = "power"
    GAS = "gas"
    HEAT = "heat"
    TRAFFIC = "traffic"
    EXAM = "exam"
    WEATHER = "weather"
    OFFICE = "office"
    OTHER = "other"


class PhoneKind(StrEnum):
    """Public numbers (便民电话), or how units are reached (单位通讯录), which stays inside."""

    PUBLIC = "public"
    UNIT = "unit"


class Announcement(Base):
    """A notice (公告) of something planned or sudden, with area and hours; over by itself at `ends_at`."""

    __tablename__ = "announcement"
    __table_args__ = (Index("ix_announcement_posted", "ends_at", postgresql_where=text("state = 'posted'")),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    state: Mapped[AnnouncementState] = mapped_column(Word(AnnouncementState))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    kind: Mapped[AnnouncementKind] = mapped_column(Word(AnnouncementKind))
    title: Mapped[str] = mapped_column(String(128))
    body: Mapped[str] = mapped_column(Text)
    """What agents read out, and citizens read when it is public."""
    area_codes: Mapped[list[str]]
    """None named: the whole city."""
    places: Mapped[str] = mapped_column(String(500), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    is_public: Mapped[bool] = mapped_column(default=True)
    unit_id: Mapped[int | None] = mapped_column(index=True)
    posted_at: Mapped[datetime]
    posted_by_id: Mapped[int | None]


class PhoneEntry(Base):
    """An entry of the phone book; a change of a published one is a row of its own until an editor takes it (`replaces_id`)."""

    __tablename__ = "phone_entry"
    __table_args__ = (
        Index("uq_phone_entry_one_change_at_a_time", "replaces_id", unique=True, postgresql_where=text("state = 'proposed'")),
        Index("ix_phone_entry_state_kind", "state", "kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    state: Mapped[PhoneEntryState] = mapped_column(Word(PhoneEntryState))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("phone_entry.id"))
    kind: Mapped[PhoneKind] = mapped_column(Word(PhoneKind))
    name: Mapped[str] = mapped_column(String(128))
    phones: Mapped[list[str]]
    duty_phone: Mapped[str] = mapped_column(String(32), default="")
    """Answered by day and night."""
    hours: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    area_code: Mapped[str | None] = mapped_column(String(16))
    category_code: Mapped[str | None] = mapped_column(String(32))
    keywords: Mapped[list[str]]
    note: Mapped[str] = mapped_column(String(500), default="")
    unit_id: Mapped[int | None] = mapped_column(index=True)
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None]
    decision_note: Mapped[str] = mapped_column(Text, default="")


class Wording(Base):
    """Agreed wording (统一口径) for a hot event: what all agents say; never shown to citizens."""

    __tablename__ = "wording"
    __table_args__ = (Index("ix_wording_posted", "ends_at", postgresql_where=text("state = 'posted'")),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    state: Mapped[WordingState] = mapped_column(Word(WordingState))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    title: Mapped[str] = mapped_column(String(128))
    event: Mapped[str] = mapped_column(String(200), default="")
    """What happened, in a few words; found by these and the keywords."""
    keywords: Mapped[list[str]]
    words: Mapped[str] = mapped_column(Text)
    not_to_say: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    unit_id: Mapped[int | None] = mapped_column(index=True)
    posted_at: Mapped[datetime]
    posted_by_id: Mapped[int | None]


class NoticeboardVersion(Base):
    """What an announcement, phone entry or wording said at one save; append-only. `content` are its fields as plain values."""

    __tablename__ = "noticeboard_version"
    __table_args__ = (UniqueConstraint("thing", "thing_id", "number"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    thing: Mapped[str] = mapped_column(String(16))
    thing_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime]
    officer_id: Mapped[int | None]
