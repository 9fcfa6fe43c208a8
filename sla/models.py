"""Tables of time: calendar, policies and rules (data a city changes), clocks, recounts, alarms. Those of opinions: `opinions`.

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
from sla.lifecycles import ClockState
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


class PolicyStatus(StrEnum):
    """A version of the limits: worked on, in force from its day, or given up before it came into force."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class PolicyVersion(Base):
    """One version of the city's limits as a whole. `origin` names the shipped profile or the version it was made from."""

    __tablename__ = "policy_version"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[PolicyStatus] = mapped_column(Word(PolicyStatus))
    name: Mapped[str] = mapped_column(String(120))
    origin: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    effective_from: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class Policy(Base):
    """One limit of one version. None in a matching column means any."""

    __tablename__ = "policy"
    __table_args__ = (
        UniqueConstraint("version", "stage", "type", "urgency", "profile", "unit_class", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("policy_version.version", ondelete="CASCADE"))
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
    """A number or table of the trade that is not a limit, from a moment on: attempts, warning points, ladder, office hours."""

    __tablename__ = "sla_rule"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    effective_from: Mapped[datetime] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)  # a number, a word or a list, as the key's reader in `rules` says
    source: Mapped[str] = mapped_column(Text)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class RecountCause(StrEnum):
    """What made the limits of open tickets be counted again."""

    POLICY = "policy"
    CALENDAR = "calendar"
    RULES = "rules"


class Recount(Base):
    """A pass over all unfinished limits after a change of policies or calendar; `cursor` is the last clock done.

    `reference` is the policy version, the year, or 0 for rules. It begins at `begins_at`; killed, it goes on from its cursor.
    """

    __tablename__ = "sla_recount"
    __table_args__ = (Index("ix_sla_recount_open", "begins_at", postgresql_where=text("finished_at is null")),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    cause: Mapped[RecountCause] = mapped_column(Word(RecountCause))
    reference: Mapped[int]
    source: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime]
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    begins_at: Mapped[datetime]
    cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    last: Mapped[int | None] = mapped_column(BigInteger)
    seen: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]


class Clock(Base):
    """One running limit. Warned and expired are facts beside the state: an expired clock runs until its step is done.

    `next_at` is the next moment at which something is to be told of it (a warning point, the end, a rung of the ladder), None
    when nothing is; `told` names what was. `request_id` or `order_id` is what is limited when it is no part of a unit.
    """

    __tablename__ = "sla_clock"
    __table_args__ = (
        Index("ix_sla_clock_next", "next_at", postgresql_where=text("state = 'running' and next_at is not null")),
        Index("ix_sla_clock_unfinished", "id", postgresql_where=text("state <> 'stopped'")),
        Index("ix_sla_clock_unit_due", "unit_id", "due_at", postgresql_where=text("state = 'running'")),
        Index("ix_sla_clock_desk_due", "stage", "due_at", postgresql_where=text("state = 'running' and unit_id is null")),
        Index("ix_sla_clock_provisional", "due_at", postgresql_where=text("provisional and state <> 'stopped'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_order.id"))
    stage: Mapped[Stage] = mapped_column(Word(Stage))
    roster: Mapped[str] = mapped_column(String(32), default="office", server_default="office")
    state: Mapped[ClockState] = mapped_column(Word(ClockState))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    provisional: Mapped[bool] = mapped_column(default=False)
    stopped_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    expired_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    told: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    explain: Mapped[dict[str, Any]]
    policy: Mapped[Policy] = relationship(lazy="joined", innerjoin=True)


class Alarm(Base):
    """One thing to tell one receiver of one clock: never twice. It waits until `send_at`, alone or in a digest.

    `point` is a warning point, `expired` or a rung of the ladder, with the turn of a limit that was moved (`near-2`).
    `held_at` is set when a cap kept it back; `sent_at` without a digest: the step was done before it went out.
    """

    __tablename__ = "sla_alarm"
    __table_args__ = (
        UniqueConstraint(
            *("clock_id", "point", "unit_id", "officer_id", "role", "channel"),
            name="uq_sla_alarm_once",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_sla_alarm_to_send", "send_at", postgresql_where=text("sent_at is null")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("sla_clock.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    stage: Mapped[Stage] = mapped_column(Word(Stage))
    point: Mapped[str] = mapped_column(String(32))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    role: Mapped[str | None] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(16))
    urgent: Mapped[bool]
    raised_at: Mapped[datetime]
    send_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("sla_digest.id"), index=True)


class Digest(Base):
    """One message to one receiver about one or many alarms (催办汇总); `held` is how many of them a cap had kept back."""

    __tablename__ = "sla_digest"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    role: Mapped[str | None] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]
    held: Mapped[int] = mapped_column(default=0)
