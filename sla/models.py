"""Tables of deadlines and call-backs: calendar, policies and rules (data a city changes), clocks, call-backs, reviews.

Nothing here decides. Ticket and assignment are pointed at by foreign key name; their facts are written by their own package.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.kernel.db import Base, Word
from sla.calendar import DayKind
from sla.lifecycles import CallbackState, ClockState
from sla.limits import LimitUnit, Stage, StartEvent, StartRule


class YearStatus(StrEnum):
    """Whether the State Council's notice for a year is in the table."""

    ANNOUNCED = "announced"
    NOT_ANNOUNCED = "not_announced"


class CalendarYear(Base):
    """A year of the calendar and the notice it rests on."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[YearStatus] = mapped_column(Word(YearStatus))
    source: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime]


class CalendarDay(Base):
    """A day that differs from its weekday."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("calendar_year.year", ondelete="CASCADE"), index=True)
    kind: Mapped[DayKind] = mapped_column(Word(DayKind))
    name: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)


class Policy(Base):
    """One limit of one version of the city's policy set. None in a matching column means any."""

    __tablename__ = "policy"
    __table_args__ = (
        UniqueConstraint("version", "stage", "type", "urgency", "profile", "unit_class", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version: Mapped[int]
    effective_from: Mapped[datetime] = mapped_column(index=True)
    stage: Mapped[Stage] = mapped_column(Word(Stage))
    type: Mapped[str | None] = mapped_column(String(16))
    urgency: Mapped[str | None] = mapped_column(String(16))
    profile: Mapped[str | None] = mapped_column(String(16))
    unit_class: Mapped[str | None] = mapped_column(String(32))
    amount: Mapped[int]
    unit: Mapped[LimitUnit] = mapped_column(Word(LimitUnit))
    start_rule: Mapped[StartRule] = mapped_column(Word(StartRule))
    start_event: Mapped[StartEvent] = mapped_column(Word(StartEvent))
    source: Mapped[str] = mapped_column(Text)


class SlaRule(Base):
    """A number or table of the trade that is not a limit: attempts, warning points, targets, office hours."""

    __tablename__ = "sla_rule"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)  # a number, a word or a list, as the key's reader in `rules` says
    source: Mapped[str] = mapped_column(Text)


class Clock(Base):
    """One running limit. Warned and expired are facts beside the state: an expired clock runs until its step is done."""

    __tablename__ = "sla_clock"
    __table_args__ = (
        Index("ix_sla_clock_to_warn", "warn_at", postgresql_where=text("state = 'running' and warned_at is null")),
        Index("ix_sla_clock_to_expire", "due_at", postgresql_where=text("state = 'running' and expired_at is null")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    stage: Mapped[Stage] = mapped_column(Word(Stage))
    state: Mapped[ClockState] = mapped_column(Word(ClockState))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    provisional: Mapped[bool] = mapped_column(default=False)
    stopped_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    expired_at: Mapped[datetime | None]
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    explain: Mapped[dict[str, Any]]
    policy: Mapped[Policy] = relationship(lazy="joined", innerjoin=True)


class Callback(Base):
    """The call-back owed to one ticket in one round."""

    __tablename__ = "callback"
    __table_args__ = (
        UniqueConstraint("ticket_id", "round"),
        Index("ix_callback_open", "due_at", "id", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    round: Mapped[int]
    state: Mapped[CallbackState] = mapped_column(Word(CallbackState))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    claimed_at: Mapped[datetime | None]
    attempts: Mapped[list["CallbackAttempt"]] = relationship(order_by="CallbackAttempt.id", lazy="selectin")
    answer: Mapped["CallbackAnswer | None"] = relationship(lazy="selectin")


class CallbackAttempt(Base):
    """One try to reach the requester. `counted` is false for a try too soon after the one before."""

    __tablename__ = "callback_attempt"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callback.id"), index=True)
    connect_result: Mapped[str] = mapped_column(String(16))
    counted: Mapped[bool]
    at: Mapped[datetime]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class CallbackAnswer(Base):
    """What the requester said in one round, by phone or on the portal (`channel`); kept as said, first and later rounds."""

    __tablename__ = "callback_answer"

    callback_id: Mapped[int] = mapped_column(ForeignKey("callback.id"), primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(String(16))
    contacted: Mapped[str] = mapped_column(String(16))
    solved: Mapped[str] = mapped_column(String(16))
    satisfaction: Mapped[str] = mapped_column(String(24))
    attitude: Mapped[str | None] = mapped_column(String(24))
    reason: Mapped[str] = mapped_column(Text, default="")
    verbatim: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class DissatisfiedReview(Base):
    """A decision on a dissatisfied case (不满意件审核): whether the requester is right, on what basis, and what follows."""

    __tablename__ = "dissatisfied_review"
    __table_args__ = (UniqueConstraint("ticket_id", "round"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    round: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(16))
    basis: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(String(16))
    explanation: Mapped[str] = mapped_column(Text, default="")
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    at: Mapped[datetime]
