"""Tables of the claim: tickets, assignments, requests, the timeline, attachments, categories. Nothing here decides."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.kernel.db import Base, Word
from hotline.people.models import Citizen, Unit
from hotline.tickets.workflow import AssignmentState, RequestKind, RequestState, State

CODE = String(32)


class Category(Base):
    """A node of the subject tree. `path` is the codes from the root, "/04/0402/"; only leaves are given to tickets."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(128), default="")
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    path: Mapped[str] = mapped_column(String(128), index=True)
    definition: Mapped[str] = mapped_column(Text, default="")
    typical: Mapped[list[str]]
    contrast: Mapped[str] = mapped_column(Text, default="")
    handling_path: Mapped[str | None] = mapped_column(CODE)


class HandlingPath(Base):
    """Where a matter goes that the hotline does not accept (handbook 3.8), and what the caller is told."""

    __tablename__ = "handling_path"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(128), default="")
    channel: Mapped[str] = mapped_column(Text)


class Ticket(Base):
    """One claim. The outcome facts (`due_at` … `satisfied`) are owned here; sla and dispatch write them by use cases."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_open_due", "due_at", postgresql_where=text("closed_at is null")),
        Index("ix_ticket_state_opened_at", "state", "opened_at"),
        Index("ix_ticket_unit_state", "lead_unit_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    query_code: Mapped[str] = mapped_column(String(8))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    state: Mapped[State] = mapped_column(Word(State))
    channel: Mapped[str] = mapped_column(CODE)
    type: Mapped[str] = mapped_column(String(16))
    urgency: Mapped[str] = mapped_column(String(16), default="normal")
    profile: Mapped[str] = mapped_column(String(16), default="general")
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    wanted: Mapped[str] = mapped_column(Text, default="")
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    address: Mapped[str] = mapped_column(String(200), default="")
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizen.id"), index=True)
    contact_name: Mapped[str] = mapped_column(String(64), default="")
    contact_phone: Mapped[str] = mapped_column(String(32), default="")
    confidential: Mapped[bool] = mapped_column(default=False)
    reply_wanted: Mapped[bool] = mapped_column(default=True)
    contact_id: Mapped[int | None] = mapped_column(index=True)
    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    repeat_of_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    lead_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    opened_at: Mapped[datetime] = mapped_column(index=True)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    dispatched_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    round: Mapped[int] = mapped_column(default=1)
    dispatch_count: Mapped[int] = mapped_column(default=0)
    urge_count: Mapped[int] = mapped_column(default=0)
    path_code: Mapped[str | None] = mapped_column(ForeignKey("handling_path.code"))
    article_id: Mapped[int | None]
    public_reply: Mapped[str] = mapped_column(Text, default="")
    total_due_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    near_at: Mapped[datetime | None]
    due_provisional: Mapped[bool] = mapped_column(default=False)
    on_time: Mapped[bool | None]
    contacted: Mapped[bool | None]
    solved: Mapped[str | None] = mapped_column(String(16))
    satisfied: Mapped[str | None] = mapped_column(String(24))
    outcome_source: Mapped[str | None] = mapped_column(String(16))
    reasonable: Mapped[str | None] = mapped_column(String(16))

    assignments: Mapped[list["Assignment"]] = relationship(back_populates="ticket", order_by="Assignment.id")
    citizen: Mapped[Citizen | None] = relationship()
    lead_unit: Mapped[Unit | None] = relationship()
    category: Mapped[Category | None] = relationship()


class Assignment(Base):
    """One unit's part of a ticket in one round: lead, assisting or copied."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index("ix_assignment_unit_state", "unit_id", "state"),
        UniqueConstraint("ticket_id", "unit_id", "dispatch_no"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    role: Mapped[str] = mapped_column(String(16), default="lead")
    dispatch_no: Mapped[int] = mapped_column(default=1)
    round: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    state: Mapped[AssignmentState] = mapped_column(Word(AssignmentState))
    note: Mapped[str] = mapped_column(Text, default="")
    dispatched_at: Mapped[datetime]
    dispatched_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    signed_at: Mapped[datetime | None]
    contacted_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    sign_due_at: Mapped[datetime | None]
    contact_due_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    near_at: Mapped[datetime | None]
    due_provisional: Mapped[bool] = mapped_column(default=False)
    solved: Mapped[str | None] = mapped_column(String(16))
    reply_internal: Mapped[str] = mapped_column(Text, default="")
    reply_public: Mapped[str] = mapped_column(Text, default="")
    reply_form: Mapped[dict[str, Any]]

    ticket: Mapped[Ticket] = relationship(back_populates="assignments")
    unit: Mapped[Unit] = relationship(lazy="joined")


class Request(Base):
    """Something asked beside the life cycle (today: a return), and what was decided."""

    __tablename__ = "request"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    kind: Mapped[RequestKind] = mapped_column(Word(RequestKind))
    state: Mapped[RequestState] = mapped_column(Word(RequestState), index=True)
    data: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    decision: Mapped[str] = mapped_column(Text, default="")


class TimelineEntry(Base):
    """One line of a ticket's history: append-only, gapless per ticket, each line holding the hash of the one before."""

    __tablename__ = "timeline_entry"
    __table_args__ = (UniqueConstraint("ticket_id", "seq"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    seq: Mapped[int]
    at: Mapped[datetime]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    action: Mapped[str] = mapped_column(CODE)
    state_from: Mapped[str] = mapped_column(String(16), default="")
    state_to: Mapped[str] = mapped_column(String(16), default="")
    public: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]]
    text_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Attachment(Base):
    """A file of a ticket. `kind` is evidence (from the citizen) or one of the reply form's classes."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(16), default="evidence")
    at: Mapped[datetime]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class NumberCounter(Base):
    """The last serial given on a local day, "260715"."""

    __tablename__ = "number_counter"

    day: Mapped[str] = mapped_column(String(6), primary_key=True)
    last: Mapped[int]
